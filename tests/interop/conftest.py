"""A sample release, and a ranking of it."""

from __future__ import annotations

import pytest

from domainbench.api import sample
from domainbench.benchmarks.evaluate import evaluate
from domainbench.retrieval.run import Run
from domainbench.schemas.release import Release

MEASURES = ("nDCG@10", "nDCG@100", "AP@100", "Recall@10", "Recall@100", "P@10", "RR@10")


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return sample("patents", tmp_path_factory.mktemp("sample") / "patents", size=120)


@pytest.fixture(scope="session")
def bm25(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """BM25's ranking, a query's own family taken out."""
    folder = tmp_path_factory.mktemp("ranked")
    evaluate(release, ["bm25"], output=folder)
    (path,) = (folder / "runs").glob("*.parquet")
    return Run.read_parquet(path)


@pytest.fixture
def own_datasets_cache(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``datasets`` copies what it loads; no copy outlives the test."""
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path_factory.mktemp("datasets"))
