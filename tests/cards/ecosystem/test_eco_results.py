"""Results as MTEB's files and as the Hub's, by hand and by the Hub's own parser."""

from __future__ import annotations

import json

import pytest
import yaml
from huggingface_hub import parse_eval_result_entries

from domainbench.benchmarks.results import ReleaseEntry
from domainbench.cards.ecosystem.eval_results import eval_yaml, write_eval_results
from domainbench.cards.ecosystem.mteb_results import subset_scores, write_mteb_results
from domainbench.schemas.errors import UsageError

from .eco_results import FINGERPRINT, figure, patent_results

COMMIT = "0123456789" * 4


def test_a_file_for_each_system_holds_its_subsets(tmp_path):
    folder = write_mteb_results(patent_results(), tmp_path / "out", languages=["en"])
    files = sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())
    assert files == [
        f"results/{model}/{name}"
        for model in ("domainbench__bm25/1", "org__model/abc")
        for name in ("PumpsRetrieval.json", "model_meta.json", "run_settings.jsonl")
    ]
    place = folder / "results/domainbench__bm25/1"
    assert json.loads((place / "PumpsRetrieval.json").read_text("utf-8")) == {
        "dataset_revision": FINGERPRINT,
        "task_name": "PumpsRetrieval",
        "mteb_version": None,
        "evaluation_time": 1.75,
        "kg_co2_emissions": None,
        "scores": {
            "test": [
                {
                    "hf_subset": "ALL",
                    "languages": ["eng-Latn"],
                    "main_score": 0.3125,
                    "ndcg_at_10": 0.25,
                    "ndcg_at_100": 0.3125,
                    "mrr_at_100": 0.5,
                },
                {
                    "hf_subset": "IN",
                    "languages": ["eng-Latn"],
                    "main_score": 0.7501234567,
                    "ndcg_at_100": 0.7501234567,
                },
            ]
        },
    }
    run = json.loads((place / "run_settings.jsonl").read_text("utf-8"))
    assert run["version"]["domainbench"] == "9.8.7"
    assert run["subsets"] == ["ALL", "IN"]
    assert run["release"]["fingerprint"] == FINGERPRINT


def test_what_was_reused_took_no_time_that_is_known(tmp_path):
    folder = write_mteb_results(patent_results(), tmp_path / "out", revision=COMMIT)
    found = json.loads((folder / "results/org__model/abc/PumpsRetrieval.json").read_text("utf-8"))
    assert found["evaluation_time"] is None
    assert found["dataset_revision"] == COMMIT
    assert found["scores"]["test"][0]["languages"] == []


def test_partitions_that_join_others_are_no_subsets():
    found = subset_scores(
        patent_results(
            release=ReleaseEntry(name="q", family="qa", version="2026.11", fingerprint=FINGERPRINT),
            task="sentences",
            query_view="QUESTION",
            corpus_view="TEXT",
            measures=["AP"],
            figures=[
                figure("bm25", "ALL", "AP", 0.5),
                figure("bm25", "same", "AP", 0.6),
                figure("bm25", "en-hi", "AP", 0.25),
            ],
        )
    )
    assert found == {
        "bm25": [
            {"hf_subset": name, "languages": langs, "main_score": value, "map_at_100": value}
            for name, langs, value in (
                ("sentences", [], 0.5),
                ("sentences-en-hi", ["eng-Latn", "hin-Deva"], 0.25),
            )
        ],
        "dense:org/model": [],
    }


def test_figures_that_are_not_mtebs_are_refused(tmp_path):
    with pytest.raises(UsageError, match="other texts") as caught:
        subset_scores(patent_results(corpus_view="TACD"))
    assert "--corpus-view TA" in str(caught.value)
    with pytest.raises(UsageError, match="lack the measure") as caught:
        subset_scores(patent_results(measures=["nDCG@10"]))
    assert "nDCG@100 of 100 documents" in str(caught.value)
    release = ReleaseEntry(name="q", family="qa", version="2026.11", fingerprint=FINGERPRINT)
    asked = {"release": release, "query_view": "QUESTION", "corpus_view": "TEXT"}
    with pytest.raises(UsageError, match="lack the measure"):
        subset_scores(patent_results(task="sentences", depth=50, measures=["AP"], **asked))
    with pytest.raises(UsageError, match="no figure of a subset") as caught:
        subset_scores(patent_results(task="answers", **asked))
    assert "--by pool" in str(caught.value)
    with pytest.raises(UsageError, match="'choices'"):
        write_mteb_results(patent_results(task="choices", **asked), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="exists already"):
        write_mteb_results(patent_results(), tmp_path)
    with pytest.raises(UsageError, match="exists already"):
        write_eval_results(patent_results(), tmp_path, repository="org/pumps", revision=COMMIT)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_the_hub_reads_the_entries_of_a_model(tmp_path):
    folder = write_eval_results(
        patent_results(), tmp_path / "out", repository="org/pumps", revision=COMMIT
    )
    text = (folder / "domainbench__bm25/.eval_results/PumpsRetrieval.yaml").read_text("utf-8")
    everything, inside = parse_eval_result_entries(yaml.safe_load(text))
    assert (everything.dataset_id, everything.dataset_revision) == ("org/pumps", COMMIT)
    assert everything.task_id == "PumpsRetrieval_ALL_test"
    assert everything.value == 31.25
    assert everything.notes == "ndcg_at_100, pumps 2026.11, bm25, domainbench 9.8.7"
    assert inside.task_id == "PumpsRetrieval_IN_test"
    assert inside.value == 75.01235
    text = (folder / "org__model/.eval_results/PumpsRetrieval.yaml").read_text("utf-8")
    assert [entry.value for entry in parse_eval_result_entries(yaml.safe_load(text))] == [50.0]


def test_each_id_of_an_entry_is_a_task_of_the_data_set(tmp_path):
    folder = write_eval_results(
        patent_results(), tmp_path / "out", repository="org/pumps", revision=COMMIT
    )
    assert yaml.safe_load((folder / "eval.yaml").read_text("utf-8")) == {
        "name": "pumps",
        "description": "For a patent family, rank the families that cite it or that it cites.",
        "evaluation_framework": "mteb",
        "tasks": [
            {"id": "PumpsRetrieval_ALL_test", "config": "ALL-qrels", "split": "test"},
            {"id": "PumpsRetrieval_IN_test", "config": "IN-qrels", "split": "test"},
        ],
    }


def test_texts_of_eval_yaml_survive():
    awkward = "a: b # c\n'd' \"e\" हिन्दी"
    found = yaml.safe_load(eval_yaml("n", awkward, [("T", "s", "test")]))
    assert found["description"] == awkward
    assert found["tasks"] == [{"id": "T_s_test", "config": "s-qrels", "split": "test"}]


@pytest.mark.parametrize(
    ("repository", "revision", "words"),
    [
        ("pumps", COMMIT, "no repository"),
        ("org/pumps/x", COMMIT, "no repository"),
        ("org/pumps", "v1", "belongs to a commit"),
        ("org/pumps", COMMIT.upper() + "a", "belongs to a commit"),
    ],
)
def test_a_result_belongs_to_a_commit_of_a_repository(tmp_path, repository, revision, words):
    with pytest.raises(UsageError, match=words):
        write_eval_results(
            patent_results(), tmp_path / "out", repository=repository, revision=revision
        )
    assert list(tmp_path.iterdir()) == []
