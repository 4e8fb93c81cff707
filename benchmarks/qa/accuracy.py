"""Accuracy of judged answers: overall and by label, against chance, across languages, by position.

What is unparsed or missing counts as wrong, and is counted apart too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ...retrieval.significance import holm
from ...schemas.errors import UsageError
from ..statistics import (
    cluster_interval,
    mcnemar,
    paired_difference_interval,
    stuart_maxwell,
    wilson_interval,
)
from .answers import MISSING, OUTCOMES, RIGHT, UNPARSED, WRONG
from .scores import Accuracy, LanguageGap, Positions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

LABELS = ("domain", "subdomain", "topic", "language", "level", "type")
"""Columns that slice the questions, unless others are asked for."""
IntervalKind = Literal["wilson", "cluster"]
_CODES = {outcome: code for code, outcome in enumerate(OUTCOMES)}


@dataclass(frozen=True)
class Judged:
    """Choice questions and the outcomes of their answers, n of each."""

    questions: Any
    """``pyarrow.Table`` of schemas.qa.QUESTIONS, as far as its columns are needed."""
    outcomes: NDArray[np.int64]
    """Place in OUTCOMES."""
    given: NDArray[np.int64]
    """Position chosen, -1 where none is."""
    right: NDArray[np.int64]
    """Right position."""
    options: NDArray[np.int64]
    """Numbers of choices."""

    def count(self, outcome: str) -> int:
        """How many answers have an outcome."""
        return int(np.count_nonzero(self.outcomes == _CODES[outcome]))

    @property
    def hits(self) -> NDArray[np.bool_]:
        """(n) whether the answer is right."""
        return self.outcomes == _CODES[RIGHT]

    def at(self, places: NDArray[np.int64]) -> Judged:
        """Some of the questions."""
        return Judged(
            self.questions.take(places),
            *(array[places] for array in (self.outcomes, self.given, self.right, self.options)),
        )

    def without_labels(self) -> Judged:
        """The outcomes alone, for figures that need no column."""
        return replace(self, questions=self.questions.select(["answer"]))


def judged(questions: Any, outcomes: Sequence[str], given: Sequence[int | None]) -> Judged:
    """Put questions and the outcomes of their answers together.

    Args:
        questions: ``pyarrow.Table`` of n choice questions.
        outcomes: (n) of OUTCOMES.
        given: (n) positions chosen.
    """
    import pyarrow.compute as pc

    return Judged(
        questions=questions,
        outcomes=np.array([_CODES[outcome] for outcome in outcomes], np.int64),
        given=np.array([-1 if place is None else place for place in given], np.int64),
        right=questions.column("answer").to_numpy().astype(np.int64),
        options=pc.call_function("list_value_length", [questions.column("options")])
        .to_numpy()
        .astype(np.int64),
    )


def label_places(questions: Any, column: str) -> dict[str, NDArray[np.int64]]:
    """Label → places of the questions that have it, in the order of labels.

    A question with several labels belongs to each; one without belongs to none.

    Raises:
        UsageError: the questions have no such column of labels.
    """
    if column not in questions.column_names:
        raise UsageError.from_unknown_name("column of questions", column, questions.column_names)
    found: dict[str, list[int]] = {}
    for place, value in enumerate(questions.column(column).to_pylist()):
        for label in value if isinstance(value, list) else [value]:
            if label is not None:
                found.setdefault(str(label), []).append(place)
    return {label: np.array(found[label], np.int64) for label in sorted(found)}


def accuracies(
    answers: Judged, by: Sequence[str], *, interval: IntervalKind = "wilson", seed: int = 0
) -> list[Accuracy]:
    """Accuracy over all questions, then over the labels of each column.

    Args:
        answers: the judged answers.
        by: columns.
        interval: Wilson's, or the bootstrap over the questions' ``cluster``.
        seed: seed of the bootstrap.

    Raises:
        UsageError: an unknown column.
    """
    clusters = np.zeros(0, np.int64)
    if interval == "cluster":
        names = answers.questions.column("cluster").combine_chunks().dictionary_encode()
        clusters = names.indices.to_numpy().astype(np.int64)
    plain = answers.without_labels()
    found: list[Accuracy] = []
    everything = np.arange(len(answers.given))
    slices: list[tuple[str | None, str | None, NDArray[np.int64]]] = [(None, None, everything)]
    for column in by:
        places = label_places(answers.questions, column)
        slices += [(column, label, chosen) for label, chosen in places.items()]
    for column, label, places in slices:
        part = plain.at(places)
        if interval == "cluster":
            hits = part.hits.astype(np.float64)
            bounds = cluster_interval(hits, clusters[places], seed=seed)
        else:
            bounds = wilson_interval(part.count(RIGHT), len(places))
        found.append(_accuracy(part, bounds, column, label))
    return found


def _accuracy(
    part: Judged, bounds: tuple[float, float] | None, column: str | None, label: str | None
) -> Accuracy:
    n, right, wrong = len(part.given), part.count(RIGHT), part.count(WRONG)
    answered = right + wrong
    inner = wilson_interval(right, answered)
    return Accuracy(
        column=column,
        slice=label,
        n=n,
        right=right,
        wrong=wrong,
        unparsed=part.count(UNPARSED),
        missing=part.count(MISSING),
        value=right / n if n else None,
        low=bounds[0] if bounds else None,
        high=bounds[1] if bounds else None,
        answered=right / answered if answered else None,
        answered_low=inner[0] if inner else None,
        answered_high=inner[1] if inner else None,
        chance=float(np.mean(1 / part.options)) if n else None,
        majority=int(np.bincount(part.right).max()) / n if n else None,
    )


def language_gaps(answers: Judged, by: Sequence[str]) -> list[LanguageGap]:
    """Differences of accuracy between languages, on parallel questions.

    Every pair of languages that share a parallel group, over all groups and over those of each
    label; a group counts for a pair with exactly one question in either language. P-values are
    adjusted together.

    Args:
        answers: the judged answers.
        by: columns whose labels slice the groups, by the question in the left language.
    """
    groups = _parallel_groups(answers.questions)
    languages = sorted({language for members in groups for language in members})
    columns = [column for column in by if column != "language"]
    labels = {column: label_places(answers.questions, column) for column in columns}
    found: list[LanguageGap] = []
    for left, right in combinations(languages, 2):
        pairs = np.array(
            [
                (one[0], two[0])
                for members in groups
                if len(one := members.get(left, ())) == len(two := members.get(right, ())) == 1
            ],
            np.int64,
        ).reshape(-1, 2)
        if not len(pairs):
            continue
        found.append(_gap(answers, pairs, (left, right), None, None))
        for column, slices in labels.items():
            for label, places in slices.items():
                chosen = pairs[np.isin(pairs[:, 0], places)]
                if len(chosen):
                    found.append(_gap(answers, chosen, (left, right), column, label))
    adjusted = _adjusted([gap.p_value for gap in found])
    return [
        gap.model_copy(update={"p_adjusted": p}) for gap, p in zip(found, adjusted, strict=True)
    ]


def _parallel_groups(questions: Any) -> list[Mapping[str, Sequence[int]]]:
    """Language → places of the questions, for each parallel group of several languages."""
    groups: dict[str, dict[str, list[int]]] = {}
    names = questions.column("parallel_id").to_pylist()
    for place, (name, language) in enumerate(
        zip(names, questions.column("language").to_pylist(), strict=True)
    ):
        if name is not None:
            groups.setdefault(name, {}).setdefault(language, []).append(place)
    return [members for members in groups.values() if len(members) > 1]


def _gap(
    answers: Judged,
    pairs: NDArray[np.int64],
    languages: tuple[str, str],
    column: str | None,
    label: str | None,
) -> LanguageGap:
    one, two = answers.hits[pairs[:, 0]], answers.hits[pairs[:, 1]]
    n = len(pairs)
    both, left = int((one & two).sum()), int((one & ~two).sum())
    right = int((~one & two).sum())
    bounds = paired_difference_interval(both, left, right, n - both - left - right)
    return LanguageGap(
        column=column,
        slice=label,
        left=languages[0],
        right=languages[1],
        n=n,
        left_value=(both + left) / n,
        right_value=(both + right) / n,
        difference=(left - right) / n,
        low=bounds[0] if bounds else None,
        high=bounds[1] if bounds else None,
        left_only=left,
        right_only=right,
        p_value=mcnemar(left, right),
        p_adjusted=None,
    )


def positions(answers: Judged) -> list[Positions]:
    """Positions chosen against right ones: over all answered questions, and by language.

    Args:
        answers: the judged answers.
    """
    languages = label_places(answers.questions, "language")
    plain = answers.without_labels()
    found = [_positions(plain, None)]
    if len(languages) > 1:
        found += [_positions(plain.at(places), name) for name, places in languages.items()]
    adjusted = _adjusted([one.p_value for one in found])
    return [
        one.model_copy(update={"p_adjusted": p}) for one, p in zip(found, adjusted, strict=True)
    ]


def _positions(part: Judged, language: str | None) -> Positions:
    answered = part.given >= 0
    given, right = part.given[answered], part.right[answered]
    size = int(part.options.max(initial=0))
    table = np.bincount(given * size + right, minlength=size * size).reshape(size, size)
    tested = stuart_maxwell(table)
    placed = table.sum(axis=0)
    return Positions(
        language=language,
        n=int(answered.sum()),
        given=table.sum(axis=1).tolist(),
        right=placed.tolist(),
        accuracy=[
            int(hits) / int(n) if n else None
            for hits, n in zip(np.diag(table), placed, strict=True)
        ],
        statistic=tested[0] if tested else None,
        freedom=tested[1] if tested else 0,
        p_value=tested[2] if tested else None,
        p_adjusted=None,
    )


def _adjusted(values: Sequence[float | None]) -> list[float | None]:
    """Values adjusted by Holm's method; None stays."""
    adjusted = iter(holm([value for value in values if value is not None]))
    return [None if value is None else next(adjusted) for value in values]
