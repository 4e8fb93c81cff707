"""Definitions of its repository that a system ranks for a function that is to be written.

They come from a ranking that is made here, or from a run of the task ``context``: Parquet, or TREC
with any other ending. Only what the function's own snapshot holds counts. The function itself is
left out in any version, and so is a definition that repeats its body: it would be the answer.

A ranking made here is one over each snapshot alone. Functions without a dependency are asked for
too, though the task leaves them out: who writes a function does not know that it needs nothing.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from ...retrieval.identifiers import as_ids
from ...retrieval.run import Run
from ...retrieval.systems import parse_system
from ...retrieval.texts import Texts
from ...retrieval.trec import read_run
from ...schemas.code import CONTEXT, REQUIREMENT, RETRIEVAL_TASKS
from ...schemas.errors import DataError
from ..data import Documents, choice_identity, select
from ..pools import Making, Pool, rank_pools
from ..ranking import runs_folder
from ..registry import find_task
from ..row_files import PARQUET
from ..task import columns_of, compose
from .excerpts import bare_lines
from .prompts import Definition

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from ...retrieval.system import System
    from ...schemas.progress import Progress
    from ...schemas.release import Release
    from ..task import Task
    from .excerpts import Excerpt

_COLUMNS = ["_id", "kind", "path", "text", "snapshots"]


class Shelf:
    """The definitions of a release, by snapshot."""

    def __init__(self, release: Release) -> None:
        """Read the documents that the task ``context`` ranks."""
        self._definitions: dict[str, Definition] = {}
        self._of_snapshot: dict[str, list[str]] = defaultdict(list)
        for row in release.table("corpus", columns=_COLUMNS).to_pylist():
            if row["kind"] in RETRIEVAL_TASKS[CONTEXT]:
                found = Definition(row["_id"], row["path"], row["text"])
                self._definitions[found.id] = found
                for snapshot in row["snapshots"]:
                    self._of_snapshot[snapshot].append(found.id)

    def snapshot(self, name: str) -> list[str]:
        """Ids of what a snapshot holds, ascending."""
        return sorted(self._of_snapshot[name])

    def choose(
        self, ranked: Iterable[str], sample: Mapping[str, Any], excerpt: Excerpt, n: int
    ) -> tuple[Definition, ...]:
        """The first n of a ranking that a prompt for a sample may show."""
        held = set(self._of_snapshot[sample["snapshot"]])
        body = _joined(excerpt.body)
        found: list[Definition] = []
        for name in ranked:
            if len(found) == n:
                break
            if name not in held or is_own(name, sample["_id"]):
                continue
            definition = self._definitions[name]
            if body not in _joined(bare_lines(definition.text.split("\n"))):
                found.append(definition)
        return tuple(found)


def is_own(document: str, sample: str) -> bool:
    """Whether a document is a sample's function, in whatever version."""
    return document.rpartition("@")[0] == sample


def _joined(lines: Sequence[str]) -> str:
    return "\n".join(["", *lines, ""])


@dataclass(frozen=True)
class Asking:
    """Which samples definitions are looked for, and where."""

    release: Release
    samples: Sequence[Mapping[str, Any]]
    """Rows of the table samples."""
    split: str
    shelf: Shelf


def read_ranked(asking: Asking, path: Path) -> dict[str, list[str]]:
    """Sample → documents of a run, best first; samples that the run does not rank for are left out.

    Raises:
        DataError: the file is no run, or ranks for none of the samples.
    """
    run = Run.read_parquet(path) if path.suffix.lower() == PARQUET else read_run(path)
    queries = _query_rows(asking)
    owners = {row["_id"]: name for name, row in queries.items() if row["task"] == CONTEXT}
    found = {owners[q]: docs for q, docs in _rankings(run).items() if q in owners}
    if not found:
        raise DataError(
            "the run ranks for none of the samples",
            place=path,
            found=f"query {run.query_ids[0].as_py()}" if len(run) else "no query",
            expected=f"queries of the task {CONTEXT}",
        )
    return found


