"""Files and dictionaries that are written here give other tools the figures given here."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytrec_eval
from hypothesis import given

from domainbench.retrieval.interop.collection import Collection
from domainbench.retrieval.interop.dictionaries import (
    qrels_from_dict,
    qrels_to_dict,
    run_from_dict,
    run_to_dict,
)
from domainbench.retrieval.measures import Measure, evaluate, mean
from domainbench.retrieval.qrels import Qrels
from domainbench.retrieval.run import Run
from domainbench.retrieval.trec import read_qrels, read_run, write_qrels, write_run
from domainbench.schemas.errors import DataError
from domainbench.schemas.release import Release
from domainbench.schemas.views import View
from tests.retrieval.strategies import qrel_dicts, run_dicts

from .conftest import MEASURES

TREC_NAMES = {
    "nDCG@10": "ndcg_cut_10",
    "nDCG@100": "ndcg_cut_100",
    "AP@100": "map_cut_100",
    "Recall@10": "recall_10",
    "Recall@100": "recall_100",
    "P@10": "P_10",
}


def needed(name: str) -> Any:
    return pytest.importorskip(name, reason=f"the package {name} is not installed")


def figures(run: Run, qrels: Qrels) -> dict[str, float]:
    measures = [Measure.parse(text) for text in MEASURES]
    values = evaluate(run, qrels, measures)
    return {str(measure): mean(values.column(measure)) for measure in measures}


def named(found: dict[Any, float]) -> dict[str, float]:
    """Figures of ir-measures under the names used here."""
    return {str(Measure.parse(str(measure))): value for measure, value in found.items()}


@pytest.fixture(scope="module")
def qrels(release: Release) -> Qrels:
    return Qrels.from_table(release.table("qrels"))


def test_trec_files_are_read_by_pytrec_eval(bm25: Run, qrels: Qrels, tmp_path: Path) -> None:
    write_run(bm25, tmp_path / "run")
    write_qrels(qrels, tmp_path / "qrels")
    with (tmp_path / "run").open() as run_file, (tmp_path / "qrels").open() as qrels_file:
        ranked, judged = pytrec_eval.parse_run(run_file), pytrec_eval.parse_qrel(qrels_file)
    measures = {"ndcg_cut.10,100", "map_cut.100", "recall.10,100", "P.10"}
    found = pytrec_eval.RelevanceEvaluator(judged, measures).evaluate(ranked)
    ours = figures(bm25, qrels)
    for ours_name, name in TREC_NAMES.items():
        theirs = sum(found[query][name] if query in found else 0.0 for query in judged)
        assert ours[ours_name] == pytest.approx(theirs / len(judged), abs=1e-12)
    assert 0 < ours["nDCG@10"] < 1


def test_trec_files_are_read_by_ir_measures(bm25: Run, qrels: Qrels, tmp_path: Path) -> None:
    ir_measures = needed("ir_measures")
    write_run(bm25, tmp_path / "run")
    write_qrels(qrels, tmp_path / "qrels")
    found = ir_measures.calc_aggregate(
        [ir_measures.parse_measure(text) for text in MEASURES],
        ir_measures.read_trec_qrels(str(tmp_path / "qrels")),
        ir_measures.read_trec_run(str(tmp_path / "run")),
    )
    assert named(found) == pytest.approx(figures(bm25, qrels), abs=1e-12)


@pytest.mark.parametrize("partition", [None, "IN", "OUT"])
def test_ir_measures_takes_a_release(release: Release, bm25: Run, partition: str | None) -> None:
    ir_measures = needed("ir_measures")
    collection = Collection(release, view=View(partition=partition))
    found = ir_measures.calc_aggregate(
        [ir_measures.parse_measure(text) for text in MEASURES],
        collection.qrels_iter(),
        run_to_dict(bm25),
    )
    rows = [
        row for row in release.table("qrels").to_pylist() if partition in (None, row["partition"])
    ]
    columns = ([row[name] for row in rows] for name in ("query-id", "corpus-id", "score"))
    ours = figures(bm25, Qrels.from_pairs(*columns))
    assert named(found) == pytest.approx(ours, abs=1e-12)


def test_pytrec_eval_takes_dictionaries(bm25: Run, qrels: Qrels) -> None:
    evaluator = pytrec_eval.RelevanceEvaluator(qrels_to_dict(qrels), {"ndcg_cut.10"})
    found = evaluator.evaluate(run_to_dict(bm25))
    theirs = np.mean([values["ndcg_cut_10"] for values in found.values()])
    assert figures(bm25, qrels)["nDCG@10"] == pytest.approx(theirs, abs=1e-12)


@given(run_dicts)
def test_runs_come_back_from_dictionaries(ranked: dict[str, dict[str, float]]) -> None:
    run = run_from_dict(ranked | {"empty": {}}, "name")
    found = run_to_dict(run)
    assert found["empty"] == {}
    assert run_from_dict(found, "name").to_table().equals(run.to_table())
    for query, documents in ranked.items():
        rounded = {document: float(np.float32(score)) for document, score in documents.items()}
        assert found[query] == rounded
        order = sorted(rounded, key=lambda document: (rounded[document], document), reverse=True)
        assert list(found[query]) == order


@given(qrel_dicts)
def test_judgements_come_back_from_dictionaries(judged: dict[str, dict[str, int]]) -> None:
    assert qrels_to_dict(qrels_from_dict(judged)) == judged


def test_dictionaries_that_are_no_runs_are_refused() -> None:
    with pytest.raises(DataError, match="query q1"):
        run_from_dict({"q1": {"d1": "high"}})
    with pytest.raises(DataError, match="not finite"):
        run_from_dict({"q1": {"d1": float("nan")}})
    assert len(run_from_dict({})) == 0


def test_trec_files_of_ir_measures_are_read(tmp_path: Path) -> None:
    needed("ir_measures")
    tools = importlib.import_module("ir_measures.util")
    judged = {"q1": {"d1": 1, "d2": 0}}
    with tools.QrelsConverter(judged).as_tmp_file() as written:
        (tmp_path / "qrels").write_text(written.read())
    assert qrels_to_dict(read_qrels(tmp_path / "qrels")) == judged
    ranked = {"q1": {"d1": 0.5, "d2": 0.25}}
    with tools.RunConverter(ranked).as_tmp_file() as written:
        (tmp_path / "run").write_text(written.read())
    assert run_to_dict(read_run(tmp_path / "run")) == ranked
