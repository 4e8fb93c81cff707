"""Questions of which a run of words stands in a given collection of texts.

A run of 13 words is the overlap that GPT-3's authors looked for (Brown et al. 2020, appendix C).
Words are compared as ``match_key`` gives them, so case and punctuation do not count.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING

import numpy as np

from .normalise import match_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_INVERSE = np.uint64(pow(int(_FACTOR), -1, 1 << 64))
_BATCH = 1 << 20
_BREAK = ""
"""A word of no question, which parts texts that are searched together."""
_SHORTEST = 8
"""Words from which a question shorter than n is searched as a whole."""


@dataclass(frozen=True)
class Contamination:
    """What was found of each question."""

    count: list[int | None]
    """Different runs of it that stand in the collection; None if it is too short to tell."""
    first: list[str | None]
    """The first run of a question that was found."""
    text: list[int | None]
    """The collection's text, from 0, in which a run of the question was found first."""


def contaminated(
    questions: Sequence[str], collection: Iterable[str], *, n: int = 13
) -> Contamination:
    """Search every run of n words of each question in a collection that is read once.

    Args:
        questions: q texts.
        collection: texts; about a million words at a time are held.
        n: words of a run; of a question with fewer words, all of them, if they are at least 8.
    """
    asked = [match_key(question).split() for question in questions]
    runs = [_runs(words, n) for words in asked]
    seen = _Search(asked, runs).first_seen(collection)
    found = [[run for run in dict.fromkeys(wanted) if run in seen] for wanted in runs]
    return Contamination(
        [len(hits) if wanted else None for hits, wanted in zip(found, runs, strict=True)],
        [hits[0] if hits else None for hits in found],
        [min((seen[run] for run in hits), default=None) for hits in found],
    )


def _runs(words: Sequence[str], n: int) -> list[str]:
    if len(words) < n:
        return [" ".join(words)] if len(words) >= min(_SHORTEST, n) else []
    return [" ".join(words[start : start + n]) for start in range(len(words) - n + 1)]


class _Search:
    """Finds runs by hashes of their words' numbers, and then by themselves."""

    def __init__(self, asked: Sequence[list[str]], runs: Sequence[Sequence[str]]) -> None:
        self._runs = frozenset(run for wanted in runs for run in wanted)
        words = [word for question in asked for word in (*question, _BREAK)]
        self._numbers = {word: _number(word) for word in dict.fromkeys(words) if word}
        windows = _Windows(self._numbered(words))
        lengths = sorted({wanted[0].count(" ") + 1 for wanted in runs if wanted})
        # Of a short length also the parts of longer questions: what they find is no run.
        self._hashes = {length: np.sort(windows.hashes(length)[1]) for length in lengths}

    def _numbered(self, words: Sequence[str]) -> NDArray[np.uint64]:
        return np.fromiter(map(self._numbers.get, words, repeat(0)), np.uint64, len(words))

    def first_seen(self, collection: Iterable[str]) -> dict[str, int]:
        """Run -> number of the first text that holds it; runs of no text are left out."""
        seen: dict[str, int] = {}
        for batch in _batches(collection):
            self._search(batch, seen)
        return seen

    def _search(self, batch: Sequence[tuple[int, list[str]]], seen: dict[str, int]) -> None:
        words = [word for _, text in batch for word in (*text, _BREAK)]
        owners = np.repeat([number for number, _ in batch], [len(text) + 1 for _, text in batch])
        windows = _Windows(self._numbered(words))
        for length, wanted in self._hashes.items():
            starts, hashes = windows.hashes(length)
            place = np.minimum(np.searchsorted(wanted, hashes), len(wanted) - 1)
            for start in starts[wanted[place] == hashes].tolist():
                run = " ".join(words[start : start + length])
                if run in self._runs:
                    seen.setdefault(run, int(owners[start]))


def _number(word: str) -> int:
    """A number of 64 bits that stands for a word; 0 stands for words of no run."""
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "big") | 1


class _Windows:
    """Hashes of all runs of some length in a sequence, from sums that all lengths share.

    A hash is the sum of number times factor^place, modulo 2^64, places counted in the run.
    """

    def __init__(self, numbers: NDArray[np.uint64]) -> None:
        # factor^place, and its inverse: an odd number has one modulo 2^64.
        count = len(numbers) + 1
        powers = np.cumprod(np.full(count, _FACTOR)) * _INVERSE
        self._back = np.cumprod(np.full(count, _INVERSE)) * _FACTOR
        zero = np.zeros(1, np.uint64)
        self._sums = np.concatenate([zero, np.cumsum(numbers * powers[:-1], dtype=np.uint64)])
        self._strange = np.concatenate([[0], np.cumsum(numbers == 0)])

    def hashes(self, length: int) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
        """Where the runs without a strange word start, ascending, and their hashes."""
        if len(self._sums) <= length:
            return np.empty(0, np.int64), np.empty(0, np.uint64)
        starts = np.flatnonzero(self._strange[length:] == self._strange[:-length])
        sums = self._sums[starts + length] - self._sums[starts]
        return starts, sums * self._back[starts]


def _batches(collection: Iterable[str]) -> Iterator[list[tuple[int, list[str]]]]:
    """Texts with their numbers, as words, about a million words at a time."""
    batch: list[tuple[int, list[str]]] = []
    count = 0
    for number, text in enumerate(collection):
        words = match_key(text).split()
        batch.append((number, words))
        count += len(words)
        if count >= _BATCH:
            yield batch
            batch, count = [], 0
    if batch:
        yield batch
