"""Indexes and quantisations that can miss vectors: their scores, their loss, their determinism."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from domainbench.retrieval.aggregation import Aggregation
from domainbench.retrieval.dense.search import SearchOptions, build_index
from domainbench.schemas.errors import UsageError

CAN_MISS = {
    "ivf": SearchOptions(index="ivf", nlist=20, nprobe=2),
    "hnsw": SearchOptions(index="hnsw", hnsw_m=8, ef_construction=16, ef_search=16),
    "int8": SearchOptions(quantize="int8"),
    "binary": SearchOptions(quantize="binary", rescore=2),
}
each = pytest.mark.parametrize("options", CAN_MISS.values(), ids=list(CAN_MISS))


def normal(seed: int, *shape: int) -> Any:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def cpu_index(vectors: Any, **options: Any) -> Any:
    return build_index(vectors, SearchOptions(**options), device="cpu")


@each
def test_scores_are_exact_and_the_loss_is_what_is_missing(options: SearchOptions) -> None:
    vectors, queries = normal(0, 900, 32), normal(1, 25, 32)
    index = build_index(vectors, options, device="cpu")
    rows, scores = index.search(queries, 20)
    every, values = cpu_index(vectors).search(queries, 900)
    shared = 0
    for row, score, known, best in zip(rows, scores, every, values, strict=True):
        exact = dict(zip(known.tolist(), best.tolist(), strict=True))
        hits = row[row >= 0].tolist()
        order = sorted(hits, key=lambda r: (exact[r], r), reverse=True)
        assert hits == order
        assert [exact[r] for r in hits] == score[: len(hits)].tolist()
        shared += len(set(hits) & set(known[:20].tolist()))
    stats = index.stats()
    assert stats["overlap_with_exact"] == pytest.approx(shared / (25 * 20))
    assert stats["compared_queries"] == 25
    assert 0.1 < stats["overlap_with_exact"] <= 1


@each
def test_two_builds_rank_alike(options: SearchOptions) -> None:
    vectors, queries = normal(2, 1_500, 24), normal(3, 30, 24)
    first, second = (
        build_index(vectors, options, device="cpu", threads=threads).search(queries, 10)
        for threads in (1, 4)
    )
    np.testing.assert_array_equal(first[0], second[0])
    np.testing.assert_array_equal(first[1], second[1])


def test_the_loss_is_measured_on_a_thousand_queries_at_most() -> None:
    index = cpu_index(normal(4, 60, 8), quantize="binary")
    assert "overlap_with_exact" not in index.stats()
    index.search(normal(5, 2_500, 8), 3)
    assert index.stats()["compared_queries"] == 1_000


def test_bytes_that_vectors_take() -> None:
    vectors = normal(6, 100, 65)
    assert cpu_index(vectors).stats()["index_bytes"] == 100 * 65 * 4
    assert cpu_index(vectors, quantize="int8").stats()["index_bytes"] == 100 * (65 + 4)
    assert cpu_index(vectors, quantize="binary").stats()["index_bytes"] == 100 * 2 * 8
    assert cpu_index(vectors, index="hnsw").stats()["index_bytes"] > 100 * 65 * 4
    stats = cpu_index(vectors, quantize="int8").stats()
    assert (stats["backend"], stats["device"]) == ("matmul", "cpu")
    assert stats["vector_bytes"] == 100 * 65 * 4


def test_int8_scores_are_products_with_the_rounded_vectors() -> None:
    vectors, queries = normal(7, 200, 30), normal(8, 5, 30)
    vectors[17] = 0
    scales = np.abs(vectors).max(axis=1) / np.float32(127)
    codes = np.rint(vectors / np.where(scales > 0, scales, np.float32(1))[:, None])
    rounded = codes.astype(np.float32) * scales[:, None]
    found = cpu_index(vectors, quantize="int8", rescore=0).search(queries, 200)
    expected = cpu_index(rounded).search(queries, 200)
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_array_equal(found[1], expected[1])


@pytest.mark.parametrize("dimensions", [1, 8, 63, 64, 65, 130])
def test_binary_scores_count_equal_signs(dimensions: int) -> None:
    vectors, queries = normal(9, 300, dimensions), normal(10, 6, dimensions)
    vectors[5] = 0
    signs, asked = (np.where(v > 0, 1, -1) for v in (vectors, queries))
    scores = asked @ signs.T
    rows, values = cpu_index(vectors, quantize="binary", rescore=0).search(queries, 300)
    for row, value, score in zip(rows, values, scores, strict=True):
        assert row.tolist() == sorted(range(300), key=lambda r: (score[r], r), reverse=True)
        assert value.tolist() == score[row].tolist()


@pytest.mark.parametrize("quantize", ["int8", "binary"])
@pytest.mark.parametrize("rule", ["maxP", "avg_top2", "avgP", "sumP"])
def test_documents_of_quantised_passages(quantize: str, rule: str) -> None:
    vectors, queries = normal(11, 600, 64), normal(12, 8, 64)
    starts = np.arange(0, 601, 3)
    wanted = Aggregation.parse(rule)
    options = SearchOptions(quantize=quantize, rescore=200)
    everything = build_index(vectors, options, device="cpu", starts=starts)
    exact = build_index(vectors, SearchOptions(), device="cpu", starts=starts)
    # So many candidates are taken again that none is left out.
    for ours, best in zip(
        everything.search(queries, 12, wanted), exact.search(queries, 12, wanted), strict=True
    ):
        np.testing.assert_array_equal(ours, best)
    assert everything.stats()["overlap_with_exact"] == 1
    rough = SearchOptions(quantize=quantize, rescore=0)
    found = build_index(vectors, rough, device="cpu", starts=starts)
    scores = found.search(queries, 12, wanted)[1]
    assert (np.diff(scores, axis=1) <= 0).all()
    assert 0 < found.stats()["overlap_with_exact"] <= 1


def test_more_binary_ties_than_there_is_room_for() -> None:
    vectors = np.ones((2_000, 4), np.float32)
    rows, scores = cpu_index(vectors, quantize="binary", rescore=0).search(vectors[:3], 5)
    assert rows.tolist() == [[1_999, 1_998, 1_997, 1_996, 1_995]] * 3
    assert scores.tolist() == [[4] * 5] * 3


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"index": "flatt"}, "unknown index"),
        ({"backend": "mkl"}, "unknown backend"),
        ({"quantize": "int4"}, "unknown quantize"),
        ({"backend": "torch", "dtype": "half"}, "unknown search_dtype"),
        ({"dtype": "float16"}, "dtype is an option of backend=torch"),
        ({"nlist": 5}, "nlist is an option of index=ivf"),
        ({"index": "hnsw", "nprobe": 5}, "nprobe is an option of index=ivf"),
        ({"ef_search": 5}, "index=hnsw or index=cagra"),
        ({"index": "ivf", "nprobe": 0}, "nprobe is out of range"),
        ({"index": "hnsw", "hnsw_m": 1}, "hnsw_m is out of range"),
        ({"rescore": 8}, "rescore is an option of a quantisation"),
        ({"quantize": "int8", "rescore": -1}, "rescore is out of range"),
        ({"index": "ivf", "backend": "torch"}, "built by FAISS"),
        ({"index": "ivf", "quantize": "int8"}, "quantised vectors"),
        ({"backend": "faiss", "quantize": "int8"}, "quantised vectors"),
    ],
    ids=str,
)
def test_options_that_mean_nothing_are_refused(options: dict[str, Any], problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        SearchOptions(**options)


def test_more_cells_than_vectors_are_refused() -> None:
    with pytest.raises(UsageError, match="nlist is more"):
        cpu_index(normal(0, 5, 3), index="ivf", nlist=6)


def test_a_graph_for_gpus_needs_one() -> None:
    with pytest.raises(UsageError, match="cagra needs a GPU"):
        cpu_index(normal(0, 5, 3), index="cagra")


@pytest.mark.parametrize("device", ["gpu", "cuda:x", "mps", ""])
def test_unknown_devices_are_refused(device: str) -> None:
    with pytest.raises(UsageError, match="unknown device"):
        build_index(normal(0, 5, 3), SearchOptions(), device=device)


def test_a_gpu_that_is_not_there() -> None:
    with pytest.raises(UsageError, match=r"no such GPU|no CUDA device"):
        build_index(normal(0, 5, 3), SearchOptions(), device="cuda:99")


def test_the_matrix_product_is_the_default_without_a_gpu() -> None:
    import torch

    stats = build_index(normal(0, 5, 3), SearchOptions()).stats()
    assert (stats["backend"] == "matmul") == (not torch.cuda.is_available())
