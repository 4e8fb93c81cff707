"""Figures as text; what is undefined is a dash."""

from __future__ import annotations

import math

UNDEFINED = "-"
_MINUS = "\N{MINUS SIGN}"


def finite(value: float | None) -> float | None:
    """The value; None where it is none, not a number or infinite."""
    return value if value is not None and math.isfinite(value) else None


def plain(value: float | None, digits: int = 4) -> str:
    """A figure with so many decimals."""
    found = finite(value)
    if found is None:
        return UNDEFINED
    text = f"{abs(found):.{digits}f}"
    return f"{_MINUS}{text}" if found < 0 and float(text) else text


def signed(value: float | None, digits: int = 4) -> str:
    """A difference with its sign; none stands before 0."""
    found = finite(value)
    if found is None:
        return UNDEFINED
    text = f"{abs(found):.{digits}f}"
    sign = "" if not float(text) else _MINUS if found < 0 else "+"
    return f"{sign}{text}"


def interval(low: float | None, high: float | None, digits: int = 3) -> str:
    """``[0.477, 0.533]``; empty where a bound is undefined."""
    if finite(low) is None or finite(high) is None:
        return ""
    return f"[{plain(low, digits)}, {plain(high, digits)}]"


def p_text(p: float | None) -> str:
    """A p-value with three decimals, as papers print it."""
    found = finite(p)
    if found is None:
        return UNDEFINED
    return "<0.001" if found < 0.001 else f"{found:.3f}"


def amount(value: float | None) -> str:
    """Seconds or MiB with three digits that count, thousands apart."""
    found = finite(value)
    if found is None:
        return UNDEFINED
    if not found:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(found))))
    return f"{found:,.{min(digits, 6)}f}"


def count(value: int) -> str:
    """A whole number, thousands apart."""
    return f"{value:,}"


def shortened(text: str, most: int) -> str:
    """A name of at most ``most`` characters: both ends stay, by which long ones differ."""
    if len(text) <= most:
        return text
    head = (most - 1) * 2 // 5
    return f"{text[:head]}\N{HORIZONTAL ELLIPSIS}{text[len(text) - (most - 1 - head) :]}"
