from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from domainbench.benchmarks.cseo.outcomes import outcome_table
from domainbench.benchmarks.cseo.relevance import standard_scores
from domainbench.benchmarks.cseo.scenario import Episode, Query, Scenario, hashed
from domainbench.benchmarks.cseo.scenes import recorded_scenes, shuffled_scenes
from domainbench.benchmarks.cseo.surrogate import (
    ANSWERS,
    CITED,
    SurrogateEngine,
    SurrogateOptions,
    citation_probability,
    written,
)
from domainbench.retrieval.systems import parse_system
from domainbench.schemas.errors import UsageError
from domainbench.schemas.progress import SILENT

PUBLISHED = 2.77
"""Gain of moving one of ten documents to the top, retail, GPT-4o mini (C-SEO Bench)."""


def moved_to_the_top(queries: int) -> Scenario:
    """Contexts of ten documents of a few words each, of which one moves to the top."""
    words = ("lamp", "desk", "oak", "brass", "steel", "linen", "cup", "shelf", "reading", "garden")
    drawn = [[hashed(n, k) % 10 for k in range(2 + hashed(n) % 6)] for n in range(10 * queries)]
    texts = [" ".join(words[place] for place in places) for places in drawn]
    asked = [
        Query(f"q{n}", "brass reading lamp", "retail", "product_recommendation",
              tuple(range(10 * n, 10 * n + 10)))
        for n in range(queries)
    ]  # fmt: skip
    baselines = [Episode(f"q{n}/baseline", n, "baseline") for n in range(queries)]
    moves = [Episode(f"q{n}/p", n, "position:1", (n % 10,), (-1,)) for n in range(queries)]
    return Scenario(
        tuple(asked), tuple(f"d{n:05}" for n in range(10 * queries)), tuple(texts),
        ("retail",) * (10 * queries), (), (*baselines, *moves),
    )  # fmt: skip


def test_moving_to_the_top_gains_what_the_bench_reports() -> None:
    scenario = moved_to_the_top(500)
    answers = SurrogateEngine(SurrogateOptions()).answer(scenario, SILENT)
    rows = outcome_table(scenario, answers).to_pylist()
    gains = np.array([row["citation_rank_gain"] for row in rows if row["adopter"]])
    half = 1.96 * gains.std() / math.sqrt(len(gains))
    assert gains.mean() - half < PUBLISHED < gains.mean() + half
    assert 1.5 < gains.std() < 2.4
    # What is left without the position is nothing.
    rest = np.array([row["position_controlled_gain"] for row in rows if row["adopter"]])
    assert abs(rest.mean()) < 1.96 * rest.std() / math.sqrt(len(rest))


def test_probabilities_are_the_recorded_shares() -> None:
    found = citation_probability(np.arange(10.0))
    assert found == pytest.approx([count / ANSWERS for count in CITED])
    between = citation_probability(np.array([0.5, 9.5, -1.0, 12.0]))
    assert found[1] < between[0] < found[0]
    assert between[1] < found[9]
    assert between[2] > found[0]
    assert between[3] < between[1]


def test_shares_of_citations_follow_the_probabilities() -> None:
    scenario = moved_to_the_top(400)
    options = SurrogateOptions(weight=0, runs=5)
    answers = SurrogateEngine(options).answer(scenario, SILENT)
    cited = np.mean([given.places[: scenario.baselines] >= 0 for given in answers], axis=(0, 1))
    assert cited == pytest.approx([count / ANSWERS for count in CITED], abs=0.03)


def test_relevance_outweighs_the_place_where_it_is_told_to(scenario: Scenario) -> None:
    options = SurrogateOptions(weight=1e6, spread=0)
    (found,) = SurrogateEngine(options).answer(scenario, SILENT)
    scenes = recorded_scenes(scenario)
    scores = standard_scores(scenario, scenes, parse_system("bm25"))
    for row, scene in enumerate(scenes):
        places = found.places[row]
        cited = sorted((p for p in scene.places if places[p] >= 0), key=lambda p, r=places: r[p])
        values = [scores[row][scene.places.index(place)] for place in cited]
        assert values == sorted(values, reverse=True)
    assert (found.cited > 0).any()


def test_what_changes_nothing_gains_nothing(scenario: Scenario) -> None:
    count = scenario.baselines
    still = [
        replace(e, id=f"{e.id}/still", variants=(-1,) * len(e.adopters))
        for e in scenario.episodes[count:]
        if not e.moves
    ]
    same = replace(scenario, episodes=(*scenario.episodes[:count], *still))
    rows = outcome_table(same, SurrogateEngine(SurrogateOptions()).answer(same, SILENT)).to_pylist()
    assert {row["citation_rank_gain"] for row in rows} == {0}


