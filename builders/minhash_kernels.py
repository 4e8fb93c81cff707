"""Compiled MinHash: shingles, signatures, band keys, candidate pairs and exact similarities.

Texts are UTF-8 in one buffer, as Arrow keeps them. A shingle is a run of ``size`` code points; a
text shorter than that is one shingle.
"""

# numba infers the types of a kernel's arguments:
# ruff: noqa: ANN001, ANN201, ANN202
# pyright: reportMissingParameterType=false
from __future__ import annotations

import numpy as np
from numba import njit, prange

from ..retrieval.bm25.token_kernels import decode

_SEED = np.uint64(0xCBF29CE484222325)
_MIX = np.uint64(0xD6E8FEB86659FD93)
_HALF = np.uint64(32)
_NONE = np.uint32(0xFFFFFFFF)


@njit(cache=True, nogil=True, forceinline=True)
def _mixed(h):
    h ^= h >> _HALF
    h *= _MIX
    h ^= h >> _HALF
    return h


@njit(cache=True, nogil=True, forceinline=True)
def _code_points(data, start, stop, codes):
    """Decode valid UTF-8 into ``codes``; how many code points there are."""
    count = 0
    i = start
    while i < stop:
        lead = np.int64(data[i])
        code, width = lead, 1
        if lead >= 0x80:
            code, width = decode(data, i)
        codes[count] = code
        count += 1
        i += width
    return count


@njit(cache=True, nogil=True)
def _shingles(data, start, stop, size, codes, out):
    """Hashes of a text's shingles in the order of the text; how many there are."""
    count = _code_points(data, start, stop, codes)
    if count == 0:
        return 0
    windows = max(1, count - size + 1)
    for first in range(windows):
        h = _SEED
        for place in range(first, min(first + size, count)):
            h = _mixed(h ^ np.uint64(codes[place]))
        out[first] = h
    return windows


@njit(cache=True, nogil=True, parallel=True)
def signatures(data, offsets, size, multipliers, shifts, longest, pieces, out):
    """MinHash signatures (Broder 1997) by multiply-shift hashing of 32 bits.

    Args:
        data: uint8, UTF-8 bytes of all texts.
        offsets: int64, shape (texts + 1,).
        size: code points of a shingle.
        multipliers: uint32, odd, shape (permutations,).
        shifts: uint32, shape (permutations,).
        longest: bytes of the longest text.
        pieces: into how many runs the texts are divided.
        out: uint32, shape (texts, permutations); all ones for an empty text.
    """
    texts = offsets.size - 1
    for piece in prange(pieces):
        codes = np.empty(longest, np.int64)
        hashes = np.empty(longest, np.uint64)
        for text in range(texts * piece // pieces, texts * (piece + 1) // pieces):
            count = _shingles(data, offsets[text], offsets[text + 1], size, codes, hashes)
            row = out[text]
            row[:] = _NONE
            for place in range(count):
                h = np.uint32(hashes[place] >> _HALF)
                for p in range(row.size):
                    value = np.uint32(h * multipliers[p]) + shifts[p]
                    # The product's high bits are the mixed ones.
                    value = np.uint32(value ^ (value >> np.uint32(15)))
                    row[p] = min(row[p], value)


@njit(cache=True, nogil=True, parallel=True)
def band_keys(signature, rows, out):
    """One 64-bit key for each band of ``rows`` signature values; ``out`` is (bands, texts)."""
    for text in prange(signature.shape[0]):
        for band in range(out.shape[0]):
            h = _SEED
            for place in range(band * rows, (band + 1) * rows):
                h = _mixed(h ^ np.uint64(signature[text, place]))
            out[band, text] = h


@njit(cache=True, nogil=True)
def _candidate(keys, signature, band, left, right, least):
    """Whether this band is the first that joins two texts whose signatures are alike."""
    for earlier in range(band):
        if keys[earlier, left] == keys[earlier, right]:
            return False
    equal = 0
    for place in range(signature.shape[1]):
        equal += signature[left, place] == signature[right, place]
    return equal >= least


@njit(cache=True, nogil=True, parallel=True)
def candidates(keys, signature, band, order, starts, least, counts, pairs):
    """Pairs of one band's buckets whose signatures agree in at least ``least`` places.

    Called twice: with ``pairs`` of no rows it counts, by the first member of a pair; then it
    writes.

    Args:
        keys: uint64, shape (bands, texts).
        signature: uint32, shape (texts, permutations).
        band: the band.
        order: int64, texts in the order of the band's keys, equal keys by text.
        starts: int64, where each run of equal keys starts in ``order``, and the end.
        least: places of the signatures that must agree.
        counts: int64, shape (texts,): by place in ``order``, pairs found, or where to write them.
        pairs: int64, shape (pairs, 2), the smaller text first.
    """
    for run in prange(starts.size - 1):
        for one in range(starts[run], starts[run + 1]):
            at = counts[one]
            found = 0
            for two in range(one + 1, starts[run + 1]):
                if _candidate(keys, signature, band, order[one], order[two], least):
                    if pairs.shape[0]:
                        pairs[at + found, 0] = order[one]
                        pairs[at + found, 1] = order[two]
                    found += 1
            if not pairs.shape[0]:
                counts[one] = found


@njit(cache=True, nogil=True)
def _distinct(hashes, count):
    """Sort the first ``count`` hashes in place and drop repeats; how many are left."""
    ordered = np.sort(hashes[:count])
    kept = 0
    for place in range(count):
        if place == 0 or ordered[place] != ordered[place - 1]:
            hashes[kept] = ordered[place]
            kept += 1
    return kept


@njit(cache=True, nogil=True, parallel=True)
def similarities(data, offsets, size, pairs, longest, pieces, out):
    """Jaccard similarity of the two texts' sets of shingles, for each pair.

    Args:
        data: uint8, UTF-8 bytes of all texts.
        offsets: int64, shape (texts + 1,).
        size: code points of a shingle.
        pairs: int64, shape (pairs, 2).
        longest: bytes of the longest text.
        pieces: into how many runs the pairs are divided.
        out: float64, shape (pairs,).
    """
    count = pairs.shape[0]
    for piece in prange(pieces):
        codes = np.empty(longest, np.int64)
        ours = np.empty(longest, np.uint64)
        theirs = np.empty(longest, np.uint64)
        last = np.int64(-1)
        left = 0
        for pair in range(count * piece // pieces, count * (piece + 1) // pieces):
            one, two = pairs[pair, 0], pairs[pair, 1]
            if one != last:
                found = _shingles(data, offsets[one], offsets[one + 1], size, codes, ours)
                left = _distinct(ours, found)
                last = one
            found = _shingles(data, offsets[two], offsets[two + 1], size, codes, theirs)
            right = _distinct(theirs, found)
            shared = _shared(ours, left, theirs, right)
            union = left + right - shared
            out[pair] = shared / union if union else 0.0


@njit(cache=True, nogil=True)
def _shared(ours, left, theirs, right):
    """Hashes that two ascending arrays share."""
    shared = i = j = 0
    while i < left and j < right:
        if ours[i] == theirs[j]:
            shared += 1
            i += 1
            j += 1
        elif ours[i] < theirs[j]:
            i += 1
        else:
            j += 1
    return shared
