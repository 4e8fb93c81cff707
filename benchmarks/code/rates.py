"""Tables of pass rates by domain and model: DSI worked out from them, and checked with a table."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ...schemas.errors import DataError, UsageError
from ...schemas.fingerprint import file_sha256
from ..environment import environment
from ..specialization import THRESHOLD, domain_specific_improvement, verdict
from ..statistics import LEVEL
from .published import compare
from .rate_tables import read_table
from .scores import CodeScores, Improvement, ImprovementTable, Source

if TYPE_CHECKING:
    from pathlib import Path

    from .rate_tables import RateTable


def score_rates(
    rates: str | Path,
    *,
    published: str | Path | None = None,
    threshold: float = THRESHOLD,
    undefined: float | None = None,
    tolerance: float | None = None,
) -> CodeScores:
    """Work out DSI of every model in every domain of a table of rates.

    Args:
        rates: the table, ``FILE`` or ``FILE#KEY``, see ``rate_tables``.
        published: a table of DSI to compare with, in the same form.
        threshold: DSI beyond which a domain is a comfort or a strange one.
        undefined: what stands for DSI where a rate is 0; None: nothing does.
        tolerance: how far a published figure may be off; None: as far as rounding explains.

    Raises:
        UsageError: a negative threshold or tolerance, or a table that is not named clearly.
        DataError: a table is missing or damaged, a rate is negative, or the published table is of
            other models.
    """
    given = [threshold, 0.0 if tolerance is None else tolerance]
    if not all(0 <= value < math.inf for value in given):
        found = f"threshold {threshold}, tolerance {tolerance}"
        raise UsageError(
            "the threshold or the tolerance is wrong", found=found, expected="0 or more"
        )
    table = read_table(rates)
    _check(table)
    cells = improvements(table, threshold=threshold, undefined=undefined)
    comparison = None
    if published is not None:
        comparison = compare(cells, table, read_table(published), tolerance=tolerance)
    found = ImprovementTable(
        source=Source(name=table.source, parameters={"sha256": file_sha256(table.path)}),
        models=list(table.models),
        domains=list(table.rows),
        threshold=threshold,
        undefined=undefined,
        cells=cells,
        comparison=comparison,
    )
    return CodeScores(
        release=None,
        tasks=0,
        repositories=0,
        models=[],
        seed=0,
        interval="repository",
        level=LEVEL,
        ks=[],
        by=[],
        figures=[],
        improvements=[found],
        memorization=None,
        isolation=None,
        limits=None,
        environment=environment(),
    )


def _check(table: RateTable) -> None:
    if len(table.models) < 2:
        raise DataError(
            "DSI compares models",
            place=table.path,
            found=f"{len(table.models)} in the table",
            expected="2 or more",
        )
    for domain, row in table.rows.items():
        for model, rate in zip(table.models, row, strict=True):
            if rate is not None and rate < 0:
                raise DataError(
                    "a rate is negative",
                    place=table.path,
                    found=f"{rate} of {model} in {domain}",
                    expected="0 or more",
                    hint="is this a table of DSI?",
                )


def improvements(
    table: RateTable, *, threshold: float = THRESHOLD, undefined: float | None = None
) -> list[Improvement]:
    """DSI of every model in every domain; no interval, as rates do not tell the tasks.

    Args:
        table: the rates.
        threshold: DSI beyond which a domain is a comfort or a strange one.
        undefined: what stands for DSI where a rate is 0.
    """
    found: list[Improvement] = []
    for domain, row in table.rows.items():
        rates = [None if rate is None else float(rate) for rate in row]
        values = domain_specific_improvement(rates, undefined=undefined)
        found += [
            Improvement(
                domain=domain,
                model=model,
                n=None,
                rate=rate,
                value=value,
                low=None,
                high=None,
                verdict=verdict(value, threshold),
            )
            for model, rate, value in zip(table.models, rates, values, strict=True)
        ]
    return found
