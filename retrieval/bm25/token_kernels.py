"""Compiled tokenizer: counts the words of UTF-8 texts straight off their Arrow buffers.

The kernels never enlarge an array: they stop and the driver (``counts.py``) grows it, because
numba keeps the pointers of arrays that are not reassigned in registers. The vocabulary is an
open-addressing table of 64-bit hashes (Fowler-Noll-Vo 1a over code points, mixed), four int64 a
slot: hash (0 = free), term, stamp of the last text that held it, its posting in that text.
"""

# numba infers the types of a kernel's arguments:
# ruff: noqa: ANN001, ANN201, ANN202
# pyright: reportMissingParameterType=false
from __future__ import annotations

import numpy as np
from numba import njit

from .characters import (
    BLOCK_MASK,
    CODE_MASK,
    IGNORED,
    KIND_SHIFT,
    MARK,
    NUKTA,
    NUKTA_LETTER,
    SINGLE,
    WORD,
)

SLOT = 4
DONE, POSTINGS_FULL, TABLE_FULL = range(3)

SEED = np.uint64(0xCBF29CE484222325)
_PRIME = np.uint64(0x100000001B3)
_MIX = np.uint64(0xD6E8FEB86659FD93)
_HALF = np.uint64(32)


@njit(cache=True, nogil=True, forceinline=True)
def finish(h):
    """Spread the bits of a Fowler-Noll-Vo hash; 0 is kept for free slots."""
    h ^= h >> _HALF
    h *= _MIX
    h ^= h >> _HALF
    return np.int64(h) if h != np.uint64(0) else np.int64(1)


@njit(cache=True, nogil=True, forceinline=True)
def step(h, code):
    """Take a further code point into a hash, which starts as ``SEED``."""
    return (h ^ np.uint64(code)) * _PRIME


@njit(cache=True, nogil=True, forceinline=True)
def decode(data, i):
    """Code point that starts at a byte >= 0x80 of valid UTF-8, and its length in bytes."""
    lead = np.int64(data[i])
    if lead < 0xE0:
        return (lead & 0x1F) << 6 | (data[i + 1] & 0x3F), 2
    if lead < 0xF0:
        return (lead & 0x0F) << 12 | (data[i + 1] & 0x3F) << 6 | (data[i + 2] & 0x3F), 3
    return (
        (lead & 0x07) << 18
        | (data[i + 1] & 0x3F) << 12
        | (data[i + 2] & 0x3F) << 6
        | (data[i + 3] & 0x3F),
        4,
    )


@njit(cache=True, nogil=True, forceinline=True)
def _find(table, key):
    """Where in the table a hash is, or the free place where it belongs."""
    wrap = table.size // SLOT - 1
    slot = key & wrap
    while True:
        held = table[slot * SLOT]
        if held in (key, 0):
            return slot * SLOT
        slot = (slot + 1) & wrap


