"""The BM25 formulas: inverse document frequency, and the weight of a term in a document.

With N documents, df those that hold a term, tf the term's occurrences in a document of L words, A
the mean of L, and B = 1 - b + b L / A, a document's score is the sum over the query's words of

| method    | idf                                   | idf times                             |
|-----------|---------------------------------------|---------------------------------------|
| lucene    | ln(1 + (N - df + 0.5) / (df + 0.5))   | tf / (tf + k1 B)                      |
| robertson | ln((N - df + 0.5) / (df + 0.5))       | tf / (tf + k1 B)                      |
| okapi     | the same; if negative, epsilon times  | tf (k1 + 1) / (tf + k1 B)             |
|           | the mean idf of all terms             |                                       |
| atire     | ln(N / df)                            | tf (k1 + 1) / (tf + k1 B)             |
| bm25+     | ln((N + 1) / df)                      | delta + tf (k1 + 1) / (tf + k1 B)     |
| bm25l     | ln((N + 1) / (df + 0.5))              | tf (k1 + 1) (c + delta)               |
|           |                                       | / (k1 + c + delta) with c = tf / B    |

A word that a query repeats counts as often as it stands there; bm25+ adds delta times idf for a
word of the query that the document lacks, too.

robertson is equation 3.15 of Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25
and Beyond", 2009; its idf is negative for a term in more than half of the documents. lucene, atire,
bm25+ and bm25l are set side by side in Kamphuis et al., "Which BM25 Do You Mean?", ECIR 2020, and
in Trotman, Puurula and Burgess, "Improvements to BM25 and Language Models Examined", ADCS 2014.
bm25+ is from Lv and Zhai, "Lower-Bounding Term Frequency Normalization", CIKM 2011, bm25l from Lv
and Zhai, "When Documents Are Very Long, BM25 Fails!", SIGIR 2011. okapi, bm25+ and bm25l are what
rank-bm25 computes: its bm25l has a factor tf that the paper has not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...schemas.errors import UsageError

if TYPE_CHECKING:
    import numpy.typing as npt

METHODS = ("lucene", "robertson", "okapi", "atire", "bm25+", "bm25l")
_DEFAULT_DELTA = {"bm25+": 1.0, "bm25l": 0.5}
_DEFAULT_EPSILON = {"okapi": 0.25}


@dataclass(frozen=True)
class Formula:
    """A BM25 formula with its parameters."""

    method: str = "lucene"
    k1: float = 1.2
    """How slowly repeated occurrences saturate, 0 or more."""
    b: float = 0.75
    """How much the length of a document counts, from 0 to 1."""
    delta: float | None = None
    """Lower bound of bm25+ (1 by default) and bm25l (0.5); None for the others."""
    epsilon: float | None = None
    """Floor of a negative idf of okapi, in mean idfs (0.25 by default); None for the others."""
    lucene_norms: bool = False
    """Lengths cut to the one byte that Lucene keeps, and empty documents left out of N and A."""

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise UsageError.from_unknown_name("BM25 method", self.method, METHODS)
        object.__setattr__(self, "k1", float(self.k1))
        object.__setattr__(self, "b", float(self.b))
        _check_range("k1", self.k1, 0.0, math.inf)
        _check_range("b", self.b, 0.0, 1.0)
        for name, defaults in (("delta", _DEFAULT_DELTA), ("epsilon", _DEFAULT_EPSILON)):
            value = getattr(self, name)
            if value is None:
                object.__setattr__(self, name, defaults.get(self.method))
            elif self.method not in defaults:
                raise UsageError(
                    f"{name} is no parameter of method {self.method}",
                    expected=f"method {' or '.join(defaults)}",
                )
            else:
                object.__setattr__(self, name, float(value))
                _check_range(name, value, 0.0, math.inf)

    def idf(self, df: npt.NDArray[np.int64], documents: int) -> npt.NDArray[np.float64]:
        """Inverse document frequency of each term: float64, shape (terms,).

        The logarithm is the C library's, taken once for each distinct df, because numpy's varies
        with the vector unit of the processor.
        """
        times = np.bincount(df)
        distinct = np.flatnonzero(times)
        idf = np.array([self._idf_of(value, documents) for value in distinct.tolist()], np.float64)
        if self.epsilon is not None and len(df):
            mean = math.fsum((idf * times[distinct]).tolist()) / len(df)
            idf[idf < 0] = self.epsilon * mean
        of_df = np.empty(len(times))
        of_df[distinct] = idf
        return of_df[df]

    def _idf_of(self, df: int, n: int) -> float:
        match self.method:
            case "lucene":
                return math.log(1 + (n - df + 0.5) / (df + 0.5))
            case "atire":
                return math.log(n / df)
            case "bm25+":
                return math.log((n + 1) / df)
            case "bm25l":
                return math.log(n + 1) - math.log(df + 0.5)
            case _:
                return math.log(n - df + 0.5) - math.log(df + 0.5)

    def length_factor(
        self, lengths: npt.NDArray[np.int32], corpus: npt.NDArray[np.int32] | None = None
    ) -> npt.NDArray[np.float64]:
        """B of the module's formulas, for each document: float64, shape (documents,).

        ``corpus`` are the lengths that A is the mean of; the documents' own by default.
        """
        measured = lengths if corpus is None else corpus
        total = int(measured.sum(dtype=np.int64))
        documents = self.documents(measured)
        if total == 0:
            return np.ones(len(lengths))
        used = LUCENE_LENGTHS[lucene_byte(lengths)] if self.lucene_norms else lengths
        return 1 - self.b + used * np.float64(self.b * documents / total)

    def documents(self, lengths: npt.NDArray[np.int32]) -> int:
        """N of the module's formulas."""
        return int(np.count_nonzero(lengths)) if self.lucene_norms else len(lengths)

    @property
    def gain(self) -> float:
        """Factor k1 + 1, or 1 where the method has none."""
        return 1.0 if self.method in ("lucene", "robertson") else self.k1 + 1

    @property
    def absent_weight(self) -> float:
        """What a query word adds, in idfs, to documents with and without it (bm25+)."""
        return self.delta if self.method == "bm25+" and self.delta is not None else 0.0


def _check_range(name: str, value: float, low: float, high: float) -> None:
    if not (math.isfinite(value) and low <= value <= high):
        expected = f"from {low:g} to {high:g}" if math.isfinite(high) else f"{low:g} or more"
        raise UsageError(f"{name} is out of range", found=value, expected=expected)


def _decode_length(byte: int) -> int:
    """Length that a byte of Lucene's stands for (``SmallFloat.byte4ToInt``).

    Lengths below 40 are exact; above, a byte keeps the four leading bits of the length minus 24.
    """
    if byte < 24:
        return byte
    bits, shift = (byte - 24) & 7, ((byte - 24) >> 3) - 1
    return 24 + (bits if shift < 0 else (bits | 8) << shift)


LUCENE_LENGTHS = np.array([_decode_length(byte) for byte in range(256)], np.int64)
"""Length that each byte stands for, ascending."""


def lucene_byte(lengths: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """Byte that Lucene keeps for a length: that of the longest length it can tell, not above it."""
    return np.searchsorted(LUCENE_LENGTHS, lengths, side="right") - 1
