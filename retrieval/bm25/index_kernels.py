"""Compiled steps from word counts to postings."""

# numba infers the types of a kernel's arguments:
# ruff: noqa: ANN001, ANN201
# pyright: reportMissingParameterType=false
from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def document_frequencies(terms, df):
    """Count the postings of each term (int32) in ``df`` (int64)."""
    for p in range(terms.size):
        df[terms[p]] += 1


@njit(cache=True, nogil=True)
def find_in_order(hashes, part, places):
    """Write the place of each of some hashes (uint64, ascending) among all, which hold them."""
    at = 0
    for i in range(part.size):
        while hashes[at] < part[i]:
            at += 1
        places[i] = at


@njit(cache=True, nogil=True)
def order_by_frequency(df, first, order):
    """Rank terms by df descending, then by their present number (a counting sort).

    Args:
        df: int64, shape (terms,), 1 or more each.
        first: int64, shape (largest df + 2,), all 0: scratch.
        order: int32, shape (terms,); written: the rank of each term.
    """
    for term in range(df.size):
        first[df[term]] += 1
    place = 0
    for value in range(first.size - 1, -1, -1):
        held = first[value]
        first[value] = place
        place += held
    for term in range(df.size):
        order[term] = first[df[term]]
        first[df[term]] += 1


@njit(cache=True, nogil=True)
def write_postings(
    terms, counts, ends, place, first_text, idf, factor, k1, gain, delta, bm25l, texts, impacts
):  # fmt: skip
    """Write the postings of a piece, with their weights, where their terms keep them in the shard.

    Args:
        terms: int32, term of each posting, text by text.
        counts: int32, occurrences of each posting.
        ends: int64, shape (texts of the piece + 1,): bounds of each text's postings.
        place: int64, shape (terms of the piece,): next free posting of each term; advanced.
        first_text: place of the piece's first text in the shard.
        idf: float64, shape (terms of the piece,).
        factor: float64, shape (texts of the piece,): B of ``methods``.
        k1: see ``methods``, also for the next two.
        gain: 1 or k1 + 1.
        delta: of bm25l.
        bm25l: whether to use that method's formula.
        texts: uint16, shape (postings of the shard,); written.
        impacts: float32, shape (postings of the shard,); written: the weight, rounded once from
            float64.
    """
    for text in range(ends.size - 1):
        b = factor[text]
        for p in range(ends[text], ends[text + 1]):
            term = terms[p]
            tf = np.float64(counts[p])
            if bm25l:
                c = tf / b + delta
                weight = tf * gain * c / (k1 + c)
            else:
                weight = tf * gain / (tf + k1 * b)
            at = place[term]
            place[term] = at + 1
            texts[at] = first_text + text
            impacts[at] = idf[term] * weight
