"""Intervals and tests of proportions: shares of right answers, paired or in clusters."""

# numba infers the types of a kernel's arguments:
# ruff: noqa: ANN001, ANN202
# pyright: reportMissingParameterType=false
from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEVEL = 0.95
RESAMPLES = 2_000
_BLOCK = 1 << 22
"""Draws held at a time."""

_NO_VARIANCE = 1e-9
"""Share of the largest eigenvalue below which one is 0 but for rounding."""

Interval = tuple[float, float]


def wilson_interval(right: int, n: int, *, level: float = LEVEL) -> Interval | None:
    """Wilson's score interval of a proportion, without continuity correction.

    Wilson, JASA 22 (1927): ``(p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n)``.

    Args:
        right: successes.
        n: trials.
        level: confidence.

    Returns:
        Lower and upper bound; None where there is no trial.
    """
    if n == 0:
        return None
    z = NormalDist().inv_cdf((1 + level) / 2)
    share = right / n
    scale = 1 + z * z / n
    centre = (share + z * z / (2 * n)) / scale
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / scale
    low = 0.0 if right == 0 else max(0.0, centre - half)
    high = 1.0 if right == n else min(1.0, centre + half)
    return low, high


def paired_difference_interval(
    both: int, left: int, right: int, neither: int, *, level: float = LEVEL
) -> Interval | None:
    """Newcombe's interval of the difference of two paired proportions, left minus right.

    Method 10 of Newcombe, Statistics in Medicine 17 (1998), 2635-2650: Wilson's intervals of both
    proportions, combined with their correlation phi, whose numerator is corrected for continuity.

    Args:
        both: pairs with success on both sides.
        left: pairs with success on the left alone.
        right: pairs with success on the right alone.
        neither: pairs without success.
        level: confidence.

    Returns:
        Lower and upper bound; None where there is no pair.
    """
    n = both + left + right + neither
    one = wilson_interval(both + left, n, level=level)
    two = wilson_interval(both + right, n, level=level)
    if one is None or two is None:
        return None
    p, q = (both + left) / n, (both + right) / n
    margins = (both + left) * (right + neither) * (both + right) * (left + neither)
    phi = 0.0
    if margins:
        product = both * neither - left * right
        corrected = max(product - n / 2, 0.0) if product > 0 else float(product)
        phi = corrected / math.sqrt(margins)
    low = _combined(p - one[0], two[1] - q, phi)
    high = _combined(one[1] - p, q - two[0], phi)
    return max(-1.0, p - q - low), min(1.0, p - q + high)


def _combined(left: float, right: float, phi: float) -> float:
    return math.sqrt(max(0.0, left * left - 2 * phi * left * right + right * right))


def mcnemar(left: int, right: int) -> float:
    """Two-sided p-value of the exact McNemar test (McNemar 1947; binomial form).

    Args:
        left: pairs with success on the left alone.
        right: pairs with success on the right alone.

    Returns:
        ``min(1, 2 P(X <= min(left, right)))`` with X binomial of left + right trials at 1/2; 1
        where no pair differs.
    """
    from scipy.stats import binom

    if left == right:
        return 1.0
    return min(1.0, 2 * float(binom.cdf(min(left, right), left + right, 0.5)))


def stuart_maxwell(table: NDArray[np.int64]) -> tuple[float, int, float] | None:
    """Test that the margins of a square table of pairs agree (Stuart 1955, Maxwell 1970).

    ``d' S⁻¹ d`` with d the differences of the margins and S their covariance under the null,
    ``S_ii = n_i. + n_.i - 2 n_ii``, ``S_ij = -(n_ij + n_ji)``; categories without a pair that
    differs are left out. Chi-squared with as many degrees of freedom as S has rank.

    Args:
        table: (k, k) pairs by category of either side.

    Returns:
        Statistic, degrees of freedom and p-value; None where no pair differs.
    """
    from scipy.stats import chi2

    off = table - np.diag(np.diag(table))
    used = np.flatnonzero(off.sum(axis=0) + off.sum(axis=1))
    if not len(used):
        return None
    off = off[np.ix_(used, used)].astype(np.float64)
    difference = off.sum(axis=1) - off.sum(axis=0)
    covariance = np.diag(off.sum(axis=1) + off.sum(axis=0)) - off - off.T
    # Its rank is below k, as the differences add up to 0.
    values, vectors = np.linalg.eigh(covariance)
    held = values > _NO_VARIANCE * values[-1]
    statistic = float((np.square(vectors.T @ difference)[held] / values[held]).sum())
    freedom = int(np.count_nonzero(held))
    return statistic, freedom, float(chi2.sf(statistic, freedom))


def cluster_interval(
    values: NDArray[np.float64],
    clusters: NDArray[np.int64],
    *,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Interval | None:
    """Percentile bootstrap interval of a mean, clusters drawn as wholes with replacement.

    Args:
        values: (n) one figure a question.
        clusters: (n) number of its cluster.
        level: share of resampled means inside the interval.
        resamples: how many samples of clusters are drawn.
        seed: seed of the draws.

    Returns:
        Lower and upper bound; None where there are fewer than two clusters.
    """
    means = cluster_means(values[:, None], clusters, resamples=resamples, seed=seed)
    if means is None:
        return None
    low, high = np.quantile(means[:, 0], [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def cluster_means(
    values: NDArray[np.float64],
    clusters: NDArray[np.int64],
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> NDArray[np.float64] | None:
    """Means of several figures in resamples whose clusters are drawn as wholes with replacement.

    Field & Welsh, JRSS B 69 (2007), the cluster bootstrap; the mean of a resample is the ratio of
    its sum to its number of values. All figures of a row are drawn together.

    Args:
        values: (n, m) figures of a question.
        clusters: (n) number of its cluster.
        resamples: how many samples of clusters are drawn.
        seed: seed of the draws.

    Returns:
        (resamples, m) means; None where there are fewer than two clusters.
    """
    _, place = np.unique(clusters, return_inverse=True)
    sizes = np.bincount(place).astype(np.float64)
    if len(sizes) < 2:
        return None
    sums = np.column_stack([np.bincount(place, weights=column) for column in values.T])
    generator = np.random.PCG64(seed)
    means = np.empty((resamples, values.shape[1]))
    step = max(1, _BLOCK // len(sizes))
    for first in range(0, resamples, step):
        rows = min(step, resamples - first)
        bits = generator.random_raw(rows * len(sizes)).reshape(rows, len(sizes))
        means[first : first + rows] = _resampled_means(bits, sums, sizes)
    return means


@njit(cache=True, nogil=True)
def _resampled_means(bits, sums, sizes):
    """Mean of the values of as many drawn clusters as there are, for each row of random words."""
    columns = sums.shape[1]
    means = np.zeros((len(bits), columns))
    n = np.uint64(len(sizes))
    half = np.uint64(32)
    for row in range(len(bits)):
        count = 0.0
        for word in bits[row]:
            drawn = ((word >> half) * n) >> half
            count += sizes[drawn]
            for column in range(columns):
                means[row, column] += sums[drawn, column]
        for column in range(columns):
            means[row, column] /= count
    return means
