"""Compiled search: candidates from tiles of products, scores in a fixed order of summation."""

# numba infers the types of a kernel's arguments:
# ruff: noqa: ANN001, ANN201, ANN202
# pyright: reportMissingParameterType=false
from __future__ import annotations

import numpy as np
from numba import njit

from ..aggregation import AVERAGE_TOP, MAX, SUM, aggregate
from .search_dot import dot, vector

LOWEST = np.float32(np.finfo(np.float32).min)
"""Where the floor of a query's candidates starts; what is no hit is below it."""
SPARE = 64
"""Scores looked at together; places that candidates need besides those held."""
_NEAR = 16
_MAGNITUDE = np.int32(0x7FFFFFFF)
_PLACE = np.int64(0xFFFFFFFF)
_NO_KEY = np.iinfo(np.int64).min


@njit(cache=True, nogil=True)
def squares(vectors, out):
    """Squared length of each vector."""
    wide = np.empty(vectors.shape[1], np.float64)
    for row in range(vectors.shape[0]):
        wide[:] = vectors[row]
        out[row] = dot(wide, vectors[row])


@njit(cache=True, nogil=True)
def _floor(orders, count, k, enough):
    """An integer that at least k of some reach, and no more than ``enough`` if possible.

    Halving the range takes more steps than a quickselect, but each is a plain count.
    """
    low, high = orders[0], orders[0]
    for i in range(count):
        low, high = min(low, orders[i]), max(high, orders[i])
    reached = count
    while reached > enough and low < high:
        middle = np.int32((np.int64(low) + np.int64(high) + 1) >> 1)
        above = np.int32(0)
        for i in range(count):
            above += np.int32(orders[i] >= middle)
        if above >= k:
            low, reached = middle, np.int64(above)
        else:
            high = np.int32(middle - 1)
    return low


@njit(cache=True, nogil=True)
def _drop(values, rows, held, k, enough, error, counts, scratch):
    """Drop candidates that cannot be among the best k; those left stay in order.

    ``values`` are upper bounds, ``value - 2 * error * count`` lower ones: what does not reach k of
    the lower bounds is worse than k others.

    Returns:
        How many are left, and what they reach.
    """
    for i in range(held):
        width = np.float32(counts[rows[i]]) if counts.size else np.float32(1)
        scratch[i] = values[i] - np.float32(2) * error * width
    orders = scratch.view(np.int32)
    for i in range(held):  # integers in the order of the floats that have their bits
        orders[i] ^= (orders[i] >> 31) & _MAGNITUDE
    least = _floor(orders, held, k, enough)
    orders[0] = least ^ ((least >> 31) & _MAGNITUDE)
    floor = scratch[0]
    left = 0
    for i in range(held):
        values[left], rows[left] = values[i], rows[i]
        left += values[i] >= floor
    return left, floor


@njit(cache=True, nogil=True)
def _reaches(scores, first, last, floor):
    """Whether one of the scores ``first:last`` is as high as the floor."""
    found = False
    for i in range(first, last):
        found |= scores[i] >= floor
    return found


@njit(cache=True, nogil=True)
def collect(scores, first, k, errors, counts, values, rows, held, floors):
    """Add to each query's candidates what a tile of scores has.

    Args:
        scores: (queries, tile) float32: of the rows from ``first``; what is no hit is -inf.
        first: row of the tile's first score.
        k: hits wanted.
        errors: (queries,) float32: most that a score can be off.
        counts: (rows,) int64: by what a row's error is multiplied; empty for 1.
        values: (queries, room) float32, candidates' scores; written. There is room for k
            candidates and ``SPARE`` more.
        rows: (queries, room) int32, their rows, ascending; written.
        held: (queries,) int64, how many there are; written. -1: they had no room.
        floors: (queries,) float32, what a candidate must reach; written.
    """
    size, room = scores.shape[1], values.shape[1]
    scratch = np.empty(room, np.float32)
    enough = k + (k >> 4)
    for q in range(scores.shape[0]):
        count, floor = held[q], floors[q]
        row, kept, at = scores[q], values[q], rows[q]
        for block in range(0, size, SPARE):
            if count < 0:
                break
            end = min(block + SPARE, size)
            if not _reaches(row, block, end, floor):
                continue
            if count + SPARE > room:
                count, floor = _drop(kept, at, count, k, enough, errors[q], counts, scratch)
                if count > room - room // 4:  # the next would be dropped for, block by block
                    count = -1
                    break
            for near in range(block, end, _NEAR):
                last = min(near + _NEAR, end)
                if not _reaches(row, near, last, floor):
                    continue
                for i in range(near, last):  # without a branch, which could not be foreseen
                    kept[count], at[count] = row[i], first + i
                    count += row[i] >= floor
        held[q], floors[q] = count, floor


