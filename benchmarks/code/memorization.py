"""CDD: contamination seen from how sampled completions crowd around the greedy one.

Dong et al., arXiv 2402.15938: a model that has a solution by heart writes nearly the same text
whatever the temperature. For each task, with d the edit distance in tokens between a sampled
completion and the greedy one, and l the number of tokens of the longest of all of them,

    peak = share of the sampled completions with d <= alpha · l

and the task counts as contaminated if peak > xi. The paper samples 50 completions at temperature
0.8. The measure sees verbatim memory only: arXiv 2603.03203 finds it no better than chance without.

A completion is cut as CDD's authors cut it, at the first two blank lines in a row; of an answer in
Markdown only the first fenced block is taken. Tokens are runs of letters, digits and underscores,
and single other marks: a tokenizer that needs no model, of about as many tokens to a line of code.
White space is no token. The first 100 tokens are compared.
"""

# numba infers the types of a kernel's arguments:
# ruff: noqa: ANN001, ANN202
# pyright: reportMissingParameterType=false
from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from ...schemas.errors import DataError, UsageError
from .completions import read_completions
from .scores import Memorization
from .slices import Slicer, Values, columns_to_slice

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from .scores import IntervalKind
    from .task_metadata import CodeTask

ALPHA = 0.05
XI = 0.01
TOKENS = 100
TOKENIZER = r"\w+|[^\w\s]"
_TOKEN = re.compile(TOKENIZER)
_FENCE = re.compile(r"^[ \t]*```[^\n]*$", re.MULTILINE)
_END = re.compile(r"\n[ \t]*\n[ \t]*\n")


@dataclass(frozen=True)
class Sampled:
    """What a model wrote."""

    greedy: Mapping[str, str]
    """Task → its greedy completion."""
    samples: Mapping[str, Sequence[str]]
    """Task → its sampled ones."""


def read_sampled(path: Path, tasks: Iterable[CodeTask], *, greedy: Path | None = None) -> Sampled:
    """Read sampled and greedy completions, see ``completions``.

    Args:
        path: file of the sampled ones; those marked greedy may stand in it too.
        tasks: those that may have completions.
        greedy: file of the greedy ones, one a task, marked or not.

    Raises:
        DataError: a file is missing or damaged, or the greedy one has several for a task.
    """
    namespaces = {task.name: task.namespace for task in tasks}
    found = read_completions(path, namespaces)
    centres = {task: one.text for task, one in found.greedy.items()}
    if greedy is not None:
        other = read_completions(greedy, namespaces)
        for task in namespaces:
            marked = task in other.greedy
            texts = (other.greedy[task],) if marked else other.samples.get(task, ())
            if len(texts) > 1:
                raise DataError(
                    "a task has several greedy completions",
                    place=greedy,
                    found=f"{len(texts)} of {task}",
                )
            if texts:
                centres[task] = texts[0].text
    samples = {task: [one.text for one in each] for task, each in found.samples.items()}
    return Sampled(centres, samples)


def memorization(
    completions: Mapping[str, Sampled],
    tasks: Sequence[CodeTask],
    *,
    alpha: float = ALPHA,
    xi: float = XI,
    by: Sequence[str] | None = None,
    interval: IntervalKind = "repository",
    seed: int = 0,
) -> Memorization:
    """Contamination ratio and mean peak of each model, over all tasks and by slice.

    A task is undefined without a greedy completion, or where that has no token, or without sampled
    ones; tasks with neither are not counted.

    Args:
        completions: model → what it wrote.
        tasks: those that may have completions.
        alpha: share of the longest completion within which a distance counts as near.
        xi: peak above which a task counts as contaminated.
        by: columns that slice the tasks; None: domain, dependencies and repository, where they
            part the tasks.
        interval: what the bootstrap draws.
        seed: seed of the draws.

    Raises:
        UsageError: alpha or xi is no share, the seed is negative, or there is no such column.
    """
    for name, share in (("alpha", alpha), ("xi", xi)):
        if not 0 <= share <= 1:
            raise UsageError(f"{name} is no share", found=share, expected="a number from 0 to 1")
    if seed < 0:
        raise UsageError("the seed is negative", found=seed, expected="0 or more")
    columns = columns_to_slice(tasks, by)
    ordered = sorted(tasks, key=lambda task: task.name)
    figures = []
    samples: dict[str, dict[int, int]] = {}
    for model, found in completions.items():
        greedy, sampled = found.greedy, found.samples
        chosen = [task for task in ordered if task.name in greedy or task.name in sampled]
        peaks = [
            peak(greedy[task.name], sampled.get(task.name, []), alpha=alpha)
            if task.name in greedy
            else None
            for task in chosen
        ]
        marks = [None if value is None else float(value > xi) for value in peaks]
        every = [True] * len(chosen)
        slicer = Slicer(chosen, columns, interval, seed)
        measures = {"contaminated": Values(marks, every), "peak": Values(peaks, every)}
        figures += slicer.figures(model, measures)
        counts = Counter(len(sampled.get(task.name, [])) for task in chosen)
        samples[model] = dict(sorted(counts.items()))
    return Memorization(
        alpha=alpha,
        xi=xi,
        tokens=TOKENS,
        tokenizer=TOKENIZER,
        samples_per_task=samples,
        figures=figures,
    )


def peak(greedy: str, samples: Sequence[str], *, alpha: float = ALPHA) -> float | None:
    """Share of sampled completions near the greedy one.

    Args:
        greedy: the completion at temperature 0.
        samples: those sampled.
        alpha: share of the longest completion within which a distance counts as near.

    Returns:
        A share; None where the greedy completion has no token or nothing is sampled.
    """
    vocabulary: dict[str, int] = {}
    centre = _numbers(tokens(greedy), vocabulary)
    if not len(centre) or not samples:
        return None
    others = [_numbers(tokens(text), vocabulary) for text in samples]
    longest = max(len(centre), *map(len, others))
    near = sum(edit_distance(centre, other) <= alpha * longest for other in others)
    return near / len(samples)


def tokens(completion: str) -> list[str]:
    """The tokens of a completion that are compared."""
    return [match[0] for match in islice(_TOKEN.finditer(_code(completion)), TOKENS)]


def _code(completion: str) -> str:
    """What is compared: the first fenced block of an answer in Markdown, up to two blank lines.

    A single fence ends the code before it, or begins it where there is none: prompts may hold the
    other one.
    """
    text = completion
    fences = [match.span() for match in _FENCE.finditer(text)]
    if len(fences) == 1:
        ((start, end),) = fences
        text = text[:start] if text[:start].strip() else text[end:]
    elif fences:
        text = text[fences[0][1] : fences[1][0]]
    return _END.split(text.strip(), maxsplit=1)[0]


def _numbers(found: Sequence[str], vocabulary: dict[str, int]) -> NDArray[np.int64]:
    return np.array([vocabulary.setdefault(token, len(vocabulary)) for token in found], np.int64)


def edit_distance(left: NDArray[np.int64], right: NDArray[np.int64]) -> int:
    """Levenshtein distance of two sequences of tokens: insertions, deletions, replacements."""
    return int(_levenshtein(left, right))


@njit(cache=True, nogil=True)
def _levenshtein(left, right):
    """Row by row, each the distances of a prefix of the left to all prefixes of the right."""
    row = np.arange(len(right) + 1)
    for i in range(len(left)):
        corner = row[0]
        row[0] = i + 1
        for j in range(len(right)):
            replaced = corner + (left[i] != right[j])
            corner = row[j + 1]
            row[j + 1] = min(replaced, corner + 1, row[j] + 1)
    return row[-1]
