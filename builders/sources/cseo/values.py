"""Values of a record's fields: texts, identifiers, places, marks, lists of places."""

from __future__ import annotations

import json
import math
from typing import Any

from ..fields import WRONG_TYPE, RecordError

_YES = frozenset({"true", "yes", "1"})
_NO = frozenset({"false", "no", "0", ""})


def text_of(value: Any, what: str) -> str:
    """A text; numbers as text, nothing as the empty text.

    Raises:
        RecordError: it is something else.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(int(value)) if float(value).is_integer() else str(value)
    raise RecordError(WRONG_TYPE, f"{what} holds {type(value).__name__}, expected text")


def identifier_of(value: Any, what: str) -> str | None:
    """An identifier as text; None where there is none.

    Raises:
        RecordError: it is neither text nor a number.
    """
    return text_of(value, what).strip() or None


def number_of(value: Any, what: str) -> int | None:
    """A whole number, also as text; None where there is none.

    Raises:
        RecordError: it is something else.
    """
    text = text_of(value, what).strip()
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        raise RecordError(WRONG_TYPE, f"{what} holds {text[:40]!r}, expected a number") from None


def mark_of(value: Any, what: str) -> bool:
    """Yes or no, also as 1 or 0 and as text; nothing is no.

    Raises:
        RecordError: it is something else.
    """
    if isinstance(value, bool):
        return value
    text = text_of(value, what).strip().casefold()
    if text not in _YES | _NO:
        raise RecordError(WRONG_TYPE, f"{what} holds {text[:40]!r}, expected true or false")
    return text in _YES


def places_of(value: Any, what: str) -> list[int]:
    """Whole numbers: a list of them, or one.

    Raises:
        RecordError: it is something else.
    """
    given = value if isinstance(value, list) else [value]
    found = [number_of(item, what) for item in given]
    return [place for place in found if place is not None]


def identifiers_of(value: Any, what: str) -> tuple[str, ...]:
    """Identifiers: a list, a JSON list as text, or text with commas.

    Raises:
        RecordError: it is something else.
    """
    given = value if isinstance(value, list) else _listed(text_of(value, what))
    found = [identifier_of(item, what) for item in given]
    return tuple(dict.fromkeys(name for name in found if name is not None))


def _listed(text: str) -> list[Any]:
    if text.lstrip().startswith("["):
        try:
            found = json.loads(text)
        except ValueError:
            found = None
        if isinstance(found, list):
            return found
    return text.split(",")


def said(value: Any) -> str:
    """Any value in words, as a feature of a product is shown; empty where there is none."""
    if isinstance(value, list):
        return ", ".join(part for part in map(said, value) if part)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {part}" for key, item in value.items() if (part := said(item)))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and math.isnan(value):
        return ""
    return "" if value is None else str(value).strip()
