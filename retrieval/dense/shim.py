"""The present search behind the interface of the one to come."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..run import rank_rows
from .search import VectorIndex
from .search_options import SearchOptions


class Index:
    def __init__(self, vectors: Any, starts: Any, *, use_gpu: bool) -> None:
        self._index = VectorIndex(np.asarray(vectors), use_gpu=use_gpu)
        self._starts = starts
        self._vectors = vectors

    def search(self, queries: Any, k: int, aggregation: Any = None) -> tuple[Any, Any]:
        if aggregation is None:
            rows, scores = rank_rows(*self._index.search(queries, k))
            return rows[:, :k], scores[:, :k]
        from ..aggregation import aggregate

        products = (queries.astype(np.float64) @ self._vectors.T.astype(np.float64)).astype("f4")
        n = len(self._starts) - 1
        out = np.zeros((len(queries), n), np.float32)
        best = np.empty(max(aggregation.n, 1))
        for row in range(len(queries)):
            aggregate(
                products[row], self._starts, 0, aggregation.kind, aggregation.n, best, out[row]
            )
        rows = np.where(np.diff(self._starts) > 0, np.arange(n), -1).astype(np.int32)
        rows, scores = rank_rows(np.tile(rows, (len(queries), 1)), out)
        return rows[:, :k], scores[:, :k]

    def stats(self) -> dict[str, Any]:
        return {"device": self._index.device}


def build_index(
    vectors: Any, _options: SearchOptions, *, device: str, starts: Any = None
) -> Index:
    """Index vectors."""
    return Index(vectors, starts, use_gpu=device != "cpu")
