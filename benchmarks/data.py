"""A release as a retrieval task sees it: the texts of its documents and queries, its judgements."""

from __future__ import annotations

from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..retrieval.cache import cache_folder
from ..retrieval.identifiers import as_ids, as_strings, locate
from ..retrieval.texts import Texts
from ..schemas.errors import DataError, UsageError
from .scoring import query_labels
from .task import columns_of, compose

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..schemas.release import Release
    from .task import Task


SPOOL_BYTES = 1 << 26
"""Texts of documents that are larger go batch by batch into a file that is mapped.

Read into memory at once they would take four times their size, and more time.
"""

_NO_QUERY = "no citation has both of its families in the collection: add sources"


class Documents:
    """The documents of a release that a task ranks; only the columns of a view are read.

    Raises:
        DataError: there is none.
    """

    def __init__(self, release: Release, task: Task) -> None:
        self._release = release
        self._task = task
        self._kept = task.documents
        rows = release.table("corpus", columns=["_id", *self._kept])
        self.ids = _sorted_ids(only(rows, self._kept))
        """``pyarrow.LargeStringArray``, ascending."""
        if not len(self.ids):
            wanted = [f"{column} {' or '.join(values)}" for column, values in self._kept.items()]
            raise DataError(
                "the release has no document to rank",
                place=release.path,
                expected=", ".join(wanted) or None,
            )

    def values(self, column: str) -> Any:
        """``pyarrow.LargeStringArray`` of what a column says of each document, in their order."""
        rows = self._release.table("corpus", columns=["_id", column])
        places = locate(as_strings(rows.column("_id")), self.ids)
        return as_strings(rows.column(column)).take(pa.array(places))

    def columns(self, view: str) -> tuple[str, ...]:
        """Columns of a view that hold any text; ``UsageError`` if there is no such view."""
        wanted = columns_of(self._task.corpus_views, view)
        return tuple(column for column in wanted if column in self._filled)

    @cached_property
    def _filled(self) -> set[str]:
        return _filled_columns(self._release.files("corpus"))

    def texts(self, view: str) -> Texts:
        """The documents' texts, by id; in a file instead of memory where they are large."""
        columns = columns_of(self._task.corpus_views, view)
        _check_columns(self._release, "corpus", None, columns)
        files = self._release.files("corpus")
        if len(self._release.splits("corpus")) == 1 and _size(files, columns) > SPOOL_BYTES:
            return _spooled(files, columns, self._kept)
        return _texts(self._release, "corpus", None, columns, self._kept)


class Queries:
    """The queries of one split that a task asks, with the judgements that count.

    Raises:
        UsageError: the release has no such split.
        DataError: the split has no query.
    """

    def __init__(self, release: Release, task: Task, split: str) -> None:
        self._release = release
        self._task = task
        self.split = split
        self.ids = _sorted_ids(release.table("queries", split, ["_id"]))
        """``pyarrow.LargeStringArray``, ascending."""
        if task.pairs:
            self.ids = self.ids.filter(is_among(self.ids, self.qrels.column("query-id")))
        if not len(self.ids):
            raise DataError(
                "the release has no query to evaluate",
                place=release.path,
                hint=None if task.pairs else _NO_QUERY,
            )

    @cached_property
    def qrels(self) -> Any:
        """``pyarrow.Table`` of the judged pairs."""
        return only(self._release.table("qrels", self.split), self._task.pairs)

    def values(self, column: str) -> Any:
        """``pyarrow.LargeStringArray`` of what a column says of each query, in their order."""
        rows = self._release.table("queries", self.split, ["_id", column])
        places = locate(as_strings(rows.column("_id")), self.ids)
        return as_strings(rows.column(column)).take(pa.array(places))

    def columns(self, view: str) -> tuple[str, ...]:
        """Columns of a view that hold any text; ``UsageError`` if there is no such view."""
        wanted = columns_of(self._task.query_views, view)
        return tuple(column for column in wanted if column in self._filled)

    @cached_property
    def _filled(self) -> set[str]:
        return _filled_columns(self._release.files("queries", self.split))

    def texts(self, view: str) -> Texts:
        """The queries' texts, by id."""
        columns = columns_of(self._task.query_views, view)
        _check_columns(self._release, "queries", self.split, columns)
        texts = _texts(self._release, "queries", self.split, columns)
        return select(texts, self.ids) if self._task.pairs else texts

    def labels(self, by: Sequence[str]) -> dict[str, dict[str, set[str]]]:
        """Column, label, ids of the queries that have it; ``UsageError`` for unknown columns."""
        known = _column_names(self._release, "queries", self.split)
        for column in by:
            if column not in known:
                raise UsageError.from_unknown_name("column of queries", column, known)
        rows = self._release.table("queries", self.split, list(dict.fromkeys(["_id", *by])))
        if self._task.pairs:
            rows = rows.filter(is_among(rows.column("_id"), self.ids))
        return query_labels(rows, by)

    def own(self, documents: Documents) -> dict[str, list[str]]:
        """Documents to take out of each query's ranking, by the task's rule."""
        if not self._task.drop_self:
            return {}
        present = locate(documents.ids, self.ids) >= 0
        return {query: [query] for query in self.ids.filter(present).to_pylist()}

    def lost(self, documents: Documents) -> int:
        """Relevant pairs whose document is not among the documents."""
        absent = locate(documents.ids, self.qrels.column("corpus-id")) < 0
        relevant = self.qrels.column("score").to_numpy() > 0
        return int(np.count_nonzero(absent & relevant))


