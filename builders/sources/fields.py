"""Fields that several sources share: dates, citation categories, values of JSON records."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .record import Citation

NO_NUMBER = "no publication number"
WRONG_TYPE = "field of the wrong type"

_CITED_BY = {
    "cited by examiner": "examiner",
    "cited by applicant": "applicant",
    "cited by third party": "third_party",
    "cited by other": "other",
    "imported from a related application": "other",
    "examiner": "examiner",
    "applicant": "applicant",
    "third-party": "third_party",
    "other": "other",
}


_AMERICAN = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4}|[0-9]{2})")


class RecordError(Exception):
    """A record that cannot be read; the reader turns it into a ``Reject``."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


def parse_date(value: object) -> date | None:
    """A day from ``20041221`` (text or integer), ``2004-12-21`` or a date; None for any other.

    Days and months of zero, which offices write where they know only the year, give None.
    """
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    text = str(value).strip() if isinstance(value, str | int) else ""
    match = re.match(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})(?![0-9])", text)
    return _make_date(int(match[1]), int(match[2]), int(match[3])) if match else None


def parse_american_date(value: object, latest_year: int | None = None) -> date | None:
    """A day from ``4/2/15`` or ``4/2/2015``: month, day, year.

    Two digits mean the last such year not after ``latest_year`` (2068 where not given, as POSIX).
    """
    match = _AMERICAN.fullmatch(value.strip()) if isinstance(value, str) else None
    if not match:
        return None
    year = int(match[3])
    if len(match[3]) == 2:
        latest = latest_year or 2068
        year = latest - (latest - year) % 100
    return _make_date(year, int(match[1]), int(match[2]))


def _make_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def earliest(days: Iterable[date | None]) -> date | None:
    """The first of the days that are known."""
    return min((day for day in days if day is not None), default=None)


def citation_category(values: Iterable[str | None]) -> str | None:
    """Who cites (``cited by examiner`` → examiner), or the sorted relevance letters (X, XY)."""
    letters: set[str] = set()
    for value in values:
        text = (value or "").strip()
        if named := _CITED_BY.get(text.lower()):
            return named
        letters.update(character for character in text.upper() if character.isalnum())
    return "".join(sorted(letters)) or None


def unique_citations(citations: Iterable[Citation]) -> list[Citation]:
    """The citations without exact repeats, in their order."""
    kept = {
        (item.publication_id, item.forward, item.category, item.phase): item for item in citations
    }
    return list(kept.values())


# --------------------------------------------------------------------------- JSON records


def object_in(record: dict[str, Any], key: str) -> dict[str, Any]:
    """The object in a field; empty where the field is absent or null.

    Raises:
        RecordError: the field holds something else.
    """
    return cast("dict[str, Any]", _typed(record, key, dict, {}))


def list_in(record: dict[str, Any], key: str) -> list[Any]:
    """The list in a field; empty where the field is absent or null.

    Raises:
        RecordError: the field holds something else.
    """
    return cast("list[Any]", _typed(record, key, list, []))


def objects_in(record: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """The objects of the list in a field.

    Raises:
        RecordError: the field holds something else, or the list does.
    """
    found = list_in(record, key)
    for item in found:
        if not isinstance(item, dict):
            raise RecordError(WRONG_TYPE, f"{key} lists {_kind(item)}, expected objects")
    return found


def text_in(record: dict[str, Any], key: str) -> str | None:
    """The text in a field, numbers as text; None where the field is absent, null or blank.

    Raises:
        RecordError: the field holds something else.
    """
    value = record.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise RecordError(WRONG_TYPE, f"{key} is {_kind(value)}, expected text")
    return str(value).strip() or None


def _typed(record: dict[str, Any], key: str, kind: type, empty: object) -> object:
    value = record.get(key)
    if value is None:
        return empty
    if not isinstance(value, kind):
        expected = "an object" if kind is dict else "a list"
        raise RecordError(WRONG_TYPE, f"{key} is {_kind(value)}, expected {expected}")
    return value


def _kind(value: object) -> str:
    for kind, name in (
        (dict, "an object"),
        (list, "a list"),
        (str, "text"),
        (bool, "a truth value"),
    ):
        if isinstance(value, kind):
            return name
    return "null" if value is None else "a number"
