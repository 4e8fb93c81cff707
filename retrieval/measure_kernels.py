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

    The ranks of a query's judged documents are gathered once; every measure needs these alone.

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
    ranks = np.empty(docs.shape[1], np.int64)
    found = np.empty(docs.shape[1], np.int32)
    for query in range(len(rows)):
        first, last = starts[query], starts[query + 1]
        for pair in range(first, last):
            grade_of[judged[pair]] = grades[pair]
        hits = 0
        if rows[query] >= 0:
            ranked = docs[rows[query]]
            for rank in range(ranked.size):
                doc = ranked[rank]
                if doc < 0:
                    break
                # No branch to mispredict: a document that is not relevant is overwritten.
                grade = grade_of[doc]
                ranks[hits] = rank
                found[hits] = grade
                hits += grade > 0
        for pair in range(first, last):
            grade_of[judged[pair]] = 0
        for m in range(len(measures)):
            kind, cutoff, rel = measures[m, 0], measures[m, 1], measures[m, 2]
            if kind == NDCG:
                best = _ideal_gain(ideal[first:last], cutoff, logs)
                gain = _gain(ranks[:hits], found, cutoff, logs)
                out[query, m] = gain / best if best > 0 else np.nan
            else:
                relevant = 0
                for pair in range(first, last):
                    relevant += grades[pair] >= rel
                out[query, m] = _binary(ranks[:hits], found, relevant, kind, cutoff, rel)
    return out


@njit(cache=True, nogil=True, error_model="numpy")
def _ideal_gain(grades, cutoff, logs):
    """DCG of the best ranking there can be: all grades, descending."""
    total = 0.0
    for rank in range(min(grades.size, cutoff)):
        if grades[rank] <= 0:
            break
        total += grades[rank] / logs[rank]
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def _gain(ranks, grades, cutoff, logs):
    """DCG of the first ``cutoff`` ranks, summed in their order."""
    total = 0.0
    for hit in range(ranks.size):
        if ranks[hit] >= cutoff:
            break
        total += grades[hit] / logs[ranks[hit]]
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def _binary(ranks, grades, relevant, kind, cutoff, rel):
    if relevant == 0:
        return np.nan
    depth = min(cutoff, relevant) if kind == RPREC else cutoff
    found = 0
    precisions = 0.0
    reciprocal = 0.0
    for hit in range(ranks.size):
        if ranks[hit] >= depth:
            break
        if grades[hit] >= rel:
            found += 1
            precisions += found / (ranks[hit] + 1)
            if found == 1:
                reciprocal = 1.0 / (ranks[hit] + 1)
    if kind == PRECISION:
        return found / cutoff
    if kind == AP:
        return precisions / relevant
    if kind == RR:
        return reciprocal
    if kind == SUCCESS:
        return min(found, 1) / 1
    return found / relevant  # Recall, and Rprec with its own depth
