"""Answering by retrieval: with a knowledge corpus and without one."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, nan
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.benchmarks.evaluate import evaluate
from domainbench.benchmarks.qa.choices import outcomes
from domainbench.benchmarks.results import Results
from domainbench.schemas.errors import DataError, UsageError
from domainbench.schemas.release import Release

from .conftest import choice_rows, write


def per_question(results: Results, folder: Path, measure: str) -> dict[str, float]:
    rows = pq.read_table(folder / "per_query.parquet").to_pylist()
    system = results.systems[0].spec
    return {
        row["query_id"]: row["value"]
        for row in rows
        if row["measure"] == measure and row["system"] == system
    }


def test_the_option_with_the_best_document_is_chosen(bilingual: Release, tmp_path: Path) -> None:
    results = evaluate(bilingual, ["bm25"], task="choices", output=tmp_path)
    # a1: "paddy rice" has one more word of k3; a2: "tin" one more of k1; l1: "paddy rice" again,
    # but "land court" is right; a3 and b1 share no word with anything.
    right = {"a1": 1, "a2": 1, "a3": 0, "b1": 0, "l1": 0}
    answered = {"a1": 1, "a2": 1, "a3": 0, "b1": 0, "l1": 1}
    assert per_question(results, tmp_path, "Accuracy") == right
    assert per_question(results, tmp_path, "Answered") == answered
    assert results.figure("bm25", "Accuracy").value == pytest.approx(2 / 5)
    assert results.documents == 7
    assert results.primary == "Accuracy"


def test_options_are_documents_where_there_is_no_corpus(bilingual: Release, tmp_path: Path) -> None:
    task = "choices_without_corpus"
    results = evaluate(bilingual, ["bm25"], task=task, output=tmp_path)
    # a2 finds another question's option, which does not count; the options of a3 are equal.
    right = {"a1": 1, "a2": 0, "a3": 0.5, "b1": 1, "l1": 0}
    assert per_question(results, tmp_path, "Accuracy") == right
    assert results.figure("bm25", "Answered").value == pytest.approx(4 / 5)
    chance = (1 / 3 + 1 / 3 + 1 / 2 + 1 / 2 + 1 / 2) / 5
    assert results.figure("bm25", "Chance").value == pytest.approx(chance)
    assert results.depth == 1_000


def test_accuracy_has_slices_intervals_and_tests(bilingual: Release) -> None:
    systems = ["bm25", "rrf:bm25+bm25(k1=0.5)"]
    results = evaluate(bilingual, systems, task="choices_without_corpus", by=["language", "domain"])
    hindi = results.figure("bm25", "Accuracy", "ALL", "language", "hi")
    assert (hindi.n, hindi.value, hindi.low) == (1, 1, None)
    assert results.figure("bm25", "Accuracy", "ALL", "domain", "agriculture").low is not None
    (comparison,) = results.comparisons
    assert (comparison.measure, comparison.n) == ("Accuracy", 5)


def test_passages_are_knowledge_too(tmp_path: Path) -> None:
    rows = choice_rows()
    kept = [row for row in rows["corpus"] if row["kind"] == "option"]
    release = write(tmp_path / "bare", rows | {"corpus": kept})
    with pytest.raises(DataError, match="no document to rank") as caught:
        evaluate(release, ["bm25"], task="choices")
    assert caught.value.expected == "kind knowledge or passage"
    assert evaluate(release, ["bm25"], task="choices_without_corpus").queries == 5


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"measures": ["nDCG@10"]}, "nDCG@10"),
        ({"query_view": "TEXT"}, "TEXT"),
        ({"corpus_view": "CLAIMS"}, "CLAIMS"),
        ({"by": ["answer"]}, "answer"),
        ({"k": 0}, "below 1"),
    ],
    ids=["measure", "query view", "corpus view", "column", "depth"],
)
def test_a_wrong_call_is_told(bilingual: Release, options: dict[str, object], named: str) -> None:
    with pytest.raises(UsageError, match=named):
        evaluate(bilingual, ["bm25"], task="choices", **options)  # pyright: ignore[reportArgumentType]


def test_there_is_no_ranking_to_write(bilingual: Release, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no ranking"):
        evaluate(bilingual, ["bm25"], task="choices", trec=tmp_path / "trec")


def test_one_measure_alone(bilingual: Release) -> None:
    results = evaluate(bilingual, ["bm25"], task="choices", measures=["Answered"])
    assert (results.measures, results.primary) == (["Answered"], "Answered")


def by_hand(scores: Sequence[float], answer: int) -> tuple[float, float]:
    known = [score for score in scores if score == score]
    if not known:
        return 0.0, 0.0
    best = [place for place, score in enumerate(scores) if score == max(known)]
    return (1 / len(best) if answer in best else 0.0), 1.0


SCORES = st.lists(st.sampled_from([nan, -1.5, 0.0, 0.25, 2.0]), min_size=1, max_size=5)


@given(st.lists(st.tuples(SCORES, st.integers(0, 4)), min_size=1, max_size=6))
def test_outcomes_equal_those_by_hand(cases: list[tuple[list[float], int]]) -> None:
    asked = [(scores, answer % len(scores)) for scores, answer in cases]
    flat = np.array([score for scores, _ in asked for score in scores])
    bounds = np.cumsum([0, *(len(scores) for scores, _ in asked)])
    found = outcomes(flat, bounds, np.array([answer for _, answer in asked]))
    wanted = [by_hand(*case) for case in asked]
    assert found["Accuracy"].tolist() == [accuracy for accuracy, _ in wanted]
    assert found["Answered"].tolist() == [answered for _, answered in wanted]
    assert found["Chance"].tolist() == [1 / len(scores) for scores, _ in asked]
    assert inf not in found["Accuracy"]