def test_one_who_moves_to_the_top_stands_at_place_1(scenario: Scenario) -> None:
    (found,) = SurrogateEngine(SurrogateOptions()).answer(scenario, SILENT)
    rows = {(e.query, e.method): n for n, e in enumerate(scenario.episodes) if len(e.adopters) == 1}
    for (query, method), row in rows.items():
        if method == "top":
            assert found.places[row].tolist() == found.places[rows[query, "position:1"]].tolist()


def test_an_answer_depends_on_its_own_episode_alone(scenario: Scenario) -> None:
    options = SurrogateOptions(runs=2, seed=3)
    whole = SurrogateEngine(options).answer(scenario, SILENT)
    count = scenario.baselines
    part = replace(scenario, episodes=(*scenario.episodes[:count], *scenario.episodes[-20:]))
    some = SurrogateEngine(options).answer(part, SILENT)
    for all_of_it, a_part in zip(whole, some, strict=True):
        assert np.array_equal(all_of_it.places[-20:], a_part.places[-20:])
    assert not np.array_equal(whole[0].places, whole[1].places)
    other = SurrogateEngine(SurrogateOptions(seed=4)).answer(scenario, SILENT)
    assert not np.array_equal(whole[0].places, other[0].places)


def test_a_first_stage_finds_the_context(scenario: Scenario) -> None:
    engine = SurrogateEngine(SurrogateOptions(), "bm25")
    (found,) = engine.answer(scenario, SILENT)
    assert engine.name == "surrogate over bm25"
    # Some documents of the context are not among the ten best of the domain.
    assert (found.shown[:, :6] < 0).any()
    assert found.shown.max() <= 9
    assert not (found.places[found.shown < 0] >= 0).any()
    row = next(
        row for row, episode in enumerate(scenario.episodes)
        if episode.method == "top" and len(episode.adopters) == 1
        and found.shown[row, episode.adopters[0]] >= 0
    )  # fmt: skip
    assert found.shown[row, scenario.episodes[row].adopters[0]] == 0


def test_orders_are_drawn_for_a_query_and_run(scenario: Scenario) -> None:
    first, second = (shuffled_scenes(scenario, 0, run) for run in (0, 1))
    of_query: dict[int, set[tuple[int, ...]]] = {}
    for episode, scene in zip(scenario.episodes, first, strict=True):
        if not episode.moves:
            of_query.setdefault(episode.query, set()).add(scene.places)
    assert all(len(orders) == 1 for orders in of_query.values())
    assert [scene.places for scene in first] != [scene.places for scene in second]
    assert first == shuffled_scenes(scenario, 0, 0)
    recorded = recorded_scenes(scenario)[0]
    assert recorded.places == tuple(range(6))


def test_places_that_adopters_move_to() -> None:
    order = [0, 1, 2, 3, 4]
    assert Episode("e", 0, "position:1", (3,), (-1,)).order(order) == [3, 0, 1, 2, 4]
    assert Episode("e", 0, "position:4", (1,), (-1,)).order(order) == [0, 2, 3, 1, 4]
    assert Episode("e", 0, "top", (1, 4), (-1, -1)).order(order) == [1, 4, 0, 2, 3]
    assert Episode("e", 0, "outline", (1,), (0,)).order(order) == order


def test_texts_repeat_no_citation_of_a_document(scenario: Scenario) -> None:
    scene = recorded_scenes(scenario)[0]
    odd = replace(scene, texts=("See [4] and 【5】. More.", "", *scene.texts[2:]))
    assert written(odd, [0, 1]) == "See 4 and 5 More [1]. This one [2]."


@pytest.mark.parametrize(
    "options", [{"weight": -1}, {"spread": float("nan")}, {"runs": 0}, {"seed": -1}]
)
def test_values_out_of_range_are_told(options: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="out of range"):
        SurrogateOptions(**options)  # pyright: ignore[reportArgumentType]


def test_relevance_needs_a_system_that_scores_single_texts(scenario: Scenario) -> None:
    engine = SurrogateEngine(SurrogateOptions(relevance="rrf:bm25+bm25:b=0.2"))
    with pytest.raises(UsageError, match="no score to a single text"):
        engine.answer(scenario, SILENT)
    with pytest.raises(UsageError, match="not shuffled"):
        SurrogateEngine(SurrogateOptions(shuffle=True), "bm25")
