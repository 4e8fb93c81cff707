"""Worked-out DSI against a published table: what differs, and which columns were exchanged.

A published figure comes from rates before they were rounded, or after. So it may be off by what
rounding each rate, and the figure itself, can do; and by ``LEAST`` in any case, as one that was
worked out of rates rounded otherwise would be.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ...schemas.errors import DataError
from .scores import CellDifference, ExchangedColumns, TableComparison

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .rate_tables import RateTable
    from .scores import Improvement

LEAST = 0.05
"""Percent by which a published figure may be off even where rounding explains less."""

_Cells = dict[str, CellDifference]
"""Model → published and worked-out figure of one domain."""


def compare(
    cells: Sequence[Improvement],
    rates: RateTable,
    published: RateTable,
    *,
    tolerance: float | None = None,
) -> TableComparison:
    """Compare DSI with a published table of the same models.

    Where exchanging the published figures of two models makes those of a row agree that differed,
    they are named: which of the two tables has them in the wrong columns cannot be told.

    Args:
        cells: worked-out figures.
        rates: what they were worked out of.
        published: the table.
        tolerance: how far a figure may be off; None: as far as rounding explains.

    Raises:
        DataError: the tables are of different models.
    """
    if set(rates.models) != set(published.models):
        odd = set(rates.models) ^ set(published.models)
        raise DataError(
            "the tables are of different models, and DSI depends on all of them",
            place=published.path,
            found="only one has " + ", ".join(sorted(odd)),
        )
    rows: dict[str, _Cells] = {}
    for cell in cells:
        if cell.domain is None or cell.domain not in published.rows:
            continue
        allowed = tolerance
        if allowed is None:
            allowed = max(LEAST, _rounding(rates, cell) + published.rounding)
        rows.setdefault(cell.domain, {})[cell.model] = CellDifference(
            domain=cell.domain,
            model=cell.model,
            published=published.value(cell.domain, cell.model),
            computed=cell.value,
            tolerance=allowed,
        )
    return _judged(rows, rates, published)


def _rounding(rates: RateTable, cell: Improvement) -> float:
    """How far DSI may be off as each rate is off by half a unit of its last decimal.

    DSI is 100 · (1 - mean of the others' rates / own rate): farthest off where the own rate is
    rounded one way and all others the other way. A rate above 0 is at least a whole unit.
    """
    half, own = rates.rounding, cell.rate
    if cell.domain is None or own is None or cell.value is None or own <= 0:
        return 0.0
    others = [
        value
        for model in rates.models
        if model != cell.model and (value := rates.value(cell.domain, model)) is not None
    ]
    mean = math.fsum(others) / len(others)
    return 100 * ((mean + half) / (own - half) - mean / own)


def _judged(rows: Mapping[str, _Cells], rates: RateTable, published: RateTable) -> TableComparison:
    agreeing: list[float] = []
    differences: list[CellDifference] = []
    undefined: list[CellDifference] = []
    exchanged: dict[tuple[str, str], list[str]] = {}
    for domain, row in rows.items():
        both = {model: cell for model, cell in row.items() if _difference(cell) is not None}
        undefined += [
            cell for cell in row.values() if (cell.published is None) != (cell.computed is None)
        ]
        off = {model: cell for model, cell in both.items() if not _agrees(cell)}
        for pair in _exchanges(off):
            exchanged.setdefault(pair, []).append(domain)
            for model in pair:
                del off[model]
        differences += off.values()
        agreeing += [
            d for cell in both.values() if (d := _difference(cell)) is not None and _agrees(cell)
        ]
    return TableComparison(
        published=published.source,
        cells=sum(_difference(cell) is not None for row in rows.values() for cell in row.values()),
        agreeing=len(agreeing),
        largest=max(agreeing, default=None),
        exchanged=[
            ExchangedColumns(left=left, right=right, domains=domains)
            for (left, right), domains in exchanged.items()
        ],
        differences=differences,
        undefined=undefined,
        not_published=[domain for domain in rates.rows if domain not in published.rows],
        not_computed=[domain for domain in published.rows if domain not in rates.rows],
    )


def _difference(cell: CellDifference) -> float | None:
    if cell.published is None or cell.computed is None:
        return None
    return abs(cell.published - cell.computed)


def _agrees(cell: CellDifference) -> bool:
    difference = _difference(cell)
    return difference is not None and difference <= cell.tolerance


def _exchanges(off: _Cells) -> list[tuple[str, str]]:
    """Pairs of models, none twice, whose figures agree once exchanged."""
    found: list[tuple[str, str]] = []
    left = list(off)
    while left:
        model = left.pop(0)
        for other in left:
            mine = off[model].model_copy(update={"published": off[other].published})
            theirs = off[other].model_copy(update={"published": off[model].published})
            if _agrees(mine) and _agrees(theirs):
                found.append((model, other))
                left.remove(other)
                break
    return found
