"""Exact search of documents by all their passages."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domainbench.retrieval.aggregation import Aggregation
from domainbench.retrieval.dense import search_blocks, search_torch
from domainbench.retrieval.dense.search import SearchOptions, build_index
from domainbench.schemas.errors import UsageError

RULES = ("maxP", "avg_top2", "avgP", "sumP")
EXACT = {
    "matmul": SearchOptions(),
    "torch": SearchOptions(backend="torch"),
    "torch-float16": SearchOptions(backend="torch", dtype="float16"),
}
each_rule = pytest.mark.parametrize("rule", RULES)
each_backend = pytest.mark.parametrize("options", EXACT.values(), ids=list(EXACT))


def whole(seed: int, *shape: int) -> Any:
    """Small whole numbers: every product and sum of them is exact."""
    return np.random.default_rng(seed).integers(-3, 4, shape).astype(np.float32)


def make_starts(seed: int, documents: int, most: int) -> Any:
    counts = np.random.default_rng(seed).integers(0, most + 1, documents)
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def document_score(scores: list[float], rule: str) -> float:
    if rule == "maxP":
        return max(scores)
    if rule == "avg_top2":
        best = sorted(scores, reverse=True)[:2]
        return math.fsum(best) / len(best)
    total = math.fsum(scores)
    return total / len(scores) if rule == "avgP" else total


def expected(products: Any, starts: Any, rule: str, k: int) -> tuple[list[Any], list[Any]]:
    """The definition, document by document."""
    rows, values = [], []
    for scores in products:
        hits = [
            (np.float32(document_score([float(s) for s in scores[first:last]], rule)), d)
            for d, (first, last) in enumerate(pairwise(starts))
            if last > first
        ]
        best = sorted(hits, reverse=True)[:k]
        missing = min(k, len(starts) - 1) - len(best)
        rows.append([d for _, d in best] + [-1] * missing)
        values.append([s for s, _ in best] + [np.float32(0)] * missing)
    return rows, values


def check(found: tuple[Any, Any], products: Any, starts: Any, rule: str, k: int) -> None:
    rows, values = expected(products, starts, rule, k)
    np.testing.assert_array_equal(found[0], rows)
    np.testing.assert_array_equal(found[1], np.array(values, np.float32))


@each_rule
@each_backend
def test_documents_by_all_their_passages(options: SearchOptions, rule: str) -> None:
    starts = make_starts(0, 300, 6)
    vectors, queries = whole(1, int(starts[-1]), 9), whole(2, 12, 9)
    index = build_index(vectors, options, device="cpu", starts=starts)
    found = index.search(queries, 25, Aggregation.parse(rule))
    check(found, queries @ vectors.T, starts, rule, 25)


@given(
    seed=st.integers(0, 2**32 - 1),
    documents=st.integers(1, 30),
    most=st.integers(0, 5),
    k=st.integers(1, 35),
    rule=st.sampled_from(RULES),
)
@settings(max_examples=60)
def test_any_documents(seed: int, documents: int, most: int, k: int, rule: str) -> None:
    starts = make_starts(seed, documents, most)
    vectors, queries = whole(seed, int(starts[-1]), 3), whole(seed + 1, 2, 3)
    index = build_index(vectors, SearchOptions(), device="cpu", threads=2, starts=starts)
    found = index.search(queries, k, Aggregation.parse(rule))
    check(found, queries @ vectors.T, starts, rule, k)


@each_rule
def test_scores_are_rounded_once_a_passage_and_once_a_document(rule: str) -> None:
    starts = make_starts(3, 40, 5)
    generator = np.random.default_rng(4)
    vectors = generator.standard_normal((int(starts[-1]), 50)).astype(np.float32)
    queries = generator.standard_normal((3, 50)).astype(np.float32)
    products = queries[:, None].astype(np.float64) * vectors.astype(np.float64)
    scores = np.array([[math.fsum(p) for p in row] for row in products], np.float32)
    for options in EXACT.values():
        index = build_index(vectors, options, device="cpu", starts=starts)
        found = index.search(queries, 10, Aggregation.parse(rule))
        check(found, scores, starts, rule, 10)


@each_rule
def test_a_document_longer_than_a_tile(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_blocks, "_PRODUCTS", 1 << 9)
    monkeypatch.setattr(search_blocks, "_BLOCK_BYTES", 1 << 11)
    monkeypatch.setattr(search_torch, "_CELLS", {"cpu": 1 << 9})
    counts = np.array([0, 3, 700, 0, 2] * 20)
    starts = np.concatenate([[0], np.cumsum(counts)])
    vectors, queries = whole(5, int(starts[-1]), 4), whole(6, 5, 4)
    for options in (EXACT["matmul"], EXACT["torch"]):
        index = build_index(vectors, options, device="cpu", threads=2, starts=starts)
        found = index.search(queries, 50, Aggregation.parse(rule))
        check(found, queries @ vectors.T, starts, rule, 50)


@each_rule
def test_near_ties_of_documents_are_widened(rule: str) -> None:
    documents = 1_500
    base = np.random.default_rng(7).standard_normal(20).astype(np.float32)
    steps = np.random.default_rng(8).integers(0, 2, (documents * 2, 20)).astype(bool)
    vectors = np.where(steps, np.nextafter(base, np.float32(9)), base).astype(np.float32)
    queries = np.random.default_rng(9).standard_normal((2, 20)).astype(np.float32)
    starts = np.arange(0, 2 * documents + 1, 2)
    products = queries[:, None].astype(np.float64) * vectors.astype(np.float64)
    scores = np.array([[math.fsum(p) for p in row] for row in products], np.float32)
    index = build_index(vectors, SearchOptions(), device="cpu", starts=starts)
    found = index.search(queries, 5, Aggregation.parse(rule))
    check(found, scores, starts, rule, 5)


def test_documents_none_of_which_has_passages() -> None:
    starts = np.zeros(4, np.int64)
    index = build_index(np.empty((0, 3), np.float32), SearchOptions(), device="cpu", starts=starts)
    rows, scores = index.search(whole(0, 2, 3), 2, Aggregation.parse("maxP"))
    assert rows.tolist() == [[-1, -1]] * 2
    assert scores.tolist() == [[0, 0]] * 2


@pytest.mark.parametrize("index", ["ivf", "hnsw"])
def test_an_index_that_can_miss_scores_all_passages_of_what_it_finds(index: str) -> None:
    starts = np.arange(0, 901, 3)
    generator = np.random.default_rng(10)
    vectors = generator.standard_normal((900, 16)).astype(np.float32)
    queries = generator.standard_normal((7, 16)).astype(np.float32)
    rule = Aggregation.parse("avgP")
    exact = build_index(vectors, SearchOptions(), device="cpu", starts=starts)
    found = build_index(vectors, SearchOptions(index=index), device="cpu", starts=starts)
    rows, scores = found.search(queries, 10, rule)
    best = zip(*exact.search(queries, 300, rule), strict=True)
    for pair, row, score in zip(best, rows, scores, strict=True):
        known = dict(zip(*pair, strict=True))
        hits = row[row >= 0]
        assert len(set(hits)) == len(hits) > 0
        assert [known[d] for d in hits] == list(score[: len(hits)])
        assert list(score[: len(hits)]) == sorted(score[: len(hits)], reverse=True)
    assert 0 < found.stats()["overlap_with_exact"] <= 1


def test_bad_starts_and_aggregations_are_refused() -> None:
    vectors = whole(0, 4, 2)
    for starts in ([0, 3], [1, 4], [0, 3, 2, 4], []):
        with pytest.raises(UsageError, match="starts"):
            build_index(vectors, SearchOptions(), device="cpu", starts=np.array(starts, np.int64))
    with pytest.raises(UsageError, match="FAISS cannot aggregate"):
        build_index(
            vectors, SearchOptions(backend="faiss"), device="cpu", starts=np.array([0, 2, 4])
        )
    passages = build_index(vectors, SearchOptions(), device="cpu", starts=np.array([0, 2, 4]))
    with pytest.raises(UsageError, match="aggregation"):
        passages.search(vectors, 1)
    with pytest.raises(UsageError, match="aggregation"):
        build_index(vectors, SearchOptions(), device="cpu").search(
            vectors, 1, Aggregation.parse("maxP")
        )
