"""Compiled steps from texts to the bytes of their windows."""

# numba infers the types of a kernel's arguments:
# ruff: noqa: ANN001, ANN201
# pyright: reportMissingParameterType=false
from __future__ import annotations

import numpy as np
from numba import njit

from ..bm25.characters import IGNORED, KIND_SHIFT, NUKTA_LETTER, SEPARATOR, SINGLE, WORD
from ..bm25.token_kernels import decode


@njit(cache=True, nogil=True)
def cut_words(  # noqa: C901, PLR0912 -- one scan, as the tokenizer's own
    data, offsets, codes, min_length, window, stride, firsts, lasts, counts
):  # fmt: skip
    """Find the windows of words of each text; words are those of ``token_kernels.count_words``.

    Args:
        data: uint8, UTF-8 bytes of all texts.
        offsets: int64, shape (texts + 1,), into ``data``.
        codes: int32, shape (0x110000,): see ``characters.code_table``.
        min_length: fewest code points of a word.
        window: words of a window.
        stride: words from the start of one window to that of the next, at most ``window``.
        firsts: int64, long enough; written: byte of ``data`` where each window's first word starts.
        lasts: int64, as long; written: byte behind its last word.
        counts: int64, shape (texts,); written: windows of each text.

    Returns:
        Number of windows.
    """
    made = 0
    for text in range(counts.size):
        i = offsets[text]
        end = offsets[text + 1]
        words = 0
        base = made
        last = i
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
            if kind != SINGLE:
                size = 1 + (kind == NUKTA_LETTER)
                while i < end:
                    byte = data[i]
                    width = 1
                    if byte < 0x80:
                        kind = codes[byte] >> KIND_SHIFT
                    else:
                        code, width = decode(data, i)
                        kind = codes[code] >> KIND_SHIFT
                    if kind in (SEPARATOR, SINGLE):
                        break
                    i += width
                    size += (kind != IGNORED) + (kind == NUKTA_LETTER)
                if size < min_length:
                    continue
            if words % stride == 0:
                firsts[base + words // stride] = start
            words += 1
            last = i
            if words >= window and (words - window) % stride == 0:
                lasts[base + (words - window) // stride] = i
        if words > 0:
            count = 1 + max(0, words - window + stride - 1) // stride
            # The last window may be short: it ends with the text.
            lasts[base + count - 1] = last
            made = base + count
        counts[text] = made - base
    return made


@njit(cache=True, nogil=True)
def gather(data, firsts, lasts, ends, out):
    """Copy byte ranges one behind the other.

    Args:
        data: uint8, what is copied from.
        firsts: int64, shape (ranges,): first byte of each.
        lasts: int64, shape (ranges,): byte behind its last.
        ends: int64, shape (ranges + 1,), from 0: where each range goes in ``out``.
        out: uint8, written.
    """
    for place in range(firsts.size):
        size = lasts[place] - firsts[place]
        out[ends[place] : ends[place] + size] = data[firsts[place] : lasts[place]]


@njit(cache=True, nogil=True)
def bound(offsets, stride):
    """Windows that texts can have at most: two bytes a word, and one window a text."""
    total = 0
    for text in range(offsets.size - 1):
        total += (np.int64(offsets[text + 1]) - offsets[text]) // (2 * stride) + 2
    return total
