"""MTEB's own retrieval task, unchanged, on a release: the figures are ours.

MTEB lives in an environment of its own, as it brings many packages; elsewhere these tests skip.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from domainbench.benchmarks.evaluate import evaluate
from domainbench.retrieval.interop.dictionaries import run_to_dict
from domainbench.retrieval.interop.mteb import MtebModel
from domainbench.retrieval.run import Run
from domainbench.retrieval.systems import parse_system
from domainbench.schemas.release import Release

from .conftest import MEASURES
from .mteb_tools import MARKS, ROUNDING, scores_by_subset

pytestmark = MARKS
SUBSETS = ("ALL", "IN", "OUT")


def mteb_scores(
    release: Release, model: Any, *, identical_ids: bool = True
) -> dict[str, dict[str, float]]:
    """What MTEB's retrieval task gives for a model on each subset; no method is overridden."""
    from mteb.abstasks.retrieval import AbsTaskRetrieval
    from mteb.abstasks.task_metadata import TaskMetadata

    class Task(AbsTaskRetrieval):
        metadata = TaskMetadata(
            name="ReleaseRetrieval",
            description="Retrieval on a release.",
            dataset={"path": str(release.path), "revision": release.manifest.fingerprint},
            type="Retrieval",
            category="t2t",
            modalities=["text"],
            eval_splits=["test"],
            eval_langs={subset: ["eng-Latn"] for subset in SUBSETS},
            main_score="ndcg_at_10",
        )
        ignore_identical_ids = not identical_ids

    return scores_by_subset(model, Task())


class RankedModel(MtebModel):
    """A model of MTEB that has its answer already."""

    def __init__(self, run: Run) -> None:
        super().__init__(parse_system("bm25"))
        self._run = run

    def index(self, corpus: Any, **_context: Any) -> None:
        assert len(corpus)

    def search(self, queries: Any, *, top_k: int, **_context: Any) -> dict[str, dict[str, float]]:
        ranked = run_to_dict(self._run.truncate(top_k))
        return {query: ranked[query] for query in queries["id"]}


def our_scores(release: Release, system: str) -> dict[str, dict[str, float | None]]:
    results = evaluate(release, [system], measures=MEASURES)
    (entry,) = results.systems
    return {
        subset: {m: results.figure(entry.spec, m, subset).value for m in MEASURES}
        for subset in SUBSETS
    }


def assert_equal(theirs: dict[str, dict[str, float]], ours: dict[str, Any]) -> None:
    assert theirs.keys() == ours.keys()
    for subset in SUBSETS:
        assert theirs[subset] == pytest.approx(ours[subset], abs=ROUNDING)
        assert 0 < theirs[subset]["nDCG@10"] < 1


def test_the_same_ranking_has_the_same_figures(release: Release, bm25: Run) -> None:
    assert_equal(mteb_scores(release, RankedModel(bm25)), our_scores(release, "bm25"))


@pytest.mark.parametrize("system", ["bm25", "dense:dims=32,cache=false"])
def test_our_systems_are_models_of_mteb(release: Release, system: str) -> None:
    theirs = mteb_scores(release, MtebModel(parse_system(system)), identical_ids=False)
    assert_equal(theirs, our_scores(release, system))


def test_an_encoder_that_mteb_runs_itself(release: Release, tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    model = static_model(release, tmp_path / "model")
    theirs = mteb_scores(release, SentenceTransformer(str(model)), identical_ids=False)
    assert_equal(theirs, our_scores(release, f"dense:{model},cache=false,device=cpu"))


def static_model(release: Release, folder: Path) -> Path:
    """A sentence-transformers model with a random vector for each word of the release."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    texts = [row["title"] + " " + row["text"] for row in release.table("corpus").to_pylist()]
    words = sorted({word for text in texts for word in text.lower().split()})
    vocabulary = {word: at for at, word in enumerate(["[UNK]", *words])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))  # noqa: S106 - a word
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    vectors = np.random.default_rng(0).standard_normal((len(vocabulary), 64)).astype(np.float32)
    embedding = StaticEmbedding(tokenizer, embedding_weights=vectors)
    SentenceTransformer(modules=[embedding], device="cpu").save(str(folder))
    return folder
