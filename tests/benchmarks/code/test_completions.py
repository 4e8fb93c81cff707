from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.benchmarks.code.completions import (
    Completion,
    read_completions,
    write_completions,
)
from domainbench.schemas.errors import DataError

TASKS = {"one/pkg.f": "pkg.f", "one/pkg.g": "pkg.g", "two/pkg.f": "pkg.f", "two/pkg.h": "pkg.h"}


def write(path: Path, rows: list[Any]) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def texts(path: Path) -> dict[str, list[str]]:
    found = read_completions(path, TASKS)
    return {task: [one.text for one in given] for task, given in found.samples.items()}


def test_rows_of_evocodebench_count_up(tmp_path: Path) -> None:
    rows = [
        {"namespace": "pkg.g", "completion": "    return 1\n"},
        {"namespace": "pkg.h", "completion": ""},
        {"namespace": "pkg.g", "completion": "    return 2\n"},
    ]
    path = write(tmp_path / "c.jsonl", rows)
    found = read_completions(path, TASKS)
    assert texts(path) == {"one/pkg.g": ["    return 1\n", "    return 2\n"], "two/pkg.h": [""]}
    assert [one.sample for one in found.samples["one/pkg.g"]] == [0, 1]
    assert found.missing == ("one/pkg.f", "two/pkg.f")
    assert found.greedy == {}


def test_our_rows_come_in_any_order(tmp_path: Path) -> None:
    rows = [
        {"task": "one/pkg.f", "sample": 2, "completion": "c"},
        {"task": "one/pkg.f", "sample": 0, "completion": "a", "greedy": False},
        {"task": "one/pkg.f", "sample": 0, "completion": "g", "greedy": True},
        {"task": "two/pkg.f", "completion": "h", "greedy": True},
        {"task": "two/pkg.h", "completions": ["x", "y"]},
        {"task": "two/pkg.h", "completion": "z"},
    ]
    path = write(tmp_path / "c.jsonl", ["", *rows])
    found = read_completions(path, TASKS)
    assert texts(path) == {"one/pkg.f": ["a", "c"], "two/pkg.h": ["x", "y", "z"]}
    assert {task: one.text for task, one in found.greedy.items()} == {
        "one/pkg.f": "g",
        "two/pkg.f": "h",
    }
    assert found.missing == ("one/pkg.g",)
    judged = {task: [one.text for one in found.judged(task)] for task in TASKS}
    assert judged == {
        "one/pkg.f": ["a", "c"],
        "one/pkg.g": [],
        "two/pkg.f": ["h"],
        "two/pkg.h": ["x", "y", "z"],
    }