def rank(
    asking: Asking, system: str, *, n: int, folder: Path | None, progress: Progress
) -> dict[str, list[str]]:
    """Sample → documents that a system ranks for it, best first.

    Args:
        asking: the samples.
        system: as ``bm25:tokenizer=code``.
        n: definitions that are needed; more are ranked, as some may not be shown.
        folder: finished rankings are kept in its ``runs/`` and used again; None keeps none.
        progress: shown while it works.

    Raises:
        UsageError: the system is unknown.
        DataError: the release has no document.
    """
    task = find_task("code", CONTEXT)
    documents = Documents(asking.release, task)
    parsed = parse_system(system)
    identity = choice_identity(
        asking.release, task, asking.split, documents.columns(task.corpus_view)
    )
    making = Making(
        identity={
            **identity,
            "query_columns": columns_of(task.query_views, task.query_view),
            "asked": "prompts: samples in their snapshot",
            "samples": [sample["_id"] for sample in asking.samples],
        },
        own=_own(asking),
        folder=runs_folder(folder),
        recompute=False,
        progress=progress,
    )
    systems: dict[str, System] = {parsed.spec: parsed}
    depth = max(task.depth, n)
    pools = _pools(asking, task, documents)
    ranked = rank_pools(pools, systems, depth, making, lambda _, run: _rankings(run))
    return {name: docs for found in ranked[parsed.spec][0] for name, docs in found.items()}


def _pools(asking: Asking, task: Task, documents: Documents) -> list[Pool]:
    """One for each snapshot, with the samples that come from it as queries."""
    texts: list[Texts] = []

    def load(doc_ids: Any) -> Texts:
        if not texts:
            texts.append(documents.texts(task.corpus_view))
        return select(texts[0], doc_ids)

    rows = _query_rows(asking)
    asked = _texts(rows, task)
    groups: dict[str, list[str]] = defaultdict(list)
    for sample in asking.samples:
        if sample["_id"] in rows:
            groups[sample["snapshot"]].append(sample["_id"])
    found: list[Pool] = []
    for snapshot in sorted(groups):
        doc_ids = as_ids(pa.array(asking.shelf.snapshot(snapshot), pa.large_string()))
        names = as_ids(pa.array(sorted(groups[snapshot]), pa.large_string()))
        if len(doc_ids):
            found.append(
                Pool(snapshot, doc_ids, select(asked, names), lambda ids=doc_ids: load(ids))
            )
    return found


def _texts(rows: Mapping[str, Mapping[str, Any]], task: Task) -> Texts:
    """What each sample asks, by the sample's id."""
    names = sorted(rows)
    columns = columns_of(task.query_views, task.query_view)
    table = pa.table(
        {column: pa.array([rows[name][column] for name in names]) for column in columns}
    )
    asked = compose(table, task.query_views, task.query_view)
    return Texts.from_arrays(pa.array(names, pa.string()), asked, what="samples")


def _query_rows(asking: Asking) -> dict[str, dict[str, Any]]:
    """Sample → its row of queries: of the task ``context``, or else of ``requirement``.

    The two say the same; only functions with dependencies have the first.
    """
    wanted = {sample["_id"] for sample in asking.samples}
    found: dict[str, dict[str, Any]] = {}
    for row in asking.release.table("queries", asking.split).to_pylist():
        name = row["sample"]
        if name in wanted and (
            row["task"] == CONTEXT or (row["task"] == REQUIREMENT and name not in found)
        ):
            found[name] = row
    return found


def _own(asking: Asking) -> dict[str, list[str]]:
    """Sample → documents that are its own function."""
    found: dict[str, list[str]] = {}
    for sample in asking.samples:
        ids = asking.shelf.snapshot(sample["snapshot"])
        found[sample["_id"]] = [name for name in ids if is_own(name, sample["_id"])]
    return found


def _rankings(run: Run) -> dict[str, list[str]]:
    """Query → its documents, best first."""
    found: dict[str, list[str]] = {query: [] for query in run.query_ids.to_pylist()}
    table = run.to_table()
    for query, document in zip(
        table.column("query_id").to_pylist(), table.column("doc_id").to_pylist(), strict=True
    ):
        found[query].append(document)
    return found
