"""Figures of judged answers: accuracy of each condition, what context adds, and what it costs.

Each is worked out over all questions, over those of each domain and over those of each reasoning.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, cast

from ...retrieval.significance import holm
from ...schemas.rag import YES
from ..statistics import mcnemar, paired_difference_interval, wilson_interval
from .answers import NONE, RETRIEVED, Judged
from .scores import Accuracy, Column, ContextFigures, Improvement, Transformation, Usage
from .transformation import Ratios, normalised_transformation, ratio, transformation
from .usage import mean
from .yes_no import MISSING, RIGHT, UNPARSED, WRONG

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from .answers import Condition

Labels = tuple[Column | None, str | None]


def slices(answers: Sequence[Judged]) -> Iterator[tuple[Labels, list[Judged]]]:
    """All answers, then those of each domain, then those of each reasoning, by name."""
    yield (None, None), list(answers)
    columns: dict[Column, Callable[[Judged], str]] = {
        "domain": lambda one: one.domain,
        "reasoning": lambda one: one.reasoning,
    }
    for column, label_of in columns.items():
        groups: dict[str, list[Judged]] = {}
        for one in answers:
            groups.setdefault(label_of(one), []).append(one)
        for label in sorted(groups):
            yield (column, label), groups[label]


def accuracies(answers: Sequence[Judged], conditions: Sequence[Condition]) -> list[Accuracy]:
    """Accuracy of each condition in each slice."""
    return [
        _accuracy([one for one in part if one.condition == condition], condition, labels)
        for condition in conditions
        for labels, part in slices(answers)
    ]


def _accuracy(part: Sequence[Judged], condition: Condition, labels: Labels) -> Accuracy:
    outcomes = Counter(one.outcome for one in part)
    rights = Counter(one.right for one in part)
    n, right = len(part), outcomes[RIGHT]
    bounds = wilson_interval(right, n)
    return Accuracy(
        column=labels[0],
        slice=labels[1],
        condition=condition,
        n=n,
        right=right,
        wrong=outcomes[WRONG],
        unparsed=outcomes[UNPARSED],
        missing=outcomes[MISSING],
        said_yes=sum(one.answer.said.value == YES for one in part),
        value=right / n if n else None,
        low=bounds[0] if bounds else None,
        high=bounds[1] if bounds else None,
        majority=max(rights.values()) / n if n else None,
    )


def improvements(answers: Sequence[Judged]) -> list[Improvement]:
    """What context adds in each slice; p-values are adjusted over the labels of a column."""
    found = [_improvement(part, labels) for labels, part in slices(answers)]
    adjusted: dict[int, float] = {}
    for column in (None, "domain", "reasoning"):
        places = [i for i, one in enumerate(found) if one.column == column and one.n]
        values = [cast("float", found[i].p_value) for i in places]
        adjusted |= zip(places, holm(values), strict=True)
    return [
        one.model_copy(update={"p_adjusted": adjusted.get(place)})
        for place, one in enumerate(found)
    ]


def _improvement(part: Sequence[Judged], labels: Labels) -> Improvement:
    right = {(one.question, one.condition): one.outcome == RIGHT for one in part}
    pairs = Counter(
        (hit, right[question, NONE])
        for (question, condition), hit in right.items()
        if condition == RETRIEVED and (question, NONE) in right
    )
    both, gained, lost = pairs[True, True], pairs[True, False], pairs[False, True]
    n = pairs.total()
    bounds = paired_difference_interval(both, gained, lost, n - both - gained - lost)
    return Improvement(
        column=labels[0],
        slice=labels[1],
        n=n,
        without=(both + lost) / n if n else None,
        with_context=(both + gained) / n if n else None,
        difference=(gained - lost) / n if n else None,
        low=bounds[0] if bounds else None,
        high=bounds[1] if bounds else None,
        gained=gained,
        lost=lost,
        p_value=mcnemar(gained, lost) if n else None,
        p_adjusted=None,
    )


def usages(
    answers: Sequence[Judged], conditions: Sequence[Condition], search_seconds: float | None
) -> list[Usage]:
    """What answering took in each slice.

    Args:
        answers: the judged answers.
        conditions: those that there are answers for.
        search_seconds: of retrieval for one question; None where there was none, or the answers'
            seconds hold it already.
    """
    return [
        _usage([one for one in part if one.condition == condition], condition, labels, extra)
        for condition in conditions
        for extra in [search_seconds if condition == RETRIEVED else None]
        for labels, part in slices(answers)
    ]


def _usage(
    part: Sequence[Judged], condition: Condition, labels: Labels, extra: float | None
) -> Usage:
    seconds = mean([one.seconds for one in part])
    samples = {one.answer.sample.number: one.answer.sample for one in part if one.answer.sample}
    batches = list(samples.values())
    memory = _largest([sample.peak_mib for sample in batches])
    gpu = _largest([sample.gpu_mib for sample in batches])
    return Usage(
        column=labels[0],
        slice=labels[1],
        condition=condition,
        timed=sum(one.seconds is not None for one in part),
        seconds=None if seconds is None else seconds + (extra or 0.0),
        answering_seconds=seconds,
        memory_mib=memory if batches else mean([one.answer.memory_mib for one in part]),
        memory_delta_mib=mean([sample.delta_mib for sample in batches]),
        gpu=gpu if batches else mean([one.answer.gpu for one in part]),
    )


def _largest(values: Sequence[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


def transformations(found: Sequence[Usage]) -> list[Transformation]:
    """What answering takes with context against without, in each slice that both have."""
    index = {(one.condition, one.column, one.slice): one for one in found}
    pairs = [
        (index[NONE, one.column, one.slice], one)
        for one in found
        if one.condition == RETRIEVED and (NONE, one.column, one.slice) in index
    ]
    return [_transformation(without, with_context) for without, with_context in pairs]


def _transformation(without: Usage, with_context: Usage) -> Transformation:
    ratios = Ratios(
        time=ratio(with_context.seconds, without.seconds),
        memory=ratio(with_context.memory_mib, without.memory_mib),
        gpu=ratio(with_context.gpu, without.gpu),
    )
    return Transformation(
        column=with_context.column,
        slice=with_context.slice,
        time_ratio=ratios.time,
        memory_ratio=ratios.memory,
        gpu_ratio=ratios.gpu,
        transformation=transformation(ratios),
        transformation_normalised=normalised_transformation(ratios),
    )


def contexts(
    answers: Sequence[Judged],
    rows: Mapping[str, Mapping[str, Any]],
    gold: Mapping[str, Sequence[str]],
) -> list[ContextFigures]:
    """What the context holds in each slice.

    Args:
        answers: the judged answers, of which those with context count.
        rows: document → its row of ``corpus``.
        gold: question → paragraphs on its entities.
    """
    shown = [one for one in answers if one.condition == RETRIEVED and one.context is not None]
    if not shown:
        return []
    return [_context(part, labels, rows, gold) for labels, part in slices(shown)]


def _context(
    part: Sequence[Judged],
    labels: Labels,
    rows: Mapping[str, Mapping[str, Any]],
    gold: Mapping[str, Sequence[str]],
) -> ContextFigures:
    shown = [(one, one.context or ()) for one in part]
    shares = [
        sum(one.domain in rows[name]["domain"] for name in names) / len(names)
        for one, names in shown
        if names
    ]
    recalls = [
        sum(name in names for name in gold[one.question]) / len(gold[one.question])
        for one, names in shown
        if gold[one.question]
    ]
    return ContextFigures(
        column=labels[0],
        slice=labels[1],
        n=len(part),
        without=sum(not names for _, names in shown),
        documents=mean([float(len(names)) for _, names in shown]),
        same_domain=mean(shares),
        gold_recall=mean(recalls),
    )
