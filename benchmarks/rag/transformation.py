"""What retrieved context costs: the ratios and the Transformation of OmniBench-RAG.

Of a quantity U, as seconds, memory or use of the GPU, the ratio is ``r = U_with / U_without``. Then
``Transformation = 0.4 / r_time + 0.3 / r_gpu + 0.3 / r_memory``: 1 where nothing changes, more
where answering with context is the cheaper one. The weights are those of the project's code; its
paper is arXiv 2508.05650. A ratio that is not known leaves its term out there, so that fewer known
ones give a lower sum; the normalised form divides by the weights of the terms that are known.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

TIME_WEIGHT = 0.4
GPU_WEIGHT = 0.3
MEMORY_WEIGHT = 0.3


@dataclass(frozen=True)
class Ratios:
    """Quantities with context over those without; None where unknown."""

    time: float | None
    memory: float | None
    gpu: float | None


def ratio(with_context: float | None, without: float | None) -> float | None:
    """One ratio; None where a side is not measured or not above 0: no share of it can be taken."""
    if with_context is None or without is None or with_context <= 0 or without <= 0:
        return None
    found = with_context / without
    return found if found > 0 and isfinite(found) else None


def transformation(ratios: Ratios) -> float | None:
    """The sum of the known terms, as the project's code has it; None where there is none."""
    terms = [weight / value for weight, value in _terms(ratios)]
    return sum(terms) if terms else None


def normalised_transformation(ratios: Ratios) -> float | None:
    """The same over the weights of the known terms; None where there is none."""
    terms = _terms(ratios)
    weights = sum(weight for weight, _ in terms)
    return sum(weight / value for weight, value in terms) / weights if terms else None


def _terms(ratios: Ratios) -> list[tuple[float, float]]:
    """Weight and ratio of each term that is known."""
    pairs = (
        (TIME_WEIGHT, ratios.time), (GPU_WEIGHT, ratios.gpu), (MEMORY_WEIGHT, ratios.memory),
    )  # fmt: skip
    return [(weight, value) for weight, value in pairs if value is not None]
