"""Exact search over all vectors: products block by block, candidates by bound, exact scores.

A matrix product sums in an order that depends on the library, the number of threads and the
processor. It therefore only finds candidates: whatever its rounding may have put below the best k.
Their scores are then taken in one fixed order, so that rankings are equal on all machines.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from threadpoolctl import ThreadpoolController

from .search_kernels import LOWEST, SPARE, collect, from_keys, reduce_tile, thin, to_keys
from .search_stores import BitStore, exact_scores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from ..aggregation import Aggregation
    from .search_stores import Store

_GROUP = 320
"""Most queries that a thread takes at a time."""
_PRODUCTS = 1 << 20
"""Products of a tile; half or a third as many take 5 % longer."""
_MOST_VECTORS = 1 << 14
"""Vectors of a tile; those made of codes are held."""
_BLOCK_BYTES = 1 << 27
"""Vectors that all threads work through before the next are read."""
_STATE_BYTES = 1 << 28
"""Memory for the candidates of the queries searched at a time."""
_ROOM = 256
"""Places for candidates beyond twice the hits wanted."""
_WIDER = 8
_EMPTY = np.empty(0, np.int64)


@dataclass
class _Candidates:
    """What a group of queries has found so far; see ``collect``."""

    queries: NDArray[np.float32]
    prepared: NDArray[Any]
    errors: NDArray[np.float32]
    values: NDArray[np.float32]
    rows: NDArray[np.int32]
    held: NDArray[np.int64]
    floors: NDArray[np.float32]


class BlockSearch:
    """Exact search over the vectors of a store.

    Args:
        store: the vectors.
        n: how many there are.
        starts: (documents + 1,) int64, where passages make documents: document d has the vectors
            ``starts[d]:starts[d + 1]``.
        threads: how many work at a time.
    """

    def __init__(
        self, store: Store, n: int, starts: NDArray[np.int64] | None, threads: int
    ) -> None:
        self._store = store
        self._starts = starts
        self._threads = threads
        self._places = np.arange(n + 1) if starts is None else starts
        self._counts = _EMPTY if starts is None else np.diff(starts)

    def search(
        self, queries: NDArray[np.float32], k: int, aggregation: Aggregation | None = None
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The best rows for each query.

        Args:
            queries: (m, dimensions) float32.
            k: how many, not more than there are.
            aggregation: of the scores of a document's passages.

        Returns:
            Rows and scores, both (m, k), best first; -1 and 0 behind the last.

        Raises:
            DataError: a query is not finite.
        """
        rows = np.full((len(queries), k), -1, np.int32)
        scores = np.zeros((len(queries), k), np.float32)
        todo = np.arange(len(queries) if k else 0)
        room = 2 * k + _ROOM
        n = len(self._places) - 1
        with ThreadPoolExecutor(self._threads) as pool, _one_thread_each():
            while len(todo):
                room = min(room, n + SPARE)
                step = max(1, _STATE_BYTES // (8 * room))
                crowded: list[NDArray[np.int64]] = []
                for first in range(0, len(todo), step):
                    part = todo[first : first + step]
                    full = self._pass(pool, queries, part, (k, room), aggregation, (rows, scores))
                    crowded.append(part[full])
                todo = np.concatenate(crowded)
                room *= _WIDER
        return rows, scores

    def rescore(
        self,
        queries: NDArray[np.float32],
        candidates: NDArray[np.int32],
        k: int,
        aggregation: Aggregation | None = None,
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The best k of given candidates, by exact scores.

        Args:
            queries: (m, dimensions) float32.
            candidates: (m, any) rows, none twice; -1 for none.
            k: how many.
            aggregation: of the scores of a document's passages.

        Returns:
            As ``search``.
        """
        rows = np.full((len(queries), k), -1, np.int32)
        scores = np.zeros((len(queries), k), np.float32)

        def work(part: slice) -> None:
            found = candidates[part]
            held = np.full(len(found), found.shape[1])
            values = np.zeros(found.shape, np.float32)
            given = np.ascontiguousarray(queries[part])
            exact_scores(self._store, given, found, held, values, self._starts, aggregation)
            _rank(values, found, held, (rows[part], scores[part]))

        with ThreadPoolExecutor(self._threads) as pool:
            for _ in pool.map(work, self._groups(len(queries))):
                pass
        return rows, scores

    def _pass(
        self,
        pool: ThreadPoolExecutor,
        queries: NDArray[np.float32],
        part: NDArray[np.int64],
        sizes: tuple[int, int],
        aggregation: Aggregation | None,
        out: tuple[NDArray[np.int32], NDArray[np.float32]],
    ) -> NDArray[np.bool_]:
        """Search some queries once; which of them had more candidates than there was room for."""
        k, room = sizes
        largest = int(self._counts.max(initial=1))
        groups = [
            (part[group], self._start(queries[part[group]], room))
            for group in self._groups(len(part), max(1, 8 * _PRODUCTS // largest))
        ]
        for tiles in self._blocks(max(len(c.held) for _, c in groups)):
            work = self._worker(tiles, k, aggregation)
            for _ in pool.map(work, [candidates for _, candidates in groups]):
                pass

        def finish(group: tuple[NDArray[np.int64], _Candidates]) -> None:
            at, candidates = group
            out[0][at], out[1][at] = self._finish(candidates, k, aggregation)

        for _ in pool.map(finish, groups):
            pass
        return np.concatenate([candidates.held < 0 for _, candidates in groups])

    def _start(self, queries: NDArray[np.float32], room: int) -> _Candidates:
        m = len(queries)
        queries = np.ascontiguousarray(queries)
        return _Candidates(
            queries,
            self._store.prepare(queries),
            self._store.errors(queries),
            np.empty((m, room), np.float32),
            np.empty((m, room), np.int32),
            np.zeros(m, np.int64),
            np.full(m, LOWEST, np.float32),
        )

    def _worker(
        self, tiles: list[tuple[int, int]], k: int, aggregation: Aggregation | None
    ) -> Callable[[_Candidates], None]:
        """What a thread does: all tiles of a block for a group of queries."""
        places, summed = self._places, self._counts if _sums(aggregation) else _EMPTY
        most = max(int(places[last] - places[first]) for first, last in tiles)
        widest = max(last - first for first, last in tiles)

        def work(c: _Candidates) -> None:
            m = len(c.held)
            products = np.empty(m * most, np.float32)
            reduced = np.empty(m * widest if aggregation else 0, np.float32)
            for first, last in tiles:
                begin, end = int(places[first]), int(places[last])
                scores = products[: m * (end - begin)].reshape(m, -1)
                self._store.products(c.prepared, begin, end, scores)
                if aggregation is not None:
                    passages = scores
                    scores = reduced[: m * (last - first)].reshape(m, -1)
                    starts = places[first : last + 1]
                    kind, n = aggregation.kind, aggregation.n
                    reduce_tile(passages, starts, kind, n, c.errors, c.floors, scores)
                collect(scores, first, k, c.errors, summed, c.values, c.rows, c.held, c.floors)

        return work

    def _finish(
        self, c: _Candidates, k: int, aggregation: Aggregation | None
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Exact scores of the candidates, and the best k."""
        thin(k, c.errors, self._counts if _sums(aggregation) else _EMPTY, c.values, c.rows, c.held)
        width = max(int(c.held.max()), 0)
        rows, values = c.rows[:, :width].copy(), c.values[:, :width].copy()
        if not isinstance(self._store, BitStore):
            starts = self._starts
            exact_scores(self._store, c.queries, rows, c.held, values, starts, aggregation)
        best = np.empty((len(rows), k), np.int32), np.empty((len(rows), k), np.float32)
        _rank(values, rows, c.held, best)
        return best

    def _groups(self, m: int, most: int = _GROUP) -> list[slice]:
        """Queries that are searched together, equally many and a multiple of the threads."""
        most = min(most, _GROUP)
        rounds = -(-m // (self._threads * most))
        size = max(1, -(-m // (self._threads * max(rounds, 1))))
        return [slice(first, min(first + size, m)) for first in range(0, m, size)]

    def _blocks(self, queries: int) -> Iterator[list[tuple[int, int]]]:
        """Tiles of rows, block by block; a tile holds at least one row with all its vectors."""
        places = self._places
        n = len(places) - 1
        vectors = min(max(_PRODUCTS // queries // 64 * 64, 64), _MOST_VECTORS)
        width = max(1, self._store.nbytes // max(1, int(places[-1])))
        tiles: list[tuple[int, int]] = []
        row = 0
        held = 0
        while row < n:
            end = int(np.searchsorted(places, places[row] + vectors, side="right")) - 1
            end = max(row + 1, min(end, n, row + vectors))
            tiles.append((row, end))
            held += int(places[end] - places[row]) * width
            row = end
            if held >= _BLOCK_BYTES:
                yield tiles
                tiles, held = [], 0
        if tiles:
            yield tiles


def _sums(aggregation: Aggregation | None) -> bool:
    from ..aggregation import SUM

    return aggregation is not None and aggregation.kind == SUM


def _rank(
    values: NDArray[np.float32],
    rows: NDArray[np.int32],
    held: NDArray[np.int64],
    out: tuple[NDArray[np.int32], NDArray[np.float32]],
) -> None:
    """Write the best candidates, best first, as many as ``out`` has room for."""
    keys = np.empty(rows.shape, np.int64)
    to_keys(values, rows, held, keys)
    keys.sort(axis=1)
    from_keys(keys, out[0], out[1])


@lru_cache(maxsize=1)
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


def _one_thread_each() -> Any:
    """Keep matrix products to the thread that asks for one: the threads are made here."""
    return _controller().limit(limits=1, user_api="blas")
