"""From rankings to figures: partitions of pairs, slices of queries, intervals, paired tests."""

from __future__ import annotations

from dataclasses import asdict
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..retrieval.gaps import partition_gap
from ..retrieval.identifiers import as_ids, locate
from ..retrieval.measures import Measure, PerQuery, evaluate, mean
from ..retrieval.qrels import Qrels
from ..retrieval.significance import bootstrap_intervals, holm, paired_randomisation
from ..schemas.errors import UsageError
from .results import ALL, Comparison, Figure, Gap

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from ..retrieval.run import Run

LEVEL = 0.95
RESAMPLES = 2_000


def split_qrels(qrels: Any, column: str, always: Sequence[str]) -> dict[str, Qrels]:
    """Judgements of each partition: ALL, the labels always reported, then others in order.

    Args:
        qrels: ``pyarrow.Table`` of judged pairs.
        column: column that labels them.
        always: labels that are reported even where no pair has them.
    """
    labels = qrels.column(column)
    present = sorted(set(labels.unique().to_pylist()) - set(always) - {None})
    parts = {ALL: Qrels.from_table(qrels)}
    for label in [*always, *present]:
        parts[label] = Qrels.from_table(qrels.filter(pc.call_function("equal", [labels, label])))
    return parts


def query_labels(queries: Any, columns: Sequence[str]) -> dict[str, dict[str, set[str]]]:
    """Column → label → ids of the queries that have it.

    A query of a list column belongs to each of its labels; nulls belong to none.

    Raises:
        UsageError: the queries have no such column.
    """
    found: dict[str, dict[str, set[str]]] = {}
    ids = queries.column("_id").to_pylist()
    for column in columns:
        if column not in queries.column_names:
            raise UsageError.from_unknown_name("column of queries", column, queries.column_names)
        labels: dict[str, set[str]] = {}
        for key, value in zip(ids, queries.column(column).to_pylist(), strict=True):
            for label in value if isinstance(value, list) else [value]:
                if label is not None:
                    labels.setdefault(str(label), set()).add(key)
        found[column] = dict(sorted(labels.items()))
    return found


class Scorer:
    """Figures of any run against one set of partitions and slices."""

    def __init__(
        self,
        parts: Mapping[str, Qrels],
        slices: Mapping[str, Mapping[str, set[str]]],
        measures: Sequence[Measure],
        seed: int,
    ) -> None:
        self._parts = parts
        self._slices = slices
        self._measures = list(measures)
        self._seed = seed

    def per_query(self, run: Run) -> dict[str, PerQuery]:
        """Partition → figures of each query."""
        return {name: evaluate(run, qrels, self._measures) for name, qrels in self._parts.items()}

    def figures(self, system: str, scored: Mapping[str, PerQuery]) -> list[Figure]:
        """Means with intervals: whole partitions first, then the slices of each."""
        found: list[Figure] = []
        for partition, values in scored.items():
            found += self._means(system, partition, values.values, None, None)
        for column, labels in self._slices.items():
            for label, members in labels.items():
                for partition, values in scored.items():
                    inside = np.array([q in members for q in values.query_ids.to_pylist()], bool)
                    chosen = values.values[inside]
                    found += self._means(system, partition, chosen, column, label)
        return found

    def _means(
        self, system: str, partition: str, values: Any, column: str | None, label: str | None
    ) -> list[Figure]:
        found: list[Figure] = []
        intervals = bootstrap_intervals(values, level=LEVEL, resamples=RESAMPLES, seed=self._seed)
        for place, (measure, bounds) in enumerate(zip(self._measures, intervals, strict=True)):
            single = np.ascontiguousarray(values[:, place])
            found.append(
                Figure(
                    system=system,
                    partition=partition,
                    column=column,
                    slice=label,
                    measure=str(measure),
                    n=int(np.count_nonzero(~np.isnan(single))),
                    value=mean(single),
                    low=bounds[0] if bounds else None,
                    high=bounds[1] if bounds else None,
                )
            )
        return found

    def gaps(self, system: str, scored: Mapping[str, PerQuery], left: str, right: str) -> list[Gap]:
        """How much the system's means of two partitions differ, by each measure."""
        one, two = _same_queries(scored[left], scored[right])
        return [
            Gap(
                system=system,
                measure=str(measure),
                left=left,
                right=right,
                **asdict(
                    partition_gap(
                        np.ascontiguousarray(one[:, place]),
                        np.ascontiguousarray(two[:, place]),
                        level=LEVEL,
                        resamples=RESAMPLES,
                        seed=self._seed,
                    )
                ),
            )
            for place, measure in enumerate(self._measures)
        ]

    def comparisons(
        self, scored: Mapping[str, Mapping[str, PerQuery]], primary: Measure
    ) -> list[Comparison]:
        """Every pair of systems on every partition, adjusted together by Holm's method."""
        found: list[Comparison] = []
        for partition in self._parts:
            for left, right in combinations(scored, 2):
                one = scored[left][partition].column(primary)
                two = scored[right][partition].column(primary)
                found.append(
                    Comparison(
                        partition=partition,
                        measure=str(primary),
                        left=left,
                        right=right,
                        n=int(np.count_nonzero(~np.isnan(one - two))),
                        difference=mean(one - two),
                        p_value=paired_randomisation(one, two, seed=self._seed),
                        p_adjusted=None,
                    )
                )
        tested = [c for c in found if c.p_value is not None]
        adjusted = iter(holm([c.p_value for c in tested if c.p_value is not None]))
        return [
            c if c.p_value is None else c.model_copy(update={"p_adjusted": next(adjusted)})
            for c in found
        ]


def _same_queries(
    left: PerQuery, right: PerQuery
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Figures of both over the queries of either, in the order of ids, NaN where one has none."""
    ids = as_ids(pa.chunked_array([left.query_ids, right.query_ids]).unique().sort())
    sides: list[NDArray[np.float64]] = []
    for found in (left, right):
        values = np.full((len(ids), len(found.measures)), np.nan)
        values[locate(ids, found.query_ids)] = found.values
        sides.append(values)
    return sides[0], sides[1]
