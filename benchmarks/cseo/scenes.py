"""Scenes: what an engine that reads documents in an order is given in each episode."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .ranking import rank_domain
from .scenario import hashed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...retrieval.system import System
    from ...schemas.progress import Progress
    from .scenario import Episode, Scenario


@dataclass(frozen=True, slots=True)
class Scene:
    """The documents of one episode in the order in which an engine reads them."""

    places: tuple[int, ...]
    """Place of each document in the query's context; -1 if it is not of the context."""
    documents: tuple[int, ...]
    """Row of each document."""
    texts: tuple[str, ...]
    """What each shows."""


def scenes_of(
    scenario: Scenario,
    *,
    first: System | None,
    shuffle: bool,
    seed: int,
    run: int,
    progress: Progress,
) -> list[Scene]:
    """Scenes of a run: what a first stage finds, the context in a drawn order, or as it is."""
    if first is not None:
        return ranked_scenes(scenario, first, progress)
    return shuffled_scenes(scenario, seed, run) if shuffle else recorded_scenes(scenario)


def recorded_scenes(scenario: Scenario) -> list[Scene]:
    """A scene for each episode: the query's context in its own order."""
    return [
        _scene(scenario, episode, range(len(scenario.queries[episode.query].context)))
        for episode in scenario.episodes
    ]


def shuffled_scenes(scenario: Scenario, seed: int, run: int) -> list[Scene]:
    """Scenes whose order is drawn: the same in all episodes of a query, another in each run."""
    orders: dict[int, list[int]] = {}
    for number, query in enumerate(scenario.queries):
        places = range(len(query.context))
        orders[number] = sorted(places, key=lambda p, q=query: hashed(seed, "order", run, q.id, p))
    return [_scene(scenario, e, orders[e.query]) for e in scenario.episodes]


def ranked_scenes(
    scenario: Scenario, system: System, progress: Progress, depth: int = 10
) -> list[Scene]:
    """Scenes whose documents and order a first stage finds in the whole domain.

    Args:
        scenario: what is answered.
        system: the first stage.
        progress: shown while it ranks.
        depth: documents that the engine is given.

    Raises:
        UsageError: as ``rank_domain``.
    """
    scenes: list[Scene | None] = [None] * len(scenario.episodes)
    for rows in episodes_by_domain(scenario):
        with progress.step(f"ranking the documents of {domain_of(scenario, rows[0])}"):
            rankings = rank_domain(scenario, rows, system, depth)
        for row, found in zip(rows, rankings.documents.tolist(), strict=True):
            episode = scenario.episodes[row]
            context = scenario.queries[episode.query].context
            places = {document: place for place, document in enumerate(context)}
            documents = [document for document in found if document >= 0]
            scenes[row] = _found_scene(scenario, episode, documents, places)
    return [scene for scene in scenes if scene is not None]


def episodes_by_domain(scenario: Scenario) -> list[list[int]]:
    """Rows of the episodes of each domain, by its name."""
    found: dict[str, list[int]] = {}
    for row, episode in enumerate(scenario.episodes):
        found.setdefault(scenario.queries[episode.query].domain, []).append(row)
    return [found[domain] for domain in sorted(found)]


def domain_of(scenario: Scenario, row: int) -> str:
    """Domain of an episode."""
    return scenario.queries[scenario.episodes[row].query].domain


def _scene(scenario: Scenario, episode: Episode, order: Sequence[int]) -> Scene:
    places = episode.order(order)
    context = scenario.queries[episode.query].context
    texts = scenario.texts(episode)
    return Scene(tuple(places), tuple(context[p] for p in places), tuple(texts[p] for p in places))


def _found_scene(
    scenario: Scenario, episode: Episode, documents: list[int], places: dict[int, int]
) -> Scene:
    if episode.moves:
        # Documents outside the context stand for themselves while the adopters move.
        stand_in = {-1 - number: document for number, document in enumerate(documents)}
        keys = [places.get(document, key) for key, document in stand_in.items()]
        by_key = dict(zip(keys, documents, strict=True))
        documents = [by_key[key] for key in episode.order(keys)]
    texts = scenario.texts(episode)
    found = [places.get(document, -1) for document in documents]
    shown = [
        texts[place] if place >= 0 else scenario.documents[document]
        for place, document in zip(found, documents, strict=True)
    ]
    return Scene(tuple(found), tuple(documents), tuple(shown))
