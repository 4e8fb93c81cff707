"""Rows of tables as records: pairs of query and document, documents alone, queries alone.

C-SEO Bench's own layout is the plainest table of pairs: ``query_id, query, document``, where the
order of a query's rows is that of its context.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..fields import RecordError
from ..record import Reject
from .records import Asked, Document, Lone, Pair
from .values import identifier_of, identifiers_of, mark_of, number_of, said, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .contents import Rows
    from .records import Place, Record

PAIRS = "query_documents"
CATALOGUE = "catalogue"
QUERIES = "queries"


def read_table(rows: Rows, columns: Mapping[str, str], kind: str) -> Iterator[Record | Reject]:
    """Records of a table of one of the three kinds.

    Args:
        rows: its rows with their places.
        columns: field → column.
        kind: ``PAIRS``, ``CATALOGUE`` or ``QUERIES``.
    """
    read = {PAIRS: _pair, CATALOGUE: _lone, QUERIES: _asked}[kind]
    for item in rows:
        if isinstance(item, Reject):
            yield item
            continue
        place, values = item
        try:
            yield read(place, _Fields(values, columns))
        except RecordError as error:
            key = str(values.get(columns.get("query_id", ""), ""))[:100] or None
            yield Reject(error.reason, place.say(error.detail), place.line, place.offset, key)


class _Fields:
    """A row's values by field."""

    def __init__(self, values: Mapping[str, Any], columns: Mapping[str, str]) -> None:
        self.values = values
        self.columns = columns

    def __call__(self, field: str) -> tuple[Any, str]:
        """The value of a field, None where the row has none, and its column."""
        column = self.columns.get(field, field)
        return self.values.get(column), column


def _pair(place: Place, fields: _Fields) -> Pair:
    domain = identifier_of(*fields("domain"))
    query = text_of(*fields("query"))
    key = identifier_of(*fields("query_id"))
    try:
        document = Document(
            text_of(*fields("title")),
            text_of(*fields("document")),
            identifier_of(*fields("document_id")),
        )
        position, target = number_of(*fields("position")), mark_of(*fields("target"))
    except RecordError as error:
        return Pair(place, domain, query, key, Document("", ""), fault=error)
    return Pair(place, domain, query, key, document, position, target)


def _lone(place: Place, fields: _Fields) -> Lone:
    """A document; columns that are no field are features below its text."""
    known = set(fields.columns.values())
    features = [
        f"{name.strip()}: {told}"
        for name, value in fields.values.items()
        if name not in known and (told := said(value))
    ]
    lines = [text_of(*fields("document")).strip(), *features]
    document = Document(
        text_of(*fields("title")),
        "\n".join(line for line in lines if line),
        identifier_of(*fields("document_id")),
    )
    return Lone(place, identifier_of(*fields("domain")), document)


def _asked(place: Place, fields: _Fields) -> Asked:
    return Asked(
        place,
        identifier_of(*fields("domain")),
        text_of(*fields("query")),
        identifier_of(*fields("query_id")),
        identifiers_of(*fields("relevant")),
    )
