"""Searches on a GPU rank as the CPU does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from domainbench.retrieval.aggregation import Aggregation
from domainbench.retrieval.dense import search_torch
from domainbench.retrieval.dense.search import SearchOptions, build_index
from domainbench.retrieval.dense.search_faiss import has_faiss_gpu, load_faiss

pytestmark = pytest.mark.gpu


@pytest.fixture(scope="module", autouse=True)
def _cuda() -> None:
    import torch

    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")


@pytest.fixture(scope="module")
def vectors() -> Any:
    return np.random.default_rng(0).standard_normal((20_000, 96)).astype(np.float32)


@pytest.fixture(scope="module")
def queries() -> Any:
    return np.random.default_rng(1).standard_normal((200, 96)).astype(np.float32)


def assert_same(found: tuple[Any, Any], expected: tuple[Any, Any]) -> None:
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_array_equal(found[1], expected[1])


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
@pytest.mark.parametrize("share", [0.6, 0.0], ids=["kept", "streamed"])
def test_torch_on_a_gpu(
    vectors: Any, queries: Any, dtype: str, share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_torch, "_KEEP", share)
    monkeypatch.setattr(search_torch, "_CELLS", {"cuda": 1 << 20})
    index = build_index(vectors, SearchOptions(backend="torch", dtype=dtype), device="cuda")
    expected = build_index(vectors, SearchOptions(), device="cpu").search(queries, 100)
    assert_same(index.search(queries, 100), expected)
    assert index.stats()["device"] == "cuda:0"
    if dtype != "bfloat16":
        assert index.stats()["settled_on_cpu"] == 0


@pytest.mark.parametrize("rule", ["maxP", "avg_top3", "avgP", "sumP"])
def test_passages_on_a_gpu(vectors: Any, queries: Any, rule: str) -> None:
    starts = np.arange(0, 20_001, 5)
    wanted = Aggregation.parse(rule)
    gpu, cpu = (
        build_index(vectors, SearchOptions(), device=device, starts=starts)
        for device in ("cuda", "cpu")
    )
    assert_same(gpu.search(queries, 100, wanted), cpu.search(queries, 100, wanted))
    assert gpu.stats()["backend"] == "torch"


def test_faiss_on_a_gpu(vectors: Any, queries: Any) -> None:
    if not has_faiss_gpu():
        pytest.skip("no FAISS with a GPU part")
    index = build_index(vectors, SearchOptions(backend="faiss"), device="cuda")
    expected = build_index(vectors, SearchOptions(), device="cpu")
    assert_same(index.search(queries, 100), expected.search(queries, 100))
    assert index.stats()["device"] == "cuda:0"
    assert index.stats()["settled_on_cpu"] == 0
    # More neighbours than FAISS finds on a GPU.
    assert_same(index.search(queries[:5], 3_000), expected.search(queries[:5], 3_000))


def test_cagra(vectors: Any, queries: Any) -> None:
    if not has_faiss_gpu() or not hasattr(load_faiss(), "GpuIndexCagra"):
        pytest.skip("no FAISS with cuVS")
    index = build_index(vectors, SearchOptions(index="cagra"), device="cuda")
    index.search(queries, 50)
    assert index.stats()["overlap_with_exact"] > 0.8
