from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from domainbench.benchmarks.code.outcomes import Outcome, read_outcomes, write_outcomes
from domainbench.benchmarks.code.task_metadata import CodeTask, read_tasks, task_names, tasks_of
from domainbench.schemas.errors import DataError

NOTHING: dict[str, list[str]] = {"intra_class": [], "intra_file": [], "cross_file": []}


def metadata(namespace: str, **fields: Any) -> dict[str, Any]:
    row = {
        "namespace": namespace,
        "completion_path": "repo/pkg/mod.py",
        "dependency": NOTHING,
        "tests": ["tests/test_mod.py::test"],
        "indent": 4,
    }
    return {**row, **fields}


def outcome(namespace: Any, sample: Any, *, passed: Any = True, **fields: Any) -> dict[str, Any]:
    row = {"namespace": namespace, "sample": sample, "passed": passed}
    return {**row, "generated_dependency": None, **fields}


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def tasks(*names: str) -> list[CodeTask]:
    return [CodeTask(name, name, "repo", frozenset(), {}) for name in names]


# --------------------------------------------------------------------------- tasks


def test_tasks_of_metadata(tmp_path: Path) -> None:
    lists = {"intra_class": ["m.C.a"], "intra_file": [], "cross_file": ["n.f", "m.C.a"]}
    rows = [
        metadata("m.C.b", dependency=lists, domain="Database", type="method"),
        metadata("m.a", project_path="System/other", labels=["x", "y", "x"]),
    ]
    one, two = read_tasks(write(tmp_path / "metadata.jsonl", rows))
    assert (one.name, one.repository) == ("m.C.b", "repo")
    assert one.dependencies == {"m.C.a", "n.f"}
    assert one.labels["domain"] == ("Database",)
    assert one.labels["standalone"] == ("False",)
    assert one.labels["dependency_kinds"] == ("intra_class", "cross_file")
    assert one.labels["repository"] == ("repo",)
    assert one.labels["type"] == ("method",)
    assert one.labels["indent"] == ("4",)
    assert not {"namespace", "tests", "dependency"} & one.labels.keys()
    assert (two.name, two.repository) == ("m.a", "System/other")
    assert two.labels["standalone"] == ("True",)
    assert two.labels["dependency_kinds"] == ()
    assert two.labels["labels"] == ("x", "y")
    assert "domain" not in two.labels


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"namespace": None}, "line 2: the field namespace is wrong"),
        ({"completion_path": 3}, "line 2: the field completion_path is wrong"),
        ({"dependency": None}, "line 2: the field dependency is wrong"),
        ({"dependency": {"intra_class": []}}, "line 2: the field dependency is wrong"),
        ({"dependency": {**NOTHING, "other": []}}, "line 2: the field dependency is wrong"),
        ({"dependency": {**NOTHING, "intra_file": [1]}}, "line 2: the field dependency is wrong"),
        ({"namespace": "a"}, "line 2: a task is there twice"),
    ],
)
def test_faults_of_metadata(tmp_path: Path, row: dict[str, Any], message: str) -> None:
    path = write(tmp_path / "metadata.jsonl", [metadata("a"), {**metadata("b"), **row}])
    with pytest.raises(DataError, match=message):
        read_tasks(path)


def test_no_metadata(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="the file has no tasks"):
        read_tasks(write(tmp_path / "metadata.jsonl", []))
    with pytest.raises(DataError, match="there is no file of tasks here"):
        read_tasks(tmp_path / "other.jsonl")


def test_tasks_of_a_release() -> None:
    rows = [
        {
            "_id": "r/m.f", "namespace": "m.f", "repository": "r", "intra_class": [],
            "intra_file": ["m.g"], "cross_file": ["n.h"], "standalone": False,
            "domain": ["Database", "System"], "window": "w", "license": None,
        },
        {
            "_id": "q/m.f", "namespace": "m.f", "repository": "q", "intra_class": [],
            "intra_file": [], "cross_file": [], "standalone": True, "domain": [], "window": "w",
            "license": "MIT",
        },
    ]  # fmt: skip
    one, two = tasks_of(pa.Table.from_pylist(rows))
    assert (one.name, two.name) == ("q/m.f", "r/m.f")
    assert two.dependencies == {"m.g", "n.h"}
    assert two.labels["domain"] == ("Database", "System")
    assert two.labels["standalone"] == ("False",)
    assert two.labels["license"] == ()
    # A namespace that two repositories have names none of them.
    assert task_names([one, two]) == {"q/m.f": "q/m.f", "r/m.f": "r/m.f"}
    assert task_names([one])["m.f"] == "q/m.f"


# --------------------------------------------------------------------------- outcomes


