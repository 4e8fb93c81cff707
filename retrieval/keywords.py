"""The words that set a text apart from a collection, by tf·idf."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from .bm25.characters import split_words
from .bm25.counts import Utf8, WordCounts, count_words, hash_words
from .bm25.stopwords import STOPWORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

COUNT = 10
MIN_LENGTH = 3
_DIGITS = 9
"""Digits of a weight that count, so that a logarithm's last bit decides nothing."""


def keywords(texts: Any, documents: Iterable[Any], *, count: int = COUNT) -> Any:
    """The words of each text with the highest weight ``tf · ln(1 + (N - df + 0.5) / (df + 0.5))``.

    The logarithm is BM25's inverse document frequency (Robertson & Zaragoza 2009, eq. 3.3, kept
    above 0) over the N documents. Words have three characters or more, are no numbers and in lower
    case; English and Hindi stop words are left out. Equal weights stand in the order of the text.

    Args:
        texts: ``pyarrow.LargeStringArray`` of n texts.
        documents: the collection, as ``LargeStringArray``s; read once.
        count: most words of a text.

    Returns:
        ``pyarrow.ListArray`` of strings (n), the highest weight first.
    """
    pieces = _count(texts)
    hashes = np.unique(np.concatenate([np.zeros(0, np.uint64), *(p.hashes for p in pieces)]))
    df, total = _frequencies(documents, hashes)
    idf = np.log1p((total - df + 0.5) / (df + 0.5)).round(_DIGITS)
    found = [words for piece in pieces for words in _best(piece, hashes, idf, count)]
    return pa.array(found, pa.list_(pa.string()))


def _count(texts: Any) -> list[WordCounts]:
    # One piece: its words then are distinct, and a few thousand texts need no more.
    return count_words(Utf8.from_arrow(texts), lowercase=True, min_length=MIN_LENGTH, threads=1)


def _frequencies(
    documents: Iterable[Any], hashes: NDArray[np.uint64]
) -> tuple[NDArray[np.int64], int]:
    """Documents that hold each word, and the number of all documents."""
    df = np.zeros(len(hashes), np.int64)
    total = 0
    for batch in documents:
        total += len(batch)
        for piece in _count(batch):
            at = np.searchsorted(hashes, piece.hashes)
            at[at == len(hashes)] = 0
            wanted = np.flatnonzero(hashes[at] == piece.hashes) if len(hashes) else at[:0]
            held = np.bincount(piece.terms, minlength=len(piece.hashes))
            df[at[wanted]] += held[wanted]
    return df, total


def _best(
    piece: WordCounts, hashes: NDArray[np.uint64], idf: NDArray[np.float64], count: int
) -> Iterable[Sequence[str]]:
    words = [split_words(piece.source.string(*place))[0] for place in piece.places.tolist()]
    stopwords = hash_words([word for listed in STOPWORDS.values() for word in listed])
    numbers = np.array([word.isnumeric() for word in words], bool)
    usable = ~np.isin(piece.hashes, stopwords) & ~numbers
    weight = np.where(usable, idf[np.searchsorted(hashes, piece.hashes)], 0.0)
    for first, last in zip(piece.ends[:-1].tolist(), piece.ends[1:].tolist(), strict=True):
        terms = piece.terms[first:last]
        weights = weight[terms] * piece.counts[first:last]
        order = np.argsort(-weights, kind="stable")[:count]
        yield [words[terms[i]] for i in order if weights[i] > 0]
