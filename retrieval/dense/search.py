"""Search by inner product, on whatever finds candidates fastest; scores are always taken here.

Whoever finds the candidates, a bound on its rounding says whether others could be among the best,
and scores are float64 products in one fixed order, rounded to float32. Rankings of exact searches
are therefore equal whatever the backend, the device, the processor and the number of threads.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numba
import numpy as np

from ...schemas.errors import UsageError
from .search_blocks import BlockSearch
from .search_faiss import FaissApproximate, FaissFlat, has_faiss_gpu
from .search_options import SearchOptions
from .search_stores import BitStore, ByteStore, FloatStore, check_matrix, lengths_of
from .search_torch import TorchFlat, error_factor

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..aggregation import Aggregation

__all__ = ["SearchOptions", "VectorIndex", "build_index"]

_COMPARED = 1_000
"""Most queries whose ranking is compared with the exact one."""
_PASSAGES = 4
"""Passages that an approximate index is asked for, for every document wanted."""


def build_index(
    vectors: NDArray[np.float32],
    options: SearchOptions,
    *,
    device: str = "auto",
    threads: int | None = None,
    starts: NDArray[np.int64] | None = None,
) -> VectorIndex:
    """Index vectors.

    Args:
        vectors: (n, dimensions) float32; may be a read-only memory map larger than memory.
        options: kind of index, backend and their parameters.
        device: ``cpu``, ``cuda``, ``cuda:N`` or ``auto`` (a GPU if there is one). What has no GPU
            form runs on the CPU: matmul, ivf, hnsw and quantised vectors.
        threads: how many work at a time on the CPU; numba's number by default.
        starts: (documents + 1,) int64: document d has the vectors ``starts[d]:starts[d + 1]``, and
            documents are ranked. None ranks the vectors.

    Raises:
        UsageError: an array has another type or shape, a GPU is asked for that is not there, or
            the options and the passages do not go together.
        DataError: a vector is not finite.
        MissingDependencyError: the search needs a package that is not installed.
    """
    check_matrix(vectors, "vectors")
    if starts is not None:
        starts = np.ascontiguousarray(starts, np.int64)
        if not len(starts) or starts[0] != 0 or starts[-1] != len(vectors):
            raise UsageError("starts of documents do not fit the vectors", found=starts[-1:])
        if (np.diff(starts) < 0).any():
            raise UsageError("starts of documents descend")
    threads = threads or int(numba.get_num_threads())
    plain = np.ascontiguousarray(vectors).view(np.ndarray)
    return VectorIndex(plain, options, _find_gpu(device), threads, starts)


class VectorIndex:
    """Vectors that can be searched; ``build_index`` makes one.

    Args:
        vectors: (n, dimensions) float32, C-contiguous.
        options: see ``SearchOptions``.
        gpu: number of the GPU that may be used.
        threads: how many work at a time on the CPU.
        starts: (documents + 1,) int64 where documents are ranked.
    """

    def __init__(
        self,
        vectors: NDArray[np.float32],
        options: SearchOptions,
        gpu: int | None,
        threads: int,
        starts: NDArray[np.int64] | None,
    ) -> None:
        self._options = options
        self._starts = starts
        self._n = len(vectors) if starts is None else len(starts) - 1
        self._dimensions = vectors.shape[1]
        store = FloatStore(vectors)
        self._exact = BlockSearch(store, len(vectors), starts, threads)
        self._finder: FaissFlat | TorchFlat | FaissApproximate | None = None
        self._short: BlockSearch | None = None
        size = store.nbytes
        if options.quantize != "none":
            short = ByteStore(vectors) if options.quantize == "int8" else BitStore(vectors)
            self._short = BlockSearch(short, len(vectors), starts, threads)
            size = short.nbytes
        elif len(vectors):
            self._finder = _make_finder(vectors, store.longest, options, gpu, threads, starts)
            size = self._finder.nbytes if self._finder else size
        self._stats: dict[str, Any] = {
            "backend": self._finder.name if self._finder else "matmul",
            "device": self._finder.device if self._finder else "cpu",
            "index": options.index,
            "quantize": options.quantize,
            "index_bytes": size,
            "vector_bytes": store.nbytes,
        }

    def search(
        self, queries: NDArray[np.float32], k: int, aggregation: Aggregation | None = None
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The best rows for each query.

        Args:
            queries: (m, dimensions) float32.
            k: how many.
            aggregation: what makes a document's score of its passages'; where documents are ranked.

        Returns:
            Rows and scores, both (m, min(k, n)), by score, then row, both descending; -1 and 0
            behind the last. A document without passages is never among them.

        Raises:
            UsageError: k is below 1, the queries do not fit the vectors, or the aggregation is
                missing or out of place.
            DataError: a query is not finite.
        """
        check_matrix(queries, "queries")
        if k < 1 or queries.shape[1] != self._dimensions:
            raise UsageError(
                "the search does not fit the vectors",
                found=f"k={k}, queries of {queries.shape[1]} dimensions",
                expected=f"k of 1 or more, {self._dimensions} dimensions",
            )
        if (aggregation is None) != (self._starts is None):
            raise UsageError("documents of passages, and only they, are ranked by an aggregation")
        queries = np.ascontiguousarray(queries)
        lengths_of(queries, "query")
        k = min(k, self._n)
        if not k or not len(queries):
            return np.empty((len(queries), k), np.int32), np.empty((len(queries), k), np.float32)
        if isinstance(self._finder, (FaissFlat, TorchFlat)):
            return self._certified(self._finder, queries, k, aggregation)
        if self._finder is not None:
            candidates = self._near(self._finder, queries, k)
            found = self._exact.rescore(queries, candidates, k, aggregation)
        elif self._short is not None:
            found = self._quantized(self._short, queries, k, aggregation)
        else:
            return self._exact.search(queries, k, aggregation)
        self._compare(found[0], queries, aggregation)
        return found

    def stats(self) -> dict[str, Any]:
        """What is searched where, its bytes, and what the last search found.

        ``settled_on_cpu`` counts queries whose candidates were too close to call and which were
        searched again. For an index that can miss vectors, ``overlap_with_exact`` is the mean
        share of the exact ranking's rows that it found, over ``compared_queries``.
        """
        return dict(self._stats)

    def _certified(
        self,
        finder: FaissFlat | TorchFlat,
        queries: NDArray[np.float32],
        k: int,
        aggregation: Aggregation | None,
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The best among candidates; exact search where others could belong to them."""
        width = min(finder.width(k), self._n)
        if width > finder.most:
            self._stats["settled_on_cpu"] = len(queries)
            return self._exact.search(queries, k, aggregation)
        errors = finder.errors(queries)
        if isinstance(finder, TorchFlat):
            candidates, outside = finder.find(queries, width, aggregation)
        else:
            candidates, outside = finder.find(queries, width)
        rows, scores = self._exact.rescore(queries, candidates, k, aggregation)
        largest = 1 if self._starts is None else int(np.diff(self._starts).max())
        settled = scores[:, -1] > outside + errors * np.float32(error_factor(aggregation, largest))
        # Where there are fewer hits than were asked for, none can be outside.
        settled |= (candidates[:, -1] < 0) | (width == self._n)
        again = np.flatnonzero(~settled)
        if len(again):
            rows[again], scores[again] = self._exact.search(queries[again], k, aggregation)
        self._stats["settled_on_cpu"] = len(again)
        return rows, scores

    def _quantized(
        self,
        short: BlockSearch,
        queries: NDArray[np.float32],
        k: int,
        aggregation: Aggregation | None,
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The best by quantised scores, or the best of more of them by exact scores."""
        times = self._options.rescore
        found = short.search(queries, min(k * max(times, 1), self._n), aggregation)
        return self._exact.rescore(queries, found[0], k, aggregation) if times else found

    def _near(
        self, finder: FaissApproximate, queries: NDArray[np.float32], k: int
    ) -> NDArray[np.int32]:
        """Vectors, or documents of passages, each once; -1 for none."""
        if self._starts is None:
            return finder.find(queries, k)
        passages = finder.find(queries, min(_PASSAGES * k, int(self._starts[-1])))
        owners = np.searchsorted(self._starts, passages, side="right") - 1
        documents = np.sort(np.where(passages < 0, -1, owners), axis=1).astype(np.int32)
        documents[:, 1:][documents[:, 1:] == documents[:, :-1]] = -1
        return documents

    def _compare(
        self,
        found: NDArray[np.int32],
        queries: NDArray[np.float32],
        aggregation: Aggregation | None,
    ) -> None:
        """Measure what the last search lost."""
        start = time.perf_counter()
        sample = np.linspace(0, len(queries) - 1, min(len(queries), _COMPARED)).astype(np.int64)
        exact, _ = self._exact.search(queries[sample], found.shape[1], aggregation)
        shares = [
            len(np.intersect1d(ours, best[best >= 0])) / (best >= 0).sum()
            for ours, best in zip(found[sample], exact, strict=True)
            if best[0] >= 0
        ]
        self._stats |= {
            "overlap_with_exact": float(np.mean(shares)) if shares else None,
            "compared_queries": len(shares),
            "comparison_seconds": time.perf_counter() - start,
        }


def _make_finder(
    vectors: NDArray[np.float32],
    longest: float,
    options: SearchOptions,
    gpu: int | None,
    threads: int,
    starts: NDArray[np.int64] | None,
) -> FaissFlat | TorchFlat | FaissApproximate | None:
    """What finds candidates; None for the matrix product, which needs no other."""
    if options.index != "flat":
        return FaissApproximate(vectors, options, gpu, threads)
    backend = options.backend
    if backend == "auto":
        if gpu is None:
            return None
        backend = "faiss" if starts is None and has_faiss_gpu() else "torch"
    if backend == "faiss":
        if starts is not None:
            raise UsageError(
                "FAISS cannot aggregate the passages of documents",
                found="index=flat, backend=faiss",
                expected="backend=matmul or torch; or index=ivf or hnsw",
            )
        return FaissFlat(vectors, longest, gpu if has_faiss_gpu() else None, threads)
    if backend == "torch":
        device = "cpu" if gpu is None else f"cuda:{gpu}"
        return TorchFlat(vectors, longest, starts, device, options.dtype)
    return None


def _find_gpu(device: str) -> int | None:
    """Number of the GPU that a device names; None for the CPU.

    Raises:
        UsageError: the device is unknown or not there.
    """
    kind, _, number = device.partition(":")
    if device == "cpu":
        return None
    if kind not in ("auto", "cuda") or (number and not number.isdecimal()):
        raise UsageError.from_unknown_name("device of a search", device, ("auto", "cpu", "cuda"))
    import torch

    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if kind == "auto":
        return 0 if count else None
    if not count:
        raise UsageError(
            "there is no CUDA device", found=f"device={device}", expected="device=cpu or auto"
        )
    if int(number or 0) >= count:
        raise UsageError("there is no such GPU", found=device, expected=f"one of {count}")
    return int(number or 0)
