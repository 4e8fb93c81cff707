"""IPC and CPC symbols in one form: ``H01R13/115``."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SUBCLASS = r"([A-HY][0-9]{2}[A-Z])"
_SLASHED = re.compile(
    _SUBCLASS + r"\s*0*([1-9][0-9]{0,3})\s*/\s*([0-9]{2,6})(?:[\s(].*)?", re.DOTALL
)
_PACKED = re.compile(_SUBCLASS + r"([0-9]{4})([0-9]{6})(?:[\s(].*)?", re.DOTALL)
"""WIPO ST.8 without the slash: main group in four digits, subgroup in six."""
_FIXED = re.compile(_SUBCLASS + r"([ 0-9]{2}[0-9])([0-9]{2,6})\s*")
"""USPTO until 2005: main group in three columns, the subgroup right behind it."""
_GROUP = re.compile(_SUBCLASS + r"\s*0*([1-9][0-9]{0,3})")
_INCOMPLETE = re.compile(r"[A-HY](?:[0-9]{2}[A-Z]?)?")


@lru_cache(maxsize=1 << 16)
def normalise_symbol(text: str) -> str | None:
    """Normalise one symbol from any layout of the sources.

    A section, class or subclass alone (H, H04, H04L) stays as it is; a main group alone gets /00.
    What stands behind the symbol (version, level, office) is ignored.

    Returns:
        None if the text is no symbol.
    """
    symbol = text.strip().upper()
    if match := _SLASHED.fullmatch(symbol):
        return f"{match[1]}{match[2]}/{match[3]}"
    if match := _PACKED.fullmatch(symbol):
        main = match[2].lstrip("0")
        subgroup = match[3][:2] + match[3][2:].rstrip("0")
        return f"{match[1]}{main}/{subgroup}" if main else None
    if match := _FIXED.fullmatch(symbol):
        main = match[2].strip().lstrip("0")
        return f"{match[1]}{main}/{match[3]}" if main else None
    if match := _GROUP.fullmatch(symbol):
        return f"{match[1]}{match[2]}/00"
    return symbol if _INCOMPLETE.fullmatch(symbol) else None


def normalise_symbols(texts: Iterable[str]) -> list[str]:
    """Normalise many symbols: sorted, each once, invalid ones left out."""
    return sorted({symbol for text in texts if (symbol := normalise_symbol(text))})


def join_parts(
    section: str | None,
    class_: str | None,
    subclass: str | None,
    main_group: str | None,
    subgroup: str | None,
) -> str:
    """Text of a symbol whose parts stand in fields of their own."""
    given = [(part or "").strip() for part in (section, class_, subclass, main_group, subgroup)]
    head = given[0] + (given[1].zfill(2) if given[1] else "") + given[2]
    return f"{head}{given[3]}/{given[4] or '00'}" if given[3] else head
