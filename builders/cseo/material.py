"""What the sources hold together: documents of domains, and queries with their contexts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ..draws import drawn_order


@dataclass(slots=True)
class StoredDocument:
    """A document of the corpus."""

    domain: str
    title: str
    text: str
    source_id: str | None
    given: int = 0
    """Records that hold it."""


@dataclass(slots=True)
class StoredQuery:
    """A query, and what its engine reads."""

    domain: str
    task: str
    text: str
    source_id: str | None
    context: list[str] = field(default_factory=list[str])
    """Ids of documents in order; empty until a first stage has ranked some."""
    targets: set[str] = field(default_factory=set[str])
    """Documents of the context that the source has rewritten, or wants to be."""
    relevant: set[str] = field(default_factory=set[str])
    """Documents that the source gives with the query, those its context has no room for too."""


@dataclass(slots=True)
class Row:
    """A document as one row of its query."""

    key: str
    """Id of the document."""
    position: int | None
    target: bool


@dataclass(slots=True)
class Group:
    """The rows of a query, in the source's order."""

    domain: str
    text: str
    source_id: str | None
    rows: list[Row | None] = field(default_factory=list[Row | None])
    """None for a document that was rejected."""


@dataclass(slots=True)
class Material:
    """The sources' contents by id."""

    documents: dict[str, StoredDocument] = field(default_factory=dict[str, StoredDocument])
    queries: dict[str, StoredQuery] = field(default_factory=dict[str, StoredQuery])
    recorded: dict[tuple[str, str], tuple[str, str]] = field(
        default_factory=dict[tuple[str, str], tuple[str, str]]
    )
    """Document and method → title and text that the sources give of it."""
    dropped: Counter[str] = field(default_factory=Counter[str])
    """Reason → what was left out for it."""

    def in_contexts(self) -> set[str]:
        """Ids of the documents that stand in some context."""
        return {key for query in self.queries.values() for key in query.context}


def adopter_order(key: str, query: StoredQuery, seed: int) -> list[str]:
    """Documents of a context in the order in which they become adopters, targets first."""
    rest = [document for document in query.context if document not in query.targets]
    return [*drawn_order(query.targets, seed, key), *drawn_order(rest, seed, key)]
