"""A grid as one table: cells down, the best first; partitions across."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from .markdown import markdown_table
from .side_tables import UNDEFINED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.table import Table

    from ..benchmarks.grid.results import CellEntry, GridFigure, GridResults

_WIDE = 110
"""Columns of a terminal from which an interval stands beside its value."""


@dataclass(frozen=True)
class GridRow:
    """One cell with what it reached and what it took."""

    cell: CellEntry
    figures: tuple[GridFigure | None, ...]
    """The first measure in each partition and the ratio of two, on the reported split."""
    best: tuple[bool, ...]
    """Whether no cell has a higher value there."""
    seconds: float | None
    peak_mib: float | None
    chosen: bool
    """Whether it was selected on the split to choose on."""


@dataclass(frozen=True)
class GridTable:
    """The table before it is laid out."""

    title: str
    measure: str
    partitions: tuple[str, ...]
    """Each with the number of queries that it has a relevant document for."""
    rows: tuple[GridRow, ...]
    """Cells that have a ranking, by their figure in the first partition, descending."""


def grid_table(results: GridResults) -> GridTable:
    """The cells that have a ranking of the reported split."""
    s = results.summary
    measure, partitions = s.measures[0], (*s.partitions, *s.gap[1:])
    figures = {
        (f.cell, f.partition): f
        for f in results.figures
        if f.split == s.split and f.measure == measure
    }
    best = {p: _highest(f for f in figures.values() if f.partition == p) for p in partitions}
    chosen = {pick.cell for pick in s.tune.selected} if s.tune else set[int]()
    costs = {o.cell: o.cost for o in s.outcomes if o.split == s.split and o.status == "done"}
    rows = [
        GridRow(
            cell=cell,
            figures=tuple(figures.get((cell.number, p)) for p in partitions),
            best=tuple(_is(figures.get((cell.number, p)), best[p]) for p in partitions),
            seconds=costs[cell.number].seconds,
            peak_mib=costs[cell.number].peak_mib,
            chosen=cell.number in chosen,
        )
        for cell in s.cells
        if cell.number in costs
    ]
    rows.sort(key=_descending)
    title = f"{s.name} on {s.release.name} {s.release.version}: {measure}, {s.split}"
    counts = dict.fromkeys(partitions, 0)
    counts |= {f.partition: f.n for f in sorted(figures.values(), key=lambda f: f.n)}
    header = tuple(f"{p} (n={counts[p]})" if p in s.partitions else p for p in partitions)
    return GridTable(title, measure, header, tuple(rows))


def _highest(figures: Iterable[GridFigure]) -> float | None:
    return max((f.value for f in figures if f.value is not None), default=None)


def _is(figure: GridFigure | None, value: float | None) -> bool:
    return figure is not None and figure.value is not None and figure.value == value


def _descending(row: GridRow) -> tuple[float, ...]:
    """Undefined figures last; of equal ones the next partition decides, then the number."""
    values = (-inf if f is None or f.value is None else f.value for f in row.figures)
    return (*(-value for value in values), row.cell.number)


def print_grid(results: GridResults) -> None:
    """Print the table, what was chosen and the remarks, as wide as the terminal."""
    from rich.console import Console

    console = Console(highlight=False)
    console.print(rich_table(grid_table(results), wide=console.width >= _WIDE))
    for line in selection_lines(results):
        console.print(line, markup=False)
    for line in footnotes(results):
        console.print(line, style="dim", markup=False)


def rich_table(content: GridTable, *, wide: bool = True) -> Table:
    """The table as a ``rich.table.Table``; a chosen cell has a star."""
    from rich.box import SIMPLE_HEAD
    from rich.markup import escape
    from rich.table import Table
    from rich.text import Text

    table = Table(title=escape(content.title), title_justify="left", box=SIMPLE_HEAD)
    table.padding = (0, 1) if wide else (0, 0)
    table.add_column("cell", overflow="fold", min_width=16)
    for name in (*content.partitions, "s", "MiB"):
        table.add_column(escape(name).replace(" (", "\n("), justify="right", no_wrap=True)
    for row in content.rows:
        cells = [
            Text.assemble(
                (_value(f), "bold" if best else ""), " " if wide else "\n", (_interval(f), "dim")
            )
            for f, best in zip(row.figures, row.best, strict=True)
        ]
        name = Text(row.cell.name + (" *" if row.chosen else ""))
        table.add_row(name, *cells, _amount(row.seconds), _amount(row.peak_mib))
    return table


def markdown(content: GridTable) -> str:
    """The table as Markdown; the best value of each column in bold, a star at a chosen cell."""
    header = ("cell", *content.partitions, "seconds", "peak MiB")
    rows: list[tuple[str, ...]] = []
    for row in content.rows:
        values = [
            f"**{_value(f)}** {_interval(f)}" if best else f"{_value(f)} {_interval(f)}"
            for f, best in zip(row.figures, row.best, strict=True)
        ]
        name = row.cell.name + (" \\*" if row.chosen else "")
        rows.append((name, *values, _amount(row.seconds), _amount(row.peak_mib)))
    return markdown_table(content.title, header, rows)


def selection_lines(results: GridResults) -> list[str]:
    """What was chosen on one split, and what it reaches on the other; empty without tuning."""
    s = results.summary
    if s.tune is None:
        return []
    t = s.tune
    if t.reason is not None:
        return [f"Nothing was chosen: {t.reason}."]
    lines = [f"Chosen by {t.measure} ({t.partition}) on {t.split}, then measured on {s.split}:"]
    names = {cell.number: cell.name for cell in s.cells}
    for pick in t.selected:
        seen = results.figure(pick.cell, t.measure, t.partition, t.split)
        parts = [f"{t.split} {_value(seen)}"]
        for partition in (*s.partitions, *s.gap[1:]):
            f = results.figure(pick.cell, t.measure, partition)
            if f is not None and f.value is not None:
                parts.append(f"{partition} {_value(f)} {_interval(f)}".strip())
        lines.append(f"  * {names[pick.cell]}: {', '.join(parts)}")
    return lines


def footnotes(results: GridResults) -> list[str]:
    """What one must know to read the table: scope, costs, cells without figures."""
    s = results.summary
    scope = (
        f"{len(s.cells)} cells; {s.queries[s.split]} queries, {s.documents} documents, "
        f"{s.depth} ranked; beside a mean: its {s.interval['level']:.0%} bootstrap interval."
    )
    work = (
        f"This run: {s.work.rankings_computed} rankings computed, {s.work.rankings_reused} "
        f"reused, {s.work.indexes_built} indexes built, {s.work.seconds:.1f} s."
    )
    lines = [
        scope,
        "s, MiB: what a cell takes alone, all stages; indexes are shared, so the grid took less.",
        f"Self matches: {s.self_match_rule}.",
        work,
    ]
    here = [o for o in s.outcomes if o.split == s.split]
    failed = Counter(str(o.reason).rstrip(".") for o in here if o.status == "failed")
    lines += [f"{count} cell(s) failed: {reason}." for reason, count in failed.items()]
    for status, what in (
        ("unavailable", "not ranked"),
        ("done", "ranked with less text than their views name"),
    ):
        empty = [o.empty for o in here if o.status == status and o.empty]
        if empty:
            columns = ", ".join(dict.fromkeys(column for names in empty for column in names))
            lines.append(f"{len(empty)} cell(s) {what}: the release has no text in {columns}.")
    return lines


def _value(figure: GridFigure | None) -> str:
    return UNDEFINED if figure is None or figure.value is None else f"{figure.value:.4f}"


def _interval(figure: GridFigure | None) -> str:
    """``.477-.533``; empty where there is none."""
    if figure is None or figure.low is None or figure.high is None:
        return ""
    return "-".join(f"{bound:.3f}".removeprefix("0") for bound in (figure.low, figure.high))


def _amount(value: float | None) -> str:
    if value is None:
        return UNDEFINED
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"
