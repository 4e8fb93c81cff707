"""How sure a mean or a difference of means is.

Every draw comes from a PCG64 stream seeded by the caller's seed alone, whose raw bits numpy keeps
stable, and sums are taken in the order of the queries, so the same figures and seed give the same
interval on any machine. NaN marks a query for which a figure is undefined; it is left out.
"""

# numba infers the types of a kernel's arguments:
# ruff: noqa: ANN001, ANN202
# pyright: reportMissingParameterType=false
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from ..schemas.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_BLOCK = 1 << 22
"""Draws held at a time."""
_EXACT_PAIRS = 16
"""Up to so many differing pairs, all sign patterns are enumerated."""


def bootstrap_interval(
    values: NDArray[np.float64], *, level: float = 0.95, resamples: int = 2_000, seed: int = 0
) -> tuple[float, float] | None:
    """Percentile bootstrap interval of a mean over queries (Efron & Tibshirani 1993, ch. 13).

    Args:
        values: (n) one figure a query.
        level: share of resampled means inside the interval.
        resamples: how many samples of n queries are drawn with replacement.
        seed: seed of the draws.

    Returns:
        Lower and upper bound, or None where fewer than two figures are defined.

    Raises:
        UsageError: a level outside (0, 1), or no resample.
    """
    if not 0 < level < 1 or resamples < 1:
        raise UsageError("the bootstrap needs a level between 0 and 1 and a resample or more")
    defined = values[~np.isnan(values)]
    n = len(defined)
    if n < 2:
        return None
    generator = np.random.PCG64(seed)
    means = np.empty(resamples)
    step = max(1, _BLOCK // n)
    for first in range(0, resamples, step):
        rows = min(step, resamples - first)
        bits = generator.random_raw(rows * n).reshape(rows, n)
        means[first : first + rows] = _resampled_sums(bits, defined) / n
    tail = (1 - level) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return float(low), float(high)


@njit(cache=True, nogil=True)
def _resampled_sums(bits, values):
    """Sum of n values drawn with replacement, for each row of n random words."""
    sums = np.zeros(len(bits))
    half = np.uint64(32)
    n = np.uint64(len(values))
    for row in range(len(bits)):
        for word in bits[row]:
            # The upper 32 bits as a fraction of n (Lemire 2019); its bias is below n / 2**32.
            sums[row] += values[((word >> half) * n) >> half]
    return sums


def paired_randomisation(
    left: NDArray[np.float64],
    right: NDArray[np.float64],
    *,
    resamples: int = 20_000,
    seed: int = 0,
) -> float | None:
    """Two-sided p-value that the mean difference of two systems is chance.

    Fisher's randomisation test (Smucker, Allan & Carterette, CIKM 2007): under the null the sign of
    each query's difference is arbitrary. Up to 16 differing queries all patterns are enumerated;
    beyond, ``p = (1 + patterns at least as extreme) / (1 + resamples)``.

    Args:
        left: (n) figures of one system.
        right: (n) figures of the other for the same queries; pairs with a NaN are left out.
        resamples: random sign patterns.
        seed: seed of the draws.

    Returns:
        The p-value; None where there is no pair.

    Raises:
        UsageError: the two differ in length.
    """
    if len(left) != len(right):
        raise UsageError("paired figures differ in number", found=f"{len(left)} and {len(right)}")
    differences = left - right
    differences = differences[~np.isnan(differences)]
    if not len(differences):
        return None
    differences = differences[differences != 0]  # their sign changes nothing
    n = len(differences)
    if not n:
        return 1.0
    observed = abs(float(np.cumsum(differences)[-1]))
    # Sums of the same terms in another order may differ in the last bits.
    bound = observed - 1e-12 * float(np.abs(differences).sum())
    if n <= _EXACT_PAIRS:
        patterns = np.arange(1 << n, dtype=np.uint64)
        return _extreme(patterns[:, None], differences, bound) / (1 << n)
    generator = np.random.PCG64(seed)
    words = -(-n // 64)
    extreme = 0
    step = max(1, _BLOCK // n)
    for first in range(0, resamples, step):
        rows = min(step, resamples - first)
        raw = generator.random_raw(rows * words).reshape(rows, words)
        extreme += _extreme(raw, differences, bound)
    return (1 + extreme) / (1 + resamples)


@njit(cache=True, nogil=True)
def _extreme(bits, differences, bound):
    """Rows of sign bits whose summed differences reach ``bound`` either way."""
    count = 0
    for row in range(len(bits)):
        total = 0.0
        for place in range(len(differences)):
            sign = (bits[row, place >> 6] >> np.uint64(place & 63)) & np.uint64(1)
            total += differences[place] if sign == 1 else -differences[place]
        count += abs(total) >= bound
    return count


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values adjusted for their number by Holm's step-down method (Holm 1979).

    Args:
        p_values: m p-values of one family of tests.

    Returns:
        The adjusted values, in the order given; rejecting those below alpha keeps the chance of
        any false rejection below alpha.
    """
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for step, i in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - step) * p_values[i]))
        adjusted[i] = highest
    return adjusted
