"""Scores of answers with and without context as tables for terminals, and those of logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .side_tables import ALPHA, UNDEFINED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.table import Table

    from ..benchmarks.rag.logs import LogFigure, LogScores
    from ..benchmarks.rag.scores import Column, Improvement, RagScores, Transformation, Usage

MOST_DIFFERENCES = 20
"""Rows of logs that are listed because a figure differs."""
_NAMES = {"none": "without", "retrieved": "with"}
_ALL = "all"


def print_scores(scores: RagScores) -> None:
    """Print every table of the scores to standard output, as wide as the terminal."""
    _print(tables(scores), footnotes(scores))


def print_logs(scores: LogScores) -> None:
    """The same of a summary of logs."""
    _print(log_tables(scores), log_footnotes(scores))


def _print(found: Iterable[Table], lines: Iterable[str]) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    for table in found:
        console.print(table)
    for line in lines:
        console.print(line, style="dim", markup=False)


def tables(scores: RagScores) -> list[Table]:
    """What context adds, accuracy of each condition, what answering takes, what the context is."""
    found = [_improvements(scores)] if scores.improvements else []
    found.append(_accuracies(scores))
    if scores.transformations:
        found.append(_transformations(scores))
    if any(one.seconds is not None for one in scores.usages):
        found.append(_usages(scores))
    if scores.contexts:
        found.append(_contexts(scores))
    return found


def footnotes(scores: RagScores) -> list[str]:
    """What one must know to read the tables."""
    source = scores.source
    lines = [f"Answers of {source.name} ({source.protocol}), split {scores.split}."]
    if scores.retrieval is not None:
        taken = scores.retrieval
        ranked = f"{taken.k} documents by {taken.system} from {taken.source}, {taken.scope}"
        lines.append(f"Context: {ranked if taken.system else 'the paragraphs on the entities'}.")
    lines.append("Accuracy is over all questions of a row: unparsed and missing ones are wrong.")
    if scores.improvements:
        lines.append(
            "Improvement: accuracy with context minus without; Newcombe's interval; exact McNemar "
            f"test after Holm over the column, marked * below {ALPHA}."
        )
    if scores.transformations:
        lines.append(
            "Transformation: 0.4/time + 0.3/gpu + 0.3/memory of the ratios with/without; a term "
            "without a ratio is left out, normalised: the known weights add up to 1."
        )
    if scores.left_out:
        lines.append(f"{scores.left_out} question(s) are beyond the limit or of other domains.")
    if source.failed:
        lines.append(
            f"{source.failed} of {source.requests} request(s) failed; run again to repeat them."
        )
    return lines


def _improvements(scores: RagScores) -> Table:
    header = ["questions", "n", "without", "with", "improvement", "gained", "lost", "p"]
    table = _table(f"{scores.release.name} {scores.release.version}: what context adds", header)
    for found in scores.improvements:
        small = found.p_adjusted is not None and found.p_adjusted < ALPHA
        table.add_row(
            _label(found.column, found.slice),
            str(found.n),
            _number(found.without),
            _number(found.with_context),
            _difference(found) + ("*" if small else ""),
            str(found.gained),
            str(found.lost),
            _p_value(found.p_adjusted),
        )
    return table


def _accuracies(scores: RagScores) -> Table:
    counts = ["un-\nparsed", "mis-\nsing", "said\nyes", "major-\nity"]
    table = _table("accuracy", ["questions", "condition", "n", "accuracy", *counts], left=2)
    rows: dict[tuple[Column | None, str | None], None] = {
        (one.column, one.slice): None for one in scores.accuracies
    }
    for column, label in rows:
        for condition in scores.conditions:
            found = scores.accuracy(condition, column, label)
            table.add_row(
                _label(column, label) if condition == scores.conditions[0] else "",
                _NAMES[condition],
                str(found.n),
                _with_interval(found.value, found.low, found.high),
                str(found.unparsed),
                str(found.missing),
                str(found.said_yes),
                _number(found.majority),
            )
    return table


def _transformations(scores: RagScores) -> Table:
    header = ["questions", "time", "memory", "gpu", "transformation", "normalised"]
    table = _table("with context / without", header)
    for found in scores.transformations:
        table.add_row(_label(found.column, found.slice), *_cells(found))
    return table


def _cells(found: Transformation) -> list[str]:
    ratios = (found.time_ratio, found.memory_ratio, found.gpu_ratio)
    return [_number(v) for v in (*ratios, found.transformation, found.transformation_normalised)]


def _usages(scores: RagScores) -> Table:
    header = ["questions", "condition", "timed", "seconds", "memory", "mean\ndelta", "gpu"]
    table = _table("what an answer takes", header, left=2)
    index = {(one.column, one.slice, one.condition): one for one in scores.usages}
    for column, label in dict.fromkeys((one.column, one.slice) for one in scores.usages):
        for place, condition in enumerate(scores.conditions):
            found = index[column, label, condition]
            name = "" if place else _label(column, label)
            table.add_row(name, _NAMES[condition], str(found.timed), *_amounts(found))
    return table


def _amounts(found: Usage) -> list[str]:
    return [
        _number(found.seconds, 4),
        _number(found.memory_mib, 1),
        _number(found.memory_delta_mib, 1),
        _number(found.gpu, 1),
    ]


def _contexts(scores: RagScores) -> Table:
    header = ["questions", "n", "with-\nout", "documents", "same\ndomain", "recall of\nparagraphs"]
    table = _table("context", header)
    for found in scores.contexts:
        table.add_row(
            _label(found.column, found.slice),
            str(found.n),
            str(found.without),
            _number(found.documents, 2),
            _number(found.same_domain),
            _number(found.gold_recall),
        )
    return table


def log_tables(scores: LogScores) -> list[Table]:
    """Runs of each domain together, and the runs whose figures are not what they were given as."""
    figures = ["improve-\nment", "transfor-\nmation", "norma-\nlised"]
    header = ["domain", "runs", "n", "without", "with", *figures]
    table = _table(f"{scores.name}: runs by domain", header)
    for found in scores.domains:
        table.add_row(
            _ALL if found.domain is None else _escaped(found.domain),
            str(found.runs),
            str(found.n),
            _number(found.without),
            _number(found.with_context),
            _number(found.improvement, sign="+"),
            _number(found.transformation),
            _number(found.transformation_normalised),
        )
    return [table, _differences(scores)] if scores.differing else [table]


def _differences(scores: LogScores) -> Table:
    header = ["run", "domain", "improvement", "transformation"]
    table = _table("figures that differ, given as / worked out", header, left=2)
    for row in scores.differing[:MOST_DIFFERENCES]:
        table.add_row(
            str(row.number), _escaped(row.domain), _pair(row.improvement), _pair(row.transformation)
        )
    return table


def _pair(found: LogFigure) -> str:
    if found.agreement != "different":
        return found.agreement.replace("_", " ")
    return f"{_number(found.given, 4)} / {_number(found.computed, 4)}"


def log_footnotes(scores: LogScores) -> list[str]:
    """How many runs agree, and what the means are."""
    runs = len(scores.rows)
    agreeing = runs - len(scores.differing)
    lines = [
        f"{agreeing} of {runs} run(s) have the figures that they are given with, to four decimals.",
        "Means are weighted by the questions of a run; transformation is that of the mean ratios.",
    ]
    rounded = sum(
        "rounding" in (row.improvement.agreement, row.transformation.agreement)
        for row in scores.rows
    )
    if rounded:
        lines.append(f"{rounded} of them only within the rounding of the columns.")
    return lines


def _table(title: str, header: Sequence[str], left: int = 1) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(title=_escaped(title), title_justify="left", box=SIMPLE_HEAD)
    for place, name in enumerate(header):
        if place < left:
            table.add_column(_escaped(name), overflow="fold", min_width=9)
        else:
            table.add_column(_escaped(name), justify="right", no_wrap=True)
    return table


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def _label(column: str | None, label: str | None) -> str:
    return _ALL if column is None else _escaped(str(label))


def _difference(found: Improvement) -> str:
    if found.difference is None or found.low is None or found.high is None:
        return UNDEFINED
    return f"{found.difference:+.3f}\n{found.low:+.3f} to {found.high:+.3f}"


def _with_interval(value: float | None, low: float | None, high: float | None) -> str:
    if value is None or low is None or high is None:
        return UNDEFINED
    return f"{value:.3f}\n{low:.3f}-{high:.3f}"


def _number(value: float | None, digits: int = 3, *, sign: str = "") -> str:
    return UNDEFINED if value is None else f"{value:{sign}.{digits}f}"


def _p_value(value: float | None) -> str:
    return "<0.001" if value is not None and value < 0.001 else _number(value)