def ranking_identity(
    release: Release, task: Task, documents: Documents, queries: Queries, views: tuple[str, str]
) -> dict[str, Any]:
    """What rankings depend on besides system and depth.

    A view is named by the columns that hold text in it: views whose texts are the same share their
    rankings.

    Args:
        release: the release.
        task: the task.
        documents: those that are ranked.
        queries: those that they are ranked for.
        views: of the queries and of the documents.
    """
    return {
        **choice_identity(release, task, queries.split, documents.columns(views[1])),
        "query_columns": queries.columns(views[0]),
    }


def choice_identity(
    release: Release, task: Task, split: str, corpus_columns: Sequence[str]
) -> dict[str, Any]:
    """The same for rankings whose queries the task makes of the questions.

    Args:
        release: the release.
        task: the task.
        split: of the questions.
        corpus_columns: columns that are the documents' texts.
    """
    return {
        "release": release.manifest.fingerprint,
        "package": version("domainbench"),
        "task": task.name,
        "self_match_rule": task.self_match_rule,
        "split": split,
        "corpus_columns": tuple(corpus_columns),
    }


def _sorted_ids(table: Any) -> Any:
    ids = as_strings(table.column("_id"))
    return as_ids(ids.take(pc.call_function("array_sort_indices", [ids])))


def _check_columns(release: Release, table: str, split: str | None, columns: Sequence[str]) -> None:
    present = _column_names(release, table, split)
    if missing := [column for column in columns if column not in present]:
        raise DataError(
            f"the release's {table} lack the column {missing[0]!r}",
            place=release.path,
            hint="build the release again",
        )


def only(table: Any, kept: Mapping[str, Sequence[str]]) -> Any:
    """The rows of a ``pyarrow.Table`` that have one of the given values in each given column."""
    for column, values in kept.items():
        table = table.filter(is_among(table.column(column), pa.array(values, pa.string())))
    return table


def is_among(strings: Any, values: Any) -> Any:
    """Which of some Arrow strings are among others, as booleans."""
    options = pc.SetLookupOptions(value_set=as_strings(values).cast(strings.type))
    return pc.call_function("is_in", [strings], options)


def select(texts: Texts, ids: Any) -> Texts:
    """The texts of some of the ids, which ascend and are all there."""
    return Texts(ids, texts.texts.take(pa.array(locate(texts.ids, ids))))


def _texts(
    release: Release,
    table: str,
    split: str | None,
    columns: Sequence[str],
    kept: Mapping[str, Sequence[str]] | None = None,
) -> Texts:
    rows = only(release.table(table, split, _with_id(columns, kept or {})), kept or {})
    texts = compose(rows, {"": tuple(columns)}, "")
    return Texts.from_arrays(rows.column("_id"), texts, what=table)


def _with_id(columns: Sequence[str], kept: Mapping[str, Sequence[str]]) -> list[str]:
    return list(dict.fromkeys(["_id", *columns, *kept]))


def _spooled(
    files: Sequence[Path], columns: Sequence[str], kept: Mapping[str, Sequence[str]]
) -> Texts:
    """Texts in a file that has no name any more: its space is free when nothing maps it."""
    parent = cache_folder() / "spool"
    parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=parent) as folder:
        return Texts.spool(Path(folder) / "corpus", _batches(files, columns, kept))


def _batches(
    files: Sequence[Path], columns: Sequence[str], kept: Mapping[str, Sequence[str]]
) -> Iterator[tuple[Any, Any]]:
    for path in files:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=1024, columns=_with_id(columns, kept)):
                rows: Any = only(pa.Table.from_batches([batch]), kept)
                yield rows.column("_id"), compose(rows, {"": tuple(columns)}, "")


def _size(files: Sequence[Path], columns: Sequence[str]) -> int:
    """Bytes of some columns, unpacked."""
    total = 0
    for path in files:
        with pq.ParquetFile(path) as file:
            total += sum(
                chunk.total_uncompressed_size
                for chunk in _chunks(file.metadata)
                if _top(chunk) in columns
            )
    return total


def _chunks(metadata: Any) -> Iterator[Any]:
    for group in range(metadata.num_row_groups):
        for place in range(metadata.num_columns):
            yield metadata.row_group(group).column(place)


def _top(chunk: Any) -> str:
    """Name of the column that a chunk belongs to: that of a list, not of its items."""
    return chunk.path_in_schema.partition(".")[0]


def _column_names(release: Release, table: str, split: str | None) -> list[str]:
    return pq.read_schema(release.files(table, split)[0]).names


def _filled_columns(files: Sequence[Path]) -> set[str]:
    """Columns of strings, or of lists of them, that hold one that is neither null nor empty.

    The statistics of the files tell; where they do not, a column counts as filled.
    """
    found: set[str] = set()
    for path in files:
        with pq.ParquetFile(path) as file:
            for chunk in _chunks(file.metadata):
                stats = chunk.statistics
                if stats is None or (stats.num_values and not _only_empty(stats)):
                    found.add(_top(chunk))
    return found


def _only_empty(stats: Any) -> bool:
    return stats.has_min_max and stats.min == stats.max == ""
