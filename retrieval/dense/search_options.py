"""Options of the dense search: kind of index, where it is searched, how vectors are shortened."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from ...schemas.errors import UsageError

INDEXES = ("flat", "ivf", "hnsw", "cagra")
BACKENDS = ("auto", "matmul", "faiss", "torch")
QUANTIZATIONS = ("none", "int8", "binary")
DTYPES = ("float32", "float16", "bfloat16")
_OF_INDEX = {
    "nlist": ("ivf",),
    "nprobe": ("ivf",),
    "hnsw_m": ("hnsw",),
    "ef_construction": ("hnsw",),
    "ef_search": ("hnsw", "cagra"),
    "graph_degree": ("cagra",),
}
"""Which indexes an option means something for."""

_LEAST = {"rescore": 0, "hnsw_m": 2}


@dataclass(frozen=True)
class SearchOptions:
    """How vectors are searched.

    Only ``ivf``, ``hnsw``, ``cagra`` and a quantisation can miss a vector; every other combination
    returns the same ranking. An option must be left at its default where it means nothing.

    Raises:
        UsageError: a value is unknown or out of range, or two options exclude each other.
    """

    index: str = "flat"
    """flat (all vectors are compared), ivf (inverted lists of cells), hnsw (a graph) or cagra (a
    graph, on a GPU)."""
    backend: str = "auto"
    """matmul (matrix product on the CPU), faiss, torch, or auto: faiss or else torch on a GPU,
    matmul on the CPU; faiss for an index that is not flat."""
    quantize: str = "none"
    """int8 (one byte a component, a scale a vector) or binary (one bit a component)."""
    rescore: int = 4
    """Candidates whose scores are taken again from the vectors themselves, for every hit wanted;
    only with a quantisation. 0 ranks by the quantised scores."""
    dtype: str = "float32"
    """Type in which torch looks for candidates: float32, float16 or bfloat16."""
    nlist: int | None = None
    """Cells of ivf; 4 times the square root of the number of vectors by default."""
    nprobe: int = 32
    """Cells of ivf that a query looks into."""
    hnsw_m: int = 32
    """Neighbours of a vector in hnsw."""
    ef_construction: int = 80
    """Candidates while hnsw is built."""
    ef_search: int = 128
    """Candidates while hnsw or cagra is searched; as many as are wanted if that is more."""
    graph_degree: int = 64
    """Neighbours of a vector in cagra."""

    def __post_init__(self) -> None:
        for name, known in (
            ("index", INDEXES),
            ("backend", BACKENDS),
            ("quantize", QUANTIZATIONS),
            ("dtype", DTYPES),
        ):
            if getattr(self, name) not in known:
                label = "search_dtype" if name == "dtype" else name
                raise UsageError.from_unknown_name(label, str(getattr(self, name)), known)
        for name in ("rescore", *_OF_INDEX):
            _check_count(name, getattr(self, name), _LEAST.get(name, 1))
        self._check_meaning()

    def _check_meaning(self) -> None:
        for name, indexes in _OF_INDEX.items():
            if self._is_set(name) and self.index not in indexes:
                raise UsageError(
                    f"{name} is an option of index={' or index='.join(indexes)}",
                    found=f"index={self.index}",
                )
        if self._is_set("rescore") and self.quantize == "none":
            raise UsageError(
                "rescore is an option of a quantisation",
                found="quantize=none",
                expected="quantize=int8 or quantize=binary",
            )
        if self._is_set("dtype") and self.backend != "torch":
            raise UsageError(
                "search_dtype is an option of backend=torch", found=f"backend={self.backend}"
            )
        if self.index != "flat" and self.backend not in ("auto", "faiss"):
            raise UsageError(
                f"index={self.index} is built by FAISS",
                found=f"backend={self.backend}",
                expected="backend=faiss or auto",
            )
        if self.quantize != "none" and (
            self.index != "flat" or self.backend not in ("auto", "matmul")
        ):
            raise UsageError(
                "quantised vectors are searched by the matrix product, all of them",
                found=f"index={self.index}, backend={self.backend}",
                expected="index=flat, backend=matmul or auto",
            )

    def _is_set(self, name: str) -> bool:
        defaults: dict[str, Any] = {f.name: f.default for f in fields(self)}
        return getattr(self, name) != defaults[name]


def _check_count(name: str, value: int | None, least: int) -> None:
    if value is not None and not least <= value <= 1 << 20:
        raise UsageError(
            f"{name} is out of range",
            found=value,
            expected=f"a whole number from {least} to {1 << 20}",
        )
