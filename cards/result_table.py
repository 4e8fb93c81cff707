"""Results as tables: measures or slices and systems down, partitions across."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .markdown import markdown_table
from .side_tables import UNDEFINED, fitted_side, parts, rich_side_table, side_tables

if TYPE_CHECKING:
    from rich.table import Table

    from ..benchmarks.results import Figure, Results


_LABELS = 28
"""Characters that the columns of measures and systems have at least."""


@dataclass(frozen=True)
class Cell:
    """One figure in a table."""

    figure: Figure
    best: bool
    """Whether no system has a higher value here."""
    shows_n: bool
    """Whether the number of queries stands beside it: in slices, whose header cannot say it."""

    @property
    def value(self) -> str:
        """Four decimals, or three and n in slices; a dash where the figure is undefined."""
        if self.figure.value is None:
            return UNDEFINED
        if self.shows_n:
            return f"{self.figure.value:.3f} n={self.figure.n}"
        return f"{self.figure.value:.4f}"

    @property
    def interval(self) -> str:
        """``[low, high]``; empty where there is none."""
        low, high = self.figure.low, self.figure.high
        return "" if low is None or high is None else f"[{low:.3f}, {high:.3f}]"

    @property
    def short_interval(self) -> str:
        """``.477-.533``, for terminals."""
        low, high = self.figure.low, self.figure.high
        if low is None or high is None:
            return ""
        return "-".join(f"{bound:.3f}".removeprefix("0") for bound in (low, high))


@dataclass(frozen=True)
class Row:
    """One system's figures in one group."""

    group: str
    """A measure, or a label of a slice."""
    system: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Grid:
    """A table of results before it is laid out."""

    title: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]


def grid(results: Results, column: str | None = None) -> Grid:
    """All measures over all queries, or the primary measure over the slices of a column."""
    figures = [f for f in results.figures if f.column == column]
    if column is None:
        groups = [(name, [f for f in figures if f.measure == name]) for name in results.measures]
    else:
        figures = [f for f in figures if f.measure == results.primary]
        labels = dict.fromkeys(f.slice for f in figures)
        groups = [(str(label), [f for f in figures if f.slice == label]) for label in labels]
    rows = tuple(row for name, group in groups for row in _rows(results, name, group))
    title = f"{results.release.name} {results.release.version}"
    if column is not None:
        return Grid(
            f"{title}: {results.primary} by {column}",
            (column, "system", *results.partitions),
            rows,
        )
    counts = {f.partition: f.n for f in figures}
    partitions = (f"{name} (n={counts[name]})" for name in results.partitions)
    return Grid(title, ("measure", "system", *partitions), rows)


def _rows(results: Results, group: str, figures: list[Figure]) -> list[Row]:
    sliced = any(f.column is not None for f in figures)
    index = {(f.system, f.partition): f for f in figures}
    best = {
        p: max((f.value for f in figures if f.partition == p and f.value is not None), default=None)
        for p in results.partitions
    }
    return [
        Row(
            group,
            entry.spec,
            tuple(
                Cell(f, f.value is not None and f.value == best[f.partition], sliced)
                for f in (index[entry.spec, p] for p in results.partitions)
            ),
        )
        for entry in results.systems
    ]


def print_results(results: Results) -> None:
    """Print every table of the results to standard output, as wide as the terminal."""
    from rich.console import Console

    console = Console(highlight=False)
    for column in (None, *results.by):
        for part in fitted(grid(results, column), console.width):
            console.print(rich_table(part))
    for table in side_tables(results):
        for part in fitted_side(table, console.width):
            console.print(rich_side_table(part))
    for line in footnotes(results):
        console.print(line, style="dim", markup=False)


def fitted(content: Grid, width: int) -> list[Grid]:
    """The grid in parts with as many partitions each as stand side by side.

    Args:
        content: the grid.
        width: characters of the terminal.
    """
    widest = max(
        (max(len(c.value), len(c.short_interval)) for row in content.rows for c in row.cells),
        default=0,
    )
    names = (part for name in content.header[2:] for part in name.split(" ("))
    widest = max(widest, *map(len, names))
    return [
        Grid(
            content.title,
            content.header[:2] + content.header[2:][start:stop],
            tuple(replace(row, cells=row.cells[start:stop]) for row in content.rows),
        )
        for start, stop in parts(len(content.header) - 2, widest, _LABELS, width)
    ]


def rich_table(content: Grid) -> Table:
    """The grid as a ``rich.table.Table``; intervals stand below their values."""
    from rich.box import SIMPLE_HEAD
    from rich.markup import escape
    from rich.table import Table
    from rich.text import Text

    table = Table(title=escape(content.title), title_justify="left", box=SIMPLE_HEAD)
    for place, name in enumerate(content.header):
        label = escape(name).replace(" (", "\n(")
        if place < 2:
            table.add_column(label, overflow="fold", min_width=8)
        else:
            table.add_column(label, justify="right", no_wrap=True)
    shown = None
    for row in content.rows:
        if shown is not None and row.group != shown:
            table.add_section()
        label = row.group if row.group != shown else ""
        shown = row.group
        cells = [
            Text.assemble((c.value, "bold" if c.best else ""), "\n", (c.short_interval, "dim"))
            for c in row.cells
        ]
        table.add_row(escape(label), escape(row.system), *cells)
    return table


def markdown(content: Grid) -> str:
    """The grid as a Markdown table; the best value of each column in bold."""
    rows = [
        (
            row.group,
            row.system,
            *(
                (f"**{c.value}**" if c.best else c.value) + (f" {c.interval}" if c.interval else "")
                for c in row.cells
            ),
        )
        for row in content.rows
    ]
    return markdown_table(content.title, content.header, rows, labels=2)


def footnotes(results: Results) -> list[str]:
    """What one must know to read the tables."""
    lines = [
        _scope(results),
        f"Below a mean: its {results.interval['level']:.0%} bootstrap interval over the n queries.",
        f"Self matches: {results.self_match_rule}.",
    ]
    if results.comparisons:
        lines.append(
            "Differences: two-sided paired randomisation test on the queries of the partition, "
            "adjusted by Holm over all pairs and partitions."
        )
    for cost in results.costs:
        overlap = cost.stats.get("overlap_with_exact")
        if isinstance(overlap, float):
            lines.append(
                f"{cost.system} is approximate: {overlap:.1%} of the exact first "
                f"{results.depth} documents (mean of {cost.stats['compared_queries']} queries)."
            )
    if results.relevant_outside_corpus:
        lines.append(
            f"{results.relevant_outside_corpus} relevant pair(s) name a document that the corpus "
            "lacks; they count as missed."
        )
    return lines


def _scope(results: Results) -> str:
    ranked = min(results.depth, results.documents)
    return (
        f"{results.queries} queries, {results.documents} documents, {ranked} ranked; "
        f"query text {results.query_view}, document text {results.corpus_view}."
    )