def test_recorded_outcomes(tmp_path: Path) -> None:
    lists = {"intra_class": ["m.C.a"], "intra_file": ["m.g"], "cross_file": []}
    rows = [
        outcome("b", 1, passed=False),
        outcome("a", 0, generated_dependency=lists),
        outcome("b", 0, passed=False, generated_dependency=NOTHING),
    ]
    found = read_outcomes(write(tmp_path / "o.jsonl", rows), tasks("a", "b", "c"))
    assert [(one.task, one.sample, one.passed) for one in found] == [
        ("a", 0, True),
        ("b", 0, False),
        ("b", 1, False),
    ]
    assert [one.names for one in found] == [{"m.C.a", "m.g"}, frozenset(), frozenset()]
    assert [one.label for one in found] == ["passed", "failed", "failed"]


def test_dependencies_that_nobody_looked_for(tmp_path: Path) -> None:
    path = write(tmp_path / "o.jsonl", [{"namespace": "a", "sample": 0, "passed": True}])
    assert read_outcomes(path, tasks("a"))[0].names is None


@pytest.mark.parametrize("ending", ["parquet", "jsonl"])
def test_our_layout(tmp_path: Path, ending: str) -> None:
    lists = {"intra_class": ("m.C.a",), "intra_file": (), "cross_file": ("n.f",)}
    written = [
        Outcome("a", 0, passed=True, outcome="passed", dependencies=lists, completion="00ff"),
        Outcome("a", 1, passed=False, outcome="syntax_error", dependencies={}, completion="00aa"),
        Outcome(
            "b",
            0,
            passed=False,
            outcome="timeout",
            dependencies=dict.fromkeys(lists, ()),
            completion=None,
        ),
    ]
    path = write_outcomes(tmp_path / "outcomes.parquet", written)
    if ending == "jsonl":
        path = write(tmp_path / "o.jsonl", pq.read_table(path).to_pylist())
    assert read_outcomes(path, tasks("a", "b")) == written


def test_our_layout_without_dependencies(tmp_path: Path) -> None:
    written = [Outcome("a", 0, passed=True, outcome="passed")]
    path = write_outcomes(tmp_path / "outcomes.parquet", written)
    assert "intra_file" not in pq.read_schema(path).names
    assert read_outcomes(path, tasks("a")) == written
    mixed = [*written, Outcome("a", 1, passed=True, outcome="passed", dependencies={})]
    with pytest.raises(ValueError, match="some completions only"):
        write_outcomes(path, mixed)


GOOD = outcome("a", 0)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (outcome("z", 0), "line 2: the outcomes name a task that is unknown"),
        (outcome(3, 0), "line 2: the outcomes name a task that is unknown"),
        ({"sample": 0, "passed": True}, "line 2: a row names no task"),
        (outcome("a", 0), "line 2: a completion has two outcomes"),
        (outcome("a", sample=True), "line 2: the field sample is wrong"),
        (outcome("a", 1.0), "line 2: the field sample is wrong"),
        (outcome("a", -1), "line 2: the field sample is wrong"),
        (outcome("a", None), "line 2: the field sample is wrong"),
        (outcome("a", 1, passed="yes"), "line 2: the field passed is wrong"),
        (outcome("a", 1, passed=None), "line 2: the field passed is wrong"),
        (outcome("a", 1, outcome="timeout"), "line 2: the field outcome is wrong"),
        (outcome("a", 1, passed=False, outcome="passed"), "line 2: the field outcome is wrong"),
        (outcome("a", 1, passed=False, outcome="slow"), "line 2: the field outcome is wrong"),
        (outcome("a", 1, passed=False, outcome=["timeout"]), "line 2: the field outcome is wrong"),
        (outcome("a", 1, completion=3), "line 2: the field completion is wrong"),
        (outcome("a", 1, generated_dependency=[]), "line 2: the field dependency is wrong"),
        (outcome("a", 1, generated_dependency={}), "line 2: the field dependency is wrong"),
        (
            {"task": "a", "sample": 1, "passed": True, "intra_class": [], "intra_file": None},
            "line 2: the field dependency is wrong",
        ),
        (outcome("a", 3), "no sample 1, 2"),
        (outcome("b", 1), "b: no sample 0"),
    ],
)
def test_faults_of_outcomes(tmp_path: Path, row: dict[str, Any], message: str) -> None:
    path = write(tmp_path / "o.jsonl", [GOOD, row])
    with pytest.raises(DataError, match=message):
        read_outcomes(path, tasks("a", "b"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file has no outcomes"),
        (json.dumps(GOOD) + "\n" + json.dumps(GOOD)[:30], "line 2: a line is not JSON"),
        ("3\n", "line 1: a line is no JSON object"),
        ("[" * 100_000, "line 1: a line is not JSON"),
        (b'{"namespace": "\xff"}', "the outcomes are not UTF-8"),
    ],
)
def test_damaged_outcomes(tmp_path: Path, text: str | bytes, message: str) -> None:
    path = tmp_path / "o.jsonl"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(DataError, match=message):
        read_outcomes(path, tasks("a"))


def test_other_files(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="files of other formats"):
        read_outcomes(tmp_path / "o.csv", tasks("a"))
    with pytest.raises(DataError, match="there is no file of outcomes here"):
        read_outcomes(tmp_path / "o.parquet", tasks("a"))
