"""Wilcoxon's signed-rank test, one-sided, as SciPy chooses its method.

Worked out here because SciPy tries all signs of a small sample with ties in Python, which takes a
tenth of a second, and because its choices differ between versions.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_EXACT = 50
"""Gains up to which the distribution is exact where no two are alike in size and none is 0."""
_EXACT_TIED = 13
"""Gains up to which it is exact in any case."""


def signed_rank_test(gains: NDArray[np.float64]) -> tuple[float, float] | None:
    """Test that gains are greater than 0 (Wilcoxon 1945), zeros dropped, ties by mean rank.

    The distribution is exact for up to 50 gains without ties and zeros and for up to 13 of any;
    beyond, it is the normal one with a variance for ties and without correction for continuity.

    Args:
        gains: (n) the gains.

    Returns:
        Sum of the ranks of positive gains, and p-value; None where no gain differs from 0.
    """
    values = gains[gains != 0]
    if not len(values):
        return None
    _, place, counts = np.unique(np.abs(values), return_inverse=True, return_counts=True)
    # Twice the mean ranks, which are whole numbers.
    ends = np.cumsum(counts)
    doubled = (2 * ends - counts + 1)[place]
    positive = int(doubled[values > 0].sum())
    tied = len(counts) < len(values) or len(values) < len(gains)
    if len(gains) <= (_EXACT_TIED if tied else _EXACT):
        return positive / 2, _exact(doubled, positive)
    n = len(values)
    ties = int((counts.astype(np.int64) ** 3 - counts).sum())
    variance = n * (n + 1) * (2 * n + 1) / 24 - ties / 48
    z = (positive / 2 - n * (n + 1) / 4) / math.sqrt(variance)
    return positive / 2, math.erfc(z / math.sqrt(2)) / 2


def _exact(doubled: NDArray[np.int64], positive: int) -> float:
    """Share of all signs whose positive ranks sum up to so much or more."""
    ways = np.zeros(int(doubled.sum()) + 1, np.float64)
    ways[0] = 1
    for rank in doubled.tolist():
        ways[rank:] = ways[rank:] + ways[:-rank]
    return float(ways[positive:].sum() / ways.sum())
