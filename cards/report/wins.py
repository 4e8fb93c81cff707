"""Two systems query by query: where one is ahead of the other, and by how much."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ...schemas.errors import DataError
from .numbers import finite

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from ...benchmarks.results import Results

NAME = "per_query.parquet"
MOST_SYSTEMS = 6
MOST_QUERIES = 50
"""Wins, and as many losses, that are listed for a pair of systems."""
MOST_ROWS = 9_000
"""Wins and losses of all pairs and partitions together; where they would be more, each list is
shorter."""
_LEAST = 5
"""Length that no list is made shorter than."""
_EQUAL = 1e-9
"""Differences below it are those of rounding."""

Values = dict[tuple[str, str], tuple[Any, "NDArray[np.float64]"]]
"""System and partition → ids of queries, ascending, and their values."""


@dataclass(frozen=True)
class Lead:
    """A query on which one system is ahead."""

    query: str
    left: float
    right: float


@dataclass(frozen=True)
class Tally:
    """A pair of systems on one partition."""

    left: str
    right: str
    partition: str
    n: int
    wins: int
    """Queries on which left is ahead."""
    losses: int
    best: tuple[Lead, ...]
    """Where left is furthest ahead, the furthest first."""
    worst: tuple[Lead, ...]
    """Where right is."""


def compared_systems(results: Results) -> list[str]:
    """The systems that are compared: those best by the primary measure, in the results' order."""
    figures = {
        f.system: finite(f.value)
        for f in results.figures
        if f.column is None
        and f.measure == results.primary
        and f.partition == results.partitions[0]
    }
    names = list(dict.fromkeys(entry.spec for entry in results.systems))

    def worth(name: str) -> float:
        value = figures.get(name)
        return float("-inf") if value is None else value

    kept = set(sorted(names, key=worth, reverse=True)[:MOST_SYSTEMS])
    return [name for name in names if name in kept]


def read_values(results: Results, path: Path, systems: Sequence[str]) -> Values | None:
    """Values of the primary measure; None where the file is of another evaluation.

    Args:
        results: what the values belong to.
        path: ``per_query.parquet``.
        systems: those that are read.

    Raises:
        DataError: the file cannot be read.
    """
    kept = [("measure", "==", results.primary), ("system", "in", list(systems))]
    try:
        table = pq.read_table(path, filters=kept)
        found = dict(_split(table))
    except (OSError, pa.ArrowInvalid, KeyError) as error:
        raise DataError(
            "the values of queries cannot be read",
            place=path,
            found=error,
            hint="run `domainbench evaluate` again, or move the file away",
        ) from None
    return found if _agree(results, found, systems) else None


def _split(table: Any) -> Iterator[tuple[tuple[str, str], tuple[Any, NDArray[np.float64]]]]:
    pairs = table.select(["system", "partition"]).group_by(["system", "partition"]).aggregate([])
    for row in pairs.to_pylist():
        mine = table
        for column in ("system", "partition"):
            mine = mine.filter(pc.call_function("equal", [mine.column(column), row[column]]))
        mine = mine.sort_by("query_id")
        values = mine.column("value").to_numpy().astype(np.float64)
        yield (row["system"], row["partition"]), (mine.column("query_id").combine_chunks(), values)


def _agree(results: Results, found: Values, systems: Sequence[str]) -> bool:
    """Whether the means of the values are the results' figures."""
    for f in results.figures:
        if f.column is None and f.measure == results.primary and f.system in systems:
            values = found.get((f.system, f.partition), (None, np.zeros(0)))[1]
            values = values[np.isfinite(values)]
            mean = finite(f.value)
            if len(values) != f.n:
                return False
            if mean is not None and abs(float(values.mean()) - mean) > _EQUAL:
                return False
    return True


def tallies(results: Results, values: Values, systems: Sequence[str]) -> list[Tally]:
    """Every pair of systems on every partition.

    Args:
        results: what the values belong to.
        values: of the primary measure.
        systems: those that are compared.
    """
    pairs = list(combinations(systems, 2))
    most = longest_list(results, systems)
    return [
        _tally(left, right, partition, values, most)
        for left, right in pairs
        for partition in results.partitions
        if (left, partition) in values and (right, partition) in values
    ]


def longest_list(results: Results, systems: Sequence[str]) -> int:
    """Wins, and as many losses, that are listed for each pair and partition."""
    lists = len(systems) * (len(systems) - 1) * len(results.partitions)
    return max(_LEAST, min(MOST_QUERIES, MOST_ROWS // max(1, lists)))


def _tally(left: str, right: str, partition: str, values: Values, most: int) -> Tally:
    ids, ours, theirs = _aligned(values[left, partition], values[right, partition])
    ahead = ours - theirs
    won, lost = np.flatnonzero(ahead > _EQUAL), np.flatnonzero(ahead < -_EQUAL)

    def leads(rows: NDArray[np.int64], by: NDArray[np.float64]) -> tuple[Lead, ...]:
        first = rows[np.argsort(-by[rows], kind="stable")][:most]
        return tuple(
            Lead(ids[n].as_py(), round(float(ours[n]), 6), round(float(theirs[n]), 6))
            for n in first.tolist()
        )

    return Tally(
        left=left,
        right=right,
        partition=partition,
        n=len(ahead),
        wins=len(won),
        losses=len(lost),
        best=leads(won, ahead),
        worst=leads(lost, -ahead),
    )


def _aligned(
    left: tuple[Any, NDArray[np.float64]], right: tuple[Any, NDArray[np.float64]]
) -> tuple[Any, NDArray[np.float64], NDArray[np.float64]]:
    """Queries that both have a value of, and the values."""
    places = pc.call_function("index_in", [left[0]], pc.SetLookupOptions(value_set=right[0]))
    at = places.fill_null(-1).to_numpy(zero_copy_only=False)
    theirs = (
        np.where(at >= 0, right[1][np.maximum(at, 0)], np.nan) if len(right[1]) else at * np.nan
    )
    both = np.isfinite(left[1]) & np.isfinite(theirs)
    return left[0].filter(pa.array(both)), left[1][both], theirs[both]


def listed(tallied: Iterable[Tally]) -> Iterator[tuple[str, str]]:
    """Query and partition of everything that is listed, what stands first in any list first."""
    lists = [(t.partition, leads) for t in tallied for leads in (t.best, t.worst)]
    for place in range(max((len(leads) for _, leads in lists), default=0)):
        for partition, leads in lists:
            if place < len(leads):
                yield leads[place].query, partition
