"""Wins and losses by hand, what is embedded of them, and how much."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from domainbench.cards.report.comparison import as_script, compare
from domainbench.cards.report.inputs import Evaluation
from domainbench.cards.report.tables import colors_of
from domainbench.cards.report.texts import DOCUMENT_CHARACTERS, TOP, cut
from domainbench.cards.report.wins import (
    MOST_QUERIES,
    Lead,
    compared_systems,
    listed,
    longest_list,
    tallies,
)
from tests.cards.report.conftest import WORDS, Measured, data_of


def values(**of_queries: float):
    names = sorted(of_queries)
    return pa.array(names), np.array([of_queries[name] for name in names])


def tallied(measured: Measured, left, right):
    results = measured.results.model_copy(update={"partitions": ["ALL"]})
    known = {("bm25", "ALL"): left, ("bm25:b=0", "ALL"): right}
    (tally,) = tallies(results, known, ["bm25", "bm25:b=0"])
    return tally


def test_wins_stand_by_their_lead_and_equals_by_id(measured: Measured) -> None:
    left = values(a=0.9, b=0.5, c=0.25, d=0.5, e=1.0, f=0.25)
    right = values(a=0.5, b=0.25, c=0.5, d=0.25, e=1.0 - 1e-12, g=1.0)
    tally = tallied(measured, left, right)
    assert (tally.n, tally.wins, tally.losses) == (5, 3, 1)
    assert tally.best == (Lead("a", 0.9, 0.5), Lead("b", 0.5, 0.25), Lead("d", 0.5, 0.25))
    assert tally.worst == (Lead("c", 0.25, 0.5),)
    assert list(listed([tally])) == [("a", "ALL"), ("c", "ALL"), ("b", "ALL"), ("d", "ALL")]


def test_queries_without_a_value_are_in_no_list(measured: Measured) -> None:
    tally = tallied(measured, values(a=float("nan"), b=0.5), values(a=0.5, b=0.25))
    assert (tally.n, tally.wins, tally.losses) == (1, 1, 0)
    tally = tallied(measured, values(a=1.0), (pa.array([], pa.string()), np.zeros(0)))
    assert (tally.n, tally.best, tally.worst) == (0, (), ())


def test_lists_are_bounded(measured: Measured) -> None:
    left = values(**{f"q{n:03}": n / 200 for n in range(200)})
    right = values(**{f"q{n:03}": 0.0 for n in range(200)})
    tally = tallied(measured, left, right)
    assert tally.wins == 199
    assert len(tally.best) == MOST_QUERIES
    assert tally.best[0].query == "q199"
    many = measured.results.model_copy(update={"partitions": [str(n) for n in range(40)]})
    assert longest_list(many, ["a", "b", "c", "d", "e", "f"]) == 9_000 // (30 * 40)


def test_the_best_systems_are_compared_in_the_results_order(measured: Measured) -> None:
    entry, figure = measured.results.systems[0], measured.results.figures[0]
    worth = {"a": 0.1, "b": 0.7, "c": None, "d": 0.6, "e": 0.5, "f": 0.4, "g": 0.3, "h": 0.2}
    results = measured.results.model_copy(
        update={
            "systems": [entry.model_copy(update={"spec": name}) for name in worth],
            "figures": [
                figure.model_copy(
                    update={"system": name, "value": value, "measure": measured.results.primary}
                )
                for name, value in worth.items()
            ],
        }
    )
    assert compared_systems(results) == ["b", "d", "e", "f", "g", "h"]


def test_every_pair_and_partition_is_embedded(page, measured: Measured) -> None:
    data = data_of(page)
    assert data["systems"] == [entry.spec for entry in measured.results.systems]
    assert set(data["pairs"]) == {"0-1", "0-2", "1-2"}
    for pairs in data["pairs"].values():
        assert list(pairs) == measured.results.partitions
    found = data["pairs"]["0-1"]["OUT"]
    assert found["n"] == len(WORDS)
    assert found["wins"] + found["losses"] > 0
    for place, left, right in found["best"]:
        assert left > right
        assert data["queries"][place]["id"].startswith("q")


def test_first_documents_are_those_of_the_rankings(page, measured: Measured) -> None:
    data = data_of(page)
    for entry in data["queries"]:
        number = int(entry["id"][1:])
        top = [data["documents"][place] for place, *_ in entry["top"][0]]
        assert 0 < len(top) <= TOP
        assert all(len(text) <= DOCUMENT_CHARACTERS for _, text in top)
        marked = {data["documents"][p][0]: label[0] for p, *label in entry["top"][0] if label}
        assert marked.items() <= {f"d{number}a": "IN", f"d{number}b": "OUT"}.items()
    ids = [key for key, _ in data["documents"]]
    assert len(ids) == len(set(ids))


def test_texts_stop_where_they_would_be_too_many(measured: Measured) -> None:
    evaluation = Evaluation(measured.results, measured.folder, measured.release)
    colors = colors_of([measured.results])
    for most, known in ((0, 0), (1_200, 1)):
        found = compare(evaluation, colors, most_bytes=most)
        data = json.loads(str(found.data))
        with_text = [entry for entry in data["queries"] if "text" in entry]
        assert len(with_text) >= known
        assert len(with_text) < len(data["queries"])
        assert any("without texts, for size" in note for note in found.notes)
        assert sum(len(text) for _, text in data["documents"]) <= most


@pytest.mark.parametrize(
    ("text", "shown"), [("abcd", "abcd"), ("abcde", "abc…"), ("ab  cd", "ab…")]
)
def test_cutting_keeps_the_beginning(text: str, shown: str) -> None:
    assert cut(text, 4) == shown


@given(st.recursive(st.none() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)))
def test_json_in_a_script_element_reads_back_as_it_was(value) -> None:
    written = str(as_script(value))
    assert not set(written) & set("<>&\u2028\u2029")
    assert json.loads(written) == value
    element = html.fromstring(f"<div><script type='application/json'>{written}</script></div>")
    assert len(element) == 1
