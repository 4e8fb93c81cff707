"""Means over tasks with intervals: all tasks, then the slices that their labels make."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING, get_args

import numpy as np

from ...schemas.errors import UsageError
from ..statistics import LEVEL, cluster_interval
from .scores import Figure, IntervalKind
from .task_metadata import DOMAIN, KINDS, REPOSITORY, STANDALONE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from .task_metadata import CodeTask

LABELS = (DOMAIN, STANDALONE, KINDS, REPOSITORY)
"""Columns that slice the tasks unless others are asked for, as far as they part any."""

Slice = tuple[str | None, str | None]


@dataclass(frozen=True)
class Values:
    """A measure of n tasks."""

    values: Sequence[float | None]
    """(n) None where it is undefined."""
    applies: Sequence[bool]
    """(n) whether the task counts for the measure at all."""


def columns_to_slice(tasks: Sequence[CodeTask], by: Sequence[str] | None) -> list[str]:
    """Columns asked for, or those of LABELS whose labels are not the same for all tasks.

    Raises:
        UsageError: no task has such a column.
    """
    known = {column: None for task in tasks for column in task.labels}
    if by is None:
        return [c for c in LABELS if len({task.labels.get(c, ()) for task in tasks}) > 1]
    for column in by:
        if column not in known:
            raise UsageError.from_unknown_name("column of tasks", column, known)
    return list(dict.fromkeys(by))


def label_places(tasks: Sequence[CodeTask], column: str) -> dict[str, list[int]]:
    """Label → places of the tasks that have it, in the order of labels."""
    found: dict[str, list[int]] = {}
    for place, task in enumerate(tasks):
        for label in task.labels.get(column, ()):
            found.setdefault(label, []).append(place)
    return {label: found[label] for label in sorted(found)}


def task_clusters(tasks: Sequence[CodeTask], interval: IntervalKind) -> NDArray[np.int64]:
    """(n) number of what is drawn with each task: its repository, or the task alone.

    Raises:
        UsageError: an unknown kind of interval.
    """
    if interval not in get_args(IntervalKind):
        raise UsageError.from_unknown_name("interval", interval, get_args(IntervalKind))
    if interval == "task":
        return np.arange(len(tasks), dtype=np.int64)
    numbers = {name: i for i, name in enumerate(sorted({task.repository for task in tasks}))}
    return np.array([numbers[task.repository] for task in tasks], np.int64)


class Slicer:
    """Means of measures over tasks and over their slices.

    Args:
        tasks: n tasks.
        by: columns that slice them.
        interval: what the bootstrap draws.
        seed: seed of the draws.
    """

    def __init__(
        self, tasks: Sequence[CodeTask], by: Sequence[str], interval: IntervalKind, seed: int
    ) -> None:
        self._clusters = task_clusters(tasks, interval)
        self._seed = seed
        self._slices: list[tuple[Slice, list[int]]] = [((None, None), list(range(len(tasks))))]
        for column in by:
            places = label_places(tasks, column)
            self._slices += [((column, label), chosen) for label, chosen in places.items()]

    def figures(self, model: str, measures: Mapping[str, Values]) -> list[Figure]:
        """Figures of all measures, over all tasks first.

        Args:
            model: whose they are.
            measures: name → values of the n tasks.
        """
        return [
            self._figure(model, name, found, which, places)
            for which, places in self._slices
            for name, found in measures.items()
        ]

    def _figure(
        self, model: str, measure: str, found: Values, which: Slice, places: Sequence[int]
    ) -> Figure:
        counted = [place for place in places if found.applies[place]]
        pairs = [(p, value) for p in counted if (value := found.values[p]) is not None]
        values = [value for _, value in pairs]
        bounds = cluster_interval(
            np.array(values, np.float64),
            self._clusters[[place for place, _ in pairs]],
            level=LEVEL,
            seed=self._seed,
        )
        return Figure(
            model=model,
            column=which[0],
            slice=which[1],
            measure=measure,
            n=len(values),
            undefined=len(counted) - len(values),
            left_out=len(places) - len(counted),
            value=fsum(values) / len(values) if values else None,
            low=bounds[0] if bounds else None,
            high=bounds[1] if bounds else None,
        )
