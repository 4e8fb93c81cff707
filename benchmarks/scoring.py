"""From rankings to figures: partitions of pairs, slices of queries, intervals, paired tests."""

from __future__ import annotations

from dataclasses import asdict, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..retrieval.gaps import partition_gap
from ..retrieval.identifiers import as_ids, locate
from ..retrieval.measures import Measure, PerQuery, evaluate, mean
from ..retrieval.qrels import Qrels
from ..retrieval.significance import bootstrap_intervals, holm, paired_randomisation
from ..schemas.errors import UsageError
from ..schemas.release import label_text
from .results import ALL, Comparison, Figure, Gap

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from ..retrieval.run import Run
    from .task import Task

LEVEL = 0.95
RESAMPLES = 2_000


def split_qrels(qrels: Any, task: Task) -> dict[str, Qrels]:
    """Judgements of each partition of a task.

    ALL comes first, unless each partition is a ranking of its own; then the task's unions of
    labels, the labels always reported, and others in order.

    Args:
        qrels: ``pyarrow.Table`` of judged pairs.
        task: says which column labels them and what is reported.
    """
    labels = qrels.column(task.partition_column)
    present = sorted(set(labels.unique().to_pylist()) - {None})
    chosen = {name: list(filter(holds, present)) for name, holds in task.unions.items()}
    singles = [*task.partitions, *(label for label in present if label not in task.partitions)]
    chosen |= {label: [label] for label in singles}
    apart = task.pools is not None and task.pools.across
    parts = {} if apart else {ALL: Qrels.from_table(qrels)}
    for name, members in chosen.items():
        among = pc.SetLookupOptions(value_set=pa.array(members, labels.type))
        inside = pc.call_function("is_in", [labels], among)
        parts[name] = Qrels.from_table(qrels.filter(inside))
    return parts


def per_partition(
    runs: Mapping[str, Run], parts: Mapping[str, Qrels], measures: Sequence[Measure]
) -> dict[str, PerQuery]:
    """Figures of each query in each partition.

    Args:
        runs: partition → the ranking that its pairs are looked for in.
        parts: partition → its pairs.
        measures: what to compute.
    """
    return {name: evaluate(runs[name], qrels, measures) for name, qrels in parts.items()}


def per_query(query_ids: Any, figures: Mapping[Any, NDArray[np.float64]]) -> PerQuery:
    """Figures of each query, of which some are no ``Measure`` but have a name of their own.

    Args:
        query_ids: ``pyarrow.LargeStringArray`` (n), ascending.
        figures: measure or name → (n) figures, NaN where undefined.
    """
    # What reads them knows a measure by its text alone, which such a name is.
    names = cast("tuple[Measure, ...]", tuple(figures))
    return PerQuery(query_ids, names, np.column_stack(list(figures.values())))


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
                    labels.setdefault(label_text(label), set()).add(key)
        found[column] = dict(sorted(labels.items()))
    return found


class Scorer:
    """Means, intervals and tests of what was computed for each query, by slices of the queries."""

    def __init__(self, slices: Mapping[str, Mapping[str, set[str]]], seed: int) -> None:
        self._slices = slices
        self._seed = seed

    def figures(self, system: str, scored: Mapping[str, PerQuery]) -> list[Figure]:
        """Means with intervals: whole partitions first, then the slices of each."""
        found: list[Figure] = []
        for partition, values in scored.items():
            found += self._means(system, partition, values, None, None)
        places = {
            partition: {query: row for row, query in enumerate(values.query_ids.to_pylist())}
            for partition, values in scored.items()
        }
        for column, labels in self._slices.items():
            for label, members in labels.items():
                for partition, values in scored.items():
                    known = places[partition]
                    rows = sorted(known[query] for query in members if query in known)
                    chosen = replace(
                        values,
                        query_ids=values.query_ids.take(pa.array(rows, pa.int64())),
                        values=values.values[rows],
                    )
                    found += self._means(system, partition, chosen, column, label)
        return found

    def _means(
        self, system: str, partition: str, scored: PerQuery, column: str | None, label: str | None
    ) -> list[Figure]:
        found: list[Figure] = []
        intervals = bootstrap_intervals(
            scored.values, level=LEVEL, resamples=RESAMPLES, seed=self._seed
        )
        for place, (measure, bounds) in enumerate(zip(scored.measures, intervals, strict=True)):
            single = np.ascontiguousarray(scored.values[:, place])
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
            for place, measure in enumerate(scored[left].measures)
        ]

    def comparisons(
        self, scored: Mapping[str, Mapping[str, PerQuery]], primary: Measure
    ) -> list[Comparison]:
        """Every pair of systems on every partition, adjusted together by Holm's method."""
        found: list[Comparison] = []
        for partition in next(iter(scored.values()), {}):
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
