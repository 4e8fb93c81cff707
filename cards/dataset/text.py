"""Pieces of Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[object]], labels: int = 1) -> str:
    """A Markdown table; columns behind the first ``labels`` stand to the right."""
    rule = "|" + "---|" * labels + "---:|" * (len(header) - labels)
    return "\n".join([_line(header), rule, *(_line([cell(v) for v in row]) for row in rows)])


def cell(value: object) -> str:
    """A value in a cell: thousands parted, and nothing that would end the cell or begin a tag."""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    text = " ".join(str(value).split())
    return text.replace("|", "\\|").replace("<", "&lt;")


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
