"""Rankings within parts of the documents, put together again: one index for each part and system.

Without pools the whole is the only part, and its ranking is the ranking.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..retrieval.identifiers import as_ids, as_strings, locate
from ..retrieval.run import Run
from ..schemas.errors import DataError
from .data import is_among, select
from .ranking import Indexes, Ranker
from .results import Cost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from ..retrieval.system import System
    from ..retrieval.texts import Texts
    from ..schemas.progress import Progress
    from .data import Documents, Queries
    from .task import Pools, Task

T = TypeVar("T")


@dataclass(frozen=True)
class Pool:
    """Documents that are ranked together, and the queries that they are ranked for."""

    name: str | None
    """Value of the pools' column; None for the whole."""
    doc_ids: Any
    """``pyarrow.LargeStringArray``, ascending."""
    queries: Texts
    documents: Callable[[], Texts]
    """Reads their texts."""


@dataclass(frozen=True)
class Making:
    """How rankings are made, and where they are kept."""

    identity: Mapping[str, Any]
    """What they depend on besides the pool, the system and the depth."""
    own: Mapping[str, Sequence[str]]
    """Documents to take out of each query's ranking."""
    folder: Path | None
    """Of finished rankings."""
    recompute: bool
    progress: Progress

    def ranker(self, pool: Pool) -> Ranker:
        """What ranks the documents of a pool."""
        named = {} if pool.name is None else {"pool": pool.name}
        return Ranker(
            indexes=Indexes(pool.doc_ids, pool.documents, self.progress),
            queries=pool.queries,
            own=self.own,
            identity={**self.identity, **named},
            folder=self.folder,
            recompute=self.recompute,
            progress=self.progress,
        )


def make_pools(
    task: Task, documents: Documents, queries: Queries, views: tuple[str, str]
) -> list[Pool]:
    """The pools of a task, by name; those that no query is asked in are left out.

    Args:
        task: the task.
        documents: those that are ranked.
        queries: those that they are ranked for.
        views: of the queries and of the documents.

    Raises:
        DataError: no query is asked in any pool.
    """
    asked = queries.texts(views[0])
    if task.pools is None:
        return [Pool(None, documents.ids, asked, lambda: documents.texts(views[1]))]
    texts = cache(lambda: documents.texts(views[1]))
    owners = documents.values(task.pools.column)
    found: list[Pool] = []
    for name, chosen in _asked(task.pools, documents, queries, owners):
        doc_ids = documents.ids.filter(pc.call_function("equal", [owners, name]))

        def load(doc_ids: Any = doc_ids) -> Texts:
            return select(texts(), doc_ids)

        found.append(Pool(name, doc_ids, select(asked, chosen), load))
    if not found:
        raise DataError(
            "no pool holds both a query and a document",
            found=", ".join(owners.unique().sort().to_pylist()),
            expected=f"the queries' {task.pools.column}",
        )
    return found


def _asked(
    pools: Pools, documents: Documents, queries: Queries, owners: Any
) -> Iterator[tuple[str, Any]]:
    """Pools by name, each with the ids of the queries that are asked in it."""
    values = None if pools.across else queries.values(pools.column)
    for name in sorted(owners.unique().to_pylist()):
        if values is not None:
            chosen = pc.call_function("equal", [values, name])
        else:
            doc_ids = documents.ids.filter(pc.call_function("equal", [owners, name]))
            answers = is_among(as_strings(queries.qrels.column("corpus-id")), doc_ids)
            chosen = is_among(queries.ids, queries.qrels.column("query-id").filter(answers))
        if chosen.true_count:
            yield name, queries.ids.filter(chosen)


def pairs_within(task: Task, documents: Documents, queries: Queries) -> Any:
    """``pyarrow.Table`` of the pairs that rankings of the task's pools can hold.

    Where a query is asked in its own pool, a document of another one is no answer that its ranking
    could have given. One that no pool holds is missed, and counts.
    """
    pairs = queries.qrels
    if task.pools is None or task.pools.across:
        return pairs
    asked = _value_of(pairs.column("query-id"), queries.ids, queries.values(task.pools.column))
    held = _value_of(pairs.column("corpus-id"), documents.ids, documents.values(task.pools.column))
    same = pc.call_function("equal", [asked, held])
    return pairs.filter(same.fill_null(True))  # noqa: FBT003 -- a value


def _value_of(wanted: Any, ids: Any, values: Any) -> Any:
    """Value of each id; null where it is not among the ids."""
    places = locate(ids, as_strings(wanted))
    return values.take(pa.array(places, mask=places < 0))


