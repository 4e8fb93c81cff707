"""The library rank-bm25 as a backend: slow, and what the compiled engine must equal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...schemas.errors import DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from .methods import Formula
    from .tokenizer import Tokenizer

REFERENCE_METHODS = ("okapi", "bm25+", "bm25l")


class Reference:
    """Documents indexed by rank-bm25, over the same terms and with the same rule for hits and ties.

    Args:
        texts: the documents.
        tokenizer: what makes their terms.
        formula: okapi is the library's ``BM25Okapi``, bm25+ ``BM25Plus``, bm25l ``BM25L``.

    Raises:
        DataError: there is no document.
        UsageError: the library cannot compute the formula.
    """

    def __init__(self, texts: Sequence[str], tokenizer: Tokenizer, formula: Formula) -> None:
        check_reference(formula)
        if not texts:
            raise DataError("the corpus holds no document", expected="one or more")
        self._tokenizer = tokenizer
        self._documents = len(texts)
        self._model = _fit([tokenizer.tokens(text) for text in texts], formula)

    def search(
        self, queries: Sequence[str], k: int
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        """Rank as ``search.search`` does, by the library's scores as float32."""
        depth = min(k, self._documents)
        docs = np.full((len(queries), depth), -1, np.int32)
        scores = np.zeros((len(queries), depth), np.float32)
        for row, query in enumerate(queries):
            hits, values = self._rank(self._tokenizer.tokens(query), depth)
            docs[row, : len(hits)] = hits
            scores[row, : len(hits)] = values
        return docs, scores

    def _rank(
        self, terms: Sequence[str], depth: int
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        if self._model is None:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        wanted = set(terms)
        hits = np.flatnonzero([not wanted.isdisjoint(counts) for counts in self._model.doc_freqs])
        # Empty documents, which are no hits, may divide 0 by 0.
        with np.errstate(divide="ignore", invalid="ignore"):
            scores = self._model.get_scores(terms)[hits].astype(np.float32)
        order = np.lexsort((-hits, -scores))[:depth]
        return hits[order], scores[order]


def check_reference(formula: Formula) -> None:
    """Raise a UsageError where rank-bm25 cannot compute a formula."""
    if formula.method not in REFERENCE_METHODS:
        raise UsageError(
            f"backend rank-bm25 has no method {formula.method}",
            expected="method " + ", ".join(REFERENCE_METHODS),
            hint="backend=numba has all methods",
        )
    if formula.k1 == 0:
        raise UsageError(
            "backend rank-bm25 divides by 0 where k1 is 0", hint="backend=numba takes k1=0"
        )
    if formula.lucene_norms:
        raise UsageError("backend rank-bm25 has no lucene_norms", hint="use backend=numba")


def _fit(documents: list[list[str]], formula: Formula) -> Any:
    from rank_bm25 import BM25L, BM25Okapi, BM25Plus

    if not any(documents):
        return None  # the library divides by the mean length
    kinds: dict[str, Any] = {"okapi": BM25Okapi, "bm25+": BM25Plus, "bm25l": BM25L}
    own = {"epsilon": formula.epsilon} if formula.method == "okapi" else {"delta": formula.delta}
    return kinds[formula.method](documents, k1=formula.k1, b=formula.b, **own)
