"""Gains of methods, summed up and tested: the table of C-SEO Bench, with intervals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from ...retrieval.significance import holm
from ...schemas.errors import UsageError
from ..statistics import LEVEL, Interval, cluster_means
from .signed_ranks import signed_rank_test

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class GainSummary:
    """Gains of one method in one domain."""

    domain: str
    method: str
    n: int
    """Gains, one a target and answer."""
    undefined: int
    """Gains that are None or NaN, left out of everything else."""
    mean: float | None
    """None where n is 0."""
    deviation: float | None
    """Standard deviation with divisor n, as the original gives it; None where n is 0."""
    low: float | None
    """Bounds of the mean: percentile bootstrap, queries drawn as wholes; None below two queries."""
    high: float | None
    statistic: float | None
    """Wilcoxon's sum of the ranks of positive gains; None where no gain differs from 0."""
    p_value: float | None
    """That gains are no greater than 0: one-sided signed-rank test without zeros."""
    p_adjusted: float | None
    """By Holm's method over the methods of the domain that have a p-value."""


def summarise_gains(
    domains: Sequence[str],
    methods: Sequence[str],
    queries: Sequence[Hashable],
    gains: Sequence[float | None],
    *,
    level: float = LEVEL,
    seed: int = 0,
) -> list[GainSummary]:
    """Sum up the gains of every method in every domain.

    Args:
        domains: (n) domain of each gain.
        methods: (n) its method.
        queries: (n) its query; gains of one query are not independent.
        gains: (n) the gains; None or NaN where undefined.
        level: share of resampled means inside the interval.
        seed: seed of the resamples.

    Returns:
        A summary each, in the order of their first gains, domains together.

    Raises:
        UsageError: the four differ in length.
    """
    lengths = [len(domains), len(methods), len(queries), len(gains)]
    if len(set(lengths)) > 1:
        raise UsageError(
            "every gain has a domain, a method and a query",
            found=", ".join(map(str, lengths)),
            expected="four columns of one length",
        )
    numbers: dict[Hashable, int] = {}
    frame = pl.DataFrame(
        {
            "domain": list(domains),
            "method": list(methods),
            "query": [numbers.setdefault(query, len(numbers)) for query in queries],
            "gain": [None if gain is None else float(gain) for gain in gains],
        },
        schema={"domain": pl.String, "method": pl.String, "query": pl.Int64, "gain": pl.Float64},
    )
    found = summarise_frame(frame, ["domain"], level=level, seed=seed)
    return [summary for _, summary in found]


def summarise_frame(
    frame: pl.DataFrame, families: Sequence[str], *, level: float = LEVEL, seed: int = 0
) -> list[tuple[tuple[str, ...], GainSummary]]:
    """Sum up gains that stand in a frame.

    Args:
        frame: ``polars.DataFrame`` with the columns of ``families``, ``method``, ``query`` (whole
            numbers) and ``gain`` (null or NaN where undefined).
        families: columns whose values together make a family of tests; the last is the domain.
        level: share of resampled means inside the interval.
        seed: seed of the resamples.

    Returns:
        The family and the summary of each method in it, in the order of their first gains,
        families together.
    """
    parts: Any = frame.partition_by([*families, "method"], maintain_order=True, as_dict=True)
    families_of: dict[tuple[str, ...], dict[str, _Gains]] = {}
    for (*family, method), part in parts.items():
        families_of.setdefault(tuple(family), {})[method] = _Gains.of(part)
    every = [gains for methods in families_of.values() for gains in methods.values()]
    intervals = iter(_intervals(every, level, seed))
    found: list[tuple[tuple[str, ...], GainSummary]] = []
    for family, methods in families_of.items():
        summaries = [
            _summary(family[-1], method, gains, next(intervals))
            for method, gains in methods.items()
        ]
        found += [(family, summary) for summary in _adjusted(summaries)]
    return found


@dataclass(frozen=True)
class _Gains:
    """The gains of one method in one family."""

    values: NDArray[np.float64]
    """Those that are defined."""
    clusters: NDArray[np.int64]
    """Query of each."""
    undefined: int

    @classmethod
    def of(cls, part: Any) -> _Gains:
        every = part["gain"].fill_null(float("nan")).to_numpy()
        defined = ~np.isnan(every)
        clusters = part["query"].to_numpy()[defined].astype(np.int64)
        return cls(every[defined], clusters, int(len(every) - defined.sum()))


def _intervals(gains: Sequence[_Gains], level: float, seed: int) -> list[Interval | None]:
    """Bootstrap interval of each mean; those over the same queries share their resamples."""
    alike: dict[bytes, list[int]] = {}
    for number, one in enumerate(gains):
        alike.setdefault(one.clusters.tobytes(), []).append(number)
    found: list[Interval | None] = [None] * len(gains)
    tails = [(1 - level) / 2, (1 + level) / 2]
    for numbers in alike.values():
        values = np.stack([gains[number].values for number in numbers], axis=1)
        means = cluster_means(values, gains[numbers[0]].clusters, seed=seed)
        if means is not None:
            low, high = np.quantile(means, tails, axis=0).tolist()
            for place, number in enumerate(numbers):
                found[number] = low[place], high[place]
    return found


def _summary(domain: str, method: str, gains: _Gains, interval: Interval | None) -> GainSummary:
    values = gains.values
    low, high = interval or (None, None)
    statistic, p_value = signed_rank_test(values) or (None, None)
    return GainSummary(
        domain=domain,
        method=method,
        n=len(values),
        undefined=gains.undefined,
        mean=float(np.mean(values)) if len(values) else None,
        deviation=float(np.std(values)) if len(values) else None,
        low=low,
        high=high,
        statistic=statistic,
        p_value=p_value,
        p_adjusted=None,
    )


def _adjusted(summaries: Sequence[GainSummary]) -> list[GainSummary]:
    tested = [one.p_value for one in summaries if one.p_value is not None]
    adjusted = iter(holm(tested))
    return [
        one if one.p_value is None else replace(one, p_adjusted=next(adjusted)) for one in summaries
    ]