def rank_pools(
    pools: Sequence[Pool],
    systems: Mapping[str, System],
    depth: int,
    making: Making,
    take: Callable[[int, Run], T],
) -> dict[str, tuple[list[T], Cost]]:
    """Rank every pool with every system.

    The indexes and rankings of a pool are let go before those of the next are made.

    Args:
        pools: what is ranked.
        systems: by their specification.
        depth: documents ranked for each query.
        making: how, and where rankings are kept.
        take: what to take of a ranking, which is that of the pool at a place.

    Returns:
        Specification → what was taken, in the order of the pools, and what they cost together.
    """
    found: dict[str, list[tuple[T, Cost]]] = {spec: [] for spec in systems}
    for place, pool in enumerate(pools):
        ranker = making.ranker(pool)
        for spec, system in systems.items():
            run, cost = ranker.rank(system, depth)
            found[spec].append((take(place, run), cost))
    names = [pool.name for pool in pools]
    return {
        spec: ([taken for taken, _ in done], merge_costs(names, [cost for _, cost in done]))
        for spec, done in found.items()
    }


def by_partition(
    task: Task, pools: Sequence[Pool], queries: Queries, partitions: Sequence[str]
) -> Callable[[Sequence[Run], Any], dict[str, Run]]:
    """How rankings of pools become those that the pairs of each partition are looked for in.

    Args:
        task: the task.
        pools: what was ranked.
        queries: with the pairs.
        partitions: their names.

    Returns:
        Takes rankings in the order of the pools, and the ids of all documents.

    Raises:
        DataError: each partition should be a ranking of one pool, and one has documents of two.
    """
    if task.pools is None or not task.pools.across:
        return lambda runs, doc_ids: dict.fromkeys(partitions, merge_runs(runs, doc_ids))
    homes = _homes(task, pools, queries)

    def spread(runs: Sequence[Run], doc_ids: Any) -> dict[str, Run]:
        nothing = merge_runs([], doc_ids)  # of a partition whose documents are all lost
        return {p: runs[homes[p]] if p in homes else nothing for p in partitions}

    return spread


def _homes(task: Task, pools: Sequence[Pool], queries: Queries) -> dict[str, int]:
    """Partition → place of the pool that holds its documents."""
    labels = as_strings(queries.qrels.column(task.partition_column))
    documents = as_strings(queries.qrels.column("corpus-id"))
    found: dict[str, int] = {}
    for place, pool in enumerate(pools):
        for label in labels.filter(is_among(documents, pool.doc_ids)).unique().to_pylist():
            if found.setdefault(label, place) != place:
                raise DataError(
                    "the documents of one partition lie in several pools",
                    found=f"{label} in {pools[found[label]].name} and {pool.name}",
                    hint="run `domainbench verify`",
                )
    return found


def merge_runs(runs: Sequence[Run], doc_ids: Any) -> Run:
    """One ranking of rankings that have no query in common.

    Args:
        runs: the rankings.
        doc_ids: ``pyarrow.LargeStringArray``, ascending, of the documents of all of them.
    """
    if len(runs) == 1 and len(runs[0].doc_ids) == len(doc_ids):
        return runs[0]
    depth = max((run.depth for run in runs), default=1)
    queries = [query for run in runs for query in run.query_ids.to_pylist()]
    docs = np.full((len(queries), depth), -1, np.int32)
    scores = np.zeros((len(queries), depth), np.float32)
    first = 0
    for run in runs:
        rows = slice(first, first + len(run))
        # Ids ascend in both, so ranks that follow the ordinal on ties stay as they are.
        places = np.append(locate(doc_ids, run.doc_ids), np.int32(-1))
        docs[rows, : run.depth] = places[run.docs]
        scores[rows, : run.depth] = run.scores
        first += len(run)
    order = np.array(sorted(range(len(queries)), key=queries.__getitem__), np.int64)
    query_ids = as_ids(pa.array([queries[row] for row in order], pa.large_string()))
    return Run(query_ids, doc_ids, docs[order], scores[order], runs[0].name if runs else "run")


def merge_costs(pools: Sequence[str | None], costs: Sequence[Cost]) -> Cost:
    """What all pools took: seconds and bytes add up; what else is told stands by pool.

    The overlap of an approximate search with the exact one is the mean over all compared queries.

    Args:
        pools: their names.
        costs: one for each.
    """
    if list(pools) == [None]:
        return costs[0]
    stats: dict[str, Any] = {"pools": {str(p): c.stats for p, c in zip(pools, costs, strict=True)}}
    for name in dict.fromkeys(name for cost in costs for name in cost.stats):
        if name.endswith(("_seconds", "_bytes")):
            stats[name] = _total([_number(cost.stats.get(name)) for cost in costs])
    compared = [_number(cost.stats.get("compared_queries")) or 0 for cost in costs]
    if sum(compared):
        overlaps = [_number(cost.stats.get("overlap_with_exact")) or 0 for cost in costs]
        shared = sum(one * n for one, n in zip(overlaps, compared, strict=True))
        stats["compared_queries"] = int(sum(compared))
        stats["overlap_with_exact"] = shared / sum(compared)
    return Cost(
        system=costs[0].system,
        reused=all(cost.reused for cost in costs),
        index_seconds=_total([cost.index_seconds for cost in costs]),
        search_seconds=_total([cost.search_seconds for cost in costs]),
        peak_mib=max((c.peak_mib for c in costs if c.peak_mib is not None), default=None),
        stats=stats,
    )


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) else None


def _total(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
