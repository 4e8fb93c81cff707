"""The inverted index: postings with ready weights, exact and the same whatever made them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numba
import numpy as np

from ...schemas.errors import DataError
from . import index_kernels as kernels

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from .counts import Utf8, WordCounts
    from .methods import Formula
    from .tokenizer import Tokenizer


def thread_count() -> int:
    """Threads to use: numba's setting (``NUMBA_NUM_THREADS``), all cores by default."""
    return int(numba.get_num_threads())


@dataclass(frozen=True)
class Index:
    """Postings by term. Terms are numbered by document frequency, the most frequent first."""

    hashes: npt.NDArray[np.uint64]
    """Hash of each term, ascending, shape (terms,)."""
    numbers: npt.NDArray[np.int32]
    """Number of the term with each hash, shape (terms,)."""
    starts: npt.NDArray[np.int64]
    """Postings of term t are ``starts[t]:starts[t + 1]``; shape (terms + 1,)."""
    documents: npt.NDArray[np.uint32]
    """Document of each posting, ascending within a term, shape (postings,)."""
    impacts: npt.NDArray[np.float32]
    """What one occurrence in a query adds to the document's score, shape (postings,)."""
    base: npt.NDArray[np.float64]
    """What a query word adds to every hit besides its impact, shape (terms,)."""
    lengths: npt.NDArray[np.int32]
    """Words of each document, shape (documents,)."""
    positive: bool
    """Whether every impact is above 0, so that a score above 0 marks a hit."""

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        return sum(
            array.nbytes
            for array in (
                self.hashes,
                self.numbers,
                self.starts,
                self.documents,
                self.impacts,
                self.base,
                self.lengths,
            )
        )

    def lookup(self, hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.int32]:
        """Number of the term with each hash, -1 where the index has none."""
        if not len(self.hashes):
            return np.full(len(hashes), -1, np.int32)
        at = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        return np.where(self.hashes[at] == hashes, self.numbers[at], np.int32(-1))


def build_index(texts: Utf8, tokenizer: Tokenizer, formula: Formula, threads: int) -> Index:
    """Index texts; ordinals of documents are their places.

    The result does not depend on ``threads``. Two words count as one where their 64-bit hashes are
    equal: among n distinct words that happens with probability n^2 / 2^65, 3e-8 for a million.

    Raises:
        DataError: there is no text.
    """
    if not len(texts):
        raise DataError("the corpus holds no document", expected="one or more")
    pieces = tokenizer.count(texts, threads)
    with ThreadPoolExecutor(threads) as pool:
        hashes, names = _merge(pieces, tokenizer, pool)
        counted = list(pool.map(lambda piece, name: _df(piece, name, len(hashes)), pieces, names))
        df = np.stack(counted).sum(axis=0)
        numbers = np.empty(len(df), np.int32)
        kernels.order_by_frequency(df, np.zeros(df.max(initial=0) + 2, np.int64), numbers)
        by_number = np.empty_like(df)
        by_number[numbers] = df
        return _fill(pieces, names, counted, hashes, numbers, by_number, formula, pool)


def _merge(
    pieces: Sequence[WordCounts], tokenizer: Tokenizer, pool: ThreadPoolExecutor
) -> tuple[npt.NDArray[np.uint64], list[npt.NDArray[np.int32]]]:
    """Hashes of all terms, ascending, and for each piece the place there of each of its terms."""
    terms = tokenizer.terms(pieces)
    found = [piece.hashes for piece in pieces] if terms is None else terms
    hashes = np.sort(np.concatenate(found))
    hashes = hashes[np.diff(hashes, prepend=np.uint64(0)) != 0]
    names = list(pool.map(lambda part: _places(hashes, part), found))
    if terms is not None:
        for piece, part, name in zip(pieces, terms, names, strict=True):
            piece.rename(np.where(part == 0, np.int32(-1), name), len(hashes))
        names = [np.arange(len(hashes), dtype=np.int32)] * len(pieces)
    return hashes, names


def _places(hashes: npt.NDArray[np.uint64], part: npt.NDArray[np.uint64]) -> npt.NDArray[np.int32]:
    """Places of hashes among all; looked up in order, which the caches like."""
    order = np.argsort(part)
    places = np.empty(len(part), np.int32)
    places[order] = np.searchsorted(hashes, part[order])
    return places


def _df(piece: WordCounts, names: npt.NDArray[np.int32], terms: int) -> npt.NDArray[np.int64]:
    df = np.zeros(terms, np.int64)
    kernels.document_frequencies(piece.terms, names, df)
    return df


def _fill(
    pieces: Sequence[WordCounts],
    names: Sequence[npt.NDArray[np.int32]],
    counted: Sequence[npt.NDArray[np.int64]],
    hashes: npt.NDArray[np.uint64],
    numbers: npt.NDArray[np.int32],
    df: npt.NDArray[np.int64],
    formula: Formula,
    pool: ThreadPoolExecutor,
) -> Index:
    """Write the postings; the pieces write side by side, each where its documents come."""
    lengths = np.concatenate([piece.lengths for piece in pieces])
    factor = formula.length_factor(lengths)
    idf = formula.idf(df, formula.documents(lengths))
    starts = np.zeros(len(df) + 1, np.int64)
    np.cumsum(df, out=starts[1:])
    documents = np.empty(starts[-1], np.uint32)
    impacts = np.empty(starts[-1], np.float32)
    place = starts[:-1].copy()
    first_document = 0
    calls = []
    for piece, name, count in zip(pieces, names, counted, strict=True):
        calls.append(
            pool.submit(
                kernels.write_postings,
                piece.terms, piece.counts, piece.ends, numbers[name], place.copy(), first_document,
                idf, factor, formula.k1, formula.gain, formula.delta or 0.0,
                formula.method == "bm25l", documents, impacts,
            )
        )  # fmt: skip
        place[numbers] += count
        first_document += len(piece.lengths)
    for call in calls:
        call.result()
    base = idf * formula.absent_weight
    positive = bool(len(idf) == 0 or idf.min() > 0)
    return Index(hashes, numbers, starts, documents, impacts, base, lengths, positive)
