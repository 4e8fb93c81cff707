"""How a model does in a domain against other models: Domain-Specific Improvement.

EvoCodeBench (arXiv 2410.22821, eq. 3) defines, for model i among N in one domain,

    DSI_i = 100 / (N - 1) · sum over j ≠ i of (P_i - P_j) / P_i

with P the models' rates, such as pass@1. It is at most 100, where no other model has any success,
and has no lower bound; the unit of the rates does not matter. A domain is the model's *comfort
domain* where DSI is above a threshold and its *strange domain* where it is below minus that.
"""

from __future__ import annotations

from math import fsum
from typing import TYPE_CHECKING, Literal

import numpy as np

from .statistics import LEVEL, RESAMPLES, cluster_means

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

THRESHOLD = 10.0
"""DSI, in percent, beyond which a domain is a comfort or a strange one."""
PAPER_UNDEFINED = -100.0
"""What the paper's table writes for a model without any success."""

Verdict = Literal["comfort", "strange", "neither"]


def domain_specific_improvement(
    rates: Sequence[float | None], *, undefined: float | None = None
) -> list[float | None]:
    """DSI of each of some models in one domain.

    Args:
        rates: each model's, 0 or more; None where it is unknown, which leaves the model out of
            the comparison.
        undefined: what stands for the DSI of a model whose rate is 0; the paper's table has
            ``PAPER_UNDEFINED``, which is no value of the formula.

    Returns:
        Percent; None where the rate is unknown or, unless ``undefined`` says otherwise, 0, and
        where no other model's rate is known.
    """
    known = [rate for rate in rates if rate is not None]
    if len(known) < 2:
        return [None] * len(rates)
    found: list[float | None] = []
    for rate in rates:
        if rate is None:
            found.append(None)
        elif rate == 0:
            found.append(undefined)
        else:
            # The model itself adds (P_i - P_i) / P_i = 0 to the sum.
            total = fsum((rate - other) / rate for other in known)
            found.append(100 * total / (len(known) - 1))
    return found


def verdict(value: float | None, threshold: float = THRESHOLD) -> Verdict | None:
    """Whether a DSI marks a comfort domain, a strange one or neither; None where undefined."""
    if value is None:
        return None
    if value > threshold:
        return "comfort"
    return "strange" if value < -threshold else "neither"


def improvement_intervals(
    values: NDArray[np.float64],
    clusters: NDArray[np.int64],
    *,
    undefined: float | None = None,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> list[tuple[float | None, float | None]]:
    """Bootstrap intervals of DSI, tasks drawn in clusters and for all models together.

    A resample in which the model has no success while others have some counts as below every
    number, as DSI falls without bound when its rate falls to 0; one in which no model has any says
    nothing and is left out.

    Args:
        values: (n, N) figure of each task for each model, whose means are the rates.
        clusters: (n) number of each task's cluster.
        undefined: as in ``domain_specific_improvement``; then it stands for both resamples above.
        level: share of resampled values inside the interval.
        resamples: how many samples of clusters are drawn.
        seed: seed of the draws.

    Returns:
        Bounds for each model. The lower one alone is None where the resamples set none, both are
        where there are fewer than two clusters or models, or no success.
    """
    models = values.shape[1]
    nothing: list[tuple[float | None, float | None]] = [(None, None)] * models
    if models < 2:
        return nothing
    means = cluster_means(values, clusters, resamples=resamples, seed=seed)
    if means is None:
        return nothing
    # Added model by model: the order of numpy's own sums may differ between machines.
    total = np.zeros(len(means))
    for column in means.T:
        total += column
    return [_bounds(column, total, models, undefined, level) for column in means.T]


def _bounds(
    rates: NDArray[np.float64],
    total: NDArray[np.float64],
    models: int,
    undefined: float | None,
    level: float,
) -> tuple[float | None, float | None]:
    some = rates > 0
    found = np.full(len(rates), -np.inf if undefined is None else undefined)
    found[some] = 100 * (models * rates[some] - total[some]) / ((models - 1) * rates[some])
    if undefined is None:
        found = found[total > 0]
    if not len(found):
        return None, None
    # Values themselves, none between two: there is no mean of minus infinity and a number.
    shares = [(1 - level) / 2, (1 + level) / 2]
    low, high = np.quantile(found, shares, method="inverted_cdf")
    return (float(low) if np.isfinite(low) else None, float(high) if np.isfinite(high) else None)
