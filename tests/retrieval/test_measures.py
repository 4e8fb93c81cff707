from __future__ import annotations

import math

import numpy as np
import pytest
import pytrec_eval
from hypothesis import given

from domainbench.retrieval.measures import Measure, evaluate
from domainbench.retrieval.qrels import Qrels
from domainbench.retrieval.run import Run
from domainbench.schemas.errors import UsageError

from .strategies import qrel_dicts, run_dicts, to_run

TREC_NAMES = {
    "nDCG": ("ndcg", "ndcg"),
    "nDCG@3": ("ndcg_cut_3", "ndcg_cut.3"),
    "nDCG@100": ("ndcg_cut_100", "ndcg_cut.100"),
    "Recall@5": ("recall_5", "recall.5"),
    "P@4": ("P_4", "P.4"),
    "P@100": ("P_100", "P.100"),
    "AP": ("map", "map"),
    "AP@3": ("map_cut_3", "map_cut.3"),
    "RR": ("recip_rank", "recip_rank"),
    "Rprec": ("Rprec", "Rprec"),
    "Success@1": ("success_1", "success.1"),
    "Success@5": ("success_5", "success.5"),
}
MEASURES = [Measure.parse(text) for text in TREC_NAMES]


@given(run_dicts, qrel_dicts)
def test_equals_trec_eval_to_the_last_bit(
    ranked: dict[str, dict[str, float]], judged: dict[str, dict[str, int]]
) -> None:
    reference = pytrec_eval.RelevanceEvaluator(
        judged, {name for _, name in TREC_NAMES.values()}
    ).evaluate(ranked)
    found = evaluate(to_run(ranked), Qrels.from_dict(judged), MEASURES)
    relevant = sorted(q for q, grades in judged.items() if max(grades.values()) > 0)
    assert found.query_ids.to_pylist() == relevant
    for row, query in enumerate(relevant):
        for column, (key, _) in enumerate(TREC_NAMES.values()):
            wanted = reference[query][key] if query in ranked else 0.0
            assert found.values[row, column] == wanted, (query, key)


def test_by_hand() -> None:
    run = to_run({"q1": {"a": 3, "b": 2, "c": 1}})
    qrels = Qrels.from_dict({"q1": {"b": 1, "d": 1}, "q2": {"a": 1}, "q3": {"a": 0}})
    chosen = ["P@2", "Recall@2", "RR", "AP", "Rprec", "Success@1", "RR@1", "Success@2"]
    found = evaluate(run, qrels, [Measure.parse(text) for text in chosen])
    assert found.query_ids.to_pylist() == ["q1", "q2"]
    assert found.values.tolist() == [[0.5, 0.5, 0.5, 0.25, 0.5, 0, 0, 1], [0] * 8]
    assert found.means()[Measure("P", 2)] == 0.25
    assert found.to_table().column_names == ["query_id", *chosen]


def test_equals_trec_eval_on_long_rankings() -> None:
    # Hundreds of ranks: the logarithms of high ranks, and sums of many terms, must agree too.
    draw = np.random.default_rng(1)
    documents = [f"d{i}" for i in range(900)]
    ranked = {
        f"q{i}": dict(
            zip(draw.permutation(documents)[:700], draw.integers(0, 90, 700) / 7, strict=True)
        )
        for i in range(60)
    }
    judged = {
        query: {
            d: int(g)
            for d, g in zip(draw.permutation(documents)[:400], draw.zipf(2, 400), strict=True)
        }
        for query in ranked
    }
    names = {"nDCG": "ndcg", "AP": "map", "nDCG@500": "ndcg_cut_500", "Rprec": "Rprec"}
    reference = pytrec_eval.RelevanceEvaluator(judged, {"ndcg", "map", "ndcg_cut.500", "Rprec"})
    wanted = reference.evaluate(ranked)
    measures = [Measure.parse(text) for text in names]
    found = evaluate(to_run(ranked), Qrels.from_dict(judged), measures)
    rows = [[wanted[q][key] for key in names.values()] for q in found.query_ids.to_pylist()]
    assert found.values.tolist() == rows


