"""Re-ranking on a GPU scores as on the CPU."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from domainbench.retrieval.bm25.system import BM25System
from domainbench.retrieval.rerank.system import RerankSystem

from .test_rerank import CORPUS, QUERIES


@pytest.mark.gpu
def test_scores_are_those_of_the_cpu(cross_encoder: Path) -> None:
    import torch

    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    runs = []
    for device in ("cpu", "cuda"):
        options = {"device": device, "cache": "off", "n": "10"}
        reranker = RerankSystem.from_options(options, str(cross_encoder), BM25System())
        reranker.index(CORPUS)
        runs.append(reranker.search(QUERIES, 10))
    np.testing.assert_allclose(runs[0].scores, runs[1].scores, atol=1e-4)