def test_identical_completions_run_once(tmp_path: Path) -> None:
    rows = [
        {"task": "one/pkg.f", "completions": ["a", "b", "a"]},
        {"task": "one/pkg.f", "completion": "b", "greedy": True},
        {"task": "two/pkg.f", "completion": "a"},
    ]
    found = read_completions(write(tmp_path / "c.jsonl", rows), TASKS).distinct()
    a, b = (hashlib.sha256(text.encode()).hexdigest() for text in "ab")
    assert found == {("one/pkg.f", a): "a", ("one/pkg.f", b): "b", ("two/pkg.f", a): "a"}
    assert list(found) == sorted(found)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        pytest.param({"completion": "x"}, "names no task", id="nameless"),
        pytest.param({"task": "three/f", "completion": "x"}, "unknown", id="unknown"),
        pytest.param({"task": None, "completion": "x"}, "unknown", id="null"),
        pytest.param({"namespace": "pkg.x", "completion": "x"}, "unknown", id="namespace"),
        pytest.param({"namespace": 3, "completion": "x"}, "unknown", id="number"),
        pytest.param({"task": "one/pkg.f"}, "has no completion", id="empty"),
        pytest.param({"task": "one/pkg.f", "completion": "x", "completions": []}, "two", id="two"),
        pytest.param({"task": "one/pkg.f", "completion": None}, "field completion", id="no-text"),
        pytest.param({"task": "one/pkg.f", "completion": ["x"]}, "field completion", id="list"),
        pytest.param({"task": "one/pkg.f", "completions": "x"}, "field completions", id="text"),
        pytest.param({"task": "one/pkg.f", "completions": [1]}, "field completions", id="ints"),
        pytest.param({"task": "one/pkg.f", "completion": "x", "sample": -1}, "sample", id="minus"),
        pytest.param({"task": "one/pkg.f", "completion": "x", "sample": True}, "sample", id="bool"),
        pytest.param({"task": "one/pkg.f", "completion": "x", "sample": "0"}, "sample", id="str"),
        pytest.param({"task": "one/pkg.f", "completions": [], "sample": 0}, "sample", id="both"),
        pytest.param({"task": "one/pkg.f", "completion": "x", "greedy": 1}, "greedy", id="one"),
        pytest.param(
            {"task": "one/pkg.f", "completions": ["x"], "greedy": True}, "greedy", id="several"
        ),
        pytest.param({"task": "one/pkg.g", "completion": "x", "sample": 0}, "twice", id="twice"),
        pytest.param("{", "not JSON", id="broken"),
        pytest.param("[1]", "no JSON object", id="no-object"),
    ],
)
def test_faults_name_their_line(tmp_path: Path, row: Any, message: str) -> None:
    path = write(tmp_path / "c.jsonl", [{"task": "one/pkg.g", "completion": "x"}, row])
    with pytest.raises(DataError, match=message) as caught:
        read_completions(path, TASKS)
    assert caught.value.line == 2
    assert caught.value.place == str(path)


def test_two_greedy_ones(tmp_path: Path) -> None:
    row = {"task": "one/pkg.g", "completion": "x", "greedy": True}
    with pytest.raises(DataError, match="twice"):
        read_completions(write(tmp_path / "c.jsonl", [row, row]), TASKS)


def test_a_namespace_of_two_repositories_names_them(tmp_path: Path) -> None:
    path = write(tmp_path / "c.jsonl", [{"namespace": "pkg.f", "completion": "x"}])
    with pytest.raises(DataError, match="several tasks") as caught:
        read_completions(path, TASKS)
    assert caught.value.found == "one/pkg.f, two/pkg.f"


def test_files_without_completions(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no completions"):
        read_completions(write(tmp_path / "c.jsonl", [""]), TASKS)
    with pytest.raises(DataError, match="has no completions"):
        read_completions(
            write(tmp_path / "d.jsonl", [{"task": "one/pkg.f", "completions": []}]), TASKS
        )
    with pytest.raises(DataError, match="no file of completions"):
        read_completions(tmp_path / "none.jsonl", TASKS)
    with pytest.raises(DataError, match="other formats"):
        read_completions(tmp_path / "none.txt", TASKS)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(TASKS)),
            st.integers(0, 3),
            st.text() | st.just("half of a character: \ud800"),
            st.booleans(),
        ),
        min_size=1,
        unique_by=lambda one: (one[0], one[3]) if one[3] else (one[0], one[1], one[3]),
    )
)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, int, str, bool]]
) -> None:
    wanted = [
        Completion(task, 0 if greedy else sample, text, greedy)
        for task, sample, text, greedy in rows
    ]
    folder = tmp_path_factory.mktemp("c")
    path = write_completions(folder / "c.jsonl", wanted)
    found = read_completions(path, TASKS)
    given = [one for ones in found.samples.values() for one in ones] + list(found.greedy.values())
    assert set(given) == set(wanted)
    assert len(given) == len(wanted)
    again = write_completions(folder / "d.jsonl", reversed(wanted))
    assert again.read_bytes() == path.read_bytes()
    assert sorted(file.name for file in folder.iterdir()) == ["c.jsonl", "d.jsonl"]
