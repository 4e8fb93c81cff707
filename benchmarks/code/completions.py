"""Files of completions: JSON lines, EvoCodeBench's or ours.

A row names its task by ``task`` (the ``_id`` of a sample) or by ``namespace``, which must be that
of one sample alone. It holds one ``completion``, or several in a list ``completions``. ``sample``
says which of the task's completions it is, from 0; without it rows of one task count up as they
come, as in EvoCodeBench's files. ``greedy`` marks the one text that a model writes without drawing;
it stands beside the samples, and is numbered by itself.

A completion is the text that a model wrote, as it wrote it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...schemas.errors import DataError
from ..row_files import JSON_LINES, read_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

NAME = "completions.jsonl"
_SHOWN = 120
"""Characters of a wrong field that a message shows."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What a model wrote for one task."""

    task: str
    """``_id`` of the sample."""
    sample: int
    """Which of the task's texts, from 0; 0 for a greedy one."""
    text: str
    greedy: bool = False

    @property
    def digest(self) -> str:
        """SHA-256 of the text: completions of one task that share it are run once."""
        # JSON can write halves of characters, which UTF-8 cannot.
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True)
class Completions:
    """The completions of a file."""

    samples: Mapping[str, tuple[Completion, ...]]
    """Task → its completions by number, without the greedy one."""
    greedy: Mapping[str, Completion]
    """Task → the greedy one."""
    missing: tuple[str, ...]
    """Tasks that have neither."""

    def judged(self, task: str) -> tuple[Completion, ...]:
        """What a task is scored by: its samples, or where there are none its greedy completion."""
        found = self.samples.get(task, ())
        return found if found or task not in self.greedy else (self.greedy[task],)

    def distinct(self) -> dict[tuple[str, str], str]:
        """Task and digest → text: each completion that must be run, once, by task and digest."""
        every = [one for given in self.samples.values() for one in given] + list(
            self.greedy.values()
        )
        found = {(one.task, one.digest): one.text for one in every}
        return {key: found[key] for key in sorted(found)}


def read_completions(path: Path, namespaces: Mapping[str, str]) -> Completions:
    """Read a file of completions.

    Args:
        path: the file.
        namespaces: every task that may be completed → its namespace.

    Raises:
        DataError: the file is missing or damaged, holds nothing, names an unknown task or a
            namespace of several, has a completion twice, or one that is no text.
    """
    owners: dict[str, list[str]] = defaultdict(list)
    for task in sorted(namespaces):
        owners[namespaces[task]].append(task)
    found: dict[str, dict[int, Completion]] = defaultdict(dict)
    greedy: dict[str, Completion] = {}
    for line, row in read_rows(path, what="completions", formats=JSON_LINES):
        task = _task(row, namespaces, owners, path, line)
        for one in _completions(row, task, len(found[task]), path, line):
            held = greedy.get(task) if one.greedy else found[task].get(one.sample)
            if held is not None:
                what = "greedy" if one.greedy else f"sample {one.sample}"
                raise DataError(
                    "a completion is there twice", place=path, line=line, found=f"{task}, {what}"
                )
            if one.greedy:
                greedy[task] = one
            else:
                found[task][one.sample] = one
    samples = {
        task: tuple(found[task][number] for number in sorted(found[task]))
        for task in sorted(found)
        if found[task]
    }
    if not samples and not greedy:
        raise DataError("the file has no completions", place=path)
    missing = tuple(t for t in sorted(namespaces) if t not in samples and t not in greedy)
    return Completions(samples, dict(sorted(greedy.items())), missing)


def write_completions(path: Path, completions: Iterable[Completion]) -> Path:
    """Write completions in our form; the file appears whole or not at all.

    Rows are sorted by task and number, a greedy one before the others.
    """
    ordered = sorted(completions, key=lambda one: (one.task, not one.greedy, one.sample))
    stage = path.with_name(f".{path.name}.{os.getpid()}")
    with stage.open("w", encoding="ascii", newline="\n") as out:
        for one in ordered:
            row: dict[str, Any] = {"task": one.task, "sample": one.sample, "completion": one.text}
            out.write(json.dumps(row | ({"greedy": True} if one.greedy else {})) + "\n")
    stage.replace(path)
    return path


def _task(
    row: Mapping[str, Any],
    namespaces: Mapping[str, str],
    owners: Mapping[str, list[str]],
    path: Path,
    line: int,
) -> str:
    """The task that a row is about."""
    if "task" in row:
        name = row["task"]
        known = [name] if isinstance(name, str) and name in namespaces else []
        expected = "an _id of the table samples"
    elif "namespace" in row:
        name = row["namespace"]
        known = owners.get(name, []) if isinstance(name, str) else []
        expected = "a namespace of the table samples"
    else:
        raise DataError(
            "a row names no task",
            place=path,
            line=line,
            found=", ".join(map(str, row)) or "no fields",
            expected="a field task or namespace",
        )
    if not known:
        raise DataError(
            "the completions name a task that is unknown",
            place=path,
            line=line,
            found=repr(name)[:_SHOWN],
            expected=expected,
        )
    if len(known) > 1:
        raise DataError(
            f"the namespace {name} is that of several tasks",
            place=path,
            line=line,
            found=", ".join(known),
            expected="a field task with one of them",
        )
    return known[0]


def _completions(
    row: Mapping[str, Any], task: str, following: int, path: Path, line: int
) -> Iterator[Completion]:
    """The completions of a row; those without a number are counted on from ``following``."""
    several = "completions" in row
    if several == ("completion" in row):
        raise DataError(
            "a row has no completion" if not several else "a row has two fields of completions",
            place=path,
            line=line,
            found=", ".join(map(str, row)),
            expected="a field completion, or completions with a list",
        )
    texts = row["completions"] if several else [row["completion"]]
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        name = "completions" if several else "completion"
        expected = "a list of texts" if several else "a text"
        raise _wrong(name, row[name], expected, path, line)
    greedy = row.get("greedy", False)
    if not isinstance(greedy, bool):
        raise _wrong("greedy", greedy, "true or false", path, line)
    if greedy and several:
        raise _wrong("completions", texts, "one completion, as it is greedy", path, line)
    sample = row.get("sample")
    if sample is not None and several:
        raise _wrong("sample", sample, "no number beside a list of completions", path, line)
    if sample is None:
        sample = following
    if isinstance(sample, bool) or not isinstance(sample, int) or sample < 0:
        raise _wrong("sample", sample, "a whole number from 0", path, line)
    for number, text in enumerate(texts, 0 if greedy else sample):
        yield Completion(task, number, text, greedy)


def _wrong(field: str, found: Any, expected: str, path: Path, line: int) -> DataError:
    return DataError(
        f"the field {field} is wrong",
        place=path,
        line=line,
        found=repr(found)[:_SHOWN],
        expected=expected,
    )
