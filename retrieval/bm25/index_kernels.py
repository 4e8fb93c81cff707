"""Compiled steps from word counts to postings."""

# numba infers the types of a kernel's arguments:
# ruff: noqa: ANN001, ANN201
# pyright: reportMissingParameterType=false
from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def document_frequencies(terms, names, df):
    """Count the postings of each term in ``df`` (int64), by the terms' ``names`` (int32)."""
    for p in range(terms.size):
        df[names[terms[p]]] += 1


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
    terms, counts, ends, names, place, first_document,
    idf, factor, k1, gain, delta, bm25l, documents, impacts,
):  # fmt: skip
    """Write the postings of a run of documents, with their weights, where their terms keep them.

    Args:
        terms: int32, term of each posting, document by document.
        counts: int32, occurrences of each posting.
        ends: int64, shape (texts + 1,): bounds of each document's postings.
        names: int32, term of the index for each term of the run.
        place: int64, shape (terms of the index,): next free posting of each term; advanced.
        first_document: ordinal of the run's first document.
        idf: float64, shape (terms of the index,).
        factor: float64, shape (all documents,): B of ``methods``.
        k1: see ``methods``, also for the next two.
        gain: 1 or k1 + 1.
        delta: of bm25l.
        bm25l: whether to use that method's formula.
        documents: uint32, shape (postings,); written.
        impacts: float32, shape (postings,); written: the weight, rounded once from float64.
    """
    for text in range(ends.size - 1):
        document = first_document + text
        b = factor[document]
        for p in range(ends[text], ends[text + 1]):
            term = names[terms[p]]
            tf = np.float64(counts[p])
            if bm25l:
                c = tf / b + delta
                weight = tf * gain * c / (k1 + c)
            else:
                weight = tf * gain / (tf + k1 * b)
            at = place[term]
            place[term] = at + 1
            documents[at] = document
            impacts[at] = idf[term] * weight
