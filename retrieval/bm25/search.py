"""Search of many queries at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from . import search_kernels as kernels
from .index import TILE

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..aggregation import Aggregation
    from .counts import Utf8, WordCounts
    from .index import Index
    from .tokenizer import Tokenizer

_DENSE_QUERIES = 16
"""Queries from which on dense rows pay for being written."""
_ROW_BYTES = 1 << 24
_KEY_BYTES = 1 << 26


@dataclass(frozen=True)
class Plan:
    """How a search runs; no score depends on it."""

    cuts: list[int]
    """Bounds of the runs of queries that go through the index together."""
    room: int
    """Keys held for a query."""
    dense: int
    """Terms read as dense rows."""


def plan(index: Index, queries: int, depth: int, threads: int) -> Plan:
    """Choose how to search for some queries."""
    room = 2 * depth + TILE // 8
    most = max(1, _KEY_BYTES // (8 * room))
    pieces = max(threads, -(-queries // most))
    cuts = sorted({queries * i // pieces for i in range(pieces + 1)})
    many = queries // pieces >= _DENSE_QUERIES
    dense = index.frequent if many and index.positive else 0
    return Plan(cuts, room, min(dense, _ROW_BYTES // (4 * index.widest)))


def search(
    index: Index,
    queries: Utf8,
    tokenizer: Tokenizer,
    k: int,
    threads: int,
    aggregation: Aggregation | None = None,
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """Rank documents for queries; a hit shares at least one term with the query.

    Args:
        index: of the documents, or of their passages.
        queries: their texts.
        tokenizer: the one that the index was built with.
        k: documents wanted.
        threads: threads to use; the result does not depend on it.
        aggregation: makes documents' scores of their passages'; given with passages only.

    Returns:
        Ordinals of the hits, -1 behind the last, and their scores, 0 behind the last; both of shape
        (queries, min(k, documents)), by score descending, then by ordinal descending.
    """
    bounds, terms, weights = query_terms(index, queries, tokenizer, threads)
    base = _base(index, bounds, terms, weights)
    depth = min(k, index.documents)
    chosen = plan(index, len(queries), depth, threads)

    docs = np.empty((len(queries), depth), np.int32)
    scores = np.empty((len(queries), depth), np.float32)

    def run(a: int, b: int) -> None:
        part = slice(bounds[a], bounds[b])
        keys = _search(
            index, bounds[a : b + 1] - bounds[a], terms[part], weights[part], base[a:b],
            chosen, depth, aggregation,
        )  # fmt: skip
        kernels.decode(keys, docs[a:b], scores[a:b])

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(run, chosen.cuts[:-1], chosen.cuts[1:]))
    return docs, scores


def _search(
    index: Index,
    bounds: npt.NDArray[np.int64],
    terms: npt.NDArray[np.int32],
    weights: npt.NDArray[np.float32],
    base: npt.NDArray[np.float32],
    chosen: Plan,
    depth: int,
    aggregation: Aggregation | None,
) -> npt.NDArray[np.int64]:
    """The best keys of a run of queries, ascending: shape (queries, depth)."""
    queries = len(bounds) - 1
    keys = np.empty((queries, chosen.room), np.int64)
    sizes = np.zeros(queries, np.int64)
    limit = kernels.LEAST_POSITIVE if index.positive else kernels.LEAST
    limits = np.full(queries, limit, np.int32)
    distinct, rows = np.unique(terms, return_inverse=True)
    dense = int(np.searchsorted(distinct, chosen.dense))
    kind, n = (
        (kernels.NO_AGGREGATION, 0) if aggregation is None else (aggregation.kind, aggregation.n)
    )
    for shard, tiles in enumerate(index.tiles):
        first = int(tiles[0])
        kernels.search_shard(
            index.texts, index.impacts, index.places(shard, distinct), tiles - first, first,
            index.owners(shard), kind, n, bounds, rows.astype(np.int32), weights, base, dense,
            index.positive, keys, sizes, limits, depth,
        )  # fmt: skip
    kernels.close_keys(keys, sizes, depth)
    return np.sort(keys[:, :depth], axis=1)


def query_terms(
    index: Index, queries: Utf8, tokenizer: Tokenizer, threads: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """Terms of each query that the index holds, ascending, with their occurrences.

    Returns:
        bounds, shape (queries + 1,); terms and weights, those of query i at
        ``bounds[i]:bounds[i + 1]``.
    """
    pieces = tokenizer.count(queries, threads)
    mapped = tokenizer.terms(pieces) or [piece.hashes for piece in pieces]
    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(lambda piece, hashes: _known(index, piece, hashes), pieces, mapped))
    sizes = np.concatenate([np.zeros(1, np.int64), *(part[0] for part in found)])
    terms = np.concatenate([np.empty(0, np.int32), *(part[1] for part in found)])
    weights = np.concatenate([np.empty(0, np.float32), *(part[2] for part in found)])
    return np.cumsum(sizes), terms, weights


def _known(
    index: Index, piece: WordCounts, hashes: npt.NDArray[np.uint64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """Number of terms of each query of a piece, the terms and their occurrences."""
    queries = len(piece.lengths)
    numbers = index.lookup(hashes)[piece.terms]
    known = np.flatnonzero(numbers >= 0)
    query = np.repeat(np.arange(queries), np.diff(piece.ends))
    key = query[known] << 32 | numbers[known]
    order = np.argsort(key)
    key, count = key[order], piece.counts[known[order]]
    # Words with one stem come as one term, with their occurrences together.
    new = np.flatnonzero(np.diff(key, prepend=-1))
    weights = np.add.reduceat(count, new) if len(new) else count
    key = key[new]
    sizes = np.bincount(key >> 32, minlength=queries)
    return sizes, (key & 0xFFFFFFFF).astype(np.int32), weights.astype(np.float32)


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
