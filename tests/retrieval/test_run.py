from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given

from domainbench.retrieval.run import Run
from domainbench.schemas.errors import DataError, UsageError

from .strategies import run_dicts, to_run


@given(run_dicts)
def test_ranks_follow_float32_score_then_id_descending(
    ranked: dict[str, dict[str, float]],
) -> None:
    table = to_run(ranked).to_table()
    for query, found in ranked.items():
        rows = [row for row in table.to_pylist() if row["query_id"] == query]
        wanted = sorted(found, key=lambda d: (np.float32(found[d]), d), reverse=True)
        assert [row["doc_id"] for row in rows] == wanted
        assert [row["rank"] for row in rows] == list(range(1, len(found) + 1))
        assert [row["score"] for row in rows] == [np.float32(found[d]) for d in wanted]


@given(run_dicts)
def test_a_table_gives_the_run_back(ranked: dict[str, dict[str, float]]) -> None:
    run = to_run(ranked)
    shuffled = run.to_table().take(pa.array(np.arange(run.to_table().num_rows)[::-1]))
    again = Run.from_table(shuffled)
    assert again.to_table().equals(run.to_table())


def test_minus_zero_ties_with_zero() -> None:
    run = Run.from_topk(["q"], ["a", "b"], np.array([[0, 1]]), np.array([[0.0, -0.0]]))
    assert run.docs.tolist() == [[1, 0]]


def test_negative_scores_rank_below_positive_ones() -> None:
    docs = np.array([[0, 1, 2, -1]])
    run = Run.from_topk(["q"], ["a", "b", "c"], docs, np.array([[-2.0, -1.0, 1.0, np.nan]]))
    assert run.docs.tolist() == [[2, 1, 0, -1]]
    assert run.scores.tolist() == [[1.0, -1.0, -2.0, 0.0]]


def test_parquet_is_the_same_bytes_and_the_same_run(tmp_path: Path) -> None:
    run = to_run({"q1": {"d1": 0.1, "d2": 0.3}, "q2": {"d3": 1.0}})
    run.write_parquet(tmp_path / "a.parquet")
    run.write_parquet(tmp_path / "b.parquet")
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
    assert Run.read_parquet(tmp_path / "a.parquet").to_table().equals(run.to_table())
    (tmp_path / "c.parquet").write_bytes(b"no parquet")
    with pytest.raises(DataError, match="cannot be read"):
        Run.read_parquet(tmp_path / "c.parquet")


def test_without_closes_the_ranks() -> None:
    run = to_run({"q1": {"d1": 3, "d2": 2, "d3": 1}, "q2": {"d1": 1}})
    left = run.without({"q1": ["d2", "d9"], "q9": ["d1"]}).to_table().to_pylist()
    assert [(row["query_id"], row["doc_id"], row["rank"]) for row in left] == [
        ("q1", "d1", 1),
        ("q1", "d3", 2),
        ("q2", "d1", 1),
    ]


def test_truncate_keeps_the_first() -> None:
    run = to_run({"q1": {"d1": 3, "d2": 2, "d3": 1}}).truncate(2)
    assert run.depth == 2
    assert run.to_table().column("doc_id").to_pylist() == ["d1", "d2"]


@pytest.mark.parametrize("score", [float("nan"), float("inf"), 1e300])
def test_scores_must_be_finite_as_float32(score: float) -> None:
    with pytest.raises(DataError, match="not finite"):
        to_run({"q1": {"d1": score}})
    with pytest.raises(DataError, match="not finite"):
        Run.from_topk(["q1"], ["d1"], np.array([[0]]), np.array([[score]]))


def test_a_document_stands_once() -> None:
    with pytest.raises(DataError, match="twice"):
        Run.from_topk(["q"], ["a"], np.array([[0, 0]]), np.array([[1.0, 2.0]]))


def test_ids_must_ascend() -> None:
    with pytest.raises(DataError, match="ascending"):
        Run.from_topk(["b", "a"], ["d"], np.array([[0], [0]]), np.ones((2, 1)))


def test_documents_outside_the_corpus_are_refused() -> None:
    table = pa.table({"query_id": ["q"], "doc_id": ["x"], "score": [1.0]})
    with pytest.raises(DataError, match="not in the corpus"):
        Run.from_table(table, doc_ids=["a", "b"])
    with pytest.raises(DataError, match="lacks columns"):
        Run.from_table(table.drop(["score"]))


def test_nulls_and_words_are_refused() -> None:
    table = pa.table({"query_id": ["q", None], "doc_id": ["a", "b"], "score": ["1", "2"]})
    with pytest.raises(DataError, match="null"):
        Run.from_table(table)
    words = pa.table({"query_id": ["q"], "doc_id": ["a"], "score": ["high"]})
    with pytest.raises(DataError, match="no number"):
        Run.from_table(words)


@pytest.mark.parametrize(
    ("docs", "scores"),
    [
        (np.zeros((1, 1)), np.zeros((1, 1))),
        (np.zeros((2, 1)), np.zeros((2, 2))),
        (np.full((2, 1), 9), np.zeros((2, 1))),
        (np.full((2, 1), -2), np.zeros((2, 1))),
        (np.zeros(2), np.zeros(2)),
    ],
)
def test_arrays_must_fit_together(docs: np.ndarray, scores: np.ndarray) -> None:
    with pytest.raises(UsageError):
        Run.from_topk(["q1", "q2"], ["a"], docs, scores)


def test_many_rows_are_ranked_as_few() -> None:
    # More than are ranked at a time.
    draw = np.random.default_rng(0)
    docs = np.argsort(draw.random((700, 300)), axis=1).astype(np.int32)
    docs[draw.random(docs.shape) < 0.1] = -1
    scores = draw.integers(-3, 4, docs.shape).astype(np.float32)
    ids = [f"{i:03}" for i in range(700)]
    run = Run.from_topk(ids, ids[:300], docs, scores)
    for row in (0, 300, 699):
        pairs = zip(scores[row], docs[row], strict=True)
        wanted = sorted(((s, d) for s, d in pairs if d >= 0), reverse=True)
        found = run.docs[row] >= 0
        assert run.docs[row][found].tolist() == [d for _, d in wanted]
        assert run.scores[row][found].tolist() == [s for s, _ in wanted]
        assert not run.scores[row][~found].any()


def test_an_empty_run_is_a_run() -> None:
    run = Run.from_topk(["q"], ["a"], np.zeros((1, 0)), np.zeros((1, 0)))
    assert run.to_table().num_rows == 0
    assert run.without({"q": ["a"]}).depth == 0
