"""Exact search of vectors: against sums that are exact, whatever finds the candidates."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domainbench.retrieval.dense import search_blocks
from domainbench.retrieval.dense.search import SearchOptions, build_index
from domainbench.schemas.errors import DataError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

EXACT = {
    "matmul": SearchOptions(backend="matmul"),
    "faiss": SearchOptions(backend="faiss"),
    "torch": SearchOptions(backend="torch"),
    "torch-float16": SearchOptions(backend="torch", dtype="float16"),
    "torch-bfloat16": SearchOptions(backend="torch", dtype="bfloat16"),
}
each_backend = pytest.mark.parametrize("options", EXACT.values(), ids=list(EXACT))


def normal(seed: int, *shape: int) -> Any:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def exact_scores(queries: Any, vectors: Any) -> Any:
    """Correctly rounded sums of the products, which are exact in float64."""
    products = queries[:, None].astype(np.float64) * vectors[None].astype(np.float64)
    return np.array([[math.fsum(p) for p in row] for row in products], np.float32)


def ranking(scores: Any, k: int) -> tuple[Any, Any]:
    """By score, then row, both descending."""
    rows = np.stack([np.lexsort((np.arange(len(s)), s))[::-1] for s in scores])[:, :k]
    return rows, np.take_along_axis(scores, rows, 1)


def check(found: tuple[Any, Any], scores: Any, k: int) -> None:
    rows, values = ranking(scores, min(k, scores.shape[1]))
    np.testing.assert_array_equal(found[0], rows)
    np.testing.assert_array_equal(found[1], values)
    assert found[0].dtype == np.int32
    assert found[1].dtype == np.float32


@each_backend
def test_ranks_by_exact_scores(options: SearchOptions) -> None:
    vectors, queries = normal(0, 700, 37), normal(1, 20, 37)
    index = build_index(vectors, options, device="cpu")
    check(index.search(queries, 15), exact_scores(queries, vectors), 15)


@given(
    n=st.integers(1, 60),
    m=st.integers(1, 6),
    dimensions=st.integers(1, 40),
    k=st.integers(1, 70),
    seed=st.integers(0, 2**32 - 1),
    highest=st.integers(0, 3),
)
@settings(max_examples=60)
def test_ties_duplicates_and_zero_vectors(
    n: int, m: int, dimensions: int, k: int, seed: int, highest: int
) -> None:
    generator = np.random.default_rng(seed)
    vectors = generator.integers(-highest, highest + 1, (n, dimensions)).astype(np.float32)
    queries = generator.integers(-highest, highest + 1, (m, dimensions)).astype(np.float32)
    index = build_index(vectors, SearchOptions(), device="cpu", threads=2)
    check(index.search(queries, k), queries @ vectors.T, k)


@pytest.mark.parametrize("options", [EXACT["faiss"], EXACT["torch-float16"]], ids=["faiss", "half"])
def test_other_backends_break_ties_alike(options: SearchOptions) -> None:
    generator = np.random.default_rng(3)
    vectors = generator.integers(-1, 2, (4_000, 2)).astype(np.float32)
    queries = generator.integers(-1, 2, (30, 2)).astype(np.float32)
    index = build_index(vectors, options, device="cpu")
    check(index.search(queries, 20), queries @ vectors.T, 20)
    assert index.stats()["settled_on_cpu"] == 30


def test_near_ties_beyond_what_a_product_can_tell_are_widened() -> None:
    dimensions, n = 24, 3_000
    vectors = np.tile(normal(4, 1, dimensions), (n, 1))
    vectors[:, 0] = np.nextafter(vectors[:, 0], 2, dtype=np.float32)
    steps = np.random.default_rng(5).integers(0, 3, vectors.shape)
    for step in (1, 2):
        vectors = np.where(steps >= step, np.nextafter(vectors, np.float32(9)), vectors)
    queries = normal(6, 3, dimensions)
    scores = exact_scores(queries, vectors)
    assert len(np.unique(scores[0])) > 3
    for options in EXACT.values():
        check(build_index(vectors, options, device="cpu").search(queries, 10), scores, 10)


def test_many_tiles_and_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_blocks, "_BLOCK_BYTES", 1 << 13)
    monkeypatch.setattr(search_blocks, "_PRODUCTS", 1 << 10)
    monkeypatch.setattr(search_blocks, "_STATE_BYTES", 1 << 15)
    vectors, queries = normal(7, 1_100, 8), normal(8, 61, 8)
    index = build_index(vectors, SearchOptions(), device="cpu", threads=3)
    check(index.search(queries, 40), exact_scores(queries, vectors), 40)


@each_backend
def test_a_read_only_memory_map_is_searched_in_place(
    options: SearchOptions, tmp_path: Path
) -> None:
    vectors, queries = normal(9, 300, 16), normal(10, 4, 16)
    np.save(tmp_path / "vectors.npy", vectors)
    mapped = np.load(tmp_path / "vectors.npy", mmap_mode="r")
    found = build_index(mapped, options, device="cpu").search(queries, 10)
    check(found, exact_scores(queries, vectors), 10)


@pytest.mark.parametrize("k", [1, 5, 6, 100])
@each_backend
def test_k_up_to_and_beyond_the_vectors(options: SearchOptions, k: int) -> None:
    vectors, queries = normal(11, 6, 3), normal(12, 2, 3)
    found = build_index(vectors, options, device="cpu").search(queries, k)
    assert found[0].shape == (2, min(k, 6))
    check(found, exact_scores(queries, vectors), k)


@each_backend
def test_no_vectors_and_no_queries(options: SearchOptions) -> None:
    empty = build_index(np.empty((0, 4), np.float32), options, device="cpu")
    assert empty.search(normal(0, 2, 4), 3)[0].shape == (2, 0)
    assert empty.stats()["vector_bytes"] == 0
    index = build_index(normal(0, 5, 4), options, device="cpu")
    assert index.search(np.empty((0, 4), np.float32), 3)[1].shape == (0, 3)


def test_negative_zero_equals_zero() -> None:
    vectors = np.array([[1e-30], [0.0], [-1e-30]], np.float32)
    rows, scores = build_index(vectors, SearchOptions(), device="cpu").search(
        np.array([[1e-30]], np.float32), 3
    )
    assert rows.tolist() == [[2, 1, 0]]
    assert not np.signbit(scores).any()


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e30])
def test_vectors_that_cannot_be_searched_are_refused(value: float) -> None:
    bad = normal(0, 4, 3)
    bad[2, 1] = value
    with pytest.raises(DataError, match="vector 2"):
        build_index(bad, SearchOptions(), device="cpu")
    with pytest.raises(DataError, match="query 2"):
        build_index(normal(0, 4, 3), SearchOptions(), device="cpu").search(bad, 1)


def test_arrays_of_another_type_or_shape_are_refused() -> None:
    vectors = normal(0, 4, 3)
    with pytest.raises(UsageError, match="no matrix of float32"):
        build_index(vectors.astype(np.float64), SearchOptions(), device="cpu")
    index = build_index(vectors, SearchOptions(), device="cpu")
    with pytest.raises(UsageError, match="no matrix of float32"):
        index.search(vectors[0], 1)
    with pytest.raises(UsageError, match="2 dimensions"):
        index.search(vectors[:, :2].copy(), 1)
    with pytest.raises(UsageError, match="k=0"):
        index.search(vectors, 0)


_SCRIPT = """
import hashlib, sys
import numpy as np
from domainbench.retrieval.aggregation import Aggregation
from domainbench.retrieval.dense.search import SearchOptions, build_index
generator = np.random.default_rng(0)
vectors = generator.standard_normal((2000, 40)).astype(np.float32)
queries = generator.standard_normal((50, 40)).astype(np.float32)
starts = np.arange(0, 2001, 4)
for chosen in ("backend=matmul", "backend=faiss", "backend=torch", "index=ivf", "index=hnsw",
               "quantize=int8", "quantize=binary"):
    name, value = chosen.split("=")
    options = SearchOptions(**{name: value})
    index = build_index(vectors, options, device="cpu")
    found = [*index.search(queries, 30)]
    if chosen != "backend=faiss":
        index = build_index(vectors, options, device="cpu", starts=starts)
        found += index.search(queries, 30, Aggregation.parse("avg_top3"))
    print(chosen, hashlib.sha256(b"".join(a.tobytes() for a in found)).hexdigest())
"""


def test_the_number_of_threads_changes_nothing() -> None:
    printed = []
    for threads in ("1", "4"):
        names = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
        environment = {**os.environ, **dict.fromkeys(names, threads)}
        done = subprocess.run(
            [sys.executable, "-c", _SCRIPT],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        printed.append(done.stdout)
    assert printed[0] == printed[1]
    assert len(printed[0].splitlines()) == 7
