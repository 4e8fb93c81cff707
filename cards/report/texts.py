"""Texts of queries and of the documents that systems ranked first for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pyarrow.parquet as pq

from ...benchmarks.registry import find_task
from ...benchmarks.task import columns_of
from ...schemas.progress import SILENT
from ...schemas.views import joined, rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from ...benchmarks.results import Results
    from ...benchmarks.task import Task
    from ...schemas.release import Release

TOP = 5
"""Documents shown for a query and system."""
QUERY_CHARACTERS = 600
DOCUMENT_CHARACTERS = 280

Ranking = Any
"""``Run`` of the room of retrieval, which cards only read."""


@dataclass
class Details:
    """What is known of queries and rankings."""

    queries: Mapping[str, str] = field(default_factory=dict[str, str])
    """Texts of those that were asked for."""
    rankings: Mapping[str, Mapping[str, Ranking]] = field(
        default_factory=dict[str, "Mapping[str, Ranking]"]
    )
    """System → partition → the ranking its pairs were looked for in."""
    relevant: Mapping[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    """Query and document → label of the pair, empty if it has none; relevant pairs only."""

    def top(self, system: str, partition: str, query: str) -> list[str] | None:
        """The first documents that a system ranks for a query; None where that is not known."""
        run = self.rankings.get(system, {}).get(partition)
        if run is None:
            return None
        place = run.query_ids.index(query).as_py()
        if place < 0:
            return []
        return [run.doc_ids[n].as_py() for n in run.docs[place, :TOP].tolist() if n >= 0]


def cut(text: str, most: int) -> str:
    """The text, or its first ``most`` characters and an ellipsis."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}"


def read_details(
    results: Results,
    release: Release,
    folder: Path | None,
    systems: Sequence[str],
    wanted: Iterable[str],
) -> Details:
    """Texts and judgements of the release, and rankings that the evaluation kept.

    Args:
        results: the evaluation.
        release: what was measured.
        folder: holds ``runs/``; None where it is not known.
        systems: those whose rankings are read.
        wanted: ids of the queries whose texts and judgements are read.

    Raises:
        UsageError: this version has no such task.
        DataError: the release is damaged.
    """
    task = find_task(results.release.family, results.task)
    ids = sorted(set(wanted))
    if not ids:
        return Details()
    if task.chooses:
        return Details(queries=_questions(release, results.split, ids))
    columns = columns_of(task.query_views, results.query_view)
    texts = rows(release, "queries", results.split, ["_id", *columns], [("_id", "in", ids)])
    return Details(
        queries={row["_id"]: joined(row, columns) for row in texts},
        rankings={} if folder is None else _rankings(results, task, release, folder, systems),
        relevant=_relevant(release, task, results.split, ids),
    )


def _questions(release: Release, split: str, ids: Sequence[str]) -> dict[str, str]:
    """Questions with their options, one a line."""
    columns = ["_id", "question", "options"]
    return {
        row["_id"]: "\n".join([row["question"], *row["options"]])
        for row in rows(release, "questions", split, columns, [("_id", "in", ids)])
    }


def _relevant(
    release: Release, task: Task, split: str, ids: Sequence[str]
) -> dict[tuple[str, str], str]:
    from ...benchmarks.data import is_among, only

    found: dict[tuple[str, str], str] = {}
    columns = ["query-id", "corpus-id", "score", task.partition_column, *task.pairs]
    pairs = only(release.table("qrels", split, list(dict.fromkeys(columns))), task.pairs)
    for row in pairs.filter(is_among(pairs.column("query-id"), ids)).to_pylist():
        if row["score"] > 0:
            found[row["query-id"], row["corpus-id"]] = row.get(task.partition_column) or ""
    return found


def _rankings(
    results: Results, task: Task, release: Release, folder: Path, systems: Sequence[str]
) -> dict[str, dict[str, Ranking]]:
    """Rankings that the evaluation left, found as it would find them itself."""
    from ...benchmarks.data import Documents, Queries, ranking_identity
    from ...benchmarks.pools import Making, by_partition, make_pools

    documents = Documents(release, task)
    queries = Queries(release, task, results.split)
    views = (results.query_view, results.corpus_view)
    pools = make_pools(task, documents, queries, views)
    identity = ranking_identity(release, task, documents, queries, views)
    packages = results.environment.get("packages")
    if isinstance(packages, dict):
        # Rankings are kept by the version that made them, which may be another than this one.
        identity["package"] = packages.get("domainbench", identity["package"])
    making = Making(
        identity=identity, own={}, folder=folder / "runs", recompute=False, progress=SILENT
    )
    rankers = [making.ranker(pool) for pool in pools]
    spread = by_partition(task, pools, queries, results.partitions)
    found: dict[str, dict[str, Ranking]] = {}
    for entry in results.systems:
        if entry.spec in systems:
            # An entry has what a kept ranking is found by: specification and parameters.
            kept = [ranker.find(cast("Any", entry), results.depth) for ranker in rankers]
            runs = [item[0] for item in kept if item is not None]
            if len(runs) == len(rankers):
                found[entry.spec] = spread(runs, documents.ids)
    return found


def document_texts(results: Results, release: Release, wanted: Iterable[str]) -> dict[str, str]:
    """Texts of some documents, as systems read them, cut.

    Args:
        results: the evaluation, which says what was read.
        release: what was measured.
        wanted: ids of documents.
    """
    task = find_task(results.release.family, results.task)
    columns = columns_of(task.corpus_views, results.corpus_view)
    known: Sequence[str] = pq.read_schema(release.files("corpus")[0]).names
    read = [name for name in columns if name in known]
    ids = sorted(set(wanted))
    found: dict[str, str] = {}
    if ids:
        for row in rows(release, "corpus", columns=["_id", *read], filters=[("_id", "in", ids)]):
            found[row["_id"]] = cut(joined(row, read), DOCUMENT_CHARACTERS)
    return found
