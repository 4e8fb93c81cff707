"""Exact search by inner product: FAISS finds the candidates, fixed-order sums score them.

A matrix product sums in an order that depends on the library, the number of threads and the device,
so equal vectors could rank differently on two machines. The candidates' scores are therefore taken
again in float64, component by component, and rounded to float32. A query whose candidates cannot be
shown to hold its best k, because others are closer than rounding can tell, is searched wider.
"""

# numba infers the types of a kernel's arguments:
# ruff: noqa: ANN001, ANN202
# pyright: reportMissingParameterType=false
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit, prange

from ...schemas.errors import MissingDependencyError
from ..run import rank_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MARGIN = 16
"""Candidates beyond k, besides an eighth of k."""
_WIDER = 4
_GPU_MAX_K = 2_048
_QUERY_BLOCK = 4_096
_CANDIDATE_BLOCK = 1 << 22
"""Candidates held at a time."""
_UNIT_ROUNDOFF = 2.0**-24
"""Of float32."""


class VectorIndex:
    """Vectors that can be searched.

    Args:
        vectors: (n, dimensions) float32, finite.
        gpu: number of the GPU to search on where FAISS has one; None stays on the CPU.

    Raises:
        MissingDependencyError: FAISS is not installed.
    """

    def __init__(self, vectors: NDArray[np.float32], *, gpu: int | None = 0) -> None:
        faiss = _faiss()
        self._vectors = np.ascontiguousarray(vectors)
        self._longest = float(np.sqrt(_squares(self._vectors).max(initial=0)))
        self._cpu = faiss.IndexFlatIP(vectors.shape[1])
        self._cpu.add(self._vectors)
        self._gpu: Any = None
        if gpu is not None and gpu < getattr(faiss, "get_num_gpus", lambda: 0)():
            self._resources = faiss.StandardGpuResources()
            self._gpu = faiss.index_cpu_to_gpu(self._resources, gpu, self._cpu)

    @property
    def device(self) -> str:
        """Where FAISS searches: ``cpu`` or ``gpu``."""
        return "cpu" if self._gpu is None else "gpu"

    def search(
        self, queries: NDArray[np.float32], k: int
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The best vectors for each query.

        Args:
            queries: (m, dimensions) float32, finite.
            k: how many.

        Returns:
            Rows and scores, both (m, min(k, n)), by score, then row, both descending.
        """
        n = len(self._vectors)
        k = min(k, n)
        rows = np.empty((len(queries), k), np.int32)
        scores = np.empty((len(queries), k), np.float32)
        todo = np.arange(len(queries) if k else 0)
        width = k + k // 8 + _MARGIN
        while len(todo):
            if 2 * width > n:
                width = n
            step = max(1, min(_QUERY_BLOCK, _CANDIDATE_BLOCK // width))
            unsettled: list[NDArray[np.int64]] = []
            for first in range(0, len(todo), step):
                part = todo[first : first + step]
                given = np.ascontiguousarray(queries[part])
                rows[part], scores[part], settled = self._best(given, k, width)
                unsettled.append(part[~settled])
            todo = np.concatenate(unsettled)
            width *= _WIDER
        return rows, scores

    def _best(
        self, queries: NDArray[np.float32], k: int, width: int
    ) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.bool_]]:
        """Best k among ``width`` candidates, and whether no other vector can belong to them."""
        everything = width == len(self._vectors)
        if everything:
            found = np.tile(np.arange(width, dtype=np.int32), (len(queries), 1))
            outside = np.full(len(queries), -np.inf)
        else:
            on_gpu = self._gpu is not None and width <= _GPU_MAX_K
            near, found = (self._gpu if on_gpu else self._cpu).search(queries, width)
            found = found.astype(np.int32)
            outside = near[:, -1] + self._rounding(queries)
        rows, scores = rank_rows(found, _scores(queries, self._vectors, found))
        settled = scores[:, k - 1] > outside.astype(np.float32)
        return rows[:, :k], scores[:, :k], settled | everything

    def _rounding(self, queries: NDArray[np.float32]) -> NDArray[np.float64]:
        """Most that a float32 inner product can be off, in any order of summation.

        Higham, Accuracy and Stability of Numerical Algorithms, eq. 3.5, with the Cauchy-Schwarz
        inequality. One unit more is for the reported score's own rounding.
        """
        error = (queries.shape[1] + 1) * _UNIT_ROUNDOFF
        return error / (1 - error) * np.sqrt(_squares(queries)) * self._longest


def _squares(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64)


@njit(parallel=True, cache=True)
def _scores(queries, vectors, rows):
    m, k = rows.shape
    out = np.zeros((m, k), np.float32)
    for query in prange(m):
        for place in range(k):
            row = rows[query, place]
            if row >= 0:
                total = 0.0
                for component in range(queries.shape[1]):
                    total += np.float64(queries[query, component]) * np.float64(
                        vectors[row, component]
                    )
                out[query, place] = total
    return out


def _faiss() -> Any:
    try:
        import faiss
    except ImportError:
        raise MissingDependencyError.from_package("faiss", "cpu", "dense retrieval") from None
    return faiss
