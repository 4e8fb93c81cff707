"""A release as a collection in the manner of ``ir_datasets``.

The names of methods, fields and keys are that package's, so that tools written for its data sets
(ir-measures among them) take a release; the package itself is not needed. Documents are read a few
at a time, and one is found by its id through the row groups' least and greatest ids.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ...schemas.views import PLAIN, documents, joined, judgements, queries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from ...schemas.release import Release
    from ...schemas.views import View


class Document(NamedTuple):
    """A document."""

    doc_id: str
    title: str
    text: str

    def default_text(self) -> str:
        """Title and text, those that are not empty, one a line."""
        return "\n".join(part for part in (self.title, self.text) if part)


class Query(NamedTuple):
    """A query."""

    query_id: str
    text: str

    def default_text(self) -> str:
        """The text."""
        return self.text


class Judgement(NamedTuple):
    """A judged pair."""

    query_id: str
    doc_id: str
    relevance: int
    iteration: str = "0"


@dataclass(frozen=True)
class Collection:
    """Documents, queries and judgements of a release.

    Args:
        release: the release.
        split: split of the queries and judgements.
        view: columns that make the texts, and the partition whose pairs count.
    """

    release: Release
    split: str = "test"
    view: View = PLAIN

    def docs_iter(self) -> Iterator[Document]:
        """Documents in the order of their ids.

        Raises:
            UsageError: the corpus has no column that the view names.
        """
        for entry in documents(self.release, self.view, metadata=False):
            yield Document(entry.key, entry.title, entry.text)

    def docs_count(self) -> int:
        """Number of documents."""
        return self.release.manifest.tables["corpus"].rows

    def docs_cls(self) -> type[Document]:
        """Type of a document."""
        return Document

    def docs_store(self) -> DocumentStore:
        """Documents by their id."""
        return DocumentStore(self.release, self.view)

    def docs_lang(self) -> str | None:
        """ISO 639-1 code of the texts; None where there are several or it is unknown."""
        languages = self.release.manifest.languages
        return languages[0] if len(languages) == 1 else None

    def queries_iter(self) -> Iterator[Query]:
        """Queries in the order of their ids.

        Raises:
            UsageError: the queries have no column that the view names.
        """
        for entry in queries(self.release, self.split, self.view, metadata=False):
            yield Query(entry.key, entry.text)

    def queries_count(self) -> int:
        """Number of queries of the split."""
        files = self.release.manifest.tables["queries"].splits[self.split]
        return sum(file.rows for file in files)

    def queries_cls(self) -> type[Query]:
        """Type of a query."""
        return Query

    def qrels_iter(self) -> Iterator[Judgement]:
        """Judged pairs by query and document.

        Raises:
            UsageError: no pair has the label of the view's partition.
        """
        for pair in judgements(self.release, self.split, self.view):
            yield Judgement(pair.query, pair.document, pair.grade)

    def qrels_cls(self) -> type[Judgement]:
        """Type of a judgement."""
        return Judgement

    def qrels_defs(self) -> dict[int, str]:
        """Meaning of the grades."""
        return {0: "not relevant", 1: "relevant; a higher grade is more so"}


class _Group(NamedTuple):
    """A row group of the corpus."""

    least: str
    path: Path
    number: int


class DocumentStore:
    """Finds documents of a release by their id, reading one row group at a time."""

    def __init__(self, release: Release, view: View = PLAIN) -> None:
        self._release = release
        self._view = view

    def get(self, doc_id: str) -> Document:
        """The document of that id; ``KeyError`` if there is none."""
        return self.get_many([doc_id])[doc_id]

    def get_many(self, doc_ids: Iterable[str]) -> dict[str, Document]:
        """Documents by id, those that are there; ids of one row group cost one reading."""
        return {document.doc_id: document for document in self.get_many_iter(doc_ids)}

    def get_many_iter(self, doc_ids: Iterable[str]) -> Iterator[Document]:
        """Those of the documents that are there, in the order of their ids."""
        least = [group.least for group in self._groups]
        wanted: dict[int, list[str]] = {}
        for key in sorted(set(doc_ids)):
            place = bisect_right(least, key) - 1
            if place >= 0:
                wanted.setdefault(place, []).append(key)
        for place, keys in wanted.items():
            yield from self._read(self._groups[place], keys)

    def _read(self, group: _Group, keys: list[str]) -> Iterator[Document]:
        titled = "title" in self._view.corpus_columns
        columns = [name for name in self._view.corpus_columns if name != "title"]
        with pq.ParquetFile(group.path) as file:
            rows: Any = file.read_row_group(group.number, columns=["_id", "title", *columns])
        keys_array = pa.array(keys, rows.schema.field("_id").type)
        mine = pc.call_function("is_in", [rows.column("_id")], pc.SetLookupOptions(keys_array))
        for row in rows.filter(mine).to_pylist():
            yield Document(row["_id"], row["title"] if titled else "", joined(row, columns))

    @cached_property
    def _groups(self) -> list[_Group]:
        """Row groups in the order of their ids, from the statistics that every file holds."""
        found: list[_Group] = []
        for path in self._release.files("corpus"):
            meta = pq.read_metadata(path)
            column = meta.schema.names.index("_id")
            for number in range(meta.num_row_groups):
                group = meta.row_group(number)
                if group.num_rows:
                    statistics = group.column(column).statistics
                    found.append(_Group(statistics.min, path, number))
        return sorted(found, key=lambda group: group.least)
