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
    return bootstrap_intervals(values[:, None], level=level, resamples=resamples, seed=seed)[0]


def bootstrap_intervals(
    values: NDArray[np.float64], *, level: float = 0.95, resamples: int = 2_000, seed: int = 0
) -> list[tuple[float, float] | None]:
    """As ``bootstrap_interval`` for each of several figures of the same queries.

    Figures that are defined for the same queries share their draws, which changes no interval.

    Args:
        values: (n, m) m figures a query.
        level: as ``bootstrap_interval``.
        resamples: the same.
        seed: the same.

    Returns:
        m intervals.

    Raises:
        UsageError: as ``bootstrap_interval``.
    """
    if not 0 < level < 1 or resamples < 1:
        raise UsageError("the bootstrap needs a level between 0 and 1 and a resample or more")
    defined = ~np.isnan(values)
    found: list[tuple[float, float] | None] = [None] * values.shape[1]
    masks, alike = np.unique(defined, axis=1, return_inverse=True)
    for place in range(masks.shape[1]):
        columns = np.flatnonzero(alike.ravel() == place)
        together = np.ascontiguousarray(values[masks[:, place]][:, columns])
        if len(together) > 1:
            for column, bounds in zip(
                columns, _intervals(together, level, resamples, seed), strict=True
            ):
                found[column] = bounds
    return found


def _intervals(
    values: NDArray[np.float64], level: float, resamples: int, seed: int
) -> list[tuple[float, float]]:
    n = len(values)
    generator = np.random.PCG64(seed)
    means = np.empty((resamples, values.shape[1]))
    step = max(1, _BLOCK // n)
    for first in range(0, resamples, step):
        rows = min(step, resamples - first)
        bits = generator.random_raw(rows * n).reshape(rows, n)
        means[first : first + rows] = _resampled_sums(bits, values) / n
    tail = (1 - level) / 2
    bounds = np.quantile(means, [tail, 1 - tail], axis=0)
    return [(float(low), float(high)) for low, high in bounds.T]


@njit(cache=True, nogil=True)
def _resampled_sums(bits, values):
    """Sums (rows, m) of n rows of values drawn with replacement, for each row of n random words."""
    n, m = values.shape
    sums = np.zeros((len(bits), m))
    half = np.uint64(32)
    for row in range(len(bits)):
        for word in bits[row]:
            # The upper 32 bits as a fraction of n (Lemire 2019); its bias is below n / 2**32.
            drawn = ((word >> half) * np.uint64(n)) >> half
            for column in range(m):
                sums[row, column] += values[drawn, column]
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
    """Rows of sign bits whose summed differences reach ``bound`` either way.

    The sums of eight differences under all their signs stand in a table, so that a row costs one
    look-up for each of its bytes.
    """
    groups = (len(differences) + 7) // 8
    sums = np.empty((groups, 256))
    for group in range(groups):
        total = 0.0
        for place in range(8 * group, min(8 * group + 8, len(differences))):
            total -= differences[place]
        sums[group, 0] = total
        for byte in range(1, 256):
            lowest = 0
            while not byte >> lowest & 1:
                lowest += 1
            place = 8 * group + lowest
            more = 2 * differences[place] if place < len(differences) else 0.0
            sums[group, byte] = sums[group, byte & (byte - 1)] + more
    count = 0
    for row in range(len(bits)):
        total = 0.0
        for group in range(groups):
            total += sums[group, (bits[row, group >> 3] >> np.uint64(8 * (group & 7))) & 0xFF]
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
