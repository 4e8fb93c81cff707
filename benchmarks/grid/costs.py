"""What a cell costs, from what its rankings did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .results import CellCost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ..results import Cost


def cell_cost(costs: Sequence[tuple[str | None, Cost]]) -> CellCost:
    """The stages of all rankings that a cell is made of; an index that two of them use counts once.

    Args:
        costs: name of the index (None for what combines rankings) and cost of each ranking.
    """
    indexes = {name: cost for name, cost in reversed(costs) if name is not None}.values()
    stages = {
        stage: _total(indexes, lambda cost, name=stage: _number(cost.stats, name))
        for stage in ("load_seconds", "cut_seconds", "encode_seconds")
    }
    build = _total(indexes, lambda cost: cost.index_seconds)
    rest = None if build is None else build - sum(seconds or 0 for seconds in stages.values())
    size = _total(indexes, lambda cost: _number(cost.stats, "index_bytes"))
    peaks = [cost.peak_mib for _, cost in costs if cost.peak_mib is not None]
    return CellCost(
        **stages,
        index_seconds=None if rest is None else max(rest, 0.0),
        search_seconds=_total([cost for _, cost in costs], lambda cost: cost.search_seconds),
        peak_mib=max(peaks, default=None),
        index_bytes=None if size is None else int(size),
    )


def _total(costs: Iterable[Cost], value: Callable[[Cost], float | None]) -> float | None:
    known = [found for cost in costs if (found := value(cost)) is not None]
    return sum(known) if known else None


def _number(stats: Mapping[str, Any], name: str) -> float | None:
    value = stats.get(name)
    return value if isinstance(value, int | float) else None
