"""All measures of all queries in one pass over the rankings.

One thread: a thousand queries take a few milliseconds, less than starting numba's threads, and the
kernel compiles in a fifth of the time.
"""

# numba infers the types of a kernel's arguments:
# ruff: noqa: ANN001, ANN201, ANN202
# pyright: reportMissingParameterType=false
from __future__ import annotations

import numpy as np
from numba import njit

NDCG, RECALL, PRECISION, AP, RR, RPREC, SUCCESS = range(7)
KINDS = {
    "nDCG": NDCG,
    "Recall": RECALL,
    "P": PRECISION,
    "AP": AP,
    "RR": RR,
    "Rprec": RPREC,
    "Success": SUCCESS,
}


@njit(cache=True, nogil=True, error_model="numpy")
def score_rankings(docs, rows, starts, judged, grades, ideal, universe, measures, logs):
    """Figures of n queries; NaN where a query has no relevant document.

    Args:
        docs: (queries of the run, depth) int32 ordinals in rank order, -1 behind the last.
        rows: (n) int64 row of each query in ``docs``; -1 for a query that the run lacks.
        starts: (n + 1) int64 where the judged pairs of each query start.
        judged: (pairs) int32 ordinals below ``universe``.
        grades: (pairs) int32.
        ideal: (pairs) int32 the grades of each query, descending.
        universe: number of documents that ordinals can name.
        measures: (measures, 3) int64: kind, cutoff, lowest grade that is relevant.
        logs: logarithm to base 2 of rank + 1, at least for all ranks and all judged documents of a
            query.

    Returns:
        (n, measures) float64.
    """
    out = np.empty((len(rows), len(measures)))
    grade_of = np.zeros(universe, np.int32)
    ranked = np.empty(docs.shape[1], np.int32)
    for query in range(len(rows)):
        first, last = starts[query], starts[query + 1]
        for pair in range(first, last):
            grade_of[judged[pair]] = grades[pair]
        length = 0
        if rows[query] >= 0:
            for doc in docs[rows[query]]:
                if doc < 0:
                    break
                ranked[length] = grade_of[doc]
                length += 1
        for pair in range(first, last):
            grade_of[judged[pair]] = 0
        for m in range(len(measures)):
            kind, cutoff, rel = measures[m, 0], measures[m, 1], measures[m, 2]
            depth = min(length, cutoff)
            if kind == NDCG:
                best = _gain(ideal[first:last], min(last - first, cutoff), logs)
                out[query, m] = _gain(ranked, depth, logs) / best if best > 0 else np.nan
            else:
                relevant = 0
                for pair in range(first, last):
                    relevant += grades[pair] >= rel
                out[query, m] = _binary(ranked, depth, relevant, kind, cutoff, rel)
    return out


@njit(cache=True, nogil=True, error_model="numpy")
def _gain(ranked, depth, logs):
    """DCG of the first ``depth`` ranks, summed in their order."""
    total = 0.0
    for rank in range(depth):
        if ranked[rank] > 0:
            total += ranked[rank] / logs[rank]
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def _binary(ranked, depth, relevant, kind, cutoff, rel):
    if relevant == 0:
        return np.nan
    if kind == RPREC:
        depth = min(depth, relevant)
    found = 0
    precisions = 0.0
    reciprocal = 0.0
    for rank in range(depth):
        if ranked[rank] >= rel:
            found += 1
            precisions += found / (rank + 1)
            if found == 1:
                reciprocal = 1.0 / (rank + 1)
    if kind == PRECISION:
        return found / cutoff
    if kind == AP:
        return precisions / relevant
    if kind == RR:
        return reciprocal
    if kind == SUCCESS:
        return min(found, 1) / 1
    return found / relevant  # Recall, and Rprec with its own depth
