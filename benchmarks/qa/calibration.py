"""How well the probabilities that a model gives its choices fit what turns out right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .scores import Calibration, ReliabilityBin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

BINS = 15
_LEAST = 1e-15
"""A right choice of probability 0 counts as this in the log loss, which would be infinite."""


def calibration(
    probabilities: Sequence[Sequence[float]], right: Sequence[int], *, bins: int = BINS
) -> Calibration | None:
    """Errors of calibration of the most probable choices, and proper scores of all.

    The expected calibration error is that of Guo et al. (ICML 2017): bins of equal width
    ``(low, high]`` by the probability of the most probable choice, the first one including 0; the
    absolute differences of mean probability and accuracy weighted by their numbers. The adaptive
    one (Nixon et al. 2019) takes bins of equal numbers, equal probabilities in their given order.
    The Brier score is the original one over all choices (Brier 1950).

    Args:
        probabilities: n lists, a probability for each choice of a question.
        right: (n) the right choices.
        bins: how many bins.

    Returns:
        The figures; None where there are no questions.
    """
    if not len(right):
        return None
    best = np.array([int(np.argmax(row)) for row in probabilities])
    confidence = np.array([row[i] for row, i in zip(probabilities, best, strict=True)], np.float64)
    hits = (best == np.asarray(right)).astype(np.float64)
    true = np.array([row[i] for row, i in zip(probabilities, right, strict=True)], np.float64)
    squares = np.array([float(np.square(row).sum()) for row in probabilities])
    edges = np.arange(bins + 1) / bins
    place = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, bins - 1)
    order = np.argsort(confidence, kind="stable")
    equal = np.empty(len(order), np.int64)
    equal[order] = np.arange(len(order)) * bins // len(order)
    return Calibration(
        n=len(right),
        bins=bins,
        ece=_error(place, confidence, hits),
        adaptive_ece=_error(equal, confidence, hits),
        brier=float(np.mean(squares - 2 * true + 1)),
        log_loss=float(-np.mean(np.log(np.maximum(true, _LEAST)))),
        reliability=[
            _bin(edges[i], edges[i + 1], confidence[place == i], hits[place == i])
            for i in range(bins)
        ],
    )


def _error(
    place: NDArray[np.int64], confidence: NDArray[np.float64], hits: NDArray[np.float64]
) -> float:
    gaps = np.bincount(place, weights=confidence) - np.bincount(place, weights=hits)
    return float(np.abs(gaps).sum() / len(place))


def _bin(
    low: float, high: float, confidence: NDArray[np.float64], hits: NDArray[np.float64]
) -> ReliabilityBin:
    n = len(hits)
    return ReliabilityBin(
        low=float(low),
        high=float(high),
        n=n,
        confidence=float(confidence.mean()) if n else None,
        accuracy=float(hits.mean()) if n else None,
    )
