"""Ranking a domain's documents for episodes: what a rewriting does to a document's rank.

Every system ranks the whole domain. A rewritten document gets the score that its new text has under
the statistics of the original documents (``search_others``), as in an index that is not rebuilt for
every page that changes; all other documents keep theirs. Rankings of combined systems are combined
from the members' rankings of the same episode.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from ...retrieval.run import Run
from ...retrieval.system import CombinedSystem, OutsideRanker
from ...retrieval.texts import Texts
from ...schemas.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ...retrieval.system import System
    from .scenario import Episode, Scenario

_PAIRS = 1 << 22
"""Scores of queries and rewritten documents that are held at a time."""


@dataclass(frozen=True)
class Rankings:
    """Ranked documents of some episodes, all of one domain."""

    episodes: tuple[int, ...]
    """Rows of the scenario's episodes."""
    documents: NDArray[np.int64]
    """(episodes, depth) rows of the scenario's documents in rank order, -1 behind the last."""


def rank_domain(
    scenario: Scenario, episodes: Sequence[int], system: System, depth: int
) -> Rankings:
    """Rank the documents of one domain for its episodes.

    Args:
        scenario: what the episodes are of.
        episodes: rows of episodes, all of one domain.
        system: what ranks; it indexes the domain here.
        depth: documents ranked at most.

    Raises:
        UsageError: the system cannot rank texts that its corpus does not hold.
    """
    domain = scenario.queries[scenario.episodes[episodes[0]].query].domain
    part = _Part(scenario, domain, [scenario.episodes[row] for row in episodes])
    run = part.rank(system, depth)
    order = np.array([int(name) for name in run.query_ids.to_pylist()])
    documents = np.full((len(episodes), run.depth), -1, np.int64)
    found = part.document_rows[np.maximum(run.docs, 0)]
    documents[order] = np.where(run.docs >= 0, found, -1)
    return Rankings(tuple(episodes), documents)


