"""MTEB's own retrieval task, unchanged, on the subsets of a QA release: the figures are ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import domainbench
from domainbench.benchmarks.evaluate import evaluate
from domainbench.retrieval.interop.mteb import MtebModel
from domainbench.retrieval.systems import parse_system

from .mteb_tools import MARKS, ROUNDING, scores_by_subset

if TYPE_CHECKING:
    from domainbench.schemas.release import Release

pytestmark = MARKS
MEASURES = ["nDCG@10", "AP@100", "Recall@10"]
PASSAGES = ("en-en", "en-hi", "hi-en", "hi-hi")
POOLS = ("law/en", "law/hi", "finance/en")


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return domainbench.sample("qa", tmp_path_factory.mktemp("qa") / "release", size=8)


def mteb_scores(release: Release, system: str, subsets: list[str]) -> dict[str, dict[str, float]]:
    from mteb.abstasks.retrieval import AbsTaskRetrieval
    from mteb.abstasks.task_metadata import TaskMetadata

    class Task(AbsTaskRetrieval):
        metadata = TaskMetadata(
            name="QuestionRetrieval",
            description="Retrieval on questions.",
            dataset={"path": str(release.path), "revision": release.manifest.fingerprint},
            type="Retrieval",
            category="t2t",
            modalities=["text"],
            eval_splits=["test"],
            eval_langs={subset: ["eng-Latn", "hin-Deva"] for subset in subsets},
            main_score="ndcg_at_10",
        )

    return scores_by_subset(MtebModel(parse_system(system)), Task())


def assert_equal(theirs: dict[str, float], ours: dict[str, Any]) -> None:
    for measure in MEASURES:
        assert theirs[measure] == pytest.approx(ours[measure], abs=ROUNDING)


def test_passages_of_each_pair_of_languages(release: Release) -> None:
    theirs = mteb_scores(release, "bm25", [f"passages-{pair}" for pair in PASSAGES])
    results = evaluate(release, ["bm25"], task="passages", measures=MEASURES)
    for pair in PASSAGES:
        ours = {m: results.figure("bm25", m, pair).value for m in MEASURES}
        assert_equal(theirs[f"passages-{pair}"], ours)
    assert theirs["passages-en-en"]["nDCG@10"] > 0.5


def test_answers_of_each_pool(release: Release) -> None:
    names = {pool: f"answers-{pool.replace('/', '-')}" for pool in POOLS}
    theirs = mteb_scores(release, "bm25", list(names.values()))
    results = evaluate(release, ["bm25"], task="answers", measures=MEASURES, by=["pool"])
    for pool, name in names.items():
        ours = {m: results.figure("bm25", m, "ALL", "pool", pool).value for m in MEASURES}
        assert_equal(theirs[name], ours)


def test_sentences_of_all_languages(release: Release) -> None:
    theirs = mteb_scores(release, "bm25", ["sentences", "sentences-hi-hi"])
    results = evaluate(release, ["bm25"], task="sentences", measures=MEASURES)
    for name, partition in (("sentences", "ALL"), ("sentences-hi-hi", "hi-hi")):
        ours = {m: results.figure("bm25", m, partition).value for m in MEASURES}
        assert_equal(theirs[name], ours)
