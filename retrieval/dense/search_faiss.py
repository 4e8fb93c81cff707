"""FAISS finds candidates: all vectors compared, inverted lists, or graphs."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from ...schemas.errors import MissingDependencyError, UsageError
from .search_stores import rounding

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

    from .search_options import SearchOptions

_ROWS = 1 << 16
_GPU_MOST = 2_048
"""Most neighbours that FAISS finds on a GPU."""
_POINTS_PER_CELL = 256
"""Vectors that a cell's centre is trained on, as FAISS has it."""
_LEAST_PER_CELL = 39
"""Vectors a cell that training needs, as FAISS has it."""


class FaissFlat:
    """All vectors compared, on the CPU or a GPU.

    Args:
        vectors: (n, dimensions) float32.
        longest: length of the longest.
        gpu: number of the GPU; None for the CPU.
        threads: how many work at a time.

    Raises:
        MissingDependencyError: FAISS is not installed.
    """

    name = "faiss"

    def __init__(
        self, vectors: NDArray[np.float32], longest: float, gpu: int | None, threads: int
    ) -> None:
        faiss = load_faiss()
        self._threads = threads
        self._longest = longest
        dimensions = vectors.shape[1]
        if gpu is None:
            self._index = faiss.IndexFlatIP(dimensions)
        else:
            config = faiss.GpuIndexFlatConfig()
            config.device = gpu
            self._resources = faiss.StandardGpuResources()
            self._index = faiss.GpuIndexFlatIP(self._resources, dimensions, config)
        _add(self._index, vectors)
        self.device = "cpu" if gpu is None else f"cuda:{gpu}"
        self.most = len(vectors) if gpu is None else _GPU_MOST
        self.nbytes = vectors.nbytes

    def width(self, k: int) -> int:
        """Candidates to ask for where k are wanted."""
        return k + k // 8 + 16

    def find(
        self, queries: NDArray[np.float32], width: int
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Candidates, and what no other vector's product is above."""
        with _threads(self._threads):
            products, rows = self._index.search(queries, width)
        return rows.astype(np.int32), products[:, -1]

    def errors(self, queries: NDArray[np.float32]) -> NDArray[np.float32]:
        """Most that a product can be off."""
        return rounding(queries, self._longest)


class FaissApproximate:
    """An index that can miss vectors: ivf, hnsw or cagra.

    The same vectors and options make the same index: training has a fixed seed, and whatever the
    number of threads would change is done by one.

    Args:
        vectors: (n, dimensions) float32, one at least.
        options: index and its parameters.
        gpu: number of the GPU; None where there is none.
        threads: how many search at a time.

    Raises:
        MissingDependencyError: FAISS, or its GPU part, is not installed.
        UsageError: cagra without a GPU, or more cells than vectors.
    """

    name = "faiss"

    def __init__(
        self, vectors: NDArray[np.float32], options: SearchOptions, gpu: int | None, threads: int
    ) -> None:
        self._faiss = load_faiss()
        self._options = options
        self._threads = threads
        self.device = "cpu"
        with _threads(1), _one_blas_thread():
            if options.index == "ivf":
                self._index = self._ivf(vectors)
            elif options.index == "hnsw":
                self._index = self._hnsw(vectors)
            else:
                self._index = self._cagra(vectors, gpu)
                self.device = f"cuda:{gpu}"

    @property
    def nbytes(self) -> int:
        """Bytes of vectors, and of their numbers and the cells' centres or of the graph."""
        index = self._index
        size = 4 * index.ntotal * index.d
        if self._options.index == "ivf":
            return size + 8 * index.ntotal + 4 * index.nlist * index.d
        if self._options.index == "hnsw":
            return size + 4 * index.hnsw.neighbors.size() + 8 * index.hnsw.offsets.size()
        return size + 4 * index.ntotal * self._options.graph_degree

    def find(self, queries: NDArray[np.float32], width: int) -> NDArray[np.int32]:
        """Candidates, (m, width); -1 for none."""
        faiss, o = self._faiss, self._options
        beam = max(o.ef_search, width)
        if o.index == "ivf":
            parameters = faiss.SearchParametersIVF(nprobe=min(o.nprobe, self._index.nlist))
        elif o.index == "hnsw":
            parameters = faiss.SearchParametersHNSW(efSearch=beam)
        else:
            parameters = faiss.SearchParametersCagra()
            parameters.itopk_size = -(-beam // 32) * 32
        with _threads(self._threads), _one_blas_thread():
            return self._index.search(queries, width, params=parameters)[1].astype(np.int32)

    def _ivf(self, vectors: NDArray[np.float32]) -> Any:
        faiss, n = self._faiss, len(vectors)
        cells = self._options.nlist
        if cells is None:
            cells = max(1, min(int(4 * n**0.5), n // _LEAST_PER_CELL))
        if cells > n:
            raise UsageError("nlist is more than there are vectors", found=cells, expected=n)
        coarse = faiss.IndexFlatIP(vectors.shape[1])
        index = faiss.IndexIVFFlat(coarse, vectors.shape[1], cells, faiss.METRIC_INNER_PRODUCT)
        index.cp.min_points_per_centroid = 1  # fewer are the caller's wish
        index.cp.seed = 0
        sample = np.linspace(0, n - 1, min(n, cells * _POINTS_PER_CELL)).astype(np.int64)
        index.train(np.ascontiguousarray(vectors[sample]))
        _add(index, vectors)
        return index

    def _hnsw(self, vectors: NDArray[np.float32]) -> Any:
        faiss, o = self._faiss, self._options
        index = faiss.IndexHNSWFlat(vectors.shape[1], o.hnsw_m, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = o.ef_construction
        _add(index, vectors)
        return index

    def _cagra(self, vectors: NDArray[np.float32], gpu: int | None) -> Any:
        faiss, o = self._faiss, self._options
        if gpu is None:
            raise UsageError(
                "index=cagra needs a GPU",
                found="no CUDA device",
                hint="index=hnsw is a graph on the CPU",
            )
        if not hasattr(faiss, "GpuIndexCagra"):
            raise MissingDependencyError(
                "index=cagra needs a FAISS that is built with cuVS, which this one is not",
                found=f"faiss {faiss.__version__}",
                hint="install faiss-gpu-cuvs, or FAISS built from its source with cuVS",
            )
        config = faiss.GpuIndexCagraConfig()
        config.device = gpu
        config.graph_degree = o.graph_degree
        config.intermediate_graph_degree = 2 * o.graph_degree
        self._resources = faiss.StandardGpuResources()
        index = faiss.GpuIndexCagra(
            self._resources, vectors.shape[1], faiss.METRIC_INNER_PRODUCT, config
        )
        index.train(np.ascontiguousarray(vectors))
        return index


def load_faiss() -> Any:
    """The module ``faiss``; ``MissingDependencyError`` where it is not installed."""
    try:
        import faiss
    except ImportError:
        raise MissingDependencyError.from_package("faiss", "cpu", "this dense search") from None
    return faiss


def has_faiss_gpu() -> bool:
    """Whether a FAISS is installed that can use a GPU of this machine."""
    try:
        faiss = load_faiss()
    except MissingDependencyError:
        return False
    return hasattr(faiss, "GpuIndexFlatIP") and faiss.get_num_gpus() > 0


def _add(index: Any, vectors: NDArray[np.float32]) -> None:
    """Add the vectors block by block: they may be a memory map."""
    for first in range(0, len(vectors), _ROWS):
        index.add(np.ascontiguousarray(vectors[first : first + _ROWS]))


@contextmanager
def _threads(count: int) -> Generator[None]:
    """Let FAISS use so many threads."""
    faiss = load_faiss()
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(count)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def _one_blas_thread() -> Any:
    """Keep FAISS' matrix products to one thread, as their number may change a sum's rounding."""
    from threadpoolctl import threadpool_limits

    return threadpool_limits(limits=1, user_api="blas")
