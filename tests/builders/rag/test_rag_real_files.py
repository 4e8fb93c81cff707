"""OmniBench-RAG's own questions and knowledge base."""

import json

import pytest

import domainbench

pytestmark = pytest.mark.real_data

CHUNKS = {
    "culture": 719, "geography": 1184, "health": 522, "history": 453, "mathematics": 283,
    "nature": 584, "people": 809, "society": 601, "technology": 496,
}  # fmt: skip
QUESTIONS = {
    "culture": {"composite": (16, 12), "inverse": (8, 8), "negation": (18, 12)},
    "geography": {"composite": (11, 12), "inverse": (71, 42), "negation": (8, 11)},
    "health": {"composite": (18, 6), "inverse": (22, 12), "negation": (10, 4)},
    "history": {"composite": (25, 18), "inverse": (11, 3), "negation": (145, 89)},
    "mathematics": {"composite": (12, 10), "inverse": (9, 8), "negation": (1, 1)},
    "nature": {"composite": (13, 9), "inverse": (35, 24), "negation": (5, 0)},
    "people": {"composite": (19, 14), "inverse": (40, 18)},
    "society": {"composite": (14, 21), "inverse": (6, 5), "negation": (18, 11)},
    "technology": {"composite": (9, 13), "inverse": (21, 10), "negation": (4, 2)},
}
"""Domain → rule → different questions answered yes, and no."""


@pytest.fixture(scope="module")
def release(data_dir, tmp_path_factory):
    folder = data_dir / "rag"
    if not folder.is_dir():
        pytest.skip(f"{data_dir} has no folder rag")
    target = tmp_path_factory.mktemp("rag") / "omnibench"
    return domainbench.build("rag", [folder / "knowledge_base", folder / "questions"], target)


@pytest.fixture(scope="module")
def report(release):
    return json.loads((release.path / "quality.json").read_text("utf-8"))


def test_the_release_is_sound(release):
    findings = domainbench.verify(release.path)
    assert {(finding.level, finding.check) for finding in findings} == {("note", "duplicate texts")}


def test_questions_that_are_left_by_rule_domain_and_answer(release, report):
    assert {
        domain: {rule: (count["yes"], count["no"]) for rule, count in rules.items()}
        for domain, rules in report["questions"].items()
    } == QUESTIONS
    assert release.manifest.tables["questions"].rows == 944
    assert release.manifest.slices["questions.reasoning=composite"] == 252
    assert release.manifest.slices["questions.reasoning=inverse"] == 353
    assert release.manifest.slices["questions.reasoning=negation"] == 339


def test_every_record_is_a_question_a_copy_or_a_reject(release, report):
    copies = sum(row["copies"] for row in release.table("questions").to_pylist())
    assert copies == 1942
    assert report["rejected"] == {"no evidence": 66}
    assert copies + 66 == 2008
    assert report["duplicates_removed"]["question"] == 1942 - 944


def test_a_chunk_is_a_line_of_the_cleaned_files(release, report):
    read = {file["domain"]: file["records"] for file in report["files"] if file["format"] == "text"}
    assert read == CHUNKS
    assert report["duplicates_removed"]["chunk"] == 60
    kept = {domain: kinds["chunk"] for domain, kinds in report["documents"].items()}
    assert kept == {**CHUNKS, "geography": 1124}
    assert sum(kept.values()) == 5591


def test_gold_paragraphs_of_the_questions(release, report):
    assert sum(kinds["paragraph"] for kinds in report["documents"].values()) == 553
    assert report["gold"]["mean"] == 2.3008
    assert report["gold"]["questions_without"]["questions"] == 0
    assert release.manifest.tables["qrels"].rows == 2172
    assert report["domains_without_knowledge_base"] == []
