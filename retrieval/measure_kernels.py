"""All measures of all queries in one pass over the rankings."""

# numba infers the types of a kernel's arguments:
# ruff: noqa: ANN001, ANN201, ANN202
# pyright: reportMissingParameterType=false
from __future__ import annotations

import math

import numpy as np
from numba import get_num_threads, njit, prange

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


def score_rankings(docs, rows, judged, starts, judged_docs, grades, universe, measures):
    """Figures of n queries.

    Args:
        docs: (queries of the run, depth) int32 ordinals in rank order, -1 behind the last.
        rows: (n) row of each query in ``docs``; -1 for a query that the run lacks.
        judged: (n) each query's place in ``starts``.
        starts: where the judged pairs of each query start.
        judged_docs: (pairs) ordinals below ``universe``.
        grades: (pairs) int64.
        universe: number of documents that ordinals can name.
        measures: (measures, 3) int64: kind, cutoff (0 = none), lowest relevant grade.

    Returns:
        (n, measures) float64.
    """
    longest = max(docs.shape[1], int(np.diff(starts).max(initial=0)), 1)
    # The C library's log2, as trec_eval calls it; numpy's vectorised one may differ in a bit.
    logs = np.array([math.log2(rank + 2) for rank in range(longest)])
    threads = get_num_threads()
    return _score(
        docs, rows, judged, starts, judged_docs, grades, universe, measures, logs, threads
    )


@njit(parallel=True, cache=True)
def _score(docs, rows, judged, starts, judged_docs, grades, universe, measures, logs, threads):
    out = np.zeros((len(rows), len(measures)))
    for thread in prange(threads):
        grade_of = np.zeros(universe + 1, np.int64)  # ordinal -1 reads the last, which stays 0
        for query in range(thread, len(rows), threads):
            first, last = starts[judged[query]], starts[judged[query] + 1]
            for pair in range(first, last):
                grade_of[judged_docs[pair]] = max(grades[pair], 0)
            ideal = -np.sort(-grades[first:last])
            if rows[query] >= 0:
                ranking = docs[rows[query]]
                for m in range(len(measures)):
                    kind, cutoff, rel = measures[m]
                    if kind == NDCG:
                        out[query, m] = _ndcg(ranking, grade_of, ideal, cutoff, logs)
                    else:
                        out[query, m] = _binary(ranking, grade_of, ideal, kind, cutoff, rel)
            for pair in range(first, last):
                grade_of[judged_docs[pair]] = 0
    return out


@njit(cache=True)
def _ndcg(ranking, grade_of, ideal, cutoff, logs):
    best = 0.0
    for rank in range(len(ideal) if cutoff == 0 else min(cutoff, len(ideal))):
        if ideal[rank] <= 0:
            break
        best += ideal[rank] / logs[rank]
    gained = 0.0
    for rank in range(len(ranking) if cutoff == 0 else min(cutoff, len(ranking))):
        grade = grade_of[ranking[rank]]
        if grade > 0:
            gained += grade / logs[rank]
    return gained / best if best > 0 else 0.0


@njit(cache=True)
def _binary(ranking, grade_of, ideal, kind, cutoff, rel):
    relevant = 0
    while relevant < len(ideal) and ideal[relevant] >= rel:
        relevant += 1
    if relevant == 0:
        return 0.0
    if kind == RPREC:
        cutoff = relevant
    found = 0
    precisions = 0.0
    for rank in range(len(ranking) if cutoff == 0 else min(cutoff, len(ranking))):
        if grade_of[ranking[rank]] >= rel:
            found += 1
            if kind == RR:
                return 1.0 / (rank + 1)
            precisions += found / (rank + 1)
    if kind == PRECISION:
        return found / cutoff
    if kind == AP:
        return precisions / relevant
    if kind == SUCCESS:
        return 1.0 if found > 0 else 0.0
    return 0.0 if kind == RR else found / relevant
