"""Questions of which a run of words stands in a given collection of texts.

A run of 13 words is the overlap that GPT-3's authors looked for (Brown et al. 2020, appendix C).
Words are compared as ``match_key`` gives them, so case and punctuation do not count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .normalise import match_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

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
        collection: texts, of which one at a time is held.
        n: words of a run; of a question with fewer words, all of them, if they are at least 8.
    """
    runs: list[list[str]] = [_runs(match_key(question).split(), n) for question in questions]
    owners: dict[str, list[int]] = {}
    for place, wanted in enumerate(runs):
        for run in dict.fromkeys(wanted):
            owners.setdefault(run, []).append(place)
    lengths = sorted({run.count(" ") + 1 for run in owners})
    seen: dict[str, int] = {}
    for number, text in enumerate(collection):
        for run in _windows(match_key(text).split(), lengths):
            if run in owners:
                seen.setdefault(run, number)
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


def _windows(words: Sequence[str], lengths: Sequence[int]) -> Iterator[str]:
    for length in lengths:
        for start in range(len(words) - length + 1):
            yield " ".join(words[start : start + length])
