"""What runs on a GPU ranks as on the CPU."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from domainbench.retrieval.aggregation import Aggregation
from domainbench.retrieval.dense.encode import Encoder
from domainbench.retrieval.dense.models import load_encoder
from domainbench.retrieval.dense.system import DenseSystem
from domainbench.retrieval.run import Run
from domainbench.retrieval.texts import Texts

WORDS = ["pump", "seal", "fluid", "heat", "wheel", "valve", "of", "the"]
ROUNDING = 1e-4
"""Scores that are nearer than this may stand in either order."""


@pytest.fixture(autouse=True)
def needs_a_gpu() -> None:
    import torch

    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")


def some_texts(prefix: str, count: int, longest: int) -> Texts:
    generator = np.random.default_rng(count)
    sizes = generator.integers(1, longest, count)
    values = [" ".join(generator.choice(WORDS, size)) for size in sizes]
    return Texts.from_arrays([f"{prefix}{i:04}" for i in range(count)], values)


CORPUS, QUERIES = some_texts("d", 500, 40), some_texts("q", 30, 6)


def same_up_to_rounding(one: Run, other: Run) -> None:
    np.testing.assert_allclose(one.scores, other.scores, atol=ROUNDING)
    for row in range(len(one)):
        gaps = -np.diff(one.scores[row])
        clear = np.concatenate([[True], gaps > ROUNDING]) & np.concatenate(
            [gaps > ROUNDING, [False]]
        )
        assert np.array_equal(one.docs[row][clear], other.docs[row][clear])


@pytest.mark.gpu
@pytest.mark.parametrize(
    ("dtype", "apart"), [("float32", 1e-5), ("float16", 1e-2), ("bfloat16", 5e-2)]
)
def test_vectors_are_those_of_the_cpu(tiny_model: Path, dtype: str, apart: float) -> None:
    wanted = Encoder(load_encoder(str(tiny_model), device="cpu")).encode(CORPUS.texts)
    model = load_encoder(str(tiny_model), device="cuda", dtype=dtype)
    found = Encoder(model).encode(CORPUS.texts)
    assert np.abs(found - wanted).max() < apart


@pytest.mark.gpu
@pytest.mark.parametrize("backend", ["auto", "torch"])
def test_documents_rank_as_on_the_cpu(tiny_model: Path, backend: str) -> None:
    runs: list[Run] = []
    for options in ({"device": "cpu"}, {"device": "cuda", "backend": backend}):
        system = DenseSystem.from_options(options | {"cache": "off"}, model=str(tiny_model))
        system.index(CORPUS)
        runs.append(system.search(QUERIES, 20))
    same_up_to_rounding(*runs)


@pytest.mark.gpu
def test_the_same_vectors_rank_the_same(tiny_model: Path) -> None:
    runs: list[Run] = []
    for device in ("cpu", "cuda"):  # the second takes the vectors of the first from the cache
        system = DenseSystem.from_options({"device": device}, model=str(tiny_model))
        system.index(CORPUS)
        runs.append(system.search(QUERIES, 20))
    assert system.stats()["documents_encoded"] == 0
    assert runs[0].to_table().equals(runs[1].to_table())


@pytest.mark.gpu
@pytest.mark.parametrize("rule", ["maxP", "avg_top3", "avgP", "sumP"])
def test_passages_rank_as_on_the_cpu(tiny_model: Path, rule: str) -> None:
    runs: list[Run] = []
    for device in ("cpu", "cuda"):
        system = DenseSystem.from_options({"device": device}, model=str(tiny_model))
        system.index_passages(system.cut(CORPUS, 8, 4))
        runs.append(system.search_passages(QUERIES, 20, Aggregation.parse(rule)))
    assert runs[0].to_table().equals(runs[1].to_table())


@pytest.mark.gpu
def test_a_real_model_ranks_as_on_the_cpu(minilm: Path) -> None:
    runs: list[Run] = []
    for device in ("cpu", "cuda"):
        options = {"device": device, "cache": "off"}
        system = DenseSystem.from_options(options, model=str(minilm))
        system.index(CORPUS)
        runs.append(system.search(QUERIES, 20))
    same_up_to_rounding(*runs)