class _Part:
    """The documents, queries and episodes of one domain."""

    def __init__(self, scenario: Scenario, domain: str, episodes: Sequence[Episode]) -> None:
        self.scenario = scenario
        self.episodes = episodes
        rows = [row for row, of in enumerate(scenario.domains) if of == domain]
        rows.sort(key=lambda row: scenario.document_ids[row].encode())
        self.document_rows = np.array(rows, np.int64)
        """Row of each document of the corpus, in the corpus's order."""
        self.corpus = Texts.from_arrays(
            [scenario.document_ids[row] for row in rows],
            [scenario.documents[row] for row in rows],
        )
        self._ordinal = {row: place for place, row in enumerate(rows)}
        asked = sorted({episode.query for episode in episodes})
        self._query_place = {query: place for place, query in enumerate(asked)}
        self.queries = Texts.from_arrays(
            _names(len(asked)), [scenario.queries[q].text for q in asked]
        )
        self.names = _names(len(episodes))
        self.query_of = np.array([self._query_place[e.query] for e in episodes], np.int64)
        self._lay_out()

    def _lay_out(self) -> None:
        """Adopters of each episode: ordinals of their documents and of their variants."""
        widest = max((len(episode.adopters) for episode in self.episodes), default=0)
        self.adopters = np.full((len(self.episodes), widest), -1, np.int64)
        self.shown = np.full((len(self.episodes), widest), -1, np.int64)
        used = {v for e in self.episodes for v in e.variants if v >= 0}
        self.variants = sorted(used)
        place_of = {variant: place for place, variant in enumerate(self.variants)}
        for row, episode in enumerate(self.episodes):
            context = self.scenario.queries[episode.query].context
            pairs = [
                (self._ordinal[context[place]], place_of[variant])
                for place, variant in zip(episode.adopters, episode.variants, strict=True)
                if variant >= 0
            ]
            for column, (document, variant) in enumerate(pairs):
                self.adopters[row, column] = document
                self.shown[row, column] = variant

    def rank(self, system: System, depth: int) -> Run:
        """Rankings of the episodes, by their number."""
        if isinstance(system, CombinedSystem):
            runs = [self.rank(member, system.member_depth(depth)) for member in system.members]
            if system.reads_texts:
                return self._combine_texts(system, runs, depth)
            return system.combine(self._asked(), runs, depth)
        if not isinstance(system, OutsideRanker):
            raise UsageError(
                "the system cannot rank documents that its corpus does not hold",
                found=system.spec,
                expected="bm25, dense, or rrf or rerank over these",
            )
        system.index(self.corpus)
        base = system.search(self.queries, depth + self.adopters.shape[1])
        scores = self._variant_scores(system)
        return self._replaced(base, scores, system.spec).truncate(depth)

    def _variant_scores(self, system: OutsideRanker) -> NDArray[np.float32]:
        """(episodes, adopters) score of what each adopter shows; NaN where it is no hit."""
        scores = np.full(self.shown.shape, np.nan, np.float32)
        step = max(1, _PAIRS // len(self.queries))
        for first in range(0, len(self.variants), step):
            some = self.variants[first : first + step]
            texts = [self.scenario.variants[variant].text for variant in some]
            others = Texts.from_arrays(_names(len(some)), texts)
            run = system.search_others(self.queries, others, len(some))
            matrix = np.full((len(self.queries), len(some)), np.nan, np.float32)
            row, column = np.nonzero(run.docs >= 0)
            matrix[row, run.docs[row, column]] = run.scores[row, column]
            episode, place = np.nonzero((self.shown >= first) & (self.shown < first + len(some)))
            shown = self.shown[episode, place] - first
            scores[episode, place] = matrix[self.query_of[episode], shown]
        return scores

    def _replaced(self, base: Run, scores: NDArray[np.float32], name: str) -> Run:
        """The base ranking of each episode's query, its adopters scored anew."""
        docs = base.docs[self.query_of].astype(np.int64)
        for column in range(self.adopters.shape[1]):
            docs[docs == self.adopters[:, column : column + 1]] = -1
        added = np.where(np.isnan(scores), -1, self.adopters)
        return Run.from_topk(
            self.names,
            base.doc_ids,
            np.concatenate([docs, added], axis=1),
            np.concatenate([base.scores[self.query_of], np.nan_to_num(scores)], axis=1),
            name,
        )

    def _combine_texts(self, system: CombinedSystem, runs: Sequence[Run], depth: int) -> Run:
        """Combine by a system that reads texts: of adopters, those that they show."""
        documents = len(self.corpus)
        texts = [*self.corpus.texts.to_pylist()]
        texts += [self.scenario.variants[variant].text for variant in self.variants]
        versions = Texts.from_arrays(_names(len(texts)), texts)
        system.index(versions)
        run = system.combine(
            self._asked(), [self._versioned(run, versions, documents) for run in runs], depth
        )
        owner = {place: self.scenario.variants[v].document for place, v in enumerate(self.variants)}
        back = np.array(
            [*range(documents), *(self._ordinal[owner[p]] for p in range(len(self.variants)))]
        )
        docs = np.where(run.docs >= 0, back[np.maximum(run.docs, 0)], -1)
        return Run.from_topk(run.query_ids, self.corpus.ids, docs, run.scores, system.spec)

    def _versioned(self, run: Run, versions: Texts, documents: int) -> Run:
        docs = run.docs.astype(np.int64)
        for column in range(self.adopters.shape[1]):
            shown = documents + self.shown[:, column : column + 1]
            adopts = (docs == self.adopters[:, column : column + 1]) & (docs >= 0)
            docs = np.where(adopts, shown, docs)
        return Run.from_topk(run.query_ids, versions.ids, docs, run.scores, run.name)

    def _asked(self) -> Texts:
        """The query of each episode, by the episode's name."""
        return Texts(self.names, self.queries.texts.take(pa.array(self.query_of)))


def _names(count: int) -> pa.LargeStringArray:
    """Numbers as ids that ascend as they do."""
    return pa.array([f"{number:010}" for number in range(count)], pa.large_string())
