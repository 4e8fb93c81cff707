"""How relevant what is shown is to the query, by a retrieval system, within each scene."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...retrieval.system import OutsideRanker
from ...retrieval.texts import Texts
from ...schemas.errors import UsageError
from .scenes import episodes_by_domain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ...retrieval.system import System
    from .scenario import Scenario
    from .scenes import Scene

_PAIRS = 1 << 22
"""Scores of queries and texts that are held at a time."""


def standard_scores(
    scenario: Scenario, scenes: Sequence[Scene], system: System
) -> list[NDArray[np.float64]]:
    """For each scene the scores of its texts, less their mean, by their standard deviation.

    The statistics of the system are those of the original documents of the domain. A text that is
    no hit scores 0; where all texts score the same, each gets 0.

    Raises:
        UsageError: the system cannot score texts that its corpus does not hold.
    """
    if not isinstance(system, OutsideRanker):
        raise UsageError(
            "the system gives no score to a single text",
            found=system.spec,
            expected="bm25 or dense, with any options",
        )
    found: list[NDArray[np.float64]] = [np.zeros(0)] * len(scenes)
    for rows in episodes_by_domain(scenario):
        _score_domain(scenario, scenes, rows, system, found)
    return [_standardised(values) for values in found]


def _score_domain(
    scenario: Scenario,
    scenes: Sequence[Scene],
    rows: Sequence[int],
    system: OutsideRanker,
    found: list[NDArray[np.float64]],
) -> None:
    domain = scenario.queries[scenario.episodes[rows[0]].query].domain
    corpus = [row for row, of in enumerate(scenario.domains) if of == domain]
    system.index(
        Texts.from_arrays(
            [scenario.document_ids[row] for row in corpus],
            [scenario.documents[row] for row in corpus],
        )
    )
    asked = sorted({scenario.episodes[row].query for row in rows})
    queries = Texts.from_arrays(
        [f"{place:010}" for place in range(len(asked))],
        [scenario.queries[query].text for query in asked],
    )
    place_of = {query: place for place, query in enumerate(asked)}
    distinct = {text: None for row in rows for text in scenes[row].texts}
    texts = {text: number for number, text in enumerate(distinct)}
    numbers = [np.array([texts[text] for text in scenes[row].texts], np.int64) for row in rows]
    for row in rows:
        found[row] = np.zeros(len(scenes[row].texts))
    listed = list(texts)
    step = max(1, _PAIRS // len(asked))
    for first in range(0, len(listed), step):
        some = listed[first : first + step]
        others = Texts.from_arrays([f"{place:010}" for place in range(len(some))], some)
        run = system.search_others(queries, others, len(some))
        matrix = np.zeros((len(asked), len(some)))
        at, column = np.nonzero(run.docs >= 0)
        matrix[at, run.docs[at, column]] = run.scores[at, column]
        for row, shown in zip(rows, numbers, strict=True):
            here = (shown >= first) & (shown < first + len(some))
            query = place_of[scenario.episodes[row].query]
            found[row][here] = matrix[query, shown[here] - first]


def _standardised(values: NDArray[np.float64]) -> NDArray[np.float64]:
    deviation = float(values.std()) if len(values) else 0.0
    return np.zeros(len(values)) if deviation == 0 else (values - values.mean()) / deviation
