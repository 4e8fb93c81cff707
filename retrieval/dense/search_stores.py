"""Vectors as they are held for a search: as they are, one byte a component, or one bit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ...schemas.errors import DataError, UsageError
from .search_kernels import bit_products, decode, score, score_documents, squares, to_pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..aggregation import Aggregation

_ROWS = 1 << 12
_LONGEST = 1e15
"""Vectors beyond this could make a float32 product infinite."""
_UNIT_ROUNDOFF = 2.0**-24
"""Of float32."""
_ROUNDINGS = 8
"""Roundings besides those of the product: of scores, aggregates and bounds."""
_TINY = 2.0**-126
"""Least normal float32: what is below may be flushed to 0."""


class Store(Protocol):
    """Vectors that products and exact scores can be taken of."""

    vectors: Any
    """Vectors or their codes, a row each."""
    scales: NDArray[np.float32] | None
    """Factors that make vectors of codes."""

    @property
    def nbytes(self) -> int:
        """Bytes of the vectors held."""
        ...

    def prepare(self, queries: NDArray[np.float32]) -> NDArray[Any]:
        """Queries as ``products`` takes them."""
        ...

    def products(
        self, prepared: NDArray[Any], first: int, last: int, out: NDArray[np.float32]
    ) -> None:
        """Inner products with the vectors ``first:last``, as fast as they can be had."""
        ...

    def errors(self, queries: NDArray[np.float32]) -> NDArray[np.float32]:
        """Most that a product of each query can differ from its exact score."""
        ...


class FloatStore:
    """Vectors as they are.

    Args:
        vectors: (n, dimensions) float32, C-contiguous; may be a memory map.

    Raises:
        DataError: a component is not finite, or a vector is too long for float32.
    """

    scales: NDArray[np.float32] | None = None

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        self.vectors = vectors
        self.longest = float(lengths_of(vectors).max(initial=0.0))

    @property
    def nbytes(self) -> int:
        """Bytes of the vectors."""
        return self.vectors.nbytes

    def prepare(self, queries: NDArray[np.float32]) -> NDArray[np.float32]:
        """The queries themselves."""
        return queries

    def products(
        self, prepared: NDArray[np.float32], first: int, last: int, out: NDArray[np.float32]
    ) -> None:
        """A matrix product of float32."""
        np.matmul(prepared, self.vectors[first:last].T, out=out)

    def errors(self, queries: NDArray[np.float32]) -> NDArray[np.float32]:
        """See ``rounding``."""
        return rounding(queries, self.longest)


class ByteStore:
    """Vectors of one byte a component: multiples of a vector's scale, from -127 to 127.

    Queries stay as they are, so that only the stored vectors lose precision.

    Args:
        vectors: (n, dimensions) float32, finite.
    """

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        n, dimensions = vectors.shape
        self.vectors = np.empty((n, dimensions), np.int8)
        self._factors = np.empty(n, np.float32)
        self.scales: NDArray[np.float32] | None = self._factors
        self.longest = 0.0
        for first in range(0, n, _ROWS):
            part = vectors[first : first + _ROWS]
            scales = np.abs(part).max(axis=1, initial=0.0) / np.float32(127)
            safe = np.where(scales > 0, scales, np.float32(1))
            self.vectors[first : first + _ROWS] = np.rint(part / safe[:, None]).clip(-127, 127)
            self._factors[first : first + _ROWS] = scales
            lengths = lengths_of(self._floats(first, first + len(part)))
            self.longest = max(self.longest, float(lengths.max(initial=0.0)))

    @property
    def nbytes(self) -> int:
        """Bytes of codes and scales."""
        return self.vectors.nbytes + self._factors.nbytes

    def prepare(self, queries: NDArray[np.float32]) -> NDArray[np.float32]:
        """The queries themselves."""
        return queries

    def products(
        self, prepared: NDArray[np.float32], first: int, last: int, out: NDArray[np.float32]
    ) -> None:
        """A matrix product with vectors made of the codes, as many at a time as fit a cache."""
        np.matmul(prepared, self._floats(first, last).T, out=out)

    def errors(self, queries: NDArray[np.float32]) -> NDArray[np.float32]:
        """See ``rounding``."""
        return rounding(queries, self.longest)

    def _floats(self, first: int, last: int) -> NDArray[np.float32]:
        codes = self.vectors[first:last]
        out = np.empty(codes.shape, np.float32)
        decode(codes, self._factors[first:last], out)
        return out


class BitStore:
    """Vectors of one bit a component: whether it is positive. So are the queries.

    Args:
        vectors: (n, dimensions) float32, finite.
    """

    scales: NDArray[np.float32] | None = None

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        self._dimensions = vectors.shape[1]
        words = -(-self._dimensions // 64)
        self.vectors = np.empty((words, len(vectors)), np.uint64)
        for first in range(0, len(vectors), _ROWS):
            part = vectors[first : first + _ROWS]
            self.vectors[:, first : first + len(part)] = self.prepare(part).T

    @property
    def nbytes(self) -> int:
        """Bytes of the bits."""
        return self.vectors.nbytes

    def prepare(self, queries: NDArray[np.float32]) -> NDArray[np.uint64]:
        """Bits of the queries, 64 a word."""
        packed = np.zeros((len(queries), 8 * len(self.vectors)), np.uint8)
        packed[:, : -(-self._dimensions // 8)] = np.packbits(queries > 0, axis=1)
        return packed.view(np.uint64)

    def products(
        self, prepared: NDArray[np.uint64], first: int, last: int, out: NDArray[np.float32]
    ) -> None:
        """Products of vectors of 1 and -1, exact."""
        bit_products(prepared, self.vectors[:, first:last], self._dimensions, out)

    def errors(self, queries: NDArray[np.float32]) -> NDArray[np.float32]:
        """None: whole numbers."""
        return np.zeros(len(queries), np.float32)


def check_matrix(vectors: NDArray[Any], what: str) -> None:
    """Refuse what is no matrix of float32.

    Raises:
        UsageError: the array has another type or shape.
    """
    if vectors.dtype != np.float32 or vectors.ndim != 2:
        raise UsageError(
            f"{what} are no matrix of float32",
            found=f"{vectors.dtype}, shape {vectors.shape}",
            expected="float32, shape (n, dimensions)",
        )


def rounding(queries: NDArray[np.float32], longest: float) -> NDArray[np.float32]:
    """Most that a float32 inner product can be off, in any order of summation.

    Higham, Accuracy and Stability of Numerical Algorithms, eq. 3.5, with the Cauchy-Schwarz
    inequality; a few units more are for the other roundings on the way to a score.

    Args:
        queries: (m, dimensions) float32.
        longest: length of the longest vector.

    Returns:
        (m,) float32, rounded up.
    """
    dimensions = queries.shape[1]
    error = (dimensions + _ROUNDINGS) * _UNIT_ROUNDOFF
    lengths = lengths_of(queries)
    bound = error / (1 - error) * lengths * longest + dimensions * _TINY
    return np.nextafter(bound.astype(np.float32), np.float32(np.inf))


def exact_scores(
    store: Store,
    queries: NDArray[np.float32],
    rows: NDArray[np.int32],
    held: NDArray[np.int64],
    values: NDArray[np.float32],
    starts: NDArray[np.int64] | None,
    aggregation: Aggregation | None,
) -> None:
    """Write the scores of candidates into ``values``: see ``score`` and ``score_documents``."""
    pairs = np.empty(int(held.clip(0).sum()), np.int64)
    pairs = pairs[: to_pairs(rows, held, pairs)]
    pairs.sort()
    vectors, scales = store.vectors, store.scales
    if starts is None or aggregation is None:
        score(queries, vectors, scales, pairs, values)
    else:
        kind, n = aggregation.kind, aggregation.n
        score_documents(queries, vectors, scales, starts, kind, n, pairs, values)


def lengths_of(vectors: NDArray[np.float32], what: str = "vector") -> NDArray[np.float64]:
    """Euclidean lengths.

    Args:
        vectors: (n, dimensions) float32.
        what: name of a row, for the error.

    Raises:
        DataError: a component is not finite, or a vector is too long for float32.
    """
    out = np.empty(len(vectors), np.float64)
    squares(vectors, out)
    np.sqrt(out, out=out)
    wrong = ~(out <= _LONGEST)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise DataError(
            f"a {what} cannot be searched",
            place=f"{what} {row}",
            found=f"length {out[row]}",
            expected=f"finite components and a length up to {_LONGEST:g}",
        )
    return out
