"""Histories of any shape: what is called new is new, and what is plainly new is called so."""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domainbench.builders.sources.code import open_sources

if TYPE_CHECKING:
    from collections.abc import Iterator

START = datetime(2025, 1, 1, tzinfo=UTC)
PATHS = ("a.py", "b.py", "pkg/c.py")
NAMES = ("f", "g", "h")
BODIES = range(1, 7)

Tree = dict[str, dict[str, int]]
"""Path → name of a function → its body."""


@dataclass(frozen=True)
class Commit:
    """A commit of a model: its day, its parents as places in the history, its tree."""

    day: int
    parents: tuple[int, ...]
    tree: Tree


FUNCTIONS = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(BODIES), max_size=3)
TREES = st.dictionaries(st.sampled_from(PATHS), FUNCTIONS, max_size=3)


@st.composite
def histories(draw: st.DrawFn, *, skew: bool) -> list[Commit]:
    """Commits whose parents come before them, in time only without skew; the last is the head."""
    commits: list[Commit] = []
    for place in range(draw(st.integers(1, 9))):
        parents: tuple[int, ...] = ()
        if place:
            others = draw(st.lists(st.integers(0, place - 1), max_size=1))
            parents = tuple(dict.fromkeys((place - 1, *others)))
            if len(parents) == 1 and draw(st.booleans()):
                parents = (draw(st.integers(0, place - 1)),)
        earliest = 0 if skew else max((commits[parent].day for parent in parents), default=0)
        commits.append(Commit(draw(st.integers(earliest, 12)), parents, draw(TREES)))
    return commits


def source(functions: dict[str, int]) -> str:
    return "\n\n".join(
        f"def {name}(value):\n    total = value + {body}1\n    return total * {body}7"
        for name, body in sorted(functions.items())
    )


def write(commits: list[Commit], folder: Path) -> None:
    """Make a bare repository of a model."""
    stream: list[bytes] = []
    for place, commit in enumerate(commits):
        seconds = int((START + timedelta(days=commit.day)).timestamp())
        stream.append(
            f"commit refs/heads/main\nmark :{place + 1}\ncommitter A <a@b> {seconds} +0000\n"
            "data 0\n".encode()
        )
        words = zip(("from", "merge"), commit.parents, strict=False)
        stream += [f"{word} :{parent + 1}\n".encode() for word, parent in words]
        stream.append(b"deleteall\n")
        for path, functions in commit.tree.items():
            data = source(functions).encode()
            stream.append(f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n")
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    for command, data in (("init -q --bare -b main", []), ("fast-import --quiet --force", stream)):
        subprocess.run(
            ["git", *command.split()],
            cwd=folder,
            env=environment,
            input=b"".join(data),
            check=True,
        )


def introduced(
    folder: Path, work: Path, since: int | None, until: int | None
) -> dict[tuple[str, str], int]:
    """(path, function) → day of the commit that is said to have brought it."""
    bounds = [None if day is None else START + timedelta(days=day) for day in (since, until)]
    found = open_sources([folder], since=bounds[0], until=bounds[1], work_dir=work)
    assert [item for report in found.reports for item in report.rejected] == []
    return {
        key: (datetime.fromisoformat(snapshot.date) - START).days
        for snapshot in found.snapshots
        for key in snapshot.introduced or {}
    }


def behind(commits: list[Commit], place: int) -> Iterator[int]:
    """A commit's place and those of its ancestors, each once."""
    waiting, seen = [place], set[int]()
    while waiting:
        here = waiting.pop()
        if here not in seen:
            seen.add(here)
            yield here
            waiting += commits[here].parents


def state(commits: list[Commit], until: int) -> int | None:
    """Place of the main line's commit at a day, along first parents."""
    place: int | None = len(commits) - 1
    while place is not None and commits[place].day >= until:
        place = commits[place].parents[0] if commits[place].parents else None
    return place


@settings(max_examples=40)
@given(histories(skew=False), st.integers(1, 6), st.integers(1, 6))
def test_what_is_new_was_nowhere_before(commits: list[Commit], since: int, length: int) -> None:
    until = since + length
    with tempfile.TemporaryDirectory() as name:
        folder, work = Path(name) / "repo", Path(name) / "work"
        folder.mkdir()
        write(commits, folder)
        found = introduced(folder, work, since, until)
    end = state(commits, until)
    reachable = [] if end is None else [commits[place] for place in behind(commits, end)]
    for (path, function), day in found.items():
        assert since <= day < until
        bodies = {
            commit.tree[path][function]
            for commit in reachable
            if commit.day == day and function in commit.tree.get(path, {})
        }
        assert bodies
        # Of the bodies that it may have come with, one was in no earlier commit in any file.
        earlier = {
            body
            for commit in reachable
            if commit.day < day
            for functions in commit.tree.values()
            for body in functions.values()
        }
        assert bodies - earlier
        # It stood at its place in no state of the main line from before the window.
        base = state(commits, since)
        assert base is None or function not in commits[base].tree.get(path, {})


@settings(max_examples=40)
@given(histories(skew=True), st.integers(1, 6), st.integers(1, 6))
def test_what_is_plainly_new_is_found(commits: list[Commit], since: int, length: int) -> None:
    """A function of the last commit whose name and body were nowhere before."""
    until = since + length
    with tempfile.TemporaryDirectory() as name:
        folder, work = Path(name) / "repo", Path(name) / "work"
        folder.mkdir()
        write(commits, folder)
        found = introduced(folder, work, since, until)
    end = state(commits, until)
    if end is None:
        return
    reachable = [commits[place] for place in behind(commits, end)]
    for path, functions in commits[end].tree.items():
        for function, body in functions.items():
            holders = [item for item in reachable if any(function in f for f in item.tree.values())]
            bearers = [
                item for item in reachable if any(body in f.values() for f in item.tree.values())
            ]
            if holders == bearers == [commits[end]] and commits[end].day >= since:
                assert found[path, function] == commits[end].day


@settings(max_examples=20)
@given(histories(skew=True), st.integers(1, 11))
def test_no_function_is_new_in_two_windows(commits: list[Commit], between: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, work = Path(name) / "repo", Path(name) / "work"
        folder.mkdir()
        write(commits, folder)
        first = introduced(folder, work, None, between)
        second = introduced(folder, work, between, None)
    assert all(day < between for day in first.values())
    assert all(day >= between for day in second.values())
    base = state(commits, between)
    if base is not None:
        # What is new later is not there, at its place or elsewhere, when the first window ends.
        tree = commits[base].tree
        assert not {(path, name) for path in tree for name in tree[path]} & second.keys()


def test_processes_give_what_one_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trees = [
        {"a.py": {"f": 1}},
        {"a.py": {"f": 1, "g": 2}, "b.py": {"h": 3}},
        {"b.py": {"h": 4, "f": 5}},
    ]
    commits = [Commit(day, (day - 1,) if day else (), tree) for day, tree in enumerate(trees)]
    write(commits, tmp_path)
    alone = introduced(tmp_path, tmp_path / "work", 1, 3)
    monkeypatch.setattr("domainbench.builders.sources.code.git_functions._MANY", 1)
    monkeypatch.setattr("domainbench.builders.sources.code.git_functions._CHUNK", 2)
    assert introduced(tmp_path, tmp_path / "work", 1, 3) == alone == {("b.py", "h"): 1}
