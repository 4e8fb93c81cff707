"""Compiled steps from words to the parts of identifiers: see ``code_words``.

Words are counted first, with their case, by the tokenizer that all texts share. An identifier is
then taken apart once, however often it occurs, and the counts of the words become those of parts.
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
    NUKTA,
    NUKTA_LETTER,
    SINGLE,
)
from .code_words import CAPITAL, CONNECTOR, MARK, NUMBER, OTHER, SMALL
from .token_kernels import SEED, decode, finish, step


@njit(cache=True, nogil=True)
def longest(places):
    """Bytes of the longest of some words."""
    size = 0
    for word in range(places.shape[0]):
        size = max(size, places[word, 1] - places[word, 0])
    return size


@njit(cache=True, nogil=True)
def _read(data, start, stop, codes, classes, points, kinds, bounds):
    """Write the code points of a word, as they are compared, their classes and their bytes.

    Returns:
        How many there are, or -1 where the word is a single character that is a word by itself.
    """
    size = 0
    i = start
    while i < stop:
        code = np.int64(data[i])
        width = 1
        if code >= 0x80:
            code, width = decode(data, i)
        entry = codes[code]
        kind = entry >> KIND_SHIFT
        points[size] = entry & CODE_MASK
        kinds[size] = classes[code]
        bounds[size, 0] = i
        i += width
        if kind == IGNORED:
            continue
        bounds[size, 1] = i
        size += 1
        if kind == SINGLE:
            return -1
        if kind == NUKTA_LETTER:
            points[size] = entry & (CODE_MASK & BLOCK_MASK) | NUKTA
            kinds[size] = MARK
            bounds[size, 0] = bounds[size - 1, 0]
            bounds[size, 1] = i
            size += 1
    return size


@njit(cache=True, nogil=True, forceinline=True)
def _marks(kinds, i, size):
    """The place behind the marks from a place on."""
    while i < size and kinds[i] == MARK:
        i += 1
    return i


@njit(cache=True, nogil=True)
def _part_end(kinds, first, size):
    """The place behind the part that starts at a place."""
    i = _marks(kinds, first + 1, size)
    if kinds[first] == NUMBER:
        while i < size and kinds[i] == NUMBER:
            i = _marks(kinds, i + 1, size)
        return i
    if kinds[first] == CAPITAL:
        while i < size and kinds[i] == CAPITAL:
            behind = _marks(kinds, i + 1, size)
            if behind < size and kinds[behind] == SMALL:
                break
            i = behind
    while i < size and kinds[i] in (SMALL, OTHER):
        i = _marks(kinds, i + 1, size)
    return i


@njit(cache=True, nogil=True)
def _hash(points, first, last):
    h = SEED
    for i in range(first, last):
        h = step(h, points[i])
    return np.uint64(finish(h))


@njit(cache=True, nogil=True)
def split(
    data, places, codes, classes, min_length, word, points, kinds, bounds, hashes, spans, ends
):
    """Take words apart from one on, until done or until no room is left for another.

    Args:
        data: uint8, UTF-8 bytes of all texts.
        places: int64, shape (words, 2): the bytes of each word.
        codes: int32, shape (0x110000,): see ``characters.code_table``.
        classes: uint8, shape (0x110000,): see ``code_words.class_table``.
        min_length: fewest code points of a part.
        word: the first that is taken apart.
        points: int64, as long as the longest word is in bytes, and one: scratch.
        kinds: uint8, as long: scratch.
        bounds: int64, as long, 2 wide: scratch.
        hashes: uint64; written: the hash of each part, as ``token_kernels.count_words`` makes it.
        spans: int64, as many, 2 wide; written: the bytes of each part.
        ends: int64, shape (words + 1,); written: word w's parts are ``ends[w]:ends[w + 1]``.

    Returns:
        The word that found no room; the number of words where all are done.
    """
    made = ends[word]
    for w in range(word, places.shape[0]):
        size = _read(data, places[w, 0], places[w, 1], codes, classes, points, kinds, bounds)
        # Parts are no more than code points; the whole is one more.
        if made + max(size, 0) + 1 > hashes.size:
            return w
        if size < 0:
            hashes[made] = _hash(points, 0, 1)
            spans[made, 0] = bounds[0, 0]
            spans[made, 1] = bounds[0, 1]
            made += 1
            ends[w + 1] = made
            continue
        found = 0
        start = 0
        last = 0
        i = 0
        while i < size:
            if kinds[i] in (CONNECTOR, MARK):
                i += 1
                continue
            last = _part_end(kinds, i, size)
            start = i if found == 0 else start
            found += 1
            if kinds[i] == NUMBER or last - i >= min_length:
                hashes[made] = _hash(points, i, last)
                spans[made, 0] = bounds[i, 0]
                spans[made, 1] = bounds[last - 1, 1]
                made += 1
            i = last
        if found > 1 and last - start >= min_length:
            hashes[made] = _hash(points, start, last)
            spans[made, 0] = bounds[start, 0]
            spans[made, 1] = bounds[last - 1, 1]
            made += 1
        ends[w + 1] = made
    return places.shape[0]


@njit(cache=True, nogil=True)
def expand(terms, counts, ends, part_ends, names, seen, new_terms, new_counts, new_ends, lengths):
    """Replace the postings of words by those of their parts, text by text.

    Args:
        terms: int32, word of each posting.
        counts: int32, its occurrences.
        ends: int64, shape (texts + 1,): bounds of the texts' postings.
        part_ends: int64, shape (words + 1,): bounds of the words' parts.
        names: int64, name of each part.
        seen: int64, shape (names,), all -1: scratch, the posting that holds a name.
        new_terms: int32, long enough for each posting's parts; written.
        new_counts: int32, as long; written.
        new_ends: int64, shape (texts + 1,); written.
        lengths: int32, shape (texts,); written: parts of each text, repeated as they occur.

    Returns:
        Number of postings.
    """
    made = 0
    for text in range(lengths.size):
        first = made
        length = 0
        for p in range(ends[text], ends[text + 1]):
            word = terms[p]
            for part in range(part_ends[word], part_ends[word + 1]):
                name = names[part]
                length += counts[p]
                if seen[name] >= first:
                    new_counts[seen[name]] += counts[p]
                else:
                    seen[name] = made
                    new_terms[made] = name
                    new_counts[made] = counts[p]
                    made += 1
        new_ends[text + 1] = made
        lengths[text] = length
    return made
