"""One evaluation as a part of the page: its facts, plots and tables."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..result_table import footnotes
from ..side_tables import ALPHA
from .comparison import Compared, compare
from .costs import cost_plot, cost_table
from .numbers import UNDEFINED, count, interval, plain
from .strips import Facet, Mark, Plot, bar_plot, point_plot
from .tables import (
    Table,
    best_system,
    chosen_labels,
    every_test,
    gap_rows,
    is_significant,
    pair_matrix,
    slice_partition_table,
    slice_table,
    systems_table,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...benchmarks.results import Figure, Gap, Results
    from .inputs import Evaluation
    from .tables import Colors

MOST_FACETS = 24
"""Labels of a column that are drawn; where there are more, those of most queries are."""

_LISTED = 4
"""Systems that the lead names."""


@dataclass(frozen=True)
class Slices:
    """What is shown of a column that slices the queries."""

    column: str
    plot: Plot
    tables: tuple[Table, ...]
    note: str


@dataclass(frozen=True)
class Article:
    """One evaluation, ready to be laid out."""

    key: str
    """What its ids begin with."""
    name: str
    letter: str
    """What it is called where several stand side by side; empty for one alone."""
    task: str
    primary: str
    lead: str
    facts: tuple[tuple[str, str], ...]
    overview: Plot
    plots: tuple[Plot, ...]
    """Partitions, a plot for each measure, the primary one first."""
    partitions: tuple[Table, ...]
    slices: tuple[Slices, ...]
    gap_plots: tuple[Plot, ...]
    gaps: Table | None
    pairs: Table | None
    tests: Table | None
    cost_plot: Plot | None
    costs: Table | None
    compared: Compared
    notes: tuple[str, ...]
    settings: tuple[tuple[str, str], ...]
    """Parameters of each system, and the machine, as JSON."""


def make_article(
    evaluation: Evaluation, key: str, letter: str, colors: Colors, *, most_bytes: int
) -> Article:
    """Everything that the page shows of one evaluation.

    Args:
        evaluation: the results, and what is beside them.
        key: what ids begin with.
        letter: what it is called among several; empty for one alone.
        colors: of systems.
        most_bytes: of texts.
    """
    results = evaluation.results
    first = results.partitions[0]
    others = [measure for measure in results.measures if measure != results.primary]
    return Article(
        key=key,
        name=f"{results.release.name} {results.release.version}",
        letter=letter,
        task=results.task,
        primary=results.primary,
        lead=_lead(results),
        facts=_facts(results),
        overview=bar_plot(
            f"{key}-overview",
            f"{results.primary} on {first}",
            [_facet(results, first, results.primary, "", colors)],
        ),
        plots=tuple(
            _partition_plot(results, measure, f"{key}-m{place}", colors)
            for place, measure in enumerate([results.primary, *others], 1)
        ),
        partitions=tuple(
            systems_table(results, partition, colors) for partition in results.partitions
        ),
        slices=tuple(
            _slices(results, column, f"{key}-c{place}", colors)
            for place, column in enumerate(dict.fromkeys(results.by), 1)
        ),
        gap_plots=_gap_plots(results, f"{key}-gap", colors),
        gaps=gap_rows(results, colors) if results.gaps else None,
        pairs=pair_matrix(results, colors) if results.comparisons else None,
        tests=every_test(results, colors) if results.comparisons else None,
        cost_plot=cost_plot(results, f"{key}-cost", colors),
        costs=cost_table(results, colors) if results.costs else None,
        compared=compare(evaluation, colors, most_bytes=most_bytes),
        notes=tuple(footnotes(results)),
        settings=_settings(results),
    )


def _lead(results: Results) -> str:
    """The first thing to know: which system is best, and which ones might be as good."""
    best = best_system(results)
    if best is None:
        return f"{results.primary} is undefined for every system."
    bounds = interval(best.low, best.high)
    level = f", {results.interval.get('level', 0):.0%} interval {bounds}" if bounds else ""
    text = (
        f"{best.system} has the highest {results.primary} on {best.partition}: "
        f"{plain(best.value)}{level}, over {count(best.n)} queries."
    )
    mine = [
        c
        for c in results.comparisons
        if c.partition == best.partition
        and c.measure == results.primary
        and best.system in {c.left, c.right}
    ]
    near = [c.right if c.left == best.system else c.left for c in mine if not is_significant(c)]
    if not mine:
        return text
    if not near:
        return f"{text} Every other system differs significantly from it (p < {ALPHA} after Holm)."
    if len(near) == len(mine) and len(near) > 1:
        return f"{text} No other system differs significantly from it (at {ALPHA} after Holm)."
    shown = near if len(near) <= _LISTED + 1 else near[:_LISTED]
    listed = ", ".join(shown)
    if len(shown) < len(near):
        listed += f" and {len(near) - len(shown)} more"
    return f"{text} Not significantly different from it (at {ALPHA} after Holm): {listed}."


def _facts(results: Results) -> tuple[tuple[str, str], ...]:
    level, resamples = (results.interval.get(name) for name in ("level", "resamples"))
    drawn = "" if level is None else f"{level:.0%} bootstrap"
    if resamples is not None:
        drawn += f", {int(resamples):,} resamples"
    return (
        ("Task", results.task),
        ("Split", results.split),
        ("Query text", results.query_view),
        ("Document text", results.corpus_view),
        ("Queries", count(results.queries)),
        ("Documents", count(results.documents)),
        ("Ranked", f"{count(min(results.depth, results.documents))} a query"),
        ("Intervals", drawn or UNDEFINED),
    )


def _settings(results: Results) -> tuple[tuple[str, str], ...]:
    release = results.release.model_dump(mode="json") | {"seed": results.seed}
    return (
        ("Release and seed", _json(release)),
        *((entry.spec, _json(entry.parameters)) for entry in results.systems),
        ("Environment", _json(results.environment)),
    )


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _partition_plot(results: Results, measure: str, key: str, colors: Colors) -> Plot:
    facets = [_facet(results, p, measure, p, colors) for p in results.partitions]
    return bar_plot(key, f"{measure} by partition", facets)


def _facet(results: Results, partition: str, measure: str, name: str, colors: Colors) -> Facet:
    found = [
        f
        for f in results.figures
        if f.column is None and f.partition == partition and f.measure == measure
    ]
    return _marks(results, name, found, colors)


def _marks(results: Results, name: str, figures: Sequence[Figure], colors: Colors) -> Facet:
    index = {f.system: f for f in figures}
    sizes = {f.n for f in figures}
    marks: list[Mark] = []
    for entry in results.systems:
        f = index.get(entry.spec)
        color = colors[entry.spec]
        if f is None:
            marks.append(Mark(entry.spec, color, None))
        else:
            marks.append(Mark(entry.spec, color, f.value, f.low, f.high))
    small = f"n = {count(sizes.pop())}" if len(sizes) == 1 else ""
    return Facet(name, small, tuple(marks))


def _slices(results: Results, column: str, key: str, colors: Colors) -> Slices:
    first = results.partitions[0]
    mine = [
        f
        for f in results.figures
        if f.column == column and f.partition == first and f.measure == results.primary
    ]
    labels, left_out = chosen_labels(mine, MOST_FACETS)
    facets = [_marks(results, x, [f for f in mine if str(f.slice) == x], colors) for x in labels]
    tables = [slice_table(results, column, colors)]
    if len(results.partitions) > 1:
        tables.append(slice_partition_table(results, column, colors))
    return Slices(
        column,
        bar_plot(key, f"{results.primary} by {column}, {first}", facets),
        tuple(tables),
        left_out.replace("in results.json", "not drawn"),
    )


def _gap_plots(results: Results, key: str, colors: Colors) -> tuple[Plot, ...]:
    mine = {g.system: g for g in results.gaps if g.measure == results.primary}
    if not mine:
        return ()
    first = next(iter(mine.values()))
    difference = f"{first.left} \N{MINUS SIGN} {first.right}"
    ratio = f"{first.right} / {first.left}"
    apart = [_difference(g, colors[spec]) for spec, g in mine.items()]
    shares = [Mark(s, colors[s], g.ratio, g.ratio_low, g.ratio_high) for s, g in mine.items()]
    return (
        _gap_plot(f"{key}-d", f"Difference of means, {difference}", apart, 0.0),
        _gap_plot(f"{key}-r", f"Ratio of means, {ratio}", shares, 1.0),
    )


def _difference(gap: Gap, color: int) -> Mark:
    return Mark(gap.system, color, gap.difference, gap.difference_low, gap.difference_high)


def _gap_plot(key: str, caption: str, marks: Sequence[Mark], at: float) -> Plot:
    return point_plot(key, caption, Facet("", "", tuple(marks)), reference=at)