def test_judged_documents_that_the_run_cannot_know_are_missed() -> None:
    run = Run.from_topk(["q"], ["a", "b"], np.array([[0, 1]]), np.array([[2.0, 1.0]]))
    qrels = Qrels.from_dict({"q": {"a": 1, "0": 1, "z": 2}})
    found = evaluate(run, qrels, [Measure("Recall"), Measure("nDCG", 2)])
    ideal = 2 + 1 / math.log2(3)
    assert found.values.tolist() == [[1 / 3, 1 / ideal]]


def test_negative_grades_are_not_relevant() -> None:
    run = to_run({"q": {"a": 2, "b": 1}, "r": {"a": 1}})
    qrels = Qrels.from_dict({"q": {"a": -1, "b": 1}, "r": {"a": -2}})
    found = evaluate(run, qrels, [Measure("nDCG"), Measure("P", 1)])
    assert found.query_ids.to_pylist() == ["q"]
    assert found.values.tolist() == [[1 / math.log2(3), 0.0]]


def test_no_query_has_no_mean() -> None:
    found = evaluate(to_run({"q": {"a": 1}}), Qrels.from_dict({"q": {"a": 0}}), [Measure("RR")])
    assert found.means() == {Measure("RR"): None}


def test_rel_is_a_threshold_on_the_grade() -> None:
    run = to_run({"q": {"a": 2, "b": 1}})
    qrels = Qrels.from_dict({"q": {"a": 1, "b": 2}})
    assert evaluate(run, qrels, [Measure.parse("RR(rel=2)")]).values.tolist() == [[0.5]]


@given(run_dicts, qrel_dicts)
def test_rel_equals_trec_eval_s_level(
    ranked: dict[str, dict[str, float]], judged: dict[str, dict[str, int]]
) -> None:
    names = {"map", "P.3", "recip_rank", "recall.5", "Rprec", "success.1"}
    reference = pytrec_eval.RelevanceEvaluator(judged, names, relevance_level=2).evaluate(ranked)
    keys = ["map", "P_3", "recip_rank", "recall_5", "Rprec", "success_1"]
    texts = ["AP", "P@3", "RR", "Recall@5", "Rprec", "Success@1"]
    measures = [Measure(m.name, m.cutoff, 2) for m in map(Measure.parse, texts)]
    found = evaluate(to_run(ranked), Qrels.from_dict(judged), measures)
    for query, figures in zip(found.query_ids.to_pylist(), found.values, strict=True):
        if max(judged[query].values()) < 2:
            assert np.isnan(figures).all()
        elif query in ranked:
            assert figures.tolist() == [reference[query][key] for key in keys]
        else:
            assert not figures.any()


def test_queries_without_a_document_of_the_grade_do_not_count() -> None:
    run = to_run({"q1": {"a": 1}, "q2": {"a": 1}})
    found = evaluate(
        run,
        Qrels.from_dict({"q1": {"a": 2}, "q2": {"a": 1}}),
        [Measure("P", 1, 2), Measure("P", 1, 3), Measure("P", 1)],
    )
    assert list(found.means().values()) == [1.0, None, 1.0]
    assert found.to_table().column("P(rel=2)@1").to_pylist() == [1.0, None]


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("ndcg@10", "nDCG@10"),
        ("R@100", "Recall@100"),
        ("MRR", "RR"),
        ("map@5", "AP@5"),
        ("P(rel=2)@5", "P(rel=2)@5"),
        ("rprec", "Rprec"),
    ],
)
def test_names_are_canonical(text: str, canonical: str) -> None:
    measure = Measure.parse(text)
    assert str(measure) == canonical
    assert Measure.parse(canonical) == measure
    assert hash(Measure.parse(canonical)) == hash(measure)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("ndgc@10", "did you mean nDCG"),
        ("P", "needs a cutoff"),
        ("nDCG@0", "no rank"),
        ("nDCG(rel=2)@10", "threshold"),
        ("Rprec@5", "no cutoff"),
        ("nDCG@", "no measure"),
        ("", "no measure"),
    ],
)
def test_nonsense_is_refused(text: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        Measure.parse(text)


def test_a_measure_cannot_be_made_up() -> None:
    with pytest.raises(UsageError, match="unknown measure"):
        Measure("F1")
