"""Tables as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def markdown_table(
    title: str, header: Sequence[str], rows: Iterable[Sequence[str]], *, labels: int = 1
) -> str:
    """A table below its title; columns behind the first ``labels`` stand to the right."""
    rule = "|" + "---|" * labels + "---:|" * (len(header) - labels)
    lines = [f"**{title}**", "", _line(header), rule]
    lines += [_line(row) for row in rows]
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").strip() for cell in cells) + " |"
