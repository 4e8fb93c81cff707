"""What came of every document in every episode: cited where, seen how much, against the baseline.

Gains are those of ``gains``, worked out for whole arrays. An answer is compared with the answer to
the same query and run in which nobody adopts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from .answers import ABSENT, IMPRESSIONS
from .gains import CUTOFF

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .answers import Answers
    from .scenario import Scenario

GAINS = (
    "citation_rank_gain",
    "fixed_cutoff_gain",
    "position_controlled_gain",
    "normalised_rank_gain",
    "cited_gain",
    "reciprocal_rank_gain",
    *(f"{name}_gain" for name in IMPRESSIONS),
)
"""Columns of gains; positive is better. The first is C-SEO Bench's; those of ``cited``, reciprocal
rank and GEO's measures are differences, after minus before."""
PAYOFFS = ("reciprocal_rank", "cited", *IMPRESSIONS)
"""Columns, with ``_before`` and ``_after``, that can be the payoff of the adoption game."""


def outcome_table(scenario: Scenario, answers: Sequence[Answers], cutoff: int = CUTOFF) -> Any:
    """A row for each run, episode with adopters and document of its context.

    Args:
        scenario: what was answered.
        answers: of each run.
        cutoff: citations that rank gains look at.

    Returns:
        ``pyarrow.Table``. Places count from 1 and are null where a document is not
        cited or not shown; gains are null where an answer is missing or a measure undefined.
    """
    parts = [_run_table(scenario, given, run, cutoff) for run, given in enumerate(answers)]
    return pa.concat_tables(parts)


def _run_table(scenario: Scenario, given: Answers, run: int, cutoff: int) -> Any:
    queries, episodes = scenario.queries, scenario.episodes
    sizes = np.array([len(query.context) for query in queries])
    rows = np.arange(scenario.baselines, len(episodes))
    query = np.array([episodes[row].query for row in rows], np.int64)
    episode = np.repeat(np.arange(len(rows)), sizes[query])
    starts = np.cumsum(sizes[query]) - sizes[query]
    place = np.arange(len(episode)) - np.repeat(starts, sizes[query])
    after, before = (rows[episode], place), (query[episode], place)
    columns = _labels(scenario, rows, episode, place) | {
        "run": np.full(len(episode), run, np.int32)
    }
    failed = given.failed[after[0]] | given.failed[before[0]]
    values = _figures(given, before, after, sizes[query[episode]], cutoff)
    values["position_controlled_gain"] = _controlled(
        scenario, given, values["fixed_cutoff_gain"], before, after, cutoff
    )
    columns |= {
        "failed": failed,
        "place_before": _counted(given.places[before]),
        "place_after": _counted(given.places[after]),
        "shown_before": _counted(given.shown[before]),
        "shown_after": _counted(given.shown[after]),
    }
    for name in (*GAINS, *(f"{p}_{when}" for p in PAYOFFS for when in ("before", "after"))):
        found = values.get(name, np.full(len(episode), np.nan))
        columns[name] = pa.array(found, mask=failed | np.isnan(found))
    return pa.table(columns)


def _labels(
    scenario: Scenario,
    rows: NDArray[np.int64],
    episode: NDArray[np.int64],
    place: NDArray[np.int64],
) -> dict[str, Any]:
    """Columns that say what each row is about."""
    told = [scenario.episodes[row] for row in rows.tolist()]
    asked = [scenario.queries[one.query] for one in told]
    adopters = [frozenset(one.adopters) for one in told]
    pairs = list(zip(episode.tolist(), place.tolist(), strict=True))
    take = pa.array(episode)
    repeated = {
        "domain": [query.domain for query in asked],
        "task": [query.task for query in asked],
        "query_id": [query.id for query in asked],
        "episode_id": [one.id for one in told],
        "method": [one.method for one in told],
        "adoption": [len(one.adopters) for one in told],
        "documents": [len(query.context) for query in asked],
    }
    columns: dict[str, Any] = {name: pa.array(v).take(take) for name, v in repeated.items()}
    ids = scenario.document_ids
    columns["corpus_id"] = pa.array([ids[asked[row].context[at]] for row, at in pairs], pa.string())
    columns["adopter"] = pa.array([at in adopters[row] for row, at in pairs], pa.bool_())
    return columns


