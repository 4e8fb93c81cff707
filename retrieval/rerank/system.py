"""Re-ranking as a system over another system."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from ...schemas.errors import UsageError
from ..identifiers import locate
from ..run import Run
from ..system import as_member
from .options import RerankOptions, parse_options

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from ..system import System
    from ..texts import Texts
    from .scorer import PairScorer

_DEFAULT_FIRST = "bm25"


class RerankSystem:
    """Ranks again, by a cross-encoder, the first n documents of another system's ranking.

    The n documents get the model's scores (its output before any activation). Those behind them
    keep their order: they get the whole numbers below the lowest of these scores, in steps of 1.

    Args:
        model: cross-encoder of sentence-transformers: folder or name on the Hub.
        first: the system whose ranking is taken.
        options: see ``RerankOptions``.
    """

    reads_texts = True

    def __init__(self, model: str, first: System, options: RerankOptions | None = None) -> None:
        self.members: list[System] = [first]
        """The one system below."""
        self._name = model
        self._options = options or RerankOptions()
        self._corpus: Texts | None = None
        self._first_indexed = False
        self._scorer: PairScorer | None = None
        self._stats: dict[str, Any] = {}

    @classmethod
    def from_options(cls, options: Mapping[str, str], model: str, first: System) -> RerankSystem:
        """Build the system from the options of a specification, without ``over``.

        Raises:
            UsageError: an option is unknown or its value is none it can take.
        """
        return cls(model, first, parse_options(options))

    @property
    def spec(self) -> str:
        """Canonical specification: the model, n, the other options that are not the default."""
        changed = [text for text in self._options.changed() if not text.startswith("n=")]
        parts = [self._name, f"n={self._options.n}", *changed]
        first = self.members[0].spec
        if first != _DEFAULT_FIRST:
            parts.append(f"over={as_member(first)}")
        return "rerank:" + ",".join(parts)

    @property
    def parameters(self) -> dict[str, Any]:
        """Every parameter, and those of the system below; ``revision`` names the weights.

        Raises:
            UsageError: the model is a path, and no folder is there.
        """
        from ..dense.models import model_revision

        return {
            "model": self._name,
            "revision": model_revision(self._name),
            **asdict(self._options),
            "members": [{"spec": m.spec, "parameters": m.parameters} for m in self.members],
        }

    def index(self, corpus: Texts) -> None:
        """Take in the documents' texts; the system below indexes them when it first searches."""
        self._corpus = corpus
        self._first_indexed = False

    def search(self, queries: Texts, k: int) -> Run:
        """Rank with the system below, then again; at most k documents for each query.

        Raises:
            UsageError: no corpus is indexed, k is below 1, or the model fails.
        """
        if k < 1:
            raise UsageError("k is too small", found=k, expected="1 or more")
        first = self.members[0]
        if not self._first_indexed:
            first.index(self._texts())
            self._first_indexed = True
        run = self.combine(queries, [first.search(queries, self.member_depth(k))], k)
        self._stats["first"] = first.stats()
        return run

    def member_depth(self, k: int) -> int:
        """How deep the system below must rank for k documents."""
        return max(k, self._options.n)

    def combine(self, queries: Texts, runs: Sequence[Run], k: int) -> Run:
        """Rank again what the system below has ranked.

        Args:
            queries: those that were asked.
            runs: the one run of the system below, at least ``member_depth(k)`` deep where it can.
            k: documents kept for each query.

        Raises:
            UsageError: no corpus is taken in, or the model cannot be loaded or fails.
        """
        (run,) = runs
        start = time.perf_counter()
        corpus = self._texts()
        scorer = self._load()
        loaded = time.perf_counter()
        rows, columns = np.nonzero(run.docs[:, : self._options.n] >= 0)
        asked = locate(queries.ids, run.query_ids)[rows].astype(np.int64)
        given = locate(corpus.ids, run.doc_ids)[run.docs[rows, columns]].astype(np.int64)
        if (asked < 0).any() or (given < 0).any():
            raise UsageError("the ranking is not one of this corpus and these queries")
        found = scorer.score(queries.texts, corpus.texts, asked, given)
        scores = whole_scores(run.docs, self._options.n, (rows, columns), found.scores)
        self._stats = {
            "model_revision": scorer.revision,
            "device": str(scorer.model.device),
            "batch_tokens": scorer.batch_tokens,
            "max_length": scorer.model.max_seq_length,
            "pairs_scored": found.computed,
            "pairs_cached": found.reused,
            "pairs_truncated": found.truncated,
            "load_seconds": loaded - start,
            "score_seconds": time.perf_counter() - loaded,
        }
        ranked = Run.from_topk(run.query_ids, run.doc_ids, run.docs, scores, self.spec)
        return ranked.truncate(k)

    def stats(self) -> dict[str, Any]:
        """What the last re-ranking did: pairs, how many were cut short, seconds, cache use."""
        return dict(self._stats)

    def _texts(self) -> Texts:
        if self._corpus is None:
            raise UsageError("no corpus is indexed", hint="call index(corpus) first")
        return self._corpus

    def _load(self) -> PairScorer:
        from ..dense.models import model_revision
        from .scorer import PairScorer

        if self._scorer is None or self._scorer.revision != model_revision(self._name):
            self._scorer = PairScorer(self._name, self._options)
        return self._scorer


def whole_scores(
    docs: NDArray[np.int32],
    n: int,
    places: tuple[NDArray[np.int64], NDArray[np.int64]],
    scores: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Scores for a whole ranking of which the first n documents have new ones.

    Args:
        docs: (queries, depth) ranked ordinals, -1 where there is none.
        n: documents with a new score.
        places: rows and columns of these documents.
        scores: their scores.

    Returns:
        (queries, depth); a document at rank n + j gets ``floor(lowest) - j`` with the lowest new
        score of its query. Above 2^23, where float32 has no such steps, they are wider.
    """
    values = np.zeros(docs.shape, np.float64)
    values[places] = scores
    lowest = np.where(docs[:, :n] >= 0, values[:, :n], np.inf).min(axis=1, initial=np.inf)
    lowest = np.floor(np.where(np.isfinite(lowest), lowest, 0))
    step = np.maximum(1.0, 2.0 * np.spacing(np.abs(lowest).astype(np.float32)))
    behind = np.arange(1, docs.shape[1] - n + 1) if docs.shape[1] > n else np.zeros(0)
    values[:, n:] = lowest[:, None] - step[:, None] * behind
    return values.astype(np.float32)
