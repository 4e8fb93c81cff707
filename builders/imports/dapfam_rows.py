"""Rows of the Hub's DAPFAM as rows of a patent release."""

from __future__ import annotations

import ast
import math
import re
import unicodedata
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from ...schemas.patents import PATENT_CORPUS, PATENT_QUERIES
from ..sources.ipc import normalise_symbol
from .intake import NO_TEXT, clean

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping

UNREAD_SYMBOL = "IPC symbol that cannot be read"
UNREAD_DATE = "date that cannot be read"
_JURISDICTIONS = (
    "earliest_claim_jusrisdiction",  # as published
    "earliest_claim_jurisdiction",
    "jurisdiction",
)
_CLASSES = "classifications_ipcr_list_first_three_chars_list"
_PARTS = re.compile(r"[;,|\n]+")
_CLASS = re.compile(r"[A-H][0-9]{2}")
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ].*)?")


class BadRow(Exception):  # noqa: N818 - a reason to reject, not a fault
    """Why a row cannot be used: ``reason``, a fixed phrase, and ``detail``."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


def corpus_row(values: Mapping[str, Any], lost: Counter[str]) -> dict[str, Any]:
    """A row of the corpus; ``lost`` counts what had to be left out of it.

    Raises:
        BadRow: there is no id or no text, or a text is none.
    """
    row = _family(values, "relevant_id", lost)
    return _complete(row | {"text": row["abstract"]}, PATENT_CORPUS.schema.names)


def query_row(values: Mapping[str, Any], lost: Counter[str]) -> dict[str, Any]:
    """A row of the queries; see ``corpus_row``."""
    row = _family(values, "query_id", lost)
    row["text"] = "\n".join(part for part in (row["title"], row["abstract"]) if part)
    row["keywords"] = list(dict.fromkeys(listed(values.get("abstract_keywords"))))
    return _complete(row, PATENT_QUERIES.schema.names)


def _complete(row: Mapping[str, Any], names: list[str]) -> dict[str, Any]:
    return {name: row.get(name) for name in names}


def _family(values: Mapping[str, Any], key: str, lost: Counter[str]) -> dict[str, Any]:
    title, abstract = text_of(values, "title_en"), text_of(values, "abstract_en")
    if not title and not abstract:
        raise BadRow(NO_TEXT, "title and abstract are empty")
    symbols = ipc_symbols(values.get("ipcr_codes_str"), values.get(_CLASSES), lost)
    day = day_of(values.get("earliest_claim_date"), lost)
    return {
        "_id": id_of(values, key),
        "title": title,
        "abstract": abstract,
        "abstract_language": "en",
        "claims": text_of(values, "claims_text") or None,
        "description": text_of(values, "description_en") or None,
        "ipc3_domains": _cut(symbols, 3),
        "ipc4_domains": _cut(symbols, 4),
        "section_domains": _cut(symbols, 1),
        "ipc": symbols,
        "cpc": [],
        "earliest_date": day,
        "year": _year(values.get("earliest_claim_year"), day),
        "jurisdiction": next((code for n in _JURISDICTIONS if (code := text_of(values, n))), None),
        "representative_id": "",
        "publication_ids": [],
        "member_ids": [],
        "family_rule": "source",
    }


def id_of(values: Mapping[str, Any], column: str) -> str:
    """The id in a column.

    Raises:
        BadRow: there is none.
    """
    value = values.get(column)
    key = str(value) if isinstance(value, int) else value
    if not isinstance(key, str) or not key.strip():
        raise BadRow("no id", f"{column} is {value!r}, expected a text")
    return clean(key)


def text_of(values: Mapping[str, Any], column: str) -> str:
    """The text in a column, in NFC; empty where it is null or not there.

    Raises:
        BadRow: it holds something else.
    """
    value = values.get(column)
    if value is not None and not isinstance(value, str):
        raise BadRow("text is no text", f"{column} is {type(value).__name__}, expected a text")
    return clean(value)


def listed(value: Any) -> list[str]:
    """Texts of a list, of a list that was written as text, or of a text with separators."""
    if isinstance(value, str) and value.strip().startswith("["):
        try:
            value = ast.literal_eval(value.strip())
        except (ValueError, SyntaxError):
            value = value.strip().strip("[]")
    parts = _PARTS.split(value) if isinstance(value, str) else value
    if not isinstance(parts, list):
        return []
    return [unicodedata.normalize("NFC", t) for p in parts if p is not None and (t := _bare(p))]


def _bare(part: object) -> str:
    return str(part).strip().strip("'\"").strip()


def ipc_symbols(codes: Any, classes: Any, lost: Counter[str]) -> list[str]:
    """Normalised symbols, sorted; a published class without a symbol stands as a class alone."""
    found: set[str] = set()
    for text in listed(codes):
        symbol = normalise_symbol(text)
        if symbol is None:
            lost[UNREAD_SYMBOL] += 1
        else:
            found.add(symbol)
    known = {symbol[:3] for symbol in found}
    for name in listed(classes):
        if not _CLASS.fullmatch(name.upper()):
            lost[UNREAD_SYMBOL] += 1
        elif name.upper() not in known:
            found.add(name.upper())
    return sorted(found)


def _cut(symbols: list[str], width: int) -> list[str]:
    return sorted({symbol[:width] for symbol in symbols if len(symbol) >= width})


def day_of(value: Any, lost: Counter[str]) -> date | None:
    """A day from a date, a time stamp or ISO text; None, counted, where it is none of these."""
    if value is None or isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    match = _DAY.fullmatch(value.strip()) if isinstance(value, str) else None
    try:
        return date(*(int(part) for part in match.groups())) if match else _no_day(value, lost)
    except ValueError:  # the 30th of February
        return _no_day(value, lost)


def _year(value: Any, day: date | None) -> int | None:
    if isinstance(value, int | float) and math.isfinite(value):
        return int(value)
    return None if day is None else day.year


def _no_day(value: Any, lost: Counter[str]) -> None:
    lost[UNREAD_DATE] += value != ""