# State kept in arrays, or in what helper functions return, makes this scan twice as slow.
@njit(cache=True, nogil=True)
def count_words(  # noqa: C901, PLR0912, PLR0915 -- one scan, see above
    data, offsets, codes, min_length, state, table, places, terms, counts, ends, lengths
):  # fmt: skip
    """Count the words of each text from ``state[0]`` on, until done or until an array is full.

    Args:
        data: uint8, UTF-8 bytes of all texts.
        offsets: int64, shape (texts + 1,), into ``data``.
        codes: int32, shape (0x110000,): see ``characters.code_table``.
        min_length: fewest code points of a word.
        state: int64, shape (4,): next text, terms, postings, stamp of the last text tried.
        table: int64, shape (slots * 4,), slots a power of two: see the module.
        places: int64, shape (slots / 2, 2): bytes of ``data`` where a term was first seen.
        terms: int32, term of each posting.
        counts: int32, occurrences in the text of each posting.
        ends: int64, shape (texts + 1,): the postings of text i are ``ends[i]:ends[i + 1]``.
        lengths: int32, shape (texts,): number of words.

    Returns:
        DONE, POSTINGS_FULL or TABLE_FULL. The text that filled an array is counted anew next time.
    """
    n_terms, n_postings, stamp = state[1], state[2], state[3]
    for text in range(state[0], lengths.size):
        i = offsets[text]
        end = offsets[text + 1]
        stamp += 1
        length = 0
        while i < end:
            byte = data[i]
            width = 1
            if byte < 0x80:
                entry = codes[byte]
            else:
                code, width = decode(data, i)
                entry = codes[code]
            kind = entry >> KIND_SHIFT
            start = i
            i += width
            if kind != WORD and kind != SINGLE and kind != NUKTA_LETTER:  # noqa: PLR1714 -- compares
                continue
            h = step(SEED, entry & CODE_MASK)
            size = 1
            if kind != SINGLE:
                if kind == NUKTA_LETTER:
                    h = step(h, entry & (CODE_MASK & BLOCK_MASK) | NUKTA)
                    size = 2
                while i < end:
                    byte = data[i]
                    width = 1
                    if byte < 0x80:
                        entry = codes[byte]
                        if entry == 0:
                            break
                    else:
                        code, width = decode(data, i)
                        entry = codes[code]
                        kind = entry >> KIND_SHIFT
                        if kind != WORD and kind != MARK:  # noqa: PLR1714 -- as above
                            if kind == IGNORED:
                                i += width
                                continue
                            if kind != NUKTA_LETTER:
                                break
                            h = step(h, entry & CODE_MASK)
                            size += 1
                            entry = entry & (CODE_MASK & BLOCK_MASK) | NUKTA
                    i += width
                    h = step(h, entry & CODE_MASK)
                    size += 1
                if size < min_length:
                    continue
            key = finish(h)
            at = _find(table, key)
            if table[at + 2] == stamp:
                counts[table[at + 3]] += 1
            else:
                new_term = table[at] == 0
                if n_postings == terms.size or (new_term and n_terms == places.shape[0]):
                    state[0], state[1], state[2], state[3] = text, n_terms, ends[text], stamp
                    return POSTINGS_FULL if n_postings == terms.size else TABLE_FULL
                if new_term:
                    table[at] = key
                    table[at + 1] = n_terms
                    places[n_terms, 0] = start
                    places[n_terms, 1] = i
                    n_terms += 1
                table[at + 2] = stamp
                table[at + 3] = n_postings
                terms[n_postings] = table[at + 1]
                counts[n_postings] = 1
                n_postings += 1
            length += 1
        lengths[text] = length
        ends[text + 1] = n_postings
    state[0], state[1], state[2], state[3] = lengths.size, n_terms, n_postings, stamp
    return DONE


@njit(cache=True, nogil=True)
def copy_table(table, larger):
    """Put the filled slots of a table into a larger, empty one."""
    wrap = larger.size // SLOT - 1
    for slot in range(table.size // SLOT):
        key = table[slot * SLOT]
        if key != 0:
            new = key & wrap
            while larger[new * SLOT] != 0:
                new = (new + 1) & wrap
            for field in range(SLOT):
                larger[new * SLOT + field] = table[slot * SLOT + field]


@njit(cache=True, nogil=True)
def read_hashes(table, hashes):
    """Write the hash of each term in the table to ``hashes``: uint64, shape (terms,)."""
    for slot in range(table.size // SLOT):
        key = table[slot * SLOT]
        if key != 0:
            hashes[table[slot * SLOT + 1]] = np.uint64(key)


@njit(cache=True, nogil=True)
def hash_words(data, offsets, hashes):
    """Hash whole strings as ``count_words`` hashes a word of the same code points."""
    for word in range(offsets.size - 1):
        h = SEED
        i = offsets[word]
        while i < offsets[word + 1]:
            if data[i] < 0x80:
                h = step(h, data[i])
                i += 1
            else:
                code, width = decode(data, i)
                h = step(h, code)
                i += width
        hashes[word] = np.uint64(finish(h))


@njit(cache=True, nogil=True)
def regroup(terms, counts, ends, lengths, target, seen):
    """Rename the terms of postings, dropping terms and merging those that share a new name.

    Works in place, text by text, and leaves the postings of a text in order of first occurrence.

    Args:
        terms: int32, term of each posting; overwritten with new names.
        counts: int32, occurrences; overwritten.
        ends: int64, shape (texts + 1,): bounds of the texts' postings; overwritten.
        lengths: int32, shape (texts,): number of words; overwritten with the words kept.
        target: int32, new name of each term, -1 = drop.
        seen: int64, shape (new names,), all -1: scratch, the posting that holds a name.

    Returns:
        Number of postings kept.
    """
    kept = 0
    start = 0
    for text in range(lengths.size):
        stop = ends[text + 1]
        first = kept
        length = 0
        for p in range(start, stop):
            name = target[terms[p]]
            if name < 0:
                continue
            length += counts[p]
            if seen[name] >= first:
                counts[seen[name]] += counts[p]
            else:
                seen[name] = kept
                terms[kept] = name
                counts[kept] = counts[p]
                kept += 1
        start = stop
        ends[text + 1] = kept
        lengths[text] = length
    return kept
