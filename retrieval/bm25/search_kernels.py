"""Compiled search: exact scores of all texts, tile by tile, and the best documents of them.

A score is a float32 sum over the query's terms in the order of their numbers, that is by document
frequency descending (ties by hash). Every path below adds the same products in that order, and
adding 0 for an absent term changes nothing; so scores do not depend on which path ran, on shards,
tiles, threads or on the processor.

The scores of a tile of texts stay in the first-level cache. Terms that many texts hold are spread
over dense rows once a tile, which all queries then share and the processor reads as vectors; the
others are read as postings. Where documents are cut into passages, the passages' scores become
documents' scores before the best are kept; a tile holds all passages of its documents.
"""

# numba infers the types of a kernel's arguments:
# ruff: noqa: ANN001, ANN201, ANN202
# pyright: reportMissingParameterType=false
from __future__ import annotations

import numpy as np
from numba import njit

from ..aggregation import AVERAGE_TOP, MAX, aggregate

NO_KEY = np.iinfo(np.int64).min
NO_AGGREGATION = -1
_BLOCK = 64
_SMALL = 16
_MAGNITUDE = np.int32(0x7FFFFFFF)
_NO_HIT = np.int32(np.iinfo(np.int32).min)
LEAST = np.int32(_NO_HIT + 1)
"""The least order of a hit."""
LEAST_POSITIVE = np.int32(0x00800000)
"""The order of the least normal float32: what is below may count as 0 where denormals are off."""


@njit(cache=True, nogil=True)
def _advance(texts, places, spans, stop):
    """Move the span of every term on to its postings below ``stop``.

    Done once a tile for all queries; they then find their postings without looking at texts.
    """
    for term in range(spans.shape[0]):
        p = spans[term, 1]
        spans[term, 0] = p
        end = places[term, 1]
        while p < end and texts[p] < stop:
            p += 1
        spans[term, 1] = p


@njit(cache=True, nogil=True)
def _spread(texts, impacts, spans, first, rows):
    """Write the impacts of the dense terms in a tile into their rows."""
    for row in range(rows.shape[0]):
        rows[row, :] = 0
        for p in range(spans[row, 0], spans[row, 1]):
            rows[row, np.uint64(texts[p] - first)] = impacts[p]


@njit(cache=True, nogil=True)
def _add_rows(rows, terms, weights, a, b, scores):
    """Add the weighted rows of the terms from a to b, four at a time but in order."""
    j = a
    while j + 4 <= b:
        r0, r1, r2, r3 = rows[terms[j]], rows[terms[j + 1]], rows[terms[j + 2]], rows[terms[j + 3]]
        w0, w1, w2, w3 = weights[j], weights[j + 1], weights[j + 2], weights[j + 3]
        for d in range(scores.size):
            scores[d] = (((scores[d] + w0 * r0[d]) + w1 * r1[d]) + w2 * r2[d]) + w3 * r3[d]
        j += 4
    while j < b:
        r0, w0 = rows[terms[j]], weights[j]
        for d in range(scores.size):
            scores[d] += w0 * r0[d]
        j += 1


@njit(cache=True, nogil=True)
def _add_postings(texts, impacts, spans, terms, weights, a, b, first, scores):
    """Add the weighted postings of the terms from a to b that lie in the tile."""
    # Places are unsigned: numba counts those below 0 from the end, which takes time to check.
    base = np.uint64(first)
    for j in range(a, b):
        w = weights[j]
        for p in range(np.uint64(spans[terms[j], 0]), np.uint64(spans[terms[j], 1])):
            scores[np.uint64(texts[p]) - base] += w * impacts[p]


@njit(cache=True, nogil=True)
def _mark_postings(texts, spans, terms, a, b, first, hit):
    """Mark the texts of the tile that hold one of the terms."""
    for j in range(a, b):
        for p in range(spans[terms[j], 0], spans[terms[j], 1]):
            hit[np.uint64(texts[p] - first)] = 1


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
def _collect(orders, first, keys, size, limit, depth):
    """Append a tile's documents of at least the order ``limit`` to the keys; new size and limit.

    An order is the bits of a score, made to compare as the score does. A key has the order above
    the ordinal, so larger is better. Full keys are cut to the best; the least gives the new limit.
    """
    for start in range(0, orders.size, _BLOCK):
        stop = min(orders.size, start + _BLOCK)
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
def _add_base(scores, hit, base, positive):
    """Add the base to the scores of hits; other texts score 0."""
    if base == 0:
        return
    if positive:
        for d in range(scores.size):
            scores[d] = scores[d] + base if scores[d] > 0 else np.float32(0)
    else:
        for d in range(scores.size):
            scores[d] = scores[d] + base if hit[d] else np.float32(0)


@njit(cache=True, nogil=True)
def _order(orders, hit):
    """Make the bits of every score compare as it does, and no hit the least."""
    for d in range(orders.size):
        orders[d] = orders[d] ^ ((orders[d] >> 31) & _MAGNITUDE) if hit[d] else _NO_HIT


@njit(cache=True, nogil=True)
def _reduce(scores, owners, kind, n_best, best, limit, found):
    """Write documents' scores; one that cannot reach the limit may get its best passage's.

    The average of the n best is dear and never above the best, which is cheap to find.
    """
    if kind != AVERAGE_TOP:
        aggregate(scores, owners, owners[0], kind, n_best, best, found)
        return
    aggregate(scores, owners, owners[0], MAX, 1, best, found)
    orders = found.view(np.int32)
    for d in range(found.size):
        if orders[d] ^ ((orders[d] >> 31) & _MAGNITUDE) >= limit:
            aggregate(scores, owners[d : d + 2], owners[0], kind, n_best, best, found[d : d + 1])


