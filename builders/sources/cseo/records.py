"""What sources of the conversational SEO family say, record by record."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..fields import RecordError


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands in its file."""

    line: int | None = None
    """From 1, in line-based formats."""
    offset: int | None = None
    """Byte offset in the unpacked file."""
    row: int | None = None
    """Row of a Parquet file, from 1."""

    def say(self, detail: str) -> str:
        """A reject's detail, with what the reject has no field for."""
        return f"row {self.row}: {detail}" if self.row else detail


@dataclass(frozen=True, slots=True)
class Document:
    """A document as given; either part may be empty."""

    title: str
    text: str
    source_id: str | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """One document of a query's context, in the order of the rows."""

    place: Place
    domain: str | None
    """As the record names it; None where it does not."""
    query: str
    query_key: str | None
    """The source's identifier of the query."""
    document: Document
    position: int | None = None
    """Place in the context that the source states."""
    target: bool = False
    """Whether the source means this document to be rewritten."""
    group: int | None = None
    """Number of the record that holds the whole context; None where rows of a query make it."""
    fault: RecordError | None = None
    """Why the document is no good; it counts as one of the rows of its query all the same."""


@dataclass(frozen=True, slots=True)
class Lone:
    """A document that no query is given with."""

    place: Place
    domain: str | None
    document: Document


@dataclass(frozen=True, slots=True)
class Asked:
    """A query that no documents are given with."""

    place: Place
    domain: str | None
    query: str
    source_id: str | None
    relevant: tuple[str, ...] = ()
    """Relevant documents, by the source's identifiers."""


@dataclass(frozen=True, slots=True)
class Rewritten:
    """One document as methods rewrote it, found by its place among the rows of its domain."""

    query: int
    """Place of the query in order of first appearance in its domain, from 0."""
    row: int
    """Place of the document among the rows of the query, from 0."""
    text: str
    """The document before rewriting."""
    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    """Method → text after it, methods as the source names them."""

    @property
    def name(self) -> str:
        """For rejects."""
        return f"query {self.query}, document {self.row}"


Record: TypeAlias = Pair | Lone | Asked | Rewritten
