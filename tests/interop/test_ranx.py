"""ranx itself writes the files that are read here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from domainbench.retrieval.interop import optional
from domainbench.retrieval.interop.dictionaries import qrels_to_dict, run_from_dict, run_to_dict
from domainbench.retrieval.interop.ranx import read_ranx, run_from_ranx, run_to_ranx
from domainbench.retrieval.measures import Measure, evaluate, mean
from domainbench.retrieval.qrels import Qrels
from domainbench.retrieval.run import Run
from domainbench.schemas.errors import DataError, MissingDependencyError, UsageError
from domainbench.schemas.release import Release

# What numba says of ranx' own functions while it compiles them.
pytestmark = pytest.mark.filterwarnings("ignore::numba.core.errors.NumbaWarning")

RANKED = {"q1": {"d1": 0.5, "d2": 2.0}, "q2": {"d3": 1.25}}


@pytest.fixture(scope="module")
def ranx() -> Any:
    return pytest.importorskip("ranx", reason="the package ranx is not installed")


@pytest.mark.parametrize("ending", ["json", "lz4", "parquet", "parq", "trec", "txt"])
def test_files_that_ranx_saves_are_read(ranx: Any, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"mine.{ending}"
    ranx.Run(RANKED, name="mine").save(str(path))
    run = read_ranx(path)
    assert run.name == "mine"
    assert run_to_dict(run) == {"q1": {"d2": 2.0, "d1": 0.5}, "q2": {"d3": 1.25}}
    assert read_ranx(path, name="other").name == "other"


def test_runs_go_to_ranx_and_come_back(ranx: Any, bm25: Run) -> None:
    theirs = run_to_ranx(bm25)
    assert theirs.name == bm25.name
    back = run_from_ranx(theirs)
    assert back.name == bm25.name
    found = {query: ranked for query, ranked in run_to_dict(bm25).items() if ranked}
    assert run_to_dict(back) == found
    with pytest.raises(DataError, match="not finite"):
        run_from_ranx(ranx.Run({"q": {"d": float("inf")}}))
    assert len(run_from_ranx(run_to_ranx(run_from_dict({"q": {}})))) == 0


def test_figures_of_ranx_are_ours(ranx: Any, release: Release, bm25: Run) -> None:
    qrels = Qrels.from_table(release.table("qrels"))
    ours = [Measure.parse(text) for text in ("nDCG@10", "Recall@10", "RR@10")]
    values = evaluate(bm25, qrels, ours)
    theirs = ranx.evaluate(
        ranx.Qrels(qrels_to_dict(qrels)),
        run_to_ranx(bm25),
        ["ndcg@10", "recall@10", "mrr@10"],
        make_comparable=True,
    )
    assert list(theirs.values()) == pytest.approx(
        [mean(values.column(measure)) for measure in ours], abs=1e-12
    )


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("r.json", b"{", "no run of ranx"),
        ("r.json", b"\xff", "no run of ranx"),
        ("r.json", b"[1]", r"r\.json[\s\S]*is no run"),
        ("r.json", b'{"q": {"d": "1"}}', "is no run"),
        ("r.json", b'{"q": {"d": NaN}}', "not finite"),
        ("r.lz4", b"nothing", "no run of ranx"),
        ("r.parquet", b"nothing", "no run of ranx"),
        ("r.trec", b"q Q0 d 1\n", "line 1"),
    ],
)
def test_what_is_no_run_is_refused(
    ranx: Any, tmp_path: Path, name: str, content: bytes, problem: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=problem):
        read_ranx(tmp_path / name)


def test_other_tables_endings_and_missing_files_are_refused(
    tmp_path: Path, release: Release
) -> None:
    with pytest.raises(UsageError, match=r"\.json, \.lz4"):
        read_ranx(tmp_path / "run.csv")
    with pytest.raises(DataError, match="cannot be read"):
        read_ranx(tmp_path / "run.json")
    with pytest.raises(DataError, match="expected: q_id"):
        read_ranx(release.files("qrels")[0])


def test_a_missing_package_is_named() -> None:
    with pytest.raises(MissingDependencyError, match=r"domainbench\[bench\]"):
        optional.load("no_such_package.part", "bench", "a test")
