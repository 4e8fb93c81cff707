"""The figures of one cell: means of partitions, and the gap between two of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .results import GridFigure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ...retrieval.measures import PerQuery
    from ..scoring import Scorer
    from .results import Outcome


def gap_names(gap: tuple[str, str]) -> tuple[str, str]:
    """How the difference and the ratio of two partitions are called among the partitions."""
    left, right = gap
    return f"{left}-{right}", f"{right}/{left}"


def grid_figures(
    outcome: Outcome,
    scored: Mapping[str, PerQuery],
    scorer: Scorer,
    gap: tuple[str, str] | None,
) -> Iterator[GridFigure]:
    """Figures of a ranking.

    Args:
        outcome: says of which cell and split it is.
        scored: partition → what its ranking gives for each query.
        scorer: that of the split.
        gap: two partitions whose difference (left minus right) and ratio (right over left) follow;
            their n is that of the partition with fewer queries.
    """
    for f in scorer.figures("", scored):
        bounds = (f.value, f.low, f.high)
        yield _figure(outcome, f.partition, f.measure, f.n, bounds)
    if gap is None:
        return
    gaps = scorer.gaps("", scored, *gap)
    difference, ratio = gap_names(gap)
    for g in gaps:
        bounds = (g.difference, g.difference_low, g.difference_high)
        yield _figure(outcome, difference, g.measure, min(g.left_n, g.right_n), bounds)
    for g in gaps:
        bounds = (g.ratio, g.ratio_low, g.ratio_high)
        yield _figure(outcome, ratio, g.measure, min(g.left_n, g.right_n), bounds)


def _figure(
    outcome: Outcome,
    partition: str,
    measure: str,
    n: int,
    bounds: tuple[float | None, float | None, float | None],
) -> GridFigure:
    value, low, high = bounds
    return GridFigure(
        cell=outcome.cell,
        split=outcome.split,
        partition=partition,
        measure=measure,
        n=n,
        value=value,
        low=low,
        high=high,
    )
