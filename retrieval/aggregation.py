"""From the scores of a document's passages to the document's score.

Four rules of the literature: maxP, avgP and sumP (Dai & Callan, SIGIR 2019) and the average of the
n best passages (avg_topN, as DAPFAM uses it with n = 3).
"""

# numba infers the types of a kernel's arguments:
# ruff: noqa: ANN001, ANN201, ANN202
# pyright: reportMissingParameterType=false
from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numba import njit

from ..schemas.errors import UsageError

MAX, AVERAGE_TOP, AVERAGE, SUM = range(4)
_NAMES = {"maxp": MAX, "avgp": AVERAGE, "sump": SUM}
_SPELLED = {MAX: "maxP", AVERAGE: "avgP", SUM: "sumP"}
_TOP = re.compile(r"avg_top([1-9][0-9]{0,3})")


@dataclass(frozen=True)
class Aggregation:
    """How passages make a document's score."""

    kind: int
    """MAX, AVERAGE_TOP, AVERAGE or SUM."""
    n: int = 1
    """Passages that AVERAGE_TOP averages; a document with fewer averages what it has."""

    @classmethod
    def parse(cls, text: str) -> Aggregation:
        """Read ``maxP``, ``avg_topN``, ``avgP`` or ``sumP``, in any case.

        Raises:
            UsageError: the text is none of them.
        """
        folded = text.strip().lower()
        if folded in _NAMES:
            return cls(_NAMES[folded])
        top = _TOP.fullmatch(folded)
        if top is None:
            raise UsageError.from_unknown_name(
                "aggregation of passages", text, ("maxP", "avg_top3", "avgP", "sumP")
            )
        return cls(AVERAGE_TOP, int(top[1]))

    def __str__(self) -> str:
        return _SPELLED.get(self.kind) or f"avg_top{self.n}"


@njit(cache=True, nogil=True)
def aggregate(scores, starts, base, kind, n, best, out):
    """Reduce the scores of consecutive passages to scores of their documents.

    Sums are taken in float64, of the passages in their order (of the n best: in descending order),
    and rounded to float32 once, so that a score depends on the passages' scores alone.

    Args:
        scores: float32, scores of passages; passage p stands at ``scores[p - base]``.
        starts: int64, shape (documents + 1,): passages ``starts[d]:starts[d + 1]`` of document d.
        base: passage of the first score.
        kind: see ``Aggregation``.
        n: see ``Aggregation``.
        best: float64 scratch, shape (n,) or longer.
        out: float32, shape (documents,); written: 0 for a document without passages.
    """
    for d in range(starts.size - 1):
        first, last = starts[d] - base, starts[d + 1] - base
        if first == last:
            out[d] = 0
        elif kind == MAX:
            highest = scores[first]
            for p in range(first + 1, last):
                highest = max(highest, scores[p])
            out[d] = highest
        elif kind == AVERAGE_TOP:
            out[d] = _average_of_best(scores, first, last, min(n, last - first), best)
        else:
            total = 0.0
            for p in range(first, last):
                total += np.float64(scores[p])
            out[d] = total / (last - first) if kind == AVERAGE else total


@njit(cache=True, nogil=True)
def _average_of_best(scores, first, last, n, best):
    """Average of the n highest of some scores."""
    held = 0
    for p in range(first, last):
        score = np.float64(scores[p])
        if held == n and score <= best[n - 1]:
            continue
        place = held if held < n else n - 1
        while place > 0 and best[place - 1] < score:
            best[place] = best[place - 1]
            place -= 1
        best[place] = score
        held = min(held + 1, n)
    total = 0.0
    for place in range(n):
        total += best[place]
    return total / n
