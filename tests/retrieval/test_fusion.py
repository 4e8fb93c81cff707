from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.retrieval.fusion import rrf
from domainbench.retrieval.run import Run
from domainbench.schemas.errors import UsageError

from .strategies import run_dicts, to_run


def reference(
    runs: list[Run], k: float, weights: list[float]
) -> dict[str, list[tuple[str, float]]]:
    """The formula with plain dictionaries."""
    totals: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for run, weight in zip(runs, weights, strict=True):
        for row in run.to_table().to_pylist():
            totals[row["query_id"]][row["doc_id"]] += weight / (k + row["rank"])
    return {
        query: sorted(
            ((doc, float(np.float32(score))) for doc, score in found.items()),
            key=lambda pair: (pair[1], pair[0]),
            reverse=True,
        )
        for query, found in totals.items()
    }


@given(st.lists(run_dicts, min_size=2, max_size=3), st.sampled_from([0.0, 1.0, 60.0]))
def test_equals_the_formula(ranked: list[dict[str, dict[str, float]]], k: float) -> None:
    runs = [to_run(item) for item in ranked]
    weights = [1.0, 0.5, 2.0][: len(runs)]
    fused = rrf(runs, k=k, weights=weights, depth=50).to_table().to_pylist()
    for query, wanted in reference(runs, k, weights).items():
        found = [(row["doc_id"], row["score"]) for row in fused if row["query_id"] == query]
        assert found == wanted


def test_by_hand() -> None:
    one = to_run({"q": {"a": 2, "b": 1}})
    two = to_run({"q": {"b": 2, "c": 1}})
    fused = rrf([one, two], k=60).to_table().to_pylist()
    assert [row["doc_id"] for row in fused] == ["b", "a"]
    assert fused[0]["score"] == np.float32(1 / 62 + 1 / 61)
    deep = rrf([one, two], k=60, depth=9).to_table().column("doc_id").to_pylist()
    assert deep == ["b", "a", "c"]


def test_ties_fall_to_the_higher_id() -> None:
    fused = rrf([to_run({"q": {"a": 1}}), to_run({"q": {"b": 1}})], depth=2)
    assert fused.to_table().column("doc_id").to_pylist() == ["b", "a"]


def test_many_queries_are_fused_as_few() -> None:
    # More than are fused at a time.
    draw = np.random.default_rng(0)
    ids = [f"{i:04}" for i in range(2_000)]
    runs = [
        Run.from_topk(
            ids,
            ids,
            np.argsort(draw.random((2_000, 90)), axis=1) + np.arange(2_000)[:, None] % 1_900,
            draw.random((2_000, 90)),
        )
        for _ in range(2)
    ]
    fused = rrf(runs, depth=100)
    assert fused.depth == 100
    for row in (0, 1_500, 1_999):
        pairs = [zip(run.docs[row], run.scores[row], strict=True) for run in runs]
        one = [to_run({ids[row]: {ids[d]: float(s) for d, s in found}}) for found in pairs]
        wanted = reference(one, 60.0, [1.0, 1.0])[ids[row]][:100]
        found = fused.docs[row][fused.docs[row] >= 0]
        assert [ids[d] for d in found] == [doc for doc, _ in wanted]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"k": -1}, "negative"),
        ({"weights": [1.0]}, "weights"),
        ({"weights": [1.0, 0.0]}, "weights"),
        ({"depth": 0}, "depth"),
    ],
)
def test_bad_parameters_are_refused(options: dict, problem: str) -> None:
    runs = [to_run({"q": {"a": 1}})] * 2
    with pytest.raises(UsageError, match=problem):
        rrf(runs, **options)
    with pytest.raises(UsageError, match="two runs"):
        rrf(runs[:1])