@njit(cache=True, nogil=True)
def _lift(hit, starts, lifted):
    """Mark the documents that have a marked passage; passages are counted from the first."""
    for d in range(starts.size - 1):
        lifted[d] = 0
        for p in range(starts[d] - starts[0], starts[d + 1] - starts[0]):
            lifted[d] |= hit[p]


@njit(cache=True, nogil=True)
def _widths(tiles, starts):
    """Most texts and most documents of a tile."""
    texts, documents = 0, 0
    for t in range(tiles.size - 1):
        texts = max(texts, starts[tiles[t + 1]] - starts[tiles[t]])
        documents = max(documents, tiles[t + 1] - tiles[t])
    return texts, documents


@njit(cache=True, nogil=True)
def _dense_ends(bounds, terms, n_dense):
    """Where each query's dense terms end."""
    ends = bounds[:-1].copy()
    for q in range(ends.size):
        for j in range(bounds[q], bounds[q + 1]):
            ends[q] += terms[j] < n_dense
    return ends


@njit(cache=True, nogil=True)
def search_shard(
    texts, impacts, places, tiles, first_document, starts, kind, n_best,
    bounds, terms, weights, base, n_dense, positive, keys, sizes, limits, depth,
):  # fmt: skip
    """Take the best documents of a shard into the keys of a run of queries.

    Args:
        texts: uint16, shape (postings of all shards,): see ``index.Index``.
        impacts: float32, shape (postings of all shards,).
        places: int64, shape (terms of the queries, 2): bounds of the shard's postings of each.
        tiles: int64, shape (tiles + 1,): bounds of the shard's tiles, in its documents, from 0.
        first_document: ordinal of the shard's first document.
        starts: int64, shape (documents of the shard + 1,): passages ``starts[d]:starts[d + 1]``
            of document d, from 0. Without passages, 0 1 2 …
        kind: see ``aggregation.Aggregation``, or ``NO_AGGREGATION`` where each text is a document.
        n_best: see ``aggregation.Aggregation``.
        bounds: int64, shape (queries + 1,), from 0: terms ``bounds[i]:bounds[i + 1]`` for query i.
        terms: int32, rows of ``places``, ascending within a query, none twice.
        weights: float32, occurrences of each term in its query.
        base: float32, shape (queries,): what every hit of a query gets last.
        n_dense: terms below this one are read as dense rows; 0 unless ``positive``.
        positive: whether a sum of impacts above 0 marks a hit; then ``base`` is 0 or more.
        keys: int64, shape (queries, more than depth); written: with ``sizes`` the keys so far.
        sizes: int64, shape (queries,): keys in each row, 0 at first; written.
        limits: int32, shape (queries,): order that a document must reach; at first
            ``LEAST_POSITIVE``, or ``LEAST`` unless ``positive``; written.
        depth: number of documents wanted, 1 or more.
    """
    widest, most = _widths(tiles, starts)
    dense_ends = _dense_ends(bounds, terms, n_dense)
    spans = np.empty_like(places)
    spans[:, 1] = places[:, 0]
    rows = np.empty((n_dense, widest), np.float32)
    all_scores = np.empty(widest, np.float32)
    all_hits = np.empty(0 if positive else widest, np.uint8)
    reduced = np.empty(most, np.float32)
    lifted = np.empty(0 if positive else most, np.uint8)
    best = np.empty(n_best, np.float64)
    for t in range(tiles.size - 1):
        owners = starts[tiles[t] : tiles[t + 1] + 1]
        first, stop = owners[0], owners[owners.size - 1]
        scores, hit = all_scores[: stop - first], all_hits
        _advance(texts, places, spans, stop)
        _spread(texts, impacts, spans, first, rows)
        for q in range(bounds.size - 1):
            a, m, b = bounds[q], dense_ends[q], bounds[q + 1]
            scores[:] = 0
            if not positive:
                hit[:] = 0
                _mark_postings(texts, spans, terms, a, b, first, hit)
            _add_rows(rows, terms, weights, a, m, scores)
            _add_postings(texts, impacts, spans, terms, weights, m, b, first, scores)
            _add_base(scores, hit, base[q], positive)
            found, marked = scores, hit
            if kind != NO_AGGREGATION:
                found, marked = reduced[: owners.size - 1], lifted
                _reduce(scores, owners, kind, n_best, best, limits[q], found)
                if not positive:
                    _lift(hit, owners, lifted)
            orders = found.view(np.int32)
            if not positive:
                _order(orders, marked)
            sizes[q], limits[q] = _collect(
                orders, first_document + tiles[t], keys[q], sizes[q], limits[q], depth
            )


@njit(cache=True, nogil=True)
def close_keys(keys, sizes, depth):
    """Bring the ``depth`` best keys of each query to the front, ``NO_KEY`` behind the last."""
    for q in range(sizes.size):
        if sizes[q] > depth:
            keep_best(keys[q], sizes[q], depth)
            sizes[q] = depth
        keys[q, sizes[q] :] = NO_KEY


@njit(cache=True, nogil=True)
def decode(keys, docs, scores):
    """Write the ordinals and scores in ascending keys, best first; -1 and 0 for ``NO_KEY``."""
    orders = scores.view(np.int32)
    depth = keys.shape[1]
    for q in range(keys.shape[0]):
        for i in range(depth):
            key = keys[q, depth - 1 - i]
            order = np.int32(key >> 32)
            hit = key != NO_KEY
            docs[q, i] = np.int32(key & 0xFFFFFFFF) if hit else -1
            orders[q, i] = order ^ ((order >> 31) & _MAGNITUDE) if hit else 0
