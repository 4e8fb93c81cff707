"""Pieces of Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_TAGS = re.compile(r"(`+).+?\1|<")
"""Inline code, or a sign that may begin a tag."""


def table(header: Sequence[str], rows: Iterable[Sequence[object]], align: str) -> str:
    """A Markdown table; ``align`` has ``l`` or ``r`` for each column."""
    rule = "|" + "".join("---:|" if side == "r" else "---|" for side in align)
    return "\n".join([_line(header), rule, *(_line([cell(v) for v in row]) for row in rows)])


def cell(value: object) -> str:
    """A value in a cell: thousands parted, and nothing that would end the cell or begin a tag.

    Inline code is left as it is, but for what would end the cell.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    text = " ".join(str(value).split())
    return _TAGS.sub(lambda found: found[0] if found[1] else "&lt;", text).replace("|", "\\|")


def code(value: object) -> str:
    """A value as inline code, with a fence longer than any in it."""
    text = " ".join(str(value).split())
    fence = "`"
    while fence in text:
        fence += "`"
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}" if text else ""


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
