"""What an engine answered: for each document of a context, where it is cited and how much."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from .citations import parse_citations
from .impressions import impressions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pydantic import JsonValue

    from ...schemas.progress import Progress
    from .scenario import Scenario

ABSENT = -1
IMPRESSIONS = ("word", "position", "word_position")
"""GEO's measures of one answer's text, see ``impressions``."""


@dataclass(frozen=True)
class Answers:
    """Answers to all episodes of a scenario, in their order; n is the largest context."""

    places: NDArray[np.int32]
    """(episodes, n) place of each document of the context among those cited, from 0; -1 where it
    is not cited. Documents that are not of the context take places too."""
    cited: NDArray[np.int32]
    """(episodes) distinct documents cited."""
    shown: NDArray[np.int32]
    """(episodes, n) place where each document stood when the engine read it, from 0; -1 where the
    engine does not read documents in an order, or not this one."""
    failed: NDArray[np.bool_]
    """(episodes) whether there is no answer."""
    hallucinated: NDArray[np.int32]
    """(episodes) citations of documents that were not shown."""
    impressions: dict[str, NDArray[np.float64]] = field(
        default_factory=dict[str, "NDArray[np.float64]"]
    )
    """Measure → (episodes, n), NaN where there is no answer; empty where nothing is written."""


class Engine(Protocol):
    """Something that answers queries from documents, and cites them."""

    @property
    def name(self) -> str:
        """The specification in its canonical form."""
        ...

    @property
    def parameters(self) -> dict[str, JsonValue]:
        """Everything that decides an answer."""
        ...

    @property
    def runs(self) -> int:
        """How many answers each episode gets."""
        ...

    @property
    def reads_order(self) -> bool:
        """Whether the order of the context matters to it."""
        ...

    def answer(self, scenario: Scenario, progress: Progress) -> list[Answers]:
        """The answers of each run.

        Raises:
            UsageError: the engine cannot be had, or cannot do what is asked.
            DataError: it fails again and again.
        """
        ...

    def stats(self) -> dict[str, Any]:
        """What answering took and what it cost, as JSON values."""
        ...


class AnswerTable:
    """Collects answers that are written texts, one episode at a time."""

    def __init__(self, episodes: int, widest: int) -> None:
        self._places = np.full((episodes, widest), ABSENT, np.int32)
        self._cited = np.zeros(episodes, np.int32)
        self._shown = np.full((episodes, widest), ABSENT, np.int32)
        self._failed = np.ones(episodes, np.bool_)
        self._hallucinated = np.zeros(episodes, np.int32)
        self._impressions = {name: np.full((episodes, widest), np.nan) for name in IMPRESSIONS}

    def add(self, episode: int, order: Sequence[int], text: str | None) -> None:
        """Read one answer.

        Args:
            episode: its row.
            order: of each document shown, in order, its place in the context; -1 if it is not of
                the context.
            text: what was written, citing documents by their number in that order, from 1; None
                where the engine failed.
        """
        ours = [(number, place) for number, place in enumerate(order) if place >= 0]
        for number, place in ours:
            self._shown[episode, place] = number
        if text is None:
            return
        found = parse_citations(text, len(order))
        self._failed[episode] = False
        self._cited[episode] = len(found.order)
        self._hallucinated[episode] = len(found.hallucinated)
        for rank, number in enumerate(found.order):
            if order[number] >= 0:
                self._places[episode, order[number]] = rank
        shares = impressions(text, len(order))
        for name, values in self._impressions.items():
            measured = getattr(shares, name)
            values[episode] = 0  # of a document that is not shown, there is nothing to see
            for number, place in ours:
                values[episode, place] = measured[number]

    def finish(self) -> Answers:
        """Everything that was added."""
        return Answers(
            self._places,
            self._cited,
            self._shown,
            self._failed,
            self._hallucinated,
            self._impressions,
        )


def widest_context(scenario: Scenario) -> int:
    """Documents of the largest context."""
    return max((len(query.context) for query in scenario.queries), default=0)
