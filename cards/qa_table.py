"""Scores of answers as tables for terminals: accuracies, gaps, positions, calibration."""

from __future__ import annotations

from string import ascii_uppercase
from typing import TYPE_CHECKING

from .side_tables import ALPHA, UNDEFINED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.table import Table

    from ..benchmarks.qa.scores import Accuracy, QaScores

MOST_SLICES = 20
"""Labels of a column that are shown, those with most questions."""


def print_scores(scores: QaScores) -> None:
    """Print every table of the scores to standard output, as wide as the terminal."""
    from rich.console import Console

    console = Console(highlight=False)
    for table in tables(scores):
        console.print(table)
    for line in footnotes(scores):
        console.print(line, style="dim", markup=False)


def tables(scores: QaScores) -> list[Table]:
    """Accuracy overall and by label, gaps between languages, positions and calibration."""
    found = [_accuracies(scores)]
    found += [table for column in scores.by if (table := _by_column(scores, column))]
    if scores.gaps:
        found.append(_gaps(scores))
    found.append(_positions(scores))
    if scores.calibration is not None:
        found.append(_calibration(scores))
    return found


def footnotes(scores: QaScores) -> list[str]:
    """What one must know to read the tables."""
    kinds = {"wilson": "Wilson's interval", "cluster": "the bootstrap over clusters"}
    source = scores.source
    lines = [
        f"Answers of {source.name} ({source.protocol}), split {scores.split}.",
        "Accuracy is over all questions of a row: unparsed and missing ones count as wrong.",
        f"Below an accuracy: its {scores.level:.0%} interval, {kinds[scores.interval]}.",
        "chance: guessing. majority: always the position that is right most often in the row.",
    ]
    if scores.left_out:
        lines.append(f"{scores.left_out} choice question(s) are beyond the limit.")
    if scores.not_choice:
        lines.append(f"{scores.not_choice} question(s) without choices are not scored.")
    if source.failed:
        lines.append(
            f"{source.failed} of {source.requests} request(s) failed; run again to repeat them."
        )
    if scores.gaps:
        lines.append(
            "Gaps: parallel questions, Newcombe's interval; exact McNemar test after Holm, "
            f"marked * below {ALPHA}."
        )
    tests = "Positions: Stuart-Maxwell test of given against right ones among the answered"
    lines.append(f"{tests}, after Holm.")
    if scores.calibration is not None:
        lines.append(
            f"Calibration: {scores.calibration.bins} bins; adaptive: bins of equal numbers."
        )
    return lines


def _table(title: str, header: Sequence[str], left: int = 1) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=escape(title), title_justify="left", box=SIMPLE_HEAD)
    for place, name in enumerate(header):
        if place < left:
            table.add_column(escape(name), overflow="fold", min_width=12)
        else:
            table.add_column(escape(name), justify="right", no_wrap=True)
    return table


def _accuracies(scores: QaScores) -> Table:
    release = scores.release
    table = _table(f"{release.name} {release.version}: accuracy", _header("questions"))
    table.add_row("all", *_cells(scores.accuracy()))
    return table


def _by_column(scores: QaScores, column: str) -> Table | None:
    """A column's labels, most frequent first; None where no question has one."""
    from rich.markup import escape

    rows = [found for found in scores.accuracies if found.column == column]
    if not rows:
        return None
    rows.sort(key=lambda found: (-found.n, str(found.slice)))
    title = f"accuracy by {column}"
    if len(rows) > MOST_SLICES:
        title += f" ({MOST_SLICES} of {len(rows)} labels)"
    table = _table(title, _header(column))
    for found in rows[:MOST_SLICES]:
        table.add_row(escape(str(found.slice)), *_cells(found))
    return table


def _header(first: str) -> list[str]:
    counts = ["un-\nparsed", "mis-\nsing"]
    return [first, "n", "accuracy", "of an-\nswered", *counts, "chance", "major-\nity"]


def _cells(found: Accuracy) -> Iterator[str]:
    yield str(found.n)
    yield _with_interval(found.value, found.low, found.high)
    yield _number(found.answered)
    yield str(found.unparsed)
    yield str(found.missing)
    yield _number(found.chance)
    yield _number(found.majority)


def _gaps(scores: QaScores) -> Table:
    from rich.markup import escape

    header = ["questions", "languages", "n", "left", "right", "difference", "p"]
    table = _table("accuracy on parallel questions", header, left=2)
    shown = [gap for gap in scores.gaps if gap.column is None]
    sliced = [gap for gap in scores.gaps if gap.column is not None]
    for gap in [*shown, *sorted(sliced, key=lambda gap: -gap.n)[:MOST_SLICES]]:
        small = gap.p_adjusted is not None and gap.p_adjusted < ALPHA
        table.add_row(
            escape("all" if gap.column is None else f"{gap.column}={gap.slice}"),
            escape(f"{gap.left} - {gap.right}"),
            str(gap.n),
            _number(gap.left_value),
            _number(gap.right_value),
            _with_interval(gap.difference, gap.low, gap.high, sign="+") + ("*" if small else ""),
            _p_value(gap.p_adjusted),
        )
    return table


def _positions(scores: QaScores) -> Table:
    size = max((len(found.given) for found in scores.positions), default=0)
    names = [ascii_uppercase[i] if i < len(ascii_uppercase) else str(i + 1) for i in range(size)]
    table = _table("positions: shares", ["language", "answers", "n", *names, "p"], left=2)
    for found in scores.positions:
        label = found.language or "all"
        total = found.n
        for row, counts in (("given", found.given), ("right", found.right)):
            shares = [_number(count / total if total else None) for count in counts]
            filled = shares + [""] * (size - len(shares))
            p_value = _p_value(found.p_adjusted) if row == "given" else ""
            first, n = (label, str(total)) if row == "given" else ("", "")
            table.add_row(first, row, n, *filled, p_value)
        hits = [_number(value) for value in found.accuracy]
        table.add_row("", "accuracy", "", *hits, *[""] * (size - len(hits)), "", end_section=True)
    return table


def _calibration(scores: QaScores) -> Table:
    found = scores.calibration
    header = ["probabilities", "n", "ECE", "adaptive ECE", "Brier", "log loss"]
    table = _table("calibration", header)
    if found is not None:
        figures = (found.ece, found.adaptive_ece, found.brier, found.log_loss)
        table.add_row("all", str(found.n), *(_number(value, 4) for value in figures))
    return table


def _number(value: float | None, digits: int = 3) -> str:
    return UNDEFINED if value is None else f"{value:.{digits}f}"


def _p_value(value: float | None) -> str:
    return "<0.001" if value is not None and value < 0.001 else _number(value)


def _with_interval(
    value: float | None, low: float | None, high: float | None, *, sign: str = ""
) -> str:
    """A value over its interval."""
    if value is None:
        return UNDEFINED
    text = f"{value:{sign}.3f}"
    if low is None or high is None:
        return text
    return f"{text}\n{low:{sign}.3f} to {high:{sign}.3f}" if sign else f"{text}\n{_span(low, high)}"


def _span(low: float, high: float) -> str:
    """``.477-.533``."""
    return "-".join(f"{bound:.3f}".removeprefix("0") for bound in (low, high))
