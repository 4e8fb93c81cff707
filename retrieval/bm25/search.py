"""Search of many queries at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from . import search_kernels as kernels

if TYPE_CHECKING:
    import numpy.typing as npt

    from .counts import Utf8
    from .index import Index
    from .tokenizer import Tokenizer

_DENSE_SHARE = 0.03
_DENSE_ROWS = 512
_DENSE_QUERIES = 16
_KEY_BYTES = 1 << 26


def search(
    index: Index, queries: Utf8, tokenizer: Tokenizer, k: int, threads: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """Rank documents for queries; a hit shares at least one term with the query.

    Returns:
        Ordinals of the hits, -1 behind the last, and their scores, 0 behind the last; both of shape
        (queries, min(k, documents)), by score descending, then by ordinal descending. The result
        does not depend on ``threads``.
    """
    bounds, terms, weights = query_terms(index, queries, tokenizer, threads)
    base = _base(index, bounds, terms, weights)
    n = len(index.lengths)
    depth = min(k, n)
    room = 2 * depth + kernels.TILE // 8
    most = max(1, _KEY_BYTES // (8 * room))
    pieces = max(threads, -(-len(queries) // most))
    cuts = sorted({len(queries) * i // pieces for i in range(pieces + 1)})
    n_dense = int(np.count_nonzero(np.diff(index.starts[: _DENSE_ROWS + 1]) >= _DENSE_SHARE * n))

    def run(a: int, b: int) -> npt.NDArray[np.int64]:
        keys = np.full((b - a, room), kernels.NO_KEY)
        first, last = bounds[a], bounds[b]
        kernels.search(
            index.starts, index.documents, index.impacts, n,
            bounds[a : b + 1] - first, terms[first:last], weights[first:last], base[a:b],
            n_dense if index.positive and b - a >= _DENSE_QUERIES else 0, index.positive,
            keys, depth,
        )  # fmt: skip
        best = keys[:, :depth]
        best.sort(axis=1)
        return best[:, ::-1].copy()

    with ThreadPoolExecutor(threads) as pool:
        best = [np.empty((0, depth), np.int64), *pool.map(run, cuts[:-1], cuts[1:])]
    return _decode(np.concatenate(best))


def _decode(
    keys: npt.NDArray[np.int64],
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """Ordinals and scores in keys (see ``search_kernels._collect``)."""
    hit = keys != kernels.NO_KEY
    docs = np.where(hit, keys & 0xFFFFFFFF, -1).astype(np.int32)
    orders = np.where(hit, keys >> 32, 0).astype(np.int32)
    bits = orders ^ ((orders >> 31) & np.int32(0x7FFFFFFF))
    return docs, bits.view(np.float32)


def query_terms(
    index: Index, queries: Utf8, tokenizer: Tokenizer, threads: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """Terms of each query that the index holds, ascending, with their occurrences.

    Returns:
        bounds, shape (queries + 1,); terms and weights, those of query i at
        ``bounds[i]:bounds[i + 1]``.
    """
    pieces = tokenizer.count(queries, threads)
    mapped = tokenizer.terms(pieces)
    keys: list[npt.NDArray[np.int64]] = [np.empty(0, np.int64)]
    counts: list[npt.NDArray[np.int32]] = [np.empty(0, np.int32)]
    first = 0
    for i, piece in enumerate(pieces):
        numbers = index.lookup(piece.hashes if mapped is None else mapped[i])[piece.terms]
        query = np.repeat(np.arange(first, first + len(piece.lengths)), np.diff(piece.ends))
        known = numbers >= 0
        keys.append(query[known] << 32 | numbers[known])
        counts.append(piece.counts[known])
        first += len(piece.lengths)
    key, count = np.concatenate(keys), np.concatenate(counts)
    order = np.argsort(key)
    key, count = key[order], count[order]
    # Words with one stem come as one term, with their occurrences together.
    new = np.flatnonzero(np.diff(key, prepend=-1))
    weights = np.add.reduceat(count, new) if len(new) else count
    key = key[new]
    bounds = np.searchsorted(key, np.arange(len(queries) + 1) << 32)
    return bounds, (key & 0xFFFFFFFF).astype(np.int32), weights.astype(np.float32)


def _base(
    index: Index,
    bounds: npt.NDArray[np.int64],
    terms: npt.NDArray[np.int32],
    weights: npt.NDArray[np.float32],
) -> npt.NDArray[np.float32]:
    """What every hit of a query gets besides its impacts: float32, shape (queries,)."""
    query = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    total = np.bincount(query, index.base[terms] * weights, minlength=len(bounds) - 1)
    return total.astype(np.float32)
