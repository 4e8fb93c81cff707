"""Dropping repeated questions, and finding those that must stay in one split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..near_duplicates import near_duplicates
from . import faults
from .checks import option_key, same_symbols
from .distinct import distinct

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from .ingest import SourceFile
    from .options import QaOptions
    from .question import Question


@dataclass
class Kept:
    """The questions that are left, and pairs of them that resemble each other."""

    questions: list[Question]
    related: list[tuple[int, int]]
    """Places of questions that must stay in one split."""
    exact: int
    near: int
    """Duplicates found, rejected or flagged."""


def drop_duplicates(
    questions: Sequence[Question], files: Sequence[SourceFile], options: QaOptions
) -> Kept:
    """Reject or flag all but the first of equal and of nearly equal questions.

    Questions that differ by a number, a negation, an operator or a word of weight are no
    duplicates, whatever they share; nor are questions in different languages, about different
    passages or with different answers.
    """
    unique, repeats = _exact(questions, files, options)
    pairs = _near_pairs(unique, options)
    gone: dict[int, int] = {}
    near = 0
    for first, second in pairs:
        before = _standing(first, second, gone, unique)
        if before is None or second in gone or not _same(unique[before], unique[second]):
            continue
        if _conflict(unique[second], unique[before]):
            continue
        near += 1
        if _reject(unique[second], unique[before], faults.NEAR_DUPLICATE, files, options):
            gone[second] = before
    kept = [question for place, question in enumerate(unique) if place not in gone]
    return Kept(kept, _renumber(pairs, gone, len(unique)), repeats, near)


def _standing(
    first: int, second: int, gone: Mapping[int, int], questions: Sequence[Question]
) -> int | None:
    """The question that ``second`` may repeat.

    That is ``first``, or what ``first`` was dropped for where the two read the same.
    """
    if first not in gone:
        return first
    return gone[first] if questions[first].near == questions[second].near else None


def _exact(
    questions: Sequence[Question], files: Sequence[SourceFile], options: QaOptions
) -> tuple[list[Question], int]:
    first: dict[str, Question] = {}
    kept: list[Question] = []
    repeats = 0
    for question in questions:
        before = first.setdefault(question.exact, question)
        if before is question:
            kept.append(question)
            continue
        repeats += 1
        _conflict(question, before)
        if not _reject(question, before, faults.EXACT_DUPLICATE, files, options):
            question.exact += f"\x1f{repeats}"  # identifiers stay different
            kept.append(question)
    return kept, repeats


def _conflict(question: Question, before: Question) -> bool:
    """Flag two questions that are the same where their answers are not."""
    ours, theirs = ({option_key(text) for text in q.answers} for q in (question, before))
    if ours & theirs:
        return False
    for one in (question, before):
        if faults.CONFLICTING_ANSWERS not in one.flags:
            one.flags.append(faults.CONFLICTING_ANSWERS)
    return True


def _reject(
    question: Question,
    before: Question,
    fault: str,
    files: Sequence[SourceFile],
    options: QaOptions,
) -> bool:
    """Reject or flag a question that repeats one before it; True where it is rejected."""
    if fault not in options.reject:
        question.flags.append(fault)
        return False
    place = f"{files[before.file].path}, line {before.line}"
    files[question.file].reject(question, fault, f"{before.source_id or before.id} in {place}")
    return True


def _near_pairs(questions: Sequence[Question], options: QaOptions) -> list[tuple[int, int]]:
    """Places of near duplicates, the earlier question first, in order."""
    found: list[tuple[int, int]] = []
    languages = sorted({question.language for question in questions})
    for language in languages:
        places = np.array([i for i, q in enumerate(questions) if q.language == language])
        texts = [questions[place].near for place in places]
        pairs = near_duplicates(texts, threshold=options.near_threshold, seed=options.seed)
        left, right = places[pairs.left], places[pairs.right]
        found += zip(left.tolist(), right.tolist(), strict=True)
    return sorted((min(pair), max(pair)) for pair in found)


def _same(left: Question, right: Question) -> bool:
    if left.parallel_id is not None and left.parallel_id == right.parallel_id:
        return False
    if (left.context or "") != (right.context or ""):
        return False
    if distinct(left.near, right.near):
        return False
    return same_symbols(left.text, right.text)


def _renumber(
    pairs: Iterable[tuple[int, int]], gone: Collection[int], count: int
) -> list[tuple[int, int]]:
    """Pairs by the places that are left; one that is gone hands its place to its partner."""
    after = np.cumsum([place not in gone for place in range(count)]) - 1
    partners: dict[int, list[int]] = {}
    kept: list[tuple[int, int]] = []
    for first, second in pairs:
        lost = [place for place in (first, second) if place in gone]
        if not lost:
            kept.append((int(after[first]), int(after[second])))
        for place in lost:
            partners.setdefault(place, []).extend({first, second} - {place})
    for place in sorted(partners):
        left = sorted(other for other in partners[place] if other not in gone)
        kept += [(int(after[left[0]]), int(after[other])) for other in left[1:]]
    return kept


class Groups:
    """Disjoint sets of the numbers below a bound; a set is named by its least member."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def join(self, left: int, right: int) -> None:
        """Make one set of the two that hold these numbers."""
        first, second = sorted((self.find(left), self.find(right)))
        self._parent[second] = first

    def join_equal(self, values: Iterable[str | None]) -> None:
        """Join the numbers that have the same value; None is nobody's."""
        first: dict[str, int] = {}
        for place, value in enumerate(values):
            if value is not None:
                self.join(first.setdefault(value, place), place)

    def find(self, member: int) -> int:
        """The least member of the set that holds a number."""
        while self._parent[member] != member:
            self._parent[member] = self._parent[self._parent[member]]
            member = self._parent[member]
        return member
