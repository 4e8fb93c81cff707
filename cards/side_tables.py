"""The small tables beside the figures: paired tests of systems, gaps between partitions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .markdown import markdown_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.table import Table

    from ..benchmarks.results import Comparison, Gap, Results

UNDEFINED = "-"
ALPHA = 0.05
_LABELS = 14
"""Characters that the column of names has at least, with the frame."""
_PADDING = 2
MOST_PAIRS = 15
"""Pairs that are listed; where there are more, only those with the best system are."""


@dataclass(frozen=True)
class Entry:
    """What stands in one place of a table: a value, and something small to it."""

    value: str
    small: str = ""
    marked: bool = False
    """Whether it is significant: a star on terminals, bold in Markdown."""


@dataclass(frozen=True)
class SideTable:
    """A table before it is laid out; the first column names its rows."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Entry, ...]], ...]


def comparison_table(results: Results) -> SideTable | None:
    """Differences of each pair of systems on each partition; None for a single system."""
    pairs = list(dict.fromkeys((c.left, c.right) for c in results.comparisons))
    if not pairs:
        return None
    title = f"{results.primary}, differences of means (p after Holm, marked below {ALPHA})"
    if len(pairs) > MOST_PAIRS:
        best = _best(results)
        pairs = [pair for pair in pairs if best in pair]
        title += f", pairs with {best}"
    index = {(c.left, c.right, c.partition): c for c in results.comparisons}
    rows = tuple(
        (
            f"{left} - {right}",
            tuple(_difference(index.get((left, right, p))) for p in results.partitions),
        )
        for left, right in pairs
    )
    return SideTable(title, ("systems", *results.partitions), rows)


def _best(results: Results) -> str:
    """The system with the highest primary measure over all pairs; the first of equals."""
    figures = [
        f
        for f in results.figures
        if f.column is None
        and f.measure == results.primary
        and f.partition == results.partitions[0]
        and f.value is not None
    ]
    return max(figures, key=lambda f: f.value or 0).system if figures else results.systems[0].spec


def _difference(found: Comparison | None) -> Entry:
    if found is None or found.difference is None or found.p_adjusted is None:
        return Entry(UNDEFINED)
    differs = found.p_adjusted < ALPHA
    small = "p<.0001" if found.p_adjusted < 0.0001 else f"p={found.p_adjusted:.4f}"
    return Entry(f"{found.difference:+.4f}", small, differs)


def gap_table(results: Results) -> SideTable | None:
    """Gap of each system by the primary measure; None where the task has no such partitions."""
    gaps = [g for g in results.gaps if g.measure == results.primary]
    if not gaps:
        return None
    left, right = gaps[0].left, gaps[0].right
    return SideTable(
        f"{results.primary}, {left} against {right}",
        ("system", f"{left} - {right}", f"{right} / {left}"),
        tuple((gap.system, _gap_entries(gap)) for gap in gaps),
    )


def _gap_entries(gap: Gap) -> tuple[Entry, Entry]:
    return (
        _bounded(gap.difference, gap.difference_low, gap.difference_high),
        _bounded(gap.ratio, gap.ratio_low, gap.ratio_high),
    )


def _bounded(value: float | None, low: float | None, high: float | None) -> Entry:
    if value is None:
        return Entry(UNDEFINED)
    return Entry(f"{value:.4f}", "" if low is None or high is None else f"{low:.3f}..{high:.3f}")


def side_tables(results: Results) -> Iterable[SideTable]:
    """The tables that these results have."""
    return [table for table in (comparison_table(results), gap_table(results)) if table]


def parts(columns: int, widest: int, labels: int, width: int) -> list[tuple[int, int]]:
    """Columns that stand side by side in a terminal, in even parts: the first and behind the last.

    Args:
        columns: how many there are.
        widest: characters of the widest cell.
        labels: characters that the columns of names take.
        width: characters of the terminal.
    """
    each = max(1, (width - labels) // (widest + _PADDING))
    pieces = max(1, -(-columns // each))
    return [(columns * n // pieces, columns * (n + 1) // pieces) for n in range(pieces)]


def fitted_side(content: SideTable, width: int) -> list[SideTable]:
    """The table in parts that fit a terminal."""
    cells = (entry for _, entries in content.rows for entry in entries)
    sizes = [max(len(entry.value) + entry.marked, len(entry.small)) for entry in cells]
    widest = max([*sizes, *(len(name) for name in content.header[1:])])
    return [
        SideTable(
            content.title,
            (content.header[0], *content.header[1:][start:stop]),
            tuple((name, entries[start:stop]) for name, entries in content.rows),
        )
        for start, stop in parts(len(content.header) - 1, widest, _LABELS, width)
    ]


def rich_side_table(content: SideTable) -> Table:
    """The table as a ``rich.table.Table``; what is small stands below its value."""
    from rich.box import SIMPLE_HEAD
    from rich.markup import escape
    from rich.table import Table
    from rich.text import Text

    table = Table(title=escape(content.title), title_justify="left", box=SIMPLE_HEAD)
    for place, name in enumerate(content.header):
        if place:
            table.add_column(escape(name), justify="right", no_wrap=True)
        else:
            table.add_column(escape(name), overflow="fold", min_width=8)
    for name, entries in content.rows:
        cells = [
            Text.assemble(
                f"{e.value}*" if e.marked else e.value, (f"\n{e.small}" if e.small else "", "dim")
            )
            for e in entries
        ]
        table.add_row(escape(name), *cells)
    return table


def side_markdown(content: SideTable) -> str:
    """The table as Markdown."""
    rows = [
        (
            name,
            *(
                (f"**{e.value}**" if e.marked else e.value) + (f" ({e.small})" if e.small else "")
                for e in entries
            ),
        )
        for name, entries in content.rows
    ]
    return markdown_table(content.title, content.header, rows)
