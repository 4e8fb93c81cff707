from __future__ import annotations

import json
from pathlib import Path

import pytest

import domainbench
from domainbench.benchmarks.code.outcomes import read_outcomes
from domainbench.benchmarks.code.scores import CodeScores
from domainbench.benchmarks.code.task_metadata import tasks_of
from domainbench.programs.isolation import available_isolation
from domainbench.schemas.errors import DataError, UsageError
from tests.code_projects import write_sdist

WORDS = "shelf-tools/shelf.text.words"
KEYWORDS = "shelf-tools/shelf.text.keywords"
ADD = "shelf-tools/shelf.store.Store.add"
HERE = {"environment": "current", "isolation": "any"}
"""Runs on machines without an index, and without namespaces."""
GOOD = """\
    found = re.findall(r"[a-z]+", title.lower())
    return [word for word in found if word]
"""


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("code")
    write_sdist(folder / "archives", "1.0")
    options = {"date": "2025-02-01", "tests": "run", "repeats": 1, **HERE}
    return domainbench.build("code", [folder / "archives"], folder / "release", options=options)


def write(path: Path, rows: list[dict]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def outcomes(release, folder: Path) -> dict[int, str | None]:
    tasks = tasks_of(release.table("samples"))
    return {o.sample: o.outcome for o in read_outcomes(folder / "outcomes.parquet", tasks)}


def test_references_pass_and_mutants_fail(release, tmp_path: Path) -> None:
    scores = domainbench.score(release, check=True, **HERE, output=tmp_path, by=["domain"])
    assert isinstance(scores, CodeScores)
    assert scores.tasks == 5
    assert scores.figure("pass@1", model="reference").value == 1.0
    assert scores.figure("pass@1", model="mutant").value == 0.0
    assert scores.figure("recall@1", model="reference").value == 1.0
    assert scores.figure("recall@1", model="mutant").value == 0.0
    assert scores.figure("pass@1", model="reference", column="domain", label="Database").n == 5
    assert CodeScores.read(tmp_path) == scores


def test_each_completion_ends_in_its_class_and_harms_nothing(release, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    canary.write_text("alive", encoding="utf-8")
    harmful = f"import os\nos.remove({str(canary)!r})\nreturn []"
    cases = {
        "passed": GOOD,
        "assertion": "return []",
        "exception": "return title.no_such_attribute",
        "syntax_error": "return (",
        "import_error": "import no_such_module_at_all\nreturn []",
        "timeout": "while True:\n    pass",
        "memory": "held = []\nwhile True:\n    held.append(bytearray(1 << 24))",
        "denied": 'import socket\nsocket.create_connection(("192.0.2.1", 80), 5)\nreturn []',
        "splice_failed": "",
    }
    rows = [
        {"task": WORDS, "sample": place, "completion": text}
        for place, text in enumerate([*cases.values(), harmful])
    ]
    domainbench.score(
        release,
        completions=write(tmp_path / "model.jsonl", rows),
        **HERE,
        seconds=8,
        memory=512,
        output=tmp_path / "scores",
        recall=False,
    )
    found = outcomes(release, tmp_path / "scores")
    isolation = available_isolation()
    expected = dict(enumerate(cases))
    if not isolation.network:
        del expected[7]
    assert {place: found[place] for place in expected} == expected
    if isolation.filesystem:
        assert canary.read_text(encoding="utf-8") == "alive"
        assert found[len(cases)] in {"denied", "exception"}


def test_pass_at_k_counts_equal_completions_and_runs_them_once(release, tmp_path: Path) -> None:
    rows = [
        {"namespace": "shelf.text.words", "completion": text}
        for text in (GOOD, "return []", "return []", "return []")
    ]
    path = write(tmp_path / "model.jsonl", rows)
    given = {"completions": path, **HERE, "output": tmp_path / "s", "ks": [1, 2]}
    scores = domainbench.score(release, **given)
    assert scores.figure("pass@1", model="model").value == 0.25
    assert scores.figure("pass@2", model="model").value == 0.5  # 1 - C(3,2)/C(4,2)
    assert scores.figure("pass@1", model="model").n == 1
    lines = (tmp_path / "s" / "trials.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2
    # A second call runs nothing: what it needs of the record is there.
    (tmp_path / "s" / "trials.jsonl").write_text(
        "".join(line + "\n" for line in lines) + '{"key": "cut', encoding="utf-8"
    )
    again = domainbench.score(release, **given)
    assert again == scores
    assert len((tmp_path / "s" / "trials.jsonl").read_text(encoding="utf-8").splitlines()) == 2


def test_recall_by_the_same_analysis(release, tmp_path: Path) -> None:
    rows = [{"task": KEYWORDS, "completion": "return words(title)"}]  # of STOP and words
    scores = domainbench.score(release, completions=write(tmp_path / "m.jsonl", rows), **HERE)
    assert scores.figure("recall@1", model="m").value == 0.5


def test_recorded_outcomes_give_the_same_scores(release, tmp_path: Path) -> None:
    from domainbench.scoring import score_outcomes

    rows = [{"task": WORDS, "completion": GOOD}, {"task": ADD, "completion": "return True"}]
    path = write(tmp_path / "m.jsonl", rows)
    live = domainbench.score(release, completions=path, **HERE, output=tmp_path / "out")
    read = score_outcomes([f"m={tmp_path / 'out' / 'outcomes.parquet'}"], tasks=release)
    assert [f for f in read.figures if f.measure == "pass@1"] == [
        f for f in live.figures if f.measure == "pass@1"
    ]


def test_wrong_calls(release, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="come from a file, from a model or"):
        domainbench.score(release, **HERE)
    with pytest.raises(UsageError, match="unknown option of score 'colour'"):
        domainbench.score(release, check=True, colour="red")
    rows = [{"task": "shelf-tools/no.such", "completion": "pass"}]
    with pytest.raises(DataError, match="unknown"):
        domainbench.score(release, completions=write(tmp_path / "m.jsonl", rows), **HERE)
    with pytest.raises(UsageError, match="wall time"):
        domainbench.score(release, check=True, seconds=0, **HERE)
    with pytest.raises(UsageError, match="memory"):
        domainbench.score(release, check=True, memory=-1, **HERE)


def test_gaps_are_said_before_anything_runs(release, tmp_path: Path) -> None:
    rows = [{"task": WORDS, "sample": place, "completion": GOOD} for place in (0, 2)]
    path = write(tmp_path / "m.jsonl", rows)
    with pytest.raises(DataError, match=r"(?s)m\.jsonl.*no sample 1"):
        domainbench.score(release, completions=path, output=tmp_path / "out", **HERE)
    assert not (tmp_path / "out" / "trials.jsonl").exists()


def test_a_release_whose_tests_never_ran(tmp_path: Path) -> None:
    write_sdist(tmp_path / "archives", "1.0")
    bare = domainbench.build(
        "code", [tmp_path / "archives"], tmp_path / "bare", options={"date": "2025-02-01"}
    )
    with pytest.raises(DataError, match="tests=run"):
        domainbench.score(bare, check=True)
