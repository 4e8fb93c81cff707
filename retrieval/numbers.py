"""Numbers in specifications."""

from __future__ import annotations

_LIMIT = 1 << 31


def whole_number(text: str, least: int = 1) -> int | None:
    """The whole number that a text says in ASCII digits; None unless ``least`` ≤ it < 2³¹."""
    if not (text.isascii() and text.isdigit()) or len(text) > 10:
        return None
    number = int(text)
    return number if least <= number < _LIMIT else None
