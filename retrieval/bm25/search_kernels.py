"""Compiled search: exact scores of all documents, tile by tile, and the best of them.

A score is a float32 sum over the query's terms in the order of their numbers, that is by document
frequency descending (ties by hash). Every path below adds the same products in that order, and
adding 0 for an absent term changes nothing; so scores do not depend on which path ran, on tiles, on
threads or on the processor.

The scores of a tile of documents stay in the first-level cache. Terms that many documents hold are
spread over dense rows once a tile, which all queries then share and the processor reads as vectors;
the others are read as postings.
"""

# numba infers the types of a kernel's arguments:
# ruff: noqa: ANN001, ANN201, ANN202
# pyright: reportMissingParameterType=false
from __future__ import annotations

import numpy as np
from numba import njit

TILE = 2048
NO_KEY = np.iinfo(np.int64).min
_BLOCK = 64
_SMALL = 16
_MAGNITUDE = np.int32(0x7FFFFFFF)
_NO_HIT = np.int32(np.iinfo(np.int32).min)
_LEAST = np.int32(_NO_HIT + 1)
# The order of the least normal float32: what is below may count as 0 where denormals are off.
_LEAST_POSITIVE = np.int32(0x00800000)


@njit(cache=True, nogil=True)
def _spread(starts, documents, impacts, dense, cursor, first, stop, rows):
    """Write the impacts of the dense terms for the documents from first to stop into their rows."""
    for row in range(dense.size):
        rows[row, :] = 0
        p = cursor[row]
        end = starts[dense[row] + 1]
        while p < end and documents[p] < stop:
            rows[row, np.uint64(documents[p] - first)] = impacts[p]
            p += 1
        cursor[row] = p


@njit(cache=True, nogil=True)
def _add_rows(rows, slots, weights, a, b, scores):
    """Add the weighted rows of the terms from a to b, four at a time but in order."""
    j = a
    while j + 4 <= b:
        r0, r1, r2, r3 = rows[slots[j]], rows[slots[j + 1]], rows[slots[j + 2]], rows[slots[j + 3]]
        w0, w1, w2, w3 = weights[j], weights[j + 1], weights[j + 2], weights[j + 3]
        for d in range(scores.size):
            scores[d] = (((scores[d] + w0 * r0[d]) + w1 * r1[d]) + w2 * r2[d]) + w3 * r3[d]
        j += 4
    while j < b:
        r0, w0 = rows[slots[j]], weights[j]
        for d in range(scores.size):
            scores[d] += w0 * r0[d]
        j += 1


@njit(cache=True, nogil=True)
def _add_postings(starts, documents, impacts, terms, weights, cursor, a, b, first, stop, scores):
    """Add the weighted postings of the terms from a to b that lie in the tile."""
    for j in range(a, b):
        p = cursor[j]
        end = starts[terms[j] + 1]
        w = weights[j]
        while p < end and documents[p] < stop:
            scores[np.uint64(documents[p] - first)] += w * impacts[p]
            p += 1
        cursor[j] = p


@njit(cache=True, nogil=True)
def _mark_postings(starts, documents, terms, cursor, a, b, first, stop, hit):
    """Mark the documents of the tile that hold one of the terms."""
    for j in range(a, b):
        p = cursor[j]
        end = starts[terms[j] + 1]
        while p < end and documents[p] < stop:
            hit[np.uint64(documents[p] - first)] = 1
            p += 1


@njit(cache=True, nogil=True)
def keep_best(keys, size, depth):
    """Move the ``depth`` largest of ``size`` distinct keys to the front; the least of them.

    Quickselect (Hoare 1961) with a partition that has no branch to mispredict.
    """
    low, high = 0, size
    while high - low > _SMALL:
        x, y, z = keys[low], keys[(low + high) >> 1], keys[high - 1]
        # Above the least of three keys, at most the middle one: both parts get a key.
        pivot = max(min(x, y), min(max(x, y), z))
        split = low
        for i in range(low, high):
            key = keys[i]
            keys[i] = keys[split]
            keys[split] = key
            split += key >= pivot
        if split == depth:
            return pivot
        if split > depth:
            high = split
        else:
            low = split
    for i in range(low + 1, high):
        key = keys[i]
        j = i
        while j > low and keys[j - 1] < key:
            keys[j] = keys[j - 1]
            j -= 1
        keys[j] = key
    return keys[depth - 1]


