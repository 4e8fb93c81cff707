"""C-SEO Bench's rewritten documents: ``selected_docs.json`` and ``all_docs.json``.

``{"<query>": {"<document>": {"doc": text, "<Method>(doc)": text, …}}}``, where queries count in
order of first appearance in their domain's table and documents among the query's rows, from 0.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..record import Reject
from .records import Rewritten

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

REWRITTEN = "rewritten_documents"
_ORIGINAL = "doc"
_NUMBER = re.compile(r"[0-9]{1,9}")
_WRONG_SHAPE = "not a rewritten document"
_KEY = re.compile(r"(.+)\(doc\)", re.DOTALL)


def is_rewritten(payload: Mapping[str, Any]) -> bool:
    """Whether a JSON object is of this form: some document in it has its original."""
    return any(
        isinstance(document, dict) and _ORIGINAL in document
        for query in payload.values()
        if isinstance(query, dict)
        for document in query.values()
    )


def read_rewritten(payload: Mapping[str, Any]) -> Iterator[Rewritten | Reject]:
    """The documents in the file's order."""
    for query, documents in payload.items():
        if not _NUMBER.fullmatch(query) or not isinstance(documents, dict):
            yield _reject(f"query {query!r}", "expected documents below the number of a query")
            continue
        for row, texts in documents.items():
            yield _document(query, str(row), texts)


def _document(query: str, row: str, texts: Any) -> Rewritten | Reject:
    name = f"query {query}, document {row}"
    if not _NUMBER.fullmatch(row) or not isinstance(texts, dict):
        return _reject(name, "expected texts below the number of a document")
    wrong = [key for key, text in texts.items() if not isinstance(text, str) or not _is_utf8(text)]
    if wrong:
        return _reject(name, f"{wrong[0]!r} holds no text")
    if _ORIGINAL not in texts:
        return _reject(name, f"it has no {_ORIGINAL!r}")
    rewritten = {_method(key): text for key, text in texts.items() if key != _ORIGINAL}
    return Rewritten(int(query), int(row), texts[_ORIGINAL], rewritten)


def _method(key: str) -> str:
    found = _KEY.fullmatch(key)
    return found[1] if found else key


def _is_utf8(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:  # half of a surrogate pair
        return False
    return True


def _reject(name: str, detail: str) -> Reject:
    return Reject(_WRONG_SHAPE, detail, record_id=name[:100])
