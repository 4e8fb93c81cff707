"""Documents ranked by their passages, as a system over another system."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa

from ...schemas.errors import DataError, UsageError
from ..aggregation import Aggregation, aggregate
from ..bm25.tokenizer import Tokenizer
from ..numbers import whole_number
from ..run import Run, rank_rows
from ..system import as_member
from ..texts import Passages, Texts
from .windows import check_window, word_windows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from ..system import PassageRanker, System

_OPTIONS = ("window", "stride", "agg")
_PAIRS = 1 << 24
"""Pairs of query and passage ranked at a time, where all passages are ranked."""


class PassageSystem:
    """Cuts documents into windows, and ranks them by the aggregated scores of all their windows.

    Nothing is left out: BM25 and dense systems score every passage and keep documents only. Any
    other system ranks all passages for each query, and the documents' scores are made of that
    ranking, where a passage that it lacks counts 0. That is as exact, but each query costs the time
    to rank and sort all passages, so that it suits small corpora.

    Args:
        inner: the system that scores passages. Windows are counted in its own tokens: the words of
            BM25, the pieces of a dense system's model; words of two characters or more otherwise.
        window: tokens of a window.
        stride: tokens from one window's start to the next one's; as the window by default.
        aggregation: how passages make a document's score.

    Raises:
        UsageError: a window or stride below 1, or a stride above the window.
    """

    def __init__(
        self,
        inner: System,
        *,
        window: int,
        stride: int | None = None,
        aggregation: Aggregation | None = None,
    ) -> None:
        self.inner = inner
        self._window = window
        self._stride = window if stride is None else stride
        check_window(self._window, self._stride)
        self._aggregation = aggregation or Aggregation.parse("maxP")
        self._passages: Passages | None = None
        self._stats: dict[str, Any] = {}

    @classmethod
    def from_options(cls, options: Mapping[str, str], inner: System) -> PassageSystem:
        """Build the system from the options of a specification.

        Raises:
            UsageError: an option is unknown, missing or out of range.
        """
        for name in options:
            if name not in _OPTIONS:
                raise UsageError.from_unknown_name("option of passages", name, _OPTIONS)
        if "window" not in options:
            raise UsageError(
                "passages have no window", expected="passages:bm25,window=512,stride=256,agg=maxP"
            )
        return cls(
            inner,
            window=_tokens("window", options["window"]),
            stride=_tokens("stride", options["stride"]) if "stride" in options else None,
            aggregation=Aggregation.parse(options.get("agg", "maxP")),
        )

    @property
    def index_spec(self) -> str:
        """The specification without what the search alone needs: the aggregation."""
        text = f"passages:{as_member(self.inner.spec)},window={self._window}"
        return text + (f",stride={self._stride}" if self._stride != self._window else "")

    @property
    def spec(self) -> str:
        """The canonical specification."""
        return f"{self.index_spec},agg={self._aggregation}"

    @property
    def parameters(self) -> dict[str, Any]:
        """Window, stride and aggregation, and the parameters of the inner system.

        ``unit`` says what windows are counted in: the inner system's own tokens or, where it has
        none, the words of ``bm25``.
        """
        return {
            "unit": f"tokens of {self.inner.spec if hasattr(self.inner, 'cut') else 'bm25'}",
            "window": self._window,
            "stride": self._stride,
            "aggregation": str(self._aggregation),
            "inner": {"spec": self.inner.spec, "parameters": self.inner.parameters},
        }

    def adopt(self, other: PassageSystem) -> None:
        """Search the index of another system with the same ``index_spec``.

        Raises:
            UsageError: it has another one.
        """
        if other.index_spec != self.index_spec:
            raise UsageError(
                "the index is of another system", found=other.index_spec, expected=self.index_spec
            )
        self.inner, self._passages, self._stats = other.inner, other._passages, other._stats

    def index(self, corpus: Texts) -> None:
        """Cut the documents and index their passages; an earlier corpus is forgotten.

        Raises:
            DataError: no document has a token.
            UsageError: the inner system cannot take windows of this length.
        """
        start = time.perf_counter()
        passages = self._cut(corpus)
        seconds = time.perf_counter() - start
        if not len(passages):
            raise DataError("the corpus holds no passage: no document has a token")
        if self._exact:
            cast("PassageRanker", self.inner).index_passages(passages)
        else:
            self.inner.index(_as_documents(passages))
        self._passages = passages
        documents = len(passages.doc_ids)
        self._stats = {
            "passages": len(passages),
            "passages_per_document": len(passages) / documents,
            "documents_without_passage": int(np.count_nonzero(np.diff(passages.starts) == 0)),
            "cut_seconds": seconds,
        }

    def search(self, queries: Texts, k: int) -> Run:
        """Rank the documents for queries by their passages, at most k each.

        Raises:
            UsageError: no corpus is indexed, or k is below 1.
        """
        if k < 1:
            raise UsageError("k is too small", found=k, expected="1 or more")
        if self._passages is None:
            raise UsageError("no corpus is indexed", hint="call index(corpus) first")
        if self._exact:
            ranker = cast("PassageRanker", self.inner)
            run = ranker.search_passages(queries, k, self._aggregation)
        else:
            run = self._rank_all(self._passages, queries, k)
        return Run(run.query_ids, run.doc_ids, run.docs, run.scores, self.spec)

    def stats(self) -> dict[str, Any]:
        """Passages made, and what the inner system tells."""
        return {**self.inner.stats(), **self._stats}

    @property
    def _exact(self) -> bool:
        """Whether the inner system ranks documents by passages itself."""
        return hasattr(self.inner, "search_passages") and getattr(
            self.inner, "ranks_passages", True
        )

    def _cut(self, corpus: Texts) -> Passages:
        if hasattr(self.inner, "cut"):
            return cast("PassageRanker", self.inner).cut(corpus, self._window, self._stride)
        return word_windows(corpus, Tokenizer(), self._window, self._stride)

    def _rank_all(self, passages: Passages, queries: Texts, k: int) -> Run:
        """The documents' ranking from rankings of all passages, a few queries at a time."""
        documents = len(passages.doc_ids)
        docs = np.full((len(queries), min(k, documents)), -1, np.int32)
        scores = np.zeros(docs.shape, np.float32)
        step = max(1, _PAIRS // len(passages))
        for first in range(0, len(queries), step):
            part = Texts(queries.ids.slice(first, step), queries.texts.slice(first, step))
            run = self.inner.search(part, len(passages))
            for row in range(len(run)):
                found, values = _one_query(run, row, passages.starts, self._aggregation)
                kept = slice(0, min(k, len(found)))
                docs[first + row, kept], scores[first + row, kept] = found[kept], values[kept]
        return Run(queries.ids, passages.doc_ids, docs, scores, self.spec)


def _one_query(
    run: Run, row: int, starts: NDArray[np.int64], aggregation: Aggregation
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Documents with a passage in one query's ranking, best first, and their scores."""
    held = run.docs[row] >= 0
    places = run.docs[row][held]
    scores = np.zeros(int(starts[-1]), np.float32)
    scores[places] = run.scores[row][held]
    out = np.empty(len(starts) - 1, np.float32)
    best = np.empty(aggregation.n)
    aggregate(scores, starts, 0, aggregation.kind, aggregation.n, best, out)
    hits = np.unique(np.searchsorted(starts, places, side="right") - 1).astype(np.int32)
    docs, values = rank_rows(hits[None, :], out[hits][None, :])
    return docs[0], values[0]


def _as_documents(passages: Passages) -> Texts:
    """Passages as documents of their own, in their order."""
    ids = pa.array([f"{place:012}" for place in range(len(passages))], pa.large_string())
    return Texts(ids, passages.texts)


def _tokens(name: str, text: str) -> int:
    number = whole_number(text, least=0)
    if number is None:
        raise UsageError(
            f"{name} of passages is no number of tokens", found=text, expected=f"{name}=512"
        )
    return number