@njit(cache=True, nogil=True)
def thin(k, errors, counts, values, rows, held):
    """Drop what is left of candidates that cannot be among the best k."""
    scratch = np.empty(values.shape[1], np.float32)
    for q in range(held.size):
        if held[q] > k:
            held[q], _ = _drop(values[q], rows[q], held[q], k, k, errors[q], counts, scratch)


@njit(cache=True, nogil=True)
def reduce_tile(products, starts, kind, n, errors, floors, out):
    """From products of a tile's passages to scores of its documents, for ``collect``.

    Args:
        products: (queries, passages) float32, from passage ``starts[0]`` on.
        starts: (documents + 1,) int64, the tile's.
        kind: of the aggregation.
        n: of the aggregation.
        errors: (queries,) float32: most that a product can be off.
        floors: (queries,) float32, what a candidate must reach.
        out: (queries, documents) float32; written: -inf without passages, or where none of them
            reaches what the best or their average must. Sums become upper bounds, as their
            errors differ.
    """
    best = np.empty(max(n, 1), np.float64)
    for q in range(products.shape[0]):
        row, base = products[q], starts[0]
        screened = kind in {AVERAGE_TOP, MAX}
        if not screened:
            aggregate(row, starts, base, kind, n, best, out[q])
        for d in range(starts.size - 1):
            count = starts[d + 1] - starts[d]
            if count == 0:
                out[q, d] = -np.inf
            elif kind == SUM:
                out[q, d] += errors[q] * np.float32(count)
            elif screened:
                if _reaches(row, starts[d] - base, starts[d + 1] - base, floors[q]):
                    one = out[q, d : d + 1]
                    aggregate(row, starts[d : d + 2], base, kind, n, best, one)
                else:
                    out[q, d] = -np.inf


@njit(cache=True, nogil=True)
def decode(codes, scales, out):
    """Vectors of their codes, as float32."""
    for row in range(codes.shape[0]):
        for i in range(codes.shape[1]):
            out[row, i] = np.float32(codes[row, i]) * scales[row]


@njit(cache=True, nogil=True)
def to_pairs(rows, held, pairs):
    """Number the candidates of all queries, with their rows in front, to be sorted by row.

    Args:
        rows: (queries, room) int32; below 0 for no candidate.
        held: (queries,) int64, how many of them count.
        pairs: int64, one for each candidate at least; written.

    Returns:
        How many there are.
    """
    count = 0
    for q in range(held.size):
        for i in range(held[q]):
            if rows[q, i] >= 0:
                pairs[count] = (np.int64(rows[q, i]) << 32) | (q * rows.shape[1] + i)
                count += 1
    return count


