"""Scores of code as tables for terminals: pass@k, recall, outcomes, DSI, memorisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .side_tables import UNDEFINED, Entry, SideTable, fitted_side, rich_side_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rich.table import Table

    from ..benchmarks.code.scores import (
        CodeScores,
        Figure,
        Improvement,
        ImprovementTable,
        TableComparison,
    )

MOST_SLICES = 20
"""Labels of a column that are shown, those with most tasks."""
ALL = "all"
_TITLES = {"pass": "pass@k", "recall": "recall@k of dependencies"}
_MARKS = {"comfort": " C", "strange": " S"}


def print_scores(scores: CodeScores) -> None:
    """Print every table of the scores to standard output, as wide as the terminal."""
    from rich.console import Console

    console = Console(highlight=False)
    for table in tables(scores, console.width):
        console.print(table)
    for line in footnotes(scores):
        console.print(line, style="dim", markup=False)


def tables(scores: CodeScores, width: int) -> list[Table]:
    """Every table of the scores, wide ones in parts that fit.

    Args:
        scores: the scores.
        width: characters of the terminal.
    """
    return [
        rich_side_table(part)
        for content in _contents(scores)
        for part in fitted_side(content, width)
    ]


def _contents(scores: CodeScores) -> Iterator[SideTable]:
    several = len(scores.models) > 1
    for column in (None, *scores.by):
        for family, title in _TITLES.items():
            wanted = [f"{family}@{k}" for k in scores.ks]
            found = _figures(scores.figures, f"{_subject(scores)}{title}", column, wanted, several)
            if found is not None:
                yield found
    if scores.models:
        yield _outcomes(scores)
    if scores.memorization is not None:
        figures = scores.memorization.figures
        for column in dict.fromkeys(figure.column for figure in figures):
            wanted = ["contaminated", "peak"]
            found = _figures(figures, "memorisation by CDD", column, wanted, several)
            if found is not None:
                yield found
    for improvements in scores.improvements:
        yield _improvements(improvements)
        if improvements.comparison is not None and improvements.comparison.differences:
            yield _differences(improvements.comparison)


def _subject(scores: CodeScores) -> str:
    return "" if scores.release is None else f"{scores.release.name} {scores.release.version}: "


def _figures(
    figures: Sequence[Figure],
    title: str,
    column: str | None,
    measures: Sequence[str],
    several: bool,  # noqa: FBT001
) -> SideTable | None:
    """Means of some measures, over all tasks or by the labels of a column; None without any.

    Args:
        figures: among others, those shown.
        title: what they are.
        column: None for all tasks.
        measures: in the order of columns.
        several: whether rows must name their model.
    """
    chosen = [f for f in figures if f.column == column and f.measure in measures]
    present = [measure for measure in measures if any(f.measure == measure for f in chosen)]
    if not chosen:
        return None
    models = list(dict.fromkeys(f.model for f in figures))
    index = {(f.slice, f.model, f.measure): f for f in chosen}
    most: dict[str | None, int] = {}
    for f in chosen:
        most[f.slice] = max(most.get(f.slice, 0), f.n)
    # A slice without a single figure, such as the recall of standalone tasks, is no row.
    labels = [label for label in most if most[label]] if column else [None]
    labels.sort(key=lambda label: (-most[label], label or ""))
    if not labels:
        return None
    if column:
        title += f" by {column}"
        if len(labels) > MOST_SLICES:
            title += f" ({MOST_SLICES} of {len(labels)} labels)"
    rows = [
        _row(
            label, model if several else None, [index.get((label, model, name)) for name in present]
        )
        for label in labels[:MOST_SLICES]
        for model in models
        if any((label, model, name) in index for name in present)
    ]
    first = column or ("model" if several else "tasks")
    return SideTable(title, (first, "n", *present), tuple(rows))


def _row(
    label: str | None, model: str | None, figures: Sequence[Figure | None]
) -> tuple[str, tuple[Entry, ...]]:
    name = ", ".join(part for part in (label, model) if part) or ALL
    numbers = sorted({f.n for f in figures if f is not None})
    count = str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}-{numbers[-1]}"
    return name, (Entry(count), *map(_percent, figures))


def _percent(found: Figure | None) -> Entry:
    if found is None or found.value is None:
        return Entry(UNDEFINED)
    if found.low is None or found.high is None:
        return Entry(f"{100 * found.value:.2f}")
    return Entry(f"{100 * found.value:.2f}", f"{100 * found.low:.1f}-{100 * found.high:.1f}")


def _outcomes(scores: CodeScores) -> SideTable:
    classes = list(dict.fromkeys(name for model in scores.models for name in model.outcomes))
    rows = [
        (name, tuple(Entry(str(model.outcomes.get(name, 0))) for model in scores.models))
        for name in classes
    ]
    total = tuple(Entry(str(model.completions)) for model in scores.models)
    names = (model.name for model in scores.models)
    return SideTable("outcomes of completions", ("class", *names), (*rows, (ALL, total)))


def _improvements(found: ImprovementTable) -> SideTable:
    source = "" if found.source is None else f", from {found.source.name}"
    rows = [
        (
            ALL if domain is None else domain,
            tuple(_improvement(found.cell(domain, model)) for model in found.models),
        )
        for domain in found.domains
    ]
    title = f"Domain-Specific Improvement, percent{source}"
    return SideTable(title, ("domain", *found.models), tuple(rows))


def _improvement(cell: Improvement) -> Entry:
    if cell.value is None:
        return Entry(UNDEFINED)
    text = f"{cell.value:.2f}{_MARKS.get(cell.verdict or '', '  ')}"
    if cell.high is None:
        return Entry(text)
    low = "…" if cell.low is None else f"{cell.low:.0f}"
    return Entry(text, f"{low}..{cell.high:.0f}")


def _differences(found: TableComparison) -> SideTable:
    rows = [
        (
            f"{cell.domain}, {cell.model}",
            (_plain(cell.published), _plain(cell.computed), _plain(cell.tolerance, 3)),
        )
        for cell in found.differences
    ]
    header = ("figure", "published", "computed", "allowed")
    return SideTable(f"other than {found.published} has it", header, tuple(rows))


def _plain(value: float | None, digits: int = 2) -> Entry:
    return Entry(UNDEFINED if value is None else f"{value:.{digits}f}")


# --------------------------------------------------------------------------- footnotes


def footnotes(scores: CodeScores) -> list[str]:
    """What one must know to read the tables."""
    lines: list[str] = []
    if scores.models:
        drawn = {"repository": "repositories with all their tasks", "task": "tasks"}
        lines += [
            "pass@k: unbiased; recall@k: best of the first k completions. Both in percent.",
            f"Below a figure: its {scores.level:.0%} interval, {drawn[scores.interval]} drawn.",
        ]
    lines += _counts(scores)
    if scores.memorization is not None:
        found = scores.memorization
        lines.append(
            f"contaminated: tasks in which over {found.xi:.0%} of the sampled completions are near "
            f"the greedy one (peak), within {found.alpha:.0%} of {found.tokens} tokens at most."
        )
    if scores.isolation is not None:
        lines.append(f"Completions ran apart by: {_settings(scores.isolation)}.")
    for improvements in scores.improvements:
        bound = f"{improvements.threshold:g}"
        lines.append(f"C: comfort domain, DSI above {bound}. S: strange domain, below -{bound}.")
        if any(cell.high is not None and cell.low is None for cell in improvements.cells):
            lines.append("…: the resamples set no bound, as DSI falls without one.")
        if improvements.comparison is not None:
            lines += _comparison(improvements.comparison)
    return lines


def _counts(scores: CodeScores) -> Iterator[str]:
    """What the figures do not count."""
    for model in scores.models:
        if model.without:
            yield f"{model.name}: {model.without} of {scores.tasks} task(s) have no completion."
    for figure in scores.figures:
        if figure.column is None and figure.undefined:
            yield (
                f"{figure.model}: {figure.measure} is undefined for {figure.undefined} task(s) "
                "with fewer completions."
            )
    standalone = {f.model: f.left_out for f in scores.figures if f.column is None and f.left_out}
    for model, count in standalone.items():
        yield f"{model}: {count} standalone task(s) have no recall."


def _settings(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())


def _comparison(found: TableComparison) -> Iterator[str]:
    largest = "" if found.largest is None else f", within {found.largest:.3f}"
    yield f"{found.agreeing} of {found.cells} figures are those of {found.published}{largest}."
    for pair in found.exchanged:
        rows = ", ".join(pair.domains)
        yield (
            f"{pair.left} and {pair.right} swapped in rows {rows}: "
            "with the two columns exchanged these agree."
        )
    if found.undefined:
        names = ", ".join(
            f"{cell.domain}, {cell.model} ({_plain(cell.published).value})"
            for cell in found.undefined
        )
        yield f"Defined here or there alone, as where a rate is 0: {names}."
    if found.not_published:
        yield f"Without a published figure: {', '.join(found.not_published)}."
    if found.not_computed:
        yield f"Published without rates: {', '.join(found.not_computed)}."
