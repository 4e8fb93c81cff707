"""Reciprocal rank fusion of runs."""

# numba infers the types of a kernel's arguments:
# ruff: noqa: ANN001, ANN202
# pyright: reportMissingParameterType=false
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numba import njit

from ..schemas.errors import UsageError
from .identifiers import as_ids, locate
from .run import Run, rank_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_BLOCK = 1 << 18
"""Candidates fused at a time."""


def rrf(
    runs: Sequence[Run],
    *,
    k: float = 60.0,
    weights: Sequence[float] | None = None,
    depth: int | None = None,
    name: str = "rrf",
) -> Run:
    """Fuse runs: ``score(d) = sum over runs r of weight_r / (k + rank_r(d))``.

    Cormack, Clarke & Büttcher, SIGIR 2009, eq. 1 (weights 1). Sums are taken in float64 in the
    order of the runs and stored as float32; ties fall to the higher id, as in every run.

    Args:
        runs: two or more; each may lack queries and documents that others have.
        k: constant that damps the first ranks; at least 0.
        weights: one a run, above 0; all 1 by default.
        depth: documents kept for each query; the deepest run's depth by default.
        name: of the new run.

    Raises:
        UsageError: fewer than two runs, or a parameter out of range.
    """
    factors = _check(runs, k, weights, depth)
    query_ids = _union([run.query_ids for run in runs])
    doc_ids = _union([run.doc_ids for run in runs])
    deepest = max(run.depth for run in runs)
    stacked = np.stack([_align(run, query_ids, doc_ids, deepest) for run in runs], axis=1)
    kept = min(depth or deepest, len(runs) * deepest)
    docs = np.empty((len(query_ids), kept), np.int32)
    scores = np.empty((len(query_ids), kept), np.float32)
    totals = np.zeros(len(doc_ids))
    # A few queries at a time: all candidates of all queries would take many times the result.
    step = max(1, _BLOCK // max(1, len(runs) * deepest))
    for first in range(0, len(query_ids), step):
        rows = slice(first, first + step)
        found, sums = rank_rows(*_fuse(stacked[rows], totals, float(k), factors))
        docs[rows], scores[rows] = found[:, :kept], sums[:, :kept]
    return Run(query_ids, doc_ids, docs, scores, name)


def _check(
    runs: Sequence[Run], k: float, weights: Sequence[float] | None, depth: int | None
) -> NDArray[np.float64]:
    if len(runs) < 2:
        raise UsageError("fusion needs two runs or more", found=len(runs))
    if k < 0:
        raise UsageError("the constant k of rrf is negative", found=k, expected="0 or more")
    if depth is not None and depth < 1:
        raise UsageError("the depth of rrf is below 1", found=depth)
    if weights is None:
        return np.ones(len(runs))
    if len(weights) != len(runs) or not all(0 < w < np.inf for w in weights):
        raise UsageError(
            "the weights of rrf do not fit its systems",
            found=", ".join(map(str, weights)),
            expected=f"{len(runs)} numbers above 0",
        )
    return np.asarray(weights, np.float64)


def _union(groups: Sequence[Any]) -> Any:
    if all(group.equals(groups[0]) for group in groups[1:]):
        return groups[0]
    return as_ids(pa.chunked_array(groups).unique().sort())


def _align(run: Run, query_ids: Any, doc_ids: Any, depth: int) -> NDArray[np.int32]:
    """The run's ordinals among all queries and documents, padded to ``depth``."""
    docs = run.docs
    if not run.doc_ids.equals(doc_ids):
        places = np.append(locate(doc_ids, run.doc_ids), np.int32(-1))
        docs = places[docs]  # ordinal -1 reads the last place
    if docs.shape[1] == depth and run.query_ids.equals(query_ids):
        return docs
    full = np.full((len(query_ids), depth), -1, np.int32)
    full[locate(query_ids, run.query_ids), : docs.shape[1]] = docs
    return full


@njit(cache=True, nogil=True)
def _fuse(stacked, totals, k, weights):
    """Documents of each query with their sums, in no order; ``totals`` is 0 before and after."""
    queries, runs, depth = stacked.shape
    docs = np.full((queries, runs * depth), -1, np.int32)
    scores = np.zeros((queries, runs * depth), np.float32)
    for query in range(queries):
        count = 0
        for run in range(runs):
            for rank in range(depth):
                doc = stacked[query, run, rank]
                if doc < 0:
                    break
                if totals[doc] == 0.0:
                    docs[query, count] = doc
                    count += 1
                totals[doc] += weights[run] / (k + rank + 1)
        for place in range(count):
            doc = docs[query, place]
            scores[query, place] = totals[doc]
            totals[doc] = 0.0
    return docs, scores
