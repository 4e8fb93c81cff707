from __future__ import annotations

import math
import os
import subprocess
import sys

import pytest
import pytrec_eval
from hypothesis import given

from domainbench.retrieval.measures import Measure, evaluate
from domainbench.retrieval.qrels import Qrels
from domainbench.schemas.errors import DataError, UsageError

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
    chosen = ["P@2", "Recall@2", "RR", "AP", "Rprec", "Success@1", "RR@1", "P(rel=2)@1"]
    found = evaluate(run, qrels, [Measure.parse(text) for text in chosen])
    assert found.query_ids.to_pylist() == ["q1", "q2"]
    assert found.values.tolist() == [[0.5, 0.5, 0.5, 0.25, 0.5, 0, 0, 0], [0] * 8]
    assert found.means()[Measure("P", 2)] == 0.25
    assert found.to_table().column_names == ["query_id", *chosen]


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


def test_pairs_are_judged_once() -> None:
    with pytest.raises(DataError, match=r"twice[\s\S]*q1 d1"):
        Qrels.from_pairs(["q1", "q1"], ["d1", "d1"], [1, 2])


def test_threads_do_not_matter() -> None:
    code = (
        "import numpy as np\n"
        "from domainbench.retrieval.run import Run\n"
        "from domainbench.retrieval.qrels import Qrels\n"
        "from domainbench.retrieval.measures import Measure, evaluate\n"
        "g = np.random.default_rng(0)\n"
        "docs = np.stack([g.permutation(90)[:30] for _ in range(40)])\n"
        "ids = [f'd{i:02d}' for i in range(90)]\n"
        "run = Run.from_topk([f'q{i:02d}' for i in range(40)], ids, docs, g.random((40, 30)))\n"
        "qrels = Qrels.from_dict({f'q{i:02d}': {ids[d]: int(d % 3) for d in docs[i, ::4]}"
        " for i in range(40)})\n"
        "found = evaluate(run, qrels, [Measure('nDCG', 10), Measure('AP'), Measure('RR')])\n"
        "print(found.values.tobytes().hex())"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"NUMBA_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "3")
    }
    assert len(outputs) == 1
