"""A release seen through a view: one title and one text a document, one text a query.

Tools that read ``title`` and ``text`` know nothing of a family's other columns, nor of partitions;
a view puts both into the form they read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from .errors import UsageError
from .families import find_family
from .subsets import ALL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from .release import Release
    from .subsets import Filter, Subset

_ROWS = 1_024


@dataclass(frozen=True)
class View:
    """Which columns make the texts, and which pairs count."""

    query_columns: tuple[str, ...] = ("text",)
    corpus_columns: tuple[str, ...] = ("title", "text")
    """A ``title`` among them stays the title; the others are joined to the text."""
    partition: str | None = None
    """Pairs with this label only; queries left without a relevant document have none."""
    subset: Subset | None = None
    """Rows of this subset of the release only."""


PLAIN = View()
"""What a tool sees that reads the release as it stands."""


class Entry(NamedTuple):
    """A document or a query."""

    key: str
    title: str
    """Empty for queries, and where the view has no title."""
    text: str
    metadata: dict[str, Any]
    """Everything else that is known, as JSON values; nulls and empty lists are left out."""


class Judgement(NamedTuple):
    """A judged pair."""

    query: str
    document: str
    grade: int
    partition: str | None


def find_subset(release: Release, name: str | None, split: str) -> Subset | None:
    """The subset of that name; None for a release whose subsets are partitions of one ranking.

    Raises:
        UsageError: the release has several rankings, and none or an unknown one is named.
    """

    def read(table: str, columns: Sequence[str]) -> Any:
        return release.table(table, split, list(columns) or None)

    found = {subset.name: subset for subset in find_family(release.manifest.family).subsets(read)}
    if ALL in found or not found:
        return None
    if name is None:
        raise UsageError(
            "the release has documents for several retrieval tasks, so one must be named",
            place=release.path,
            expected=", ".join(found),
        )
    if name not in found:
        raise UsageError.from_unknown_name("partition", name, found)
    return found[name]


def documents(release: Release, view: View = PLAIN, *, metadata: bool = True) -> Iterator[Entry]:
    """Documents in the order of their ids, a few held at a time.

    Args:
        release: the release.
        view: columns that make the texts.
        metadata: read the other columns too.

    Raises:
        UsageError: the corpus has no such column.
    """
    used = view.corpus_columns
    columns = tuple(name for name in used if name != "title")
    kept = view.subset.corpus if view.subset else ()
    wanted = _wanted(release, "corpus", used, metadata)
    for row in rows(release, "corpus", columns=wanted, filters=kept):
        title = row["title"] if "title" in used else ""
        yield Entry(row["_id"], title, joined(row, columns), _rest(row, used))


def queries(
    release: Release, split: str, view: View = PLAIN, *, metadata: bool = True
) -> Iterator[Entry]:
    """Queries of a split in the order of their ids; see ``documents``.

    Raises:
        UsageError: the queries have no such column, or there is no such split.
    """
    used = view.query_columns
    kept = view.subset.queries if view.subset else ()
    wanted = _wanted(release, "queries", used, metadata)
    for row in rows(release, "queries", split, wanted, kept):
        yield Entry(row["_id"], "", joined(row, used), _rest(row, used))


def judgements(release: Release, split: str, view: View = PLAIN) -> Iterator[Judgement]:
    """Judged pairs of a split by query and document, those of the view's partition only.

    Raises:
        UsageError: pairs of this release have no label of that name, or there is no such split.
    """
    table = release.table("qrels", split)
    if view.subset is not None:
        table = _of_subset(release, split, table, view.subset)
    labelled = "partition" in table.column_names
    if view.partition is not None:
        # A label that another split has leaves this one without pairs, and is no mistake.
        every = release.table("qrels", columns=["partition"]) if labelled else None
        labels = set(every.column("partition").to_pylist()) - {None} if every else set[str]()
        if view.partition not in labels:
            raise UsageError.from_unknown_name("partition", view.partition, sorted(labels))
        table = _of_partition(table, view.partition)
    for batch in table.to_batches(max_chunksize=_ROWS):
        for row in batch.to_pylist():
            label = row["partition"] if labelled else None
            yield Judgement(row["query-id"], row["corpus-id"], row["score"], label)


def _of_subset(release: Release, split: str, pairs: Any, subset: Subset) -> Any:
    """The subset's pairs of the queries that it has."""
    mine = pairs.filter(pq.filters_to_expression(list(subset.qrels)))
    if not subset.queries:
        return mine
    columns = ["_id", *(column for column, _, _ in subset.queries)]
    asked = release.table("queries", split, columns)
    asked = asked.filter(pq.filters_to_expression(list(subset.queries)))
    wanted = pc.SetLookupOptions(asked.column("_id"))
    return mine.filter(pc.call_function("is_in", [mine.column("query-id")], wanted))


def _of_partition(table: Any, label: str) -> Any:
    """The label's pairs of the queries that have a relevant document among them."""
    mine = table.filter(pc.call_function("equal", [table.column("partition"), label]))
    relevant = mine.filter(pc.call_function("greater", [mine.column("score"), 0]))
    wanted = pc.SetLookupOptions(relevant.column("query-id").unique())
    return mine.filter(pc.call_function("is_in", [mine.column("query-id")], wanted))


def rows(
    release: Release,
    table: str,
    split: str | None = None,
    columns: list[str] | None = None,
    filters: Sequence[Filter] = (),
) -> Iterator[dict[str, Any]]:
    """Rows of a table, a few held at a time; all columns and rows by default."""
    read = None if columns is None else list(dict.fromkeys([*columns, *(f[0] for f in filters)]))
    kept = pq.filters_to_expression(list(filters)) if filters else None
    for path in release.files(table, split):
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=_ROWS, columns=read):
                part = batch if kept is None else pa.table(batch).filter(kept)
                yield from part.select(columns or part.schema.names).to_pylist()


def joined(row: Mapping[str, Any], columns: Iterable[str]) -> str:
    """The row's non-empty texts, one a line; a list gives its strings, joined by blanks."""
    values = (row[name] for name in columns)
    texts = (" ".join(value) if isinstance(value, list) else value for value in values)
    return "\n".join(text for text in texts if text)


def _wanted(
    release: Release,
    table: str,
    used: Iterable[str],
    everything: bool,  # noqa: FBT001
) -> list[str]:
    """Columns to read, those of a view checked."""
    known: list[str] = pq.read_schema(release.files(table)[0]).names
    for name in used:
        if name not in known:
            raise UsageError.from_unknown_name(f"column of {table}:", name, known)
    return known if everything else list(dict.fromkeys(["_id", *used]))


def _rest(row: Mapping[str, Any], used: Iterable[str]) -> dict[str, Any]:
    hidden = {"_id", "metadata", *used}
    known = json.loads(row["metadata"]) if row.get("metadata") else {}
    known |= {name: _plain(value) for name, value in row.items() if name not in hidden}
    return {name: known[name] for name in sorted(known) if known[name] not in (None, [], "")}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