def _figures(
    given: Answers,
    before: tuple[NDArray[np.int64], NDArray[np.int64]],
    after: tuple[NDArray[np.int64], NDArray[np.int64]],
    documents: NDArray[np.int64],
    cutoff: int,
) -> dict[str, NDArray[np.float64]]:
    first, second = given.places[before], given.places[after]
    found: dict[str, NDArray[np.float64]] = {}
    ours = _rank(first, np.minimum(given.cited[before[0]], cutoff), cutoff)
    theirs = _rank(second, np.minimum(given.cited[after[0]], cutoff), cutoff)
    neither = ((first < 0) | (first >= cutoff)) & ((second < 0) | (second >= cutoff))
    found["citation_rank_gain"] = np.where(neither, 0, ours - theirs).astype(np.float64)
    fixed = np.full_like(first, cutoff)
    found["fixed_cutoff_gain"] = (
        _rank(first, fixed, cutoff) - _rank(second, fixed, cutoff)
    ).astype(np.float64)
    whole = np.where(first < 0, documents, first) - np.where(second < 0, documents, second)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.clip(whole / (documents - 1), -1, 1)
    found["normalised_rank_gain"] = np.where(documents > 1, share, np.nan)
    for name, places in (("before", first), ("after", second)):
        found[f"cited_{name}"] = (places >= 0).astype(np.float64)
        found[f"reciprocal_rank_{name}"] = np.where(
            places >= 0, 1 / (np.maximum(places, 0) + 1.0), 0
        )
    for name, values in given.impressions.items():
        found[f"{name}_before"], found[f"{name}_after"] = values[before], values[after]
    for name in PAYOFFS:
        if f"{name}_before" in found:
            found[f"{name}_gain"] = found[f"{name}_after"] - found[f"{name}_before"]
    return found


def _rank(places: NDArray[np.int32], otherwise: NDArray[Any], cutoff: int) -> NDArray[np.int64]:
    """Ranks from 0 among the first citations; ``otherwise`` where a document is not there."""
    return np.where((places >= 0) & (places < cutoff), places, otherwise).astype(np.int64)


def _controlled(
    scenario: Scenario,
    given: Answers,
    gains: NDArray[np.float64],
    before: tuple[NDArray[np.int64], NDArray[np.int64]],
    after: tuple[NDArray[np.int64], NDArray[np.int64]],
    cutoff: int,
) -> NDArray[np.float64]:
    """Gains less what the move alone brings, by the mean ranks of baselines in the domain."""
    names = sorted({query.domain for query in scenario.queries})
    domain = np.array([names.index(query.domain) for query in scenario.queries])
    count = scenario.baselines
    shown = given.shown[:count]
    seen = (shown >= 0) & ~given.failed[:count, None]
    widest = int(shown.max(initial=0)) + 1
    key = (domain[:, None] * widest + shown)[seen]
    rank = _rank(given.places[:count], np.full_like(shown, cutoff), cutoff)[seen]
    times = np.bincount(key, minlength=len(names) * widest)
    total = np.bincount(key, weights=rank, minlength=len(names) * widest)
    with np.errstate(invalid="ignore"):
        means = (total / times).reshape(len(names), widest)
    first, second = given.shown[before], given.shown[after]
    where = domain[before[0]]
    known = (first >= 0) & (second >= 0) & (second < widest)
    moved = means[where, np.maximum(first, 0)] - means[where, np.clip(second, 0, widest - 1)]
    return np.where(known, gains - moved, np.nan)


def _counted(places: NDArray[np.int32]) -> Any:
    """Places from 1, null where there is none."""
    return pa.array(places + 1, mask=places == ABSENT)
