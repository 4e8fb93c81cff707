from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.benchmarks.code.memorization import (
    TOKENS,
    Sampled,
    edit_distance,
    memorization,
    peak,
    read_sampled,
    tokens,
)
from domainbench.benchmarks.code.task_metadata import CodeTask
from domainbench.schemas.errors import DataError, UsageError

SEQUENCE = st.lists(st.integers(0, 3), max_size=12)


def naive(left: list[int], right: list[int]) -> int:
    """Levenshtein distance by the whole table."""
    table = [
        [i + j if i * j == 0 else 0 for j in range(len(right) + 1)] for i in range(len(left) + 1)
    ]
    for i, a in enumerate(left, 1):
        for j, b in enumerate(right, 1):
            table[i][j] = min(
                table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (a != b)
            )
    return table[-1][-1]


def task(name: str, repository: str = "r", **labels: str) -> CodeTask:
    found = {column: (label,) for column, label in labels.items()}
    return CodeTask(name, name, repository, frozenset(), found)


@given(SEQUENCE, SEQUENCE)
def test_the_edit_distance_is_that_of_the_whole_table(left: list[int], right: list[int]) -> None:
    arrays = np.array(left, np.int64), np.array(right, np.int64)
    assert edit_distance(*arrays) == naive(left, right)


def test_the_edit_distance_by_hand() -> None:
    kitten, sitting = (np.array([ord(c) for c in word]) for word in ("kitten", "sitting"))
    assert edit_distance(kitten, sitting) == 3


def test_tokens() -> None:
    assert tokens("  return x_1+ 'é'\n") == ["return", "x_1", "+", "'", "é", "'"]
    assert tokens("a\n\nb\n  \n\nc") == ["a", "b"]
    assert tokens("Sure:\n```python\nx = 1\n```\nthat is it") == ["x", "=", "1"]
    assert tokens("x = 1\n```\nthat is it") == ["x", "=", "1"]
    assert tokens("```python\nx = 1") == ["x", "=", "1"]
    assert tokens("```\n```") == []
    assert len(tokens("x " * 300)) == TOKENS


def test_the_peak_by_hand() -> None:
    greedy = " ".join(f"t{i}" for i in range(20))
    one = greedy.replace("t3 ", "u ")
    two = one.replace("t7 ", "v ")
    # 20 tokens: within 0.05 · 20 = 1 edit are the same text and that with one other token.
    assert peak(greedy, [greedy, one, two, "x"]) == 2 / 4
    assert peak(greedy, [greedy, one, two, "x"], alpha=0) == 1 / 4
    assert peak(greedy, [greedy, one, two, "x"], alpha=0.1) == 3 / 4
    # The longest of all sets the measure: 40 tokens allow two edits.
    assert peak(greedy, [two, greedy + " " + greedy]) == 1 / 2


def test_no_peak() -> None:
    assert peak("", ["", ""]) is None
    assert peak("x", []) is None
    assert peak("x", [""]) == 0


def test_what_lies_behind_the_cut_does_not_count() -> None:
    same = "x " * TOKENS
    assert peak(same + "a b c", [same + "d e f g"]) == 1


def test_figures() -> None:
    tasks = [
        task("a", "r", domain="Database"),
        task("b", "r", domain="Database"),
        task("c", "s", domain="System"),
        task("d", "s", domain="System"),
        task("e", "s", domain="System"),
    ]
    greedy = {"a": "return 1", "b": "return 2", "c": "return 3", "d": ""}
    sampled = {
        "a": ["return 1", "return 1"],
        "b": ["return 1", "return 2"],
        "c": ["pass", "x = 1"],
        "d": ["", ""],
    }
    found = memorization({"m": Sampled(greedy, sampled)}, tasks, by=["domain"], xi=0.6)
    figures = {(f.slice, f.measure): f for f in found.figures}
    assert figures[None, "peak"].value == pytest.approx((1 + 0.5 + 0) / 3)
    assert figures[None, "contaminated"].value == pytest.approx(1 / 3)
    assert (figures[None, "peak"].n, figures[None, "peak"].undefined) == (3, 1)
    assert figures["Database", "contaminated"].value == 0.5
    assert figures["System", "contaminated"].value == 0
    assert found.samples_per_task == {"m": {2: 4}}
    assert figures[None, "peak"].low is not None
    # With xi at its default, half of the samples are enough.
    again = memorization({"m": Sampled(greedy, sampled)}, tasks)
    assert again.figures[0].value == pytest.approx(2 / 3)


def test_greedy_or_sampled_alone() -> None:
    tasks = [task("a"), task("b"), task("c")]
    found = memorization({"m": Sampled({"a": "x"}, {"b": ["x"]})}, tasks)
    assert [(f.measure, f.n, f.undefined, f.value) for f in found.figures] == [
        ("contaminated", 0, 2, None),
        ("peak", 0, 2, None),
    ]


def test_faults_of_the_call() -> None:
    tasks = [task("a")]
    with pytest.raises(UsageError, match="alpha is no share"):
        memorization({}, tasks, alpha=1.5)
    with pytest.raises(UsageError, match="xi is no share"):
        memorization({}, tasks, xi=float("nan"))
    with pytest.raises(UsageError, match="unknown column of tasks"):
        memorization({}, tasks, by=["domain"])


def write(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


def test_one_file_of_both(tmp_path: Path) -> None:
    path = write(
        tmp_path / "completions.jsonl",
        {"namespace": "a", "completion": "1"},
        {"task": "a", "completion": "0", "greedy": True},
        {"namespace": "a", "completion": "2"},
        {"task": "b", "completion": ""},
    )
    found = read_sampled(path, [task("a"), task("b")])
    assert found == Sampled({"a": "0"}, {"a": ["1", "2"], "b": [""]})


def test_a_file_of_greedy_ones(tmp_path: Path) -> None:
    path = write(tmp_path / "samples.jsonl", {"namespace": "a", "completion": "1"})
    greedy = write(
        tmp_path / "greedy.jsonl",
        {"namespace": "a", "completion": "0"},
        {"namespace": "b", "completion": "3", "greedy": True},
    )
    tasks = [task("a"), task("b")]
    found = read_sampled(path, tasks, greedy=greedy)
    assert found == Sampled({"a": "0", "b": "3"}, {"a": ["1"]})
    write(greedy, {"namespace": "a", "completions": ["0", "1"]})
    with pytest.raises(DataError, match="several greedy completions"):
        read_sampled(path, tasks, greedy=greedy)
    with pytest.raises(DataError, match="there is no file of completions here"):
        read_sampled(path, tasks, greedy=tmp_path / "none.jsonl")
