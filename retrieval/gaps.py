"""How much two partitions of the same queries differ: IN against OUT of domain.

A query can have relevant documents in one partition, in both or in neither, so the two means are
over different but overlapping queries. Queries are therefore resampled as wholes: each draw takes
both figures of a query, as far as it has them.
"""

# numba infers the types of a kernel's arguments:
# ruff: noqa: ANN001, ANN202
# pyright: reportMissingParameterType=false
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from ..schemas.errors import UsageError
from .measures import mean

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BLOCK = 1 << 22
"""Draws held at a time."""


@dataclass(frozen=True)
class GapFigures:
    """Difference and ratio of the means of two partitions, with bootstrap intervals."""

    left_n: int
    """Queries with a figure in the left partition."""
    right_n: int
    difference: float | None
    """Mean of left minus mean of right; None where one of them is undefined."""
    difference_low: float | None
    difference_high: float | None
    ratio: float | None
    """Mean of right over mean of left; None where one is undefined or left is 0."""
    ratio_low: float | None
    ratio_high: float | None


def partition_gap(
    left: NDArray[np.float64],
    right: NDArray[np.float64],
    *,
    level: float = 0.95,
    resamples: int = 2_000,
    seed: int = 0,
) -> GapFigures:
    """Compare the means of two partitions over the same queries.

    The intervals are those of the percentile bootstrap over queries (Efron & Tibshirani 1993,
    ch. 13), drawn with replacement from those that have a figure in either partition. A resample
    without a figure on one side says nothing and is left out, as is one with a left mean of 0 for
    the ratio. An interval is None where either side has fewer than two queries.

    Args:
        left: (n) figures of one partition, NaN where a query has none.
        right: (n) figures of the other for the same queries.
        level: share of resampled values inside the interval.
        resamples: how many samples are drawn.
        seed: seed of the draws.

    Raises:
        UsageError: the two differ in length, a level outside (0, 1), or no resample.
    """
    if len(left) != len(right):
        raise UsageError("paired figures differ in number", found=f"{len(left)} and {len(right)}")
    if not 0 < level < 1 or resamples < 1:
        raise UsageError("the bootstrap needs a level between 0 and 1 and a resample or more")
    held = ~(np.isnan(left) & np.isnan(right))
    left, right = left[held], right[held]
    counts = [int(np.count_nonzero(~np.isnan(side))) for side in (left, right)]
    one, two = mean(left), mean(right)
    difference = ratio = None
    if one is not None and two is not None:
        difference = one - two
        ratio = two / one if one else None
    differences = ratios = np.empty(0)
    if min(counts) > 1:
        means = _resampled_means(left, right, resamples, seed)
        means = means[~np.isnan(means).any(axis=1)]
        differences = means[:, 0] - means[:, 1]
        if ratio is not None:
            means = means[means[:, 0] != 0]
            ratios = means[:, 1] / means[:, 0]
    low, high = _bounds(differences, level)
    ratio_low, ratio_high = _bounds(ratios, level)
    return GapFigures(
        left_n=counts[0],
        right_n=counts[1],
        difference=difference,
        difference_low=low,
        difference_high=high,
        ratio=ratio,
        ratio_low=ratio_low,
        ratio_high=ratio_high,
    )


def _bounds(values: NDArray[np.float64], level: float) -> tuple[float | None, float | None]:
    if not len(values):
        return None, None
    tail = (1 - level) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return float(low), float(high)


def _resampled_means(
    left: NDArray[np.float64], right: NDArray[np.float64], resamples: int, seed: int
) -> NDArray[np.float64]:
    """Means of both sides in each resample, NaN where a side is empty: shape (resamples, 2)."""
    generator = np.random.PCG64(seed)
    n = len(left)
    means = np.empty((resamples, 2))
    step = max(1, _BLOCK // n)
    for first in range(0, resamples, step):
        rows = min(step, resamples - first)
        bits = generator.random_raw(rows * n).reshape(rows, n)
        _means(bits, left, right, means[first : first + rows])
    return means


@njit(cache=True, nogil=True)
def _means(bits, left, right, out):
    """Means of n queries drawn by each row of n random words; see ``significance``."""
    half = np.uint64(32)
    n = np.uint64(len(left))
    for row in range(len(bits)):
        sums = np.zeros(2)
        counts = np.zeros(2)
        for word in bits[row]:
            query = ((word >> half) * n) >> half
            if not np.isnan(left[query]):
                sums[0] += left[query]
                counts[0] += 1
            if not np.isnan(right[query]):
                sums[1] += right[query]
                counts[1] += 1
        for side in range(2):
            out[row, side] = sums[side] / counts[side] if counts[side] > 0 else np.nan
