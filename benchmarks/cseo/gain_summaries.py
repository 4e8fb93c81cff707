"""Gains of methods, summed up and tested: the table of C-SEO Bench, with intervals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ...retrieval.significance import holm
from ...schemas.errors import UsageError
from ..statistics import LEVEL, cluster_interval
from .signed_ranks import signed_rank_test

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence


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
    families: dict[str, dict[str, list[tuple[Hashable, float | None]]]] = {}
    for domain, method, query, gain in zip(domains, methods, queries, gains, strict=True):
        family = families.setdefault(domain, {})
        family.setdefault(method, []).append((query, gain))
    return [
        summary
        for domain, family in families.items()
        for summary in _adjusted(
            [_summary(domain, method, rows, level, seed) for method, rows in family.items()]
        )
    ]


def _summary(
    domain: str,
    method: str,
    rows: Sequence[tuple[Hashable, float | None]],
    level: float,
    seed: int,
) -> GainSummary:
    every = np.array([np.nan if gain is None else gain for _, gain in rows], dtype=np.float64)
    defined = ~np.isnan(every)
    values = every[defined]
    numbers: dict[Hashable, int] = {}
    clusters = np.array([numbers.setdefault(query, len(numbers)) for query, _ in rows])[defined]
    interval = cluster_interval(values, clusters, level=level, seed=seed) if len(values) else None
    low, high = interval or (None, None)
    statistic, p_value = signed_rank_test(values) or (None, None)
    return GainSummary(
        domain=domain,
        method=method,
        n=len(values),
        undefined=len(every) - len(values),
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