@njit(cache=True, nogil=True)
def _collect(orders, width, first, keys, size, limit, depth):
    """Append a tile's documents of at least the order ``limit`` to the keys; new size and limit.

    An order is the bits of a score, made to compare as the score does. A key has the order above
    the ordinal, so larger is better. Full keys are cut to the best; the least gives the new limit.
    """
    for start in range(0, width, _BLOCK):
        stop = min(width, start + _BLOCK)
        reach = 0
        for d in range(start, stop):
            reach += orders[d] >= limit
        if reach == 0:
            continue
        for d in range(start, stop):
            if orders[d] < limit:
                continue
            keys[size] = np.int64(orders[d]) << 32 | (first + d)
            size += 1
            if size == keys.size:
                limit = np.int32(keep_best(keys, size, depth) >> 32)
                size = depth
    return size, limit


@njit(cache=True, nogil=True)
def _finish(tile, orders, hit, width, base, positive):
    """Add the base to the scores of hits, and make every score's bits compare as it does."""
    if positive:
        if base != 0:
            for d in range(width):
                tile[d] = tile[d] + base if tile[d] > 0 else np.float32(0)
        return
    for d in range(width):
        tile[d] += base
    for d in range(width):
        orders[d] = orders[d] ^ ((orders[d] >> 31) & _MAGNITUDE) if hit[d] else _NO_HIT


@njit(cache=True, nogil=True)
def _plan(starts, bounds, terms, n_dense, cursor, slots, dense_ends, dense):
    """Set the cursors of all terms and give the dense ones their rows; the number of rows."""
    row_of = np.full(n_dense, -1, np.int64)
    rows = 0
    for q in range(bounds.size - 1):
        dense_ends[q] = bounds[q]
        for j in range(bounds[q], bounds[q + 1]):
            term = terms[j]
            cursor[j] = starts[term]
            if term < n_dense:
                if row_of[term] < 0:
                    row_of[term] = rows
                    dense[rows] = term
                    rows += 1
                slots[j] = row_of[term]
                dense_ends[q] = j + 1
    return rows


@njit(cache=True, nogil=True)
def search(
    starts, documents, impacts, n_documents,
    bounds, terms, weights, base, n_dense, positive, keys, depth,
):  # fmt: skip
    """Find the best documents for a run of queries.

    Args:
        starts: int64, shape (terms of the index + 1,): see ``index.Index``.
        documents: uint32, shape (postings,).
        impacts: float32, shape (postings,).
        n_documents: number of documents.
        bounds: int64, shape (queries + 1,), from 0: terms ``bounds[i]:bounds[i + 1]`` for query i.
        terms: int32, ascending within a query, none twice.
        weights: float32, occurrences of each term in its query.
        base: float32, shape (queries,): what every hit of a query gets last.
        n_dense: terms below this number are read as dense rows; 0 unless ``positive``.
        positive: whether a sum of impacts above 0 marks a hit; then ``base`` is 0 or more.
        keys: int64, shape (queries, more than depth), all ``NO_KEY``; written: the keys of the
            ``depth`` best documents first, in no order.
        depth: number of documents wanted, 1 or more.
    """
    n_queries = bounds.size - 1
    cursor = np.empty(terms.size, np.int64)
    slots = np.empty(terms.size, np.int64)
    dense_ends = np.empty(n_queries, np.int64)
    dense = np.empty(n_dense, np.int64)
    n_rows = _plan(starts, bounds, terms, n_dense, cursor, slots, dense_ends, dense)
    dense = dense[:n_rows]
    row_cursor = starts[dense]
    rows = np.empty((n_rows, TILE), np.float32)
    tile = np.empty(TILE, np.float32)
    orders = tile.view(np.int32)
    hit = np.empty(TILE, np.uint8)
    sizes = np.zeros(n_queries, np.int64)
    limits = np.full(n_queries, _LEAST_POSITIVE if positive else _LEAST, np.int32)
    for first in range(0, n_documents, TILE):
        width = min(TILE, n_documents - first)
        stop = first + width
        _spread(starts, documents, impacts, dense, row_cursor, first, stop, rows)
        for q in range(n_queries):
            a, m, b = bounds[q], dense_ends[q], bounds[q + 1]
            tile[:] = 0
            if not positive:
                hit[:] = 0
                _mark_postings(starts, documents, terms, cursor, a, b, first, stop, hit)
            _add_rows(rows, slots, weights, a, m, tile)
            _add_postings(
                starts, documents, impacts, terms, weights, cursor, m, b, first, stop, tile
            )
            _finish(tile, orders, hit, width, base[q], positive)
            sizes[q], limits[q] = _collect(
                orders, width, first, keys[q], sizes[q], limits[q], depth
            )
    for q in range(n_queries):
        if sizes[q] > depth:
            keep_best(keys[q], sizes[q], depth)
            keys[q, depth:] = NO_KEY
