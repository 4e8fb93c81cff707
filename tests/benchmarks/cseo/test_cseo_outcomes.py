"""Outcomes of whole arrays against the gains of single documents."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domainbench.benchmarks.cseo.answers import Answers, AnswerTable
from domainbench.benchmarks.cseo.gains import (
    citation_rank_gain,
    fixed_cutoff_gain,
    normalised_rank_gain,
    position_controlled,
    positional_ranks,
)
from domainbench.benchmarks.cseo.outcomes import outcome_table
from domainbench.benchmarks.cseo.scenario import Episode, Query, Scenario

Order = tuple[list[int], list[int]]
"""Places in the order they were shown, and the documents cited, by place."""


def made_scenario(sizes: list[int], adopters: list[tuple[int, tuple[int, ...]]]) -> Scenario:
    """Queries of so many documents, and an episode for each query and set of adopters."""
    queries, documents = [], 0
    for number, size in enumerate(sizes):
        context = tuple(range(documents, documents + size))
        documents += size
        domain = ("retail", "web")[number % 2]
        queries.append(Query(f"q{number}", "?", domain, "question_answering", context))
    baselines = [Episode(f"q{n}/baseline", n, "baseline") for n in range(len(sizes))]
    others = [
        Episode(f"q{query}/m/{place}", query, "m", who, (-1,) * len(who))
        for place, (query, who) in enumerate(adopters)
    ]
    return Scenario(
        queries=tuple(queries),
        document_ids=tuple(f"d{n}" for n in range(documents)),
        documents=("text",) * documents,
        domains=tuple(query.domain for query in queries for _ in query.context),
        variants=(),
        episodes=(*baselines, *others),
    )


@st.composite
def cases(draw: st.DrawFn) -> tuple[Scenario, list[Order]]:
    sizes = draw(st.lists(st.integers(1, 8), min_size=1, max_size=4))
    who = st.integers(0, len(sizes) - 1).flatmap(
        lambda q: st.tuples(
            st.just(q),
            st.sets(st.integers(0, sizes[q] - 1), min_size=1).map(lambda s: tuple(sorted(s))),
        )
    )
    scenario = made_scenario(sizes, draw(st.lists(who, min_size=1, max_size=5)))
    orders = []
    for episode in scenario.episodes:
        places = list(range(sizes[episode.query]))
        shown = draw(st.permutations(places))
        cited = draw(st.permutations(places))[: draw(st.integers(0, len(places)))]
        orders.append((list(shown), list(cited)))
    return scenario, orders


def answers(scenario: Scenario, orders: list[Order]) -> Answers:
    widest = max(len(query.context) for query in scenario.queries)
    table = AnswerTable(len(scenario.episodes), widest)
    for row, (shown, cited) in enumerate(orders):
        text = " ".join(f"Words about it [{shown.index(place) + 1}]." for place in cited)
        table.add(row, shown, text)
    return table.finish()


@settings(max_examples=60, deadline=None)
@given(cases(), st.integers(1, 6))
def test_gains_are_those_of_single_documents(
    case: tuple[Scenario, list[Order]], cutoff: int
) -> None:
    scenario, orders = case
    rows = outcome_table(scenario, [answers(scenario, orders)], cutoff).to_pylist()
    count = scenario.baselines
    means = {}
    for domain in ("retail", "web"):
        some = [n for n in range(count) if scenario.queries[n].domain == domain]
        means[domain] = positional_ranks(
            [orders[n][1] for n in some],
            [{place: at for at, place in enumerate(orders[n][0])} for n in some],
            cutoff,
        )
    read = iter(rows)
    for row in range(count, len(scenario.episodes)):
        episode = scenario.episodes[row]
        query = scenario.queries[episode.query]
        (shown, before), (after_shown, after) = orders[episode.query], orders[row]
        for place in range(len(query.context)):
            found = next(read)
            assert found["corpus_id"] == scenario.document_ids[query.context[place]]
            assert found["adopter"] == (place in episode.adopters)
            assert found["documents"] == len(query.context)
            assert found["citation_rank_gain"] == citation_rank_gain(
                before, after, place, cutoff=cutoff
            )
            fixed = fixed_cutoff_gain(before, after, place, cutoff=cutoff)
            assert found["fixed_cutoff_gain"] == fixed
            assert found["normalised_rank_gain"] == pytest.approx(
                normalised_rank_gain(before, after, place, documents=len(query.context))
            )
            assert found["position_controlled_gain"] == pytest.approx(
                position_controlled(
                    fixed, shown.index(place), after_shown.index(place), means[query.domain]
                )
            )
            assert found["cited_gain"] == (place in after) - (place in before)
            assert found["place_before"] == (before.index(place) + 1 if place in before else None)
            assert found["shown_after"] == after_shown.index(place) + 1
    assert next(read, None) is None


def test_what_failed_has_no_gain() -> None:
    scenario = made_scenario([2, 2], [(0, (0,)), (1, (0,)), (1, (1,))])
    table = AnswerTable(5, 2)
    for row, text in enumerate(["One [1].", None, "Two [2], then one [1].", "[1]", "[2] [3]"]):
        table.add(row, [0, 1], text)
    given = table.finish()
    assert given.failed.tolist() == [False, True, False, False, False]
    assert given.hallucinated.tolist() == [0, 0, 0, 0, 1]
    rows = outcome_table(scenario, [given]).to_pylist()
    assert [row["failed"] for row in rows] == [False] * 2 + [True] * 4
    assert [row["citation_rank_gain"] for row in rows] == [-1, 1, None, None, None, None]
    assert [row["word_gain"] for row in rows[2:]] == [None] * 4


def test_documents_outside_the_context_take_places() -> None:
    table = AnswerTable(1, 2)
    table.add(0, [-1, 1, 0, -1], "First [4], then [3] and [2].")
    given = table.finish()
    assert given.places.tolist() == [[1, 2]]
    assert given.shown.tolist() == [[2, 1]]
    assert given.cited.tolist() == [3]
    shares = given.impressions["position"][0]
    assert 0 < shares.sum() < 1


def test_where_the_engine_reads_no_order_there_is_no_position() -> None:
    scenario = made_scenario([2], [(0, (0,))])
    nothing = np.full((2, 2), -1, np.int32)
    places = np.array([[0, 1], [1, 0]], np.int32)
    given = Answers(
        places, np.full(2, 2, np.int32), nothing, np.zeros(2, bool), np.zeros(2, np.int32)
    )
    rows = outcome_table(scenario, [given]).to_pylist()
    assert [row["fixed_cutoff_gain"] for row in rows] == [-1, 1]
    assert [row["position_controlled_gain"] for row in rows] == [None, None]
    assert [row["shown_before"] for row in rows] == [None, None]
    assert [row["word_gain"] for row in rows] == [None, None]
    assert [row["reciprocal_rank_gain"] for row in rows] == [-0.5, 0.5]
