"""JSON records that hold a query with the list of its documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..fields import WRONG_TYPE, RecordError
from ..record import Reject
from .records import Document, Pair
from .values import identifier_of, places_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .contents import Rows
    from .records import Place

GROUPED = "grouped"
_NO_SUCH_TARGET = "target that is none of the documents"
_TEXT = ("text", "document", "doc", "content", "cleaned_text", "body", "description")
_TITLE = ("title", "name")
_ID = ("document_id", "id", "_id", "url")


def read_grouped(rows: Rows, columns: Mapping[str, str]) -> Iterator[Pair | Reject]:
    """A pair for each document of each record.

    Args:
        rows: records with their places.
        columns: field → key; ``documents`` is a list of texts or of objects, ``targets`` one
            place or a list of places in it, from 0.
    """
    for number, item in enumerate(rows):
        if isinstance(item, Reject):
            yield item
            continue
        place, values = item
        try:
            yield from _pairs(place, {f: values.get(name) for f, name in columns.items()}, number)
        except RecordError as error:
            key = str(values.get(columns.get("query_id", "")) or "")[:100] or None
            yield Reject(error.reason, place.say(error.detail), place.line, place.offset, key)


def _pairs(place: Place, fields: Mapping[str, Any], number: int) -> list[Pair]:
    given = fields.get("documents")
    if not isinstance(given, list):
        raise RecordError(WRONG_TYPE, f"its documents are {type(given).__name__}, expected a list")
    targets = places_of(fields.get("targets"), "targets")
    for target in targets:
        if not 0 <= target < len(given):
            detail = f"place {target} of {len(given)} documents, counted from 0"
            raise RecordError(_NO_SUCH_TARGET, detail)
    domain = identifier_of(fields.get("domain"), "domain")
    query, key = text_of(fields.get("query"), "query"), identifier_of(fields.get("query_id"), "id")
    pairs: list[Pair] = []
    for row, item in enumerate(given):
        try:
            document, fault = _document(item), None
        except RecordError as error:
            document, fault = Document("", ""), error
        pairs.append(Pair(place, domain, query, key, document, None, row in targets, number, fault))
    return pairs


def _document(item: Any) -> Document:
    if not isinstance(item, dict):
        return Document("", text_of(item, "a document"))
    folded = {str(name).casefold(): value for name, value in item.items()}
    found = [
        next((folded[name] for name in names if folded.get(name) is not None), None)
        for names in (_TITLE, _TEXT, _ID)
    ]
    title, text, key = found
    return Document(text_of(title, "title"), text_of(text, "text"), identifier_of(key, "id"))
