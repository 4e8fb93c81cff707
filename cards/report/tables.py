"""Tables of the report before they are laid out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..side_tables import ALPHA, MOST_PAIRS
from .numbers import UNDEFINED, count, finite, interval, p_text, plain, signed
from .strips import COLORS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ...benchmarks.results import Comparison, Figure, Gap, Results

    Colors = Mapping[str, int]
    """System → number of its colour."""

MOST_LABELS = 60
"""Labels of a column that are listed; where there are more, those of most queries are."""


@dataclass(frozen=True)
class Head:
    """What names a row."""

    text: str
    color: int | None = None
    """Colour of the system; None for what is no system."""
    repeated: bool = False
    """Whether the row above has the same."""


@dataclass(frozen=True)
class Cell:
    """A figure, and something small to it."""

    text: str
    small: str = ""
    sort: float | None = None
    """What the row is sorted by; None goes last."""
    strong: bool = False
    title: str = ""
    mark: str = ""
    """Stands behind the figure, outside its column."""


@dataclass(frozen=True)
class Row:
    """One row."""

    heads: tuple[Head, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """A table; its first columns name the rows."""

    caption: str
    heads: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    note: str = ""


def systems_table(results: Results, partition: str, colors: Colors) -> Table:
    """All measures of every system over the queries of a partition."""
    figures = [f for f in results.figures if f.column is None and f.partition == partition]
    index = {(f.system, f.measure): f for f in figures}
    best = _best(figures)
    rows = tuple(
        Row(
            (_system(colors, entry.spec),),
            _measured(results, index, (entry.spec,), best, partition),
        )
        for entry in results.systems
    )
    return Table(partition, ("System",), ("n", *results.measures), rows)


def _measured(
    results: Results,
    index: dict[tuple[str, ...], Figure],
    key: tuple[str, ...],
    best: dict[tuple[str | None, str, str], float],
    partition: str,
) -> tuple[Cell, ...]:
    found = [index.get((*key, measure)) for measure in results.measures]
    cells = [
        figure_cell(f, best.get((f.slice, partition, f.measure)) if f else None) for f in found
    ]
    return n_cell(f.n for f in found if f is not None), *cells


def slice_table(results: Results, column: str, colors: Colors) -> Table:
    """All measures over the queries of each label, for every pair of the first partition."""
    partition = results.partitions[0]
    mine = [f for f in results.figures if f.column == column and f.partition == partition]
    labels, left_out = chosen_labels(mine)
    index: dict[tuple[str, ...], Figure] = {(str(f.slice), f.system, f.measure): f for f in mine}
    best = _best(mine)
    rows = tuple(
        Row(
            (Head(label, repeated=place > 0), _system(colors, entry.spec)),
            _measured(results, index, (label, entry.spec), best, partition),
        )
        for label in labels
        for place, entry in enumerate(results.systems)
    )
    caption = f"All measures by {column}, {partition}"
    return Table(caption, (column, "System"), ("n", *results.measures), rows, left_out)


def slice_partition_table(results: Results, column: str, colors: Colors) -> Table:
    """The primary measure over the queries of each label, for the pairs of each partition."""
    mine = [f for f in results.figures if f.column == column and f.measure == results.primary]
    labels, left_out = chosen_labels(f for f in mine if f.partition == results.partitions[0])
    index = {(f.slice, f.system, f.partition): f for f in mine}
    best = _best(mine)
    rows: list[Row] = []
    for label in labels:
        for place, entry in enumerate(results.systems):
            found = [index.get((label, entry.spec, p)) for p in results.partitions]
            cells = [
                figure_cell(
                    f, best.get((label, f.partition, f.measure)) if f else None, with_n=True
                )
                for f in found
            ]
            heads = (Head(label, repeated=place > 0), _system(colors, entry.spec))
            rows.append(Row(heads, tuple(cells)))
    caption = f"{results.primary} by {column} and partition"
    return Table(caption, (column, "System"), tuple(results.partitions), tuple(rows), left_out)


def chosen_labels(figures: Iterable[Figure], most: int = MOST_LABELS) -> tuple[list[str], str]:
    """Labels in the results' order, and a sentence on those that are left out, if any.

    Args:
        figures: of one column; the queries of a label are the most that any figure has.
        most: how many labels are kept: those of most queries, the first of equals.
    """
    sizes: dict[str, int] = {}
    for f in figures:
        label = str(f.slice)
        sizes[label] = max(f.n, sizes.get(label, 0))
    order = {label: place for place, label in enumerate(sizes)}
    kept = sorted(sorted(sizes, key=lambda x: (-sizes[x], order[x]))[:most], key=order.__getitem__)
    left = len(sizes) - len(kept)
    said = f"The {most} labels of most queries; {count(left)} more are in results.json."
    return kept, said if left else ""


def figure_cell(figure: Figure | None, best: float | None, *, with_n: bool = False) -> Cell:
    """A mean with its interval.

    Args:
        figure: the mean; None where it was not computed.
        best: the highest value that it is compared with.
        with_n: write the number of queries beside the interval.
    """
    if figure is None:
        return Cell(UNDEFINED, title="not computed")
    value = finite(figure.value)
    if value is None:
        small = f"n={figure.n}" if with_n else ""
        return Cell(UNDEFINED, small, title=f"undefined over {count(figure.n)} queries")
    bounds = interval(figure.low, figure.high)
    small = f"{bounds} n={figure.n}".strip() if with_n else bounds
    return Cell(plain(value), small, value, strong=value == best, title=f"n = {count(figure.n)}")


def n_cell(counts: Iterable[int]) -> Cell:
    """Queries of a row; from the fewest to the most where its figures differ in them."""
    found = sorted(set(counts))
    if not found:
        return Cell(UNDEFINED, title="not computed")
    text = "\N{EN DASH}".join(
        count(n) for n in (found if len(found) < 2 else found[:: len(found) - 1])
    )
    return Cell(text, sort=float(found[-1]))


def gap_rows(results: Results, colors: Colors) -> Table:
    """Gaps of every measure: the difference of two partitions, and their ratio."""
    first = results.gaps[0]
    rows: list[Row] = []
    for measure in results.measures:
        mine = [g for g in results.gaps if g.measure == measure]
        rows += [
            Row((Head(measure, repeated=place > 0), _system(colors, g.system)), _gap_cells(g))
            for place, g in enumerate(mine)
        ]
    columns = (
        f"{first.left} \N{MINUS SIGN} {first.right}",
        f"{first.right} / {first.left}",
        f"n {first.left}",
        f"n {first.right}",
    )
    return Table(f"{first.left} against {first.right}", ("Measure", "System"), columns, tuple(rows))


def _gap_cells(gap: Gap) -> tuple[Cell, ...]:
    return (
        _bounded(signed(gap.difference), gap.difference, gap.difference_low, gap.difference_high),
        _bounded(plain(gap.ratio), gap.ratio, gap.ratio_low, gap.ratio_high),
        n_cell([gap.left_n]),
        n_cell([gap.right_n]),
    )


def _bounded(text: str, value: float | None, low: float | None, high: float | None) -> Cell:
    if finite(value) is None:
        return Cell(text, title="undefined: a mean is 0, or there is no query")
    return Cell(text, interval(low, high), value)


def pair_matrix(results: Results, colors: Colors) -> Table:
    """Differences of pairs of systems, partitions across."""
    pairs = list(dict.fromkeys((c.left, c.right) for c in results.comparisons))
    note = ""
    if len(pairs) > MOST_PAIRS:
        best = best_system(results)
        name = best.system if best else results.systems[0].spec
        pairs = [pair for pair in pairs if name in pair]
        note = f"Pairs with {name}; every pair is in the list of tests."
    index = {(c.left, c.right, c.partition): c for c in results.comparisons}
    rows = tuple(
        Row(
            (_system(colors, left), _system(colors, right)),
            tuple(_difference(index.get((left, right, p))) for p in results.partitions),
        )
        for left, right in pairs
    )
    caption = f"{results.primary}: mean of the first minus mean of the second"
    return Table(caption, ("First", "Second"), tuple(results.partitions), rows, note)


def _difference(found: Comparison | None) -> Cell:
    if found is None or finite(found.difference) is None:
        return Cell(UNDEFINED, title="undefined: there is no query, or it was not tested")
    differs = is_significant(found)
    return Cell(
        signed(found.difference),
        f"p {p_text(found.p_adjusted)}",
        found.difference,
        strong=differs,
        title=f"n = {count(found.n)}; before Holm p {p_text(found.p_value)}",
        mark="*" if differs else "",
    )


def is_significant(found: Comparison) -> bool:
    """Whether the adjusted p-value is below ``ALPHA``."""
    p = finite(found.p_adjusted)
    return p is not None and p < ALPHA


def every_test(results: Results, colors: Colors) -> Table:
    """Every paired test, one a row."""
    rows = tuple(
        Row(
            (Head(c.partition), _system(colors, c.left), _system(colors, c.right)),
            (
                n_cell([c.n]),
                Cell(signed(c.difference), sort=finite(c.difference), title=_defined(c.difference)),
                Cell(p_text(c.p_value), sort=finite(c.p_value), title=_defined(c.p_value)),
                Cell(
                    p_text(c.p_adjusted),
                    sort=finite(c.p_adjusted),
                    strong=is_significant(c),
                    title=_defined(c.p_adjusted),
                ),
            ),
        )
        for c in results.comparisons
    )
    heads = ("Partition", "First", "Second")
    return Table(
        f"Every paired test on {results.primary}",
        heads,
        ("n", "Difference", "p", "p after Holm"),
        rows,
    )


def _defined(value: float | None) -> str:
    return "undefined: there is no query" if finite(value) is None else ""


def best_system(results: Results) -> Figure | None:
    """The highest primary measure over the first partition; None where all are undefined."""
    found = [
        f
        for f in results.figures
        if f.column is None
        and f.measure == results.primary
        and f.partition == results.partitions[0]
        and finite(f.value) is not None
    ]
    return max(found, key=lambda f: f.value or 0.0, default=None)


def _best(figures: Sequence[Figure]) -> dict[tuple[str | None, str, str], float]:
    """Slice, partition and measure → the highest value of any system."""
    found: dict[tuple[str | None, str, str], float] = {}
    for f in figures:
        value = finite(f.value)
        key = (f.slice, f.partition, f.measure)
        if value is not None:
            found[key] = max(value, found.get(key, value))
    return found


def _system(colors: Colors, spec: str) -> Head:
    return Head(spec, colors[spec])


def colors_of(results: Iterable[Results]) -> Colors:
    """Colours of systems: one of a name has the same in all results."""
    names = dict.fromkeys(entry.spec for one in results for entry in one.systems)
    return {name: place % COLORS for place, name in enumerate(names)}
