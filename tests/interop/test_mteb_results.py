"""MTEB itself runs the tasks that we write, and loads our results as its own."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

import domainbench
from domainbench.cards.ecosystem.eval_results import write_eval_results
from domainbench.cards.ecosystem.languages import _NAMES
from domainbench.cards.ecosystem.mteb_results import write_mteb_results
from domainbench.cards.ecosystem.mteb_task import write_mteb_task
from domainbench.retrieval.interop.mteb import MtebModel
from domainbench.retrieval.systems import parse_system
from domainbench.schemas.release import Release
from tests.benchmarks.code.releases import write_code_release

from .mteb_tools import MARKS, ROUNDING

pytestmark = MARKS


def tasks_of(folder: Path) -> list[Any]:
    """The tasks of a module that we wrote, as Python imports it."""
    spec = importlib.util.spec_from_file_location("mteb_tasks", folder / "mteb_tasks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.TASKS


def assert_mteb_agrees(release: Release, tmp_path: Path, name: str, **options: Any) -> None:
    """MTEB's figures of the written task are those of the written results."""
    import mteb
    from mteb.results import TaskResult

    only = options.pop("only", None)
    (task,) = tasks_of(write_mteb_task(release, tmp_path / "task", task=only))
    theirs = mteb.evaluate(
        MtebModel(parse_system("bm25")),
        task,
        cache=None,
        co2_tracker=False,
        show_progress_bar=False,
    ).task_results[0]
    results = domainbench.evaluate(release, ["bm25"], **options)
    languages = release.manifest.languages
    folder = write_mteb_results(results, tmp_path / "results", languages=languages)
    ours = TaskResult.from_disk(folder / "results" / "domainbench__bm25" / "1" / f"{name}.json")
    assert ours.task_name == theirs.task_name == name
    assert ours.dataset_revision == theirs.dataset_revision == release.manifest.fingerprint
    assert ours.scores.keys() == theirs.scores.keys() == {"test"}
    found = {row["hf_subset"]: row for row in theirs.scores["test"]}
    for row in ours.scores["test"]:
        other = found[row["hf_subset"]]
        assert row["languages"] == other["languages"]
        measures = [key for key in row if isinstance(row[key], float)]
        assert "main_score" in measures
        for measure in measures:
            assert row[measure] == pytest.approx(other[measure], abs=ROUNDING), measure
    assert ours.get_score() > 0


@pytest.fixture(scope="module")
def questions(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return domainbench.sample("qa", tmp_path_factory.mktemp("qa") / "release", size=6)


def test_patents_in_and_out_of_domain(release: Release, tmp_path: Path) -> None:
    assert_mteb_agrees(release, tmp_path, "PatentsSampleRetrieval")


def test_passages_of_pairs_of_languages(questions: Release, tmp_path: Path) -> None:
    assert_mteb_agrees(questions, tmp_path, "QaSamplePassages", only="passages", task="passages")


def test_sentences_by_average_precision(questions: Release, tmp_path: Path) -> None:
    assert_mteb_agrees(questions, tmp_path, "QaSampleSentences", only="sentences", task="sentences")


def test_answers_of_pools(questions: Release, tmp_path: Path) -> None:
    assert_mteb_agrees(
        questions, tmp_path, "QaSampleAnswers", only="answers", task="answers", by=["pool"]
    )


@pytest.mark.parametrize(
    ("ranked", "task"), [("context", "context"), ("requirement", "requirement_in_repository")]
)
def test_code_of_repositories(tmp_path: Path, ranked: str, task: str) -> None:
    release = write_code_release(tmp_path / "code")
    name = domainbench.cards.ecosystem.mteb_names.task_name(release.manifest.name, ranked)
    views = {"query_view": "TEXT", "corpus_view": "TEXT"}
    assert_mteb_agrees(release, tmp_path, name, only=ranked, task=task, by=["repository"], **views)


@pytest.mark.parametrize("family", ["rag", "cseo"])
def test_other_families(tmp_path: Path, family: str) -> None:
    release = domainbench.sample(family, tmp_path / family, size=6)
    (task,) = tasks_of(write_mteb_task(release, tmp_path / "names"))
    views = {"rag": ("QUESTION", "TT"), "cseo": ("TEXT", "TT")}[family]
    options = dict(zip(("query_view", "corpus_view"), views, strict=True))
    assert_mteb_agrees(release, tmp_path, task.metadata.name, **options)


def test_mtebs_cache_finds_our_results(release: Release, tmp_path: Path) -> None:
    import mteb

    results = domainbench.evaluate(release, ["bm25", "dense:dims=16,cache=false"])
    folder = write_mteb_results(results, tmp_path / "results", languages=["en"])
    found = mteb.ResultCache(folder).load_results(include_remote=False)
    assert {result.model_name for result in found.model_results} == {
        "domainbench/bm25",
        "domainbench/dense_dims=16_cache=false",
    }
    for result in found.model_results:
        assert result.model_meta is not None
        (scores,) = result.task_results
        assert scores.get_score(languages=["eng"]) == pytest.approx(scores.get_score())
        assert scores.mteb_version is None


def test_files_for_the_hub_have_the_form_of_mtebs_own(release: Release, tmp_path: Path) -> None:
    from mteb._hf_integration.eval_model import HFEvalMeta
    from mteb._hf_integration.eval_result_model import HFEvalResults

    results = domainbench.evaluate(release, ["bm25"])
    hub = {"repository": "org/patents", "revision": "ab" * 20}
    folder = write_eval_results(results, tmp_path / "hub", **hub)
    listed = yaml.safe_load((folder / "eval.yaml").read_text("utf-8"))
    (task,) = tasks_of(write_mteb_task(release, tmp_path / "task", **hub))
    theirs = task._create_task_hf_config()
    # Theirs has an id for the mean over the subsets too, which overlap here.
    assert [t.id for t in HFEvalMeta.model_validate(listed).tasks] == [
        t.id for t in theirs.tasks if t.config is not None
    ]
    text = (folder / "domainbench__bm25/.eval_results/PatentsSampleRetrieval.yaml").read_text()
    entries = HFEvalResults.model_validate(yaml.safe_load(text))
    assert {entry.dataset.task_id for entry in entries.root} <= {t.id for t in theirs.tasks}
    assert json.loads(json.dumps(listed)) == listed


def test_languages_are_mtebs() -> None:
    from mteb.languages import check_language_code

    for name in _NAMES.values():
        check_language_code(name)