@njit(cache=True, nogil=True)
def score(queries, vectors, scales, pairs, values):
    """Scores of candidates: fixed-order products, rounded to float32.

    Args:
        queries: (queries, dimensions) float32.
        vectors: (n, dimensions) float32, or int8 with ``scales``.
        scales: (n,) float32, or None.
        pairs: int64, the candidates; see ``to_pairs``. Sorted, so that a vector is read once.
        values: (queries, room) float32; written.
    """
    wide = np.empty(queries.shape[1], np.float64)
    scratch = np.empty(queries.shape[1], np.float32)
    out = values.reshape(-1)
    row = -1
    for pair in pairs:
        if pair >> 32 != row:
            row = pair >> 32
            wide[:] = vector(vectors, scales, row, scratch)
        place = pair & _PLACE
        # Adding 0 makes -0 a 0, which is its equal and must rank as such.
        out[place] = np.float32(dot(wide, queries[place // values.shape[1]])) + np.float32(0)


@njit(cache=True, nogil=True)
def score_documents(queries, vectors, scales, starts, kind, n, pairs, values):
    """Scores of candidate documents: all their passages as in ``score``, then aggregated."""
    wide = np.empty(queries.shape[1], np.float64)
    scratch = np.empty(queries.shape[1], np.float32)
    most = 0
    for d in range(starts.size - 1):
        most = max(most, starts[d + 1] - starts[d])
    scores = np.empty(most, np.float32)
    best = np.empty(max(n, 1), np.float64)
    flat = values.reshape(-1)
    for pair in pairs:
        d, place = pair >> 32, pair & _PLACE
        wide[:] = queries[place // values.shape[1]]
        first = starts[d]
        for p in range(first, starts[d + 1]):
            passage = vector(vectors, scales, p, scratch)
            scores[p - first] = np.float32(dot(wide, passage)) + np.float32(0)
        out = flat[place : place + 1]
        aggregate(scores, starts[d : d + 2], first, kind, n, best, out)
        out[0] += np.float32(0)


@njit(cache=True, nogil=True)
def to_keys(values, rows, held, keys):
    """Integers that order as candidates do: by score, then row."""
    bits = values.view(np.int32)
    for q in range(keys.shape[0]):
        for i in range(keys.shape[1]):
            if i < held[q] and rows[q, i] >= 0:
                order = bits[q, i] ^ ((bits[q, i] >> 31) & _MAGNITUDE)
                keys[q, i] = (np.int64(order) << 32) | np.int64(rows[q, i])
            else:
                keys[q, i] = _NO_KEY


@njit(cache=True, nogil=True)
def from_keys(keys, rows, scores):
    """The best candidates of ascending keys, best first; -1 and 0 behind the last."""
    bits = scores.view(np.int32)
    for q in range(rows.shape[0]):
        for i in range(rows.shape[1]):
            place = keys.shape[1] - 1 - i
            key = keys[q, place] if place >= 0 else _NO_KEY
            if key == _NO_KEY:
                rows[q, i], bits[q, i] = -1, 0
            else:
                order = np.int32(key >> 32)
                rows[q, i] = np.int32(key & _PLACE)
                bits[q, i] = order ^ ((order >> 31) & _MAGNITUDE)


@njit(cache=True, nogil=True)
def _ones(word):
    """How many bits of a 64-bit word are set (compilers know this form as one instruction)."""
    word -= (word >> np.uint64(1)) & np.uint64(0x5555555555555555)
    pairs = np.uint64(0x3333333333333333)
    word = (word & pairs) + ((word >> np.uint64(2)) & pairs)
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (word * np.uint64(0x0101010101010101)) >> np.uint64(56)


@njit(cache=True, nogil=True)
def bit_products(queries, codes, dimensions, out):
    """Inner products of vectors of 1 and -1: dimensions less twice the Hamming distance.

    Args:
        queries: (queries, words) uint64.
        codes: (words, tile) uint64: word by word, so that vectors are compared side by side.
        dimensions: bits of a vector that count.
        out: (queries, tile) float32; written.
    """
    distances = np.empty(codes.shape[1], np.uint64)
    for q in range(queries.shape[0]):
        distances[:] = 0
        for word in range(codes.shape[0]):
            asked, stored = queries[q, word], codes[word]
            for i in range(distances.size):
                distances[i] += _ones(asked ^ stored[i])
        for i in range(distances.size):
            out[q, i] = np.float32(dimensions - 2 * np.int64(distances[i]))
