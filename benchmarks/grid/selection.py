"""Choosing the best cells on one split of the queries, to report them on another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .results import Selection, TuneEntry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .config import Cell, Tune, Value
    from .results import GridFigure


def select(tune: Tune, cells: Sequence[Cell], figures: Sequence[GridFigure]) -> TuneEntry:
    """The best cell of each group; of equal ones, the first of the grid.

    Args:
        tune: what is compared, and what makes a group.
        cells: the grid's, numbered from 1 in this order.
        figures: of all splits.
    """
    best: dict[tuple[Value | None, ...], GridFigure] = {}
    wanted = (tune.split, tune.measure, tune.partition)
    compared = [f for f in figures if (f.split, f.measure, f.partition) == wanted]
    defined = [(f.value, f) for f in compared if f.value is not None]
    for _, figure in sorted(defined, key=lambda pair: (-pair[0], pair[1].cell)):
        best.setdefault(tuple(cells[figure.cell - 1].column(name) for name in tune.by), figure)
    return TuneEntry(
        split=tune.split,
        measure=tune.measure,
        partition=tune.partition,
        by=list(tune.by),
        selected=[
            Selection(group=dict(zip(tune.by, group, strict=True)), cell=figure.cell)
            for group, figure in sorted(best.items(), key=lambda item: item[1].cell)
        ],
        reason=None if best else f"no cell has a {tune.measure} on {tune.split}",
    )


def no_selection(tune: Tune, reason: str) -> TuneEntry:
    """That nothing was chosen, and why."""
    return TuneEntry(
        split=tune.split,
        measure=tune.measure,
        partition=tune.partition,
        by=list(tune.by),
        selected=[],
        reason=reason,
    )
