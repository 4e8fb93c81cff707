"""Rankers as engines: the citation order is the ranking of the whole domain."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np

from ...retrieval.systems import parse_system
from ...schemas.errors import UsageError
from .answers import ABSENT, Answers, widest_context
from .ranking import rank_domain
from .scenes import domain_of, episodes_by_domain

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pydantic import JsonValue

    from ...schemas.progress import Progress
    from .scenario import Scenario

DEPTH = 100


class RankerEngine:
    """Cites every document that a retrieval system ranks, in the order of the ranking.

    The system ranks the whole domain, so that a rewriting can gain or lose a document its place
    among all of them. Documents do not stand in an order before they are ranked, so episodes in
    which adopters only move change nothing.

    Args:
        spec: a system, as ``bm25`` or ``rrf:bm25+dense,k=60``.
        depth: documents ranked; one behind them is not cited.

    Raises:
        UsageError: there is no such system, or the depth is below 1.
    """

    runs = 1
    reads_order = False

    def __init__(self, spec: str, depth: int = DEPTH) -> None:
        if depth < 1:
            raise UsageError("the depth is below 1", found=depth, expected="1 or more")
        self._system = parse_system(spec)
        self._depth = depth
        self._seconds = 0.0

    @property
    def name(self) -> str:
        """The system's canonical specification."""
        return self._system.spec

    @property
    def parameters(self) -> dict[str, JsonValue]:
        """Those of the system, and the depth."""
        return {"kind": "ranker", "depth": self._depth, "system": self._system.parameters}

    def answer(self, scenario: Scenario, progress: Progress) -> list[Answers]:
        """Rank each domain once for all of its episodes.

        Raises:
            UsageError: the system cannot rank texts that its corpus does not hold.
        """
        start = time.perf_counter()
        widest = widest_context(scenario)
        places = np.full((len(scenario.episodes), widest), ABSENT, np.int32)
        cited = np.zeros(len(scenario.episodes), np.int32)
        context = _contexts(scenario, widest)
        for rows in episodes_by_domain(scenario):
            with progress.step(f"ranking the documents of {domain_of(scenario, rows[0])}"):
                rankings = rank_domain(scenario, rows, self._system, self._depth)
            found = rankings.documents
            cited[rows] = (found >= 0).sum(axis=1)
            for column in range(widest):
                hit = (found == context[rows, column][:, None]) & (found >= 0)
                places[rows, column] = np.where(hit.any(axis=1), hit.argmax(axis=1), ABSENT)
        self._seconds = time.perf_counter() - start
        nothing = np.zeros(len(scenario.episodes), np.int32)
        shown = np.full_like(places, ABSENT)
        return [Answers(places, cited, shown, nothing.astype(np.bool_), nothing)]

    def stats(self) -> dict[str, Any]:
        """Seconds that the last answering took."""
        return {"seconds": self._seconds}


def _contexts(scenario: Scenario, widest: int) -> NDArray[np.int64]:
    """(episodes, widest) rows of the documents of each episode's context, -2 behind the last."""
    of_query = np.full((len(scenario.queries), widest), -2, np.int64)
    for row, query in enumerate(scenario.queries):
        of_query[row, : len(query.context)] = query.context
    return of_query[[episode.query for episode in scenario.episodes]]
