"""Exact search by inner product: FAISS finds the candidates, fixed-order sums score them.

A matrix product sums in an order that depends on the library, the number of threads and the device,
so equal vectors could rank differently on two machines. The candidates' scores are therefore taken
again in float64, component by component, and rounded to float32.
"""

# numba infers the types of a kernel's arguments:
# ruff: noqa: ANN001, ANN202
# pyright: reportMissingParameterType=false
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit, prange

from ...schemas.errors import MissingDependencyError
from .search_options import SearchOptions

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SearchOptions", "VectorIndex"]

_MARGIN = 16
"""Candidates beyond k, so that a rounding of the search cannot push one of the best k out."""
_GPU_MAX_K = 2_048
_QUERY_BLOCK = 4_096


class VectorIndex:
    """Vectors that can be searched.

    Args:
        vectors: (n, dimensions) float32.
        use_gpu: search on a GPU where FAISS has one.

    Raises:
        MissingDependencyError: FAISS is not installed.
    """

    def __init__(self, vectors: NDArray[np.float32], *, use_gpu: bool = True) -> None:
        faiss = _faiss()
        self._vectors = np.ascontiguousarray(vectors)
        self._cpu = faiss.IndexFlatIP(vectors.shape[1])
        self._cpu.add(self._vectors)
        self._gpu: Any = None
        if use_gpu and getattr(faiss, "get_num_gpus", lambda: 0)() > 0:
            self._resources = faiss.StandardGpuResources()
            self._gpu = faiss.index_cpu_to_gpu(self._resources, 0, self._cpu)

    @property
    def device(self) -> str:
        """Where FAISS searches: ``cpu`` or ``gpu``."""
        return "cpu" if self._gpu is None else "gpu"

    def search(
        self, queries: NDArray[np.float32], k: int
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The best vectors for each query.

        Args:
            queries: (m, dimensions) float32.
            k: how many.

        Returns:
            Rows and scores, both (m, min(k + margin, n)); not in final order beyond equal scores.
        """
        wanted = min(k + _MARGIN, len(self._vectors))
        index = self._gpu if self._gpu is not None and wanted <= _GPU_MAX_K else self._cpu
        rows = np.empty((len(queries), wanted), np.int32)
        for first in range(0, len(queries), _QUERY_BLOCK):
            part = np.ascontiguousarray(queries[first : first + _QUERY_BLOCK])
            rows[first : first + len(part)] = index.search(part, wanted)[1]
        return rows, _scores(np.ascontiguousarray(queries), self._vectors, rows)


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
