"""Near duplicates among the texts of a table, with bounds on what is compared."""

from __future__ import annotations

from dataclasses import dataclass
from math import isqrt
from typing import TYPE_CHECKING

import numpy as np

from .near_duplicates import near_duplicates

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .text_scan import TextScan

THRESHOLD = 0.8
"""Jaccard similarity of character 5-grams from which texts are near duplicates."""
MOST_CANDIDATES = 5_000_000
"""Pairs that resemble each other, as texts from one template do, which are compared at most."""
_PILOT = 1_000
_ALIKE = 0.5
"""Similarity from which about half of the pairs have to be compared."""


@dataclass(frozen=True)
class NearPairs:
    """Pairs of rows whose texts are nearly, and not wholly, the same."""

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    compared: int
    """Rows that were compared: all, or the first ones."""


def near_pairs(scan: TextScan, *, seed: int) -> NearPairs:
    """Find near duplicates among the openings of a table's texts.

    Args:
        scan: the texts.
        seed: of the signatures.
    """
    size = _size(scan.openings, seed)
    texts = scan.openings[:size]
    if size < 2:
        nothing = np.empty(0, np.int64)
        return NearPairs(nothing, nothing, size)
    found = near_duplicates(texts, threshold=THRESHOLD, seed=seed)
    differ = (scan.digests[found.left] != scan.digests[found.right]).any(axis=1)
    return NearPairs(found.left[differ], found.right[differ], size)


def _size(texts: list[str], seed: int) -> int:
    """How many of the first texts can be compared in bounded time.

    Pairs that are compared grow with the square of the texts; a pilot over the whole range tells
    how many there are.
    """
    if len(texts) <= 2 * _PILOT:
        return len(texts)
    places = np.linspace(0, len(texts) - 1, _PILOT).astype(np.int64)
    pilot = near_duplicates([texts[place] for place in places], threshold=_ALIKE, seed=seed)
    alike = int((pilot.similarity < 1).sum())
    if not alike:
        return len(texts)
    return min(len(texts), isqrt(_PILOT**2 * MOST_CANDIDATES // alike))
