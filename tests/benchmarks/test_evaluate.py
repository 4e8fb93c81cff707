from __future__ import annotations

import json
from math import log2
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import pytrec_eval

from domainbench.benchmarks.evaluate import evaluate
from domainbench.benchmarks.results import Results
from domainbench.benchmarks.task import compose
from domainbench.retrieval.run import Run
from domainbench.schemas.errors import DataError, UsageError
from domainbench.schemas.release import Release, write_release
from tests.schemas.conftest import info, tables

from .conftest import CORPUS, QRELS, QUERIES

NDCG = "nDCG@10"


def value(results: Results, partition: str, measure: str = NDCG) -> float | None:
    return results.figure("bm25", measure, partition).value


def test_by_hand(pumps: Release) -> None:
    # q1 ranks d1 d2 d3 once its own family is out, q2 ranks d4 d5, q3 finds nothing.
    results = evaluate(pumps, ["bm25"], measures=["nDCG@10", "RR", "Recall@10"])
    q1 = (1 / log2(3) + 1 / log2(4)) / (1 + 1 / log2(3))
    assert value(results, "ALL") == pytest.approx((q1 + 1 / log2(3) + 0) / 3)
    assert value(results, "IN") == pytest.approx(1 / log2(3))
    assert value(results, "OUT") == pytest.approx((1 / log2(4) + 1 / log2(3) + 0) / 3)
    assert value(results, "OUT", "RR") == pytest.approx((1 / 3 + 1 / 2 + 0) / 3)
    assert value(results, "ALL", "Recall@10") == pytest.approx(2 / 3)
    assert results.figure("bm25", NDCG, "ALL").n == 3
    assert results.figure("bm25", NDCG, "IN").n == 1
    assert results.figure("bm25", NDCG, "IN").low is None
    assert "removed" in results.self_match_rule


def test_partitions_equal_trec_eval_on_filtered_judgements(pumps: Release, tmp_path: Path) -> None:
    results = evaluate(pumps, ["bm25"], output=tmp_path / "out", measures=["nDCG@10", "AP@100"])
    (path,) = (tmp_path / "out" / "runs").glob("*.parquet")
    run: dict[str, dict[str, float]] = {}
    for row in Run.read_parquet(path).to_table().to_pylist():
        run.setdefault(row["query_id"], {})[row["doc_id"]] = row["score"]
    for partition in ("ALL", "IN", "OUT"):
        judged: dict[str, dict[str, int]] = {}
        for row in QRELS:
            if partition in ("ALL", row["partition"]):
                judged.setdefault(row["query-id"], {})[row["corpus-id"]] = 1
        found = pytrec_eval.RelevanceEvaluator(judged, {"ndcg_cut.10", "map_cut.100"}).evaluate(run)
        for measure, name in (("nDCG@10", "ndcg_cut_10"), ("AP@100", "map_cut_100")):
            wanted = sum(found[q][name] if q in found else 0.0 for q in judged) / len(judged)
            assert value(results, partition, measure) == pytest.approx(wanted, abs=1e-15)


def test_slices_cross_partitions(pumps: Release) -> None:
    results = evaluate(pumps, ["bm25"], by=["ipc3_domains", "year"], measures=[NDCG])
    figure = results.figure("bm25", NDCG, "OUT", "ipc3_domains", "F16")
    assert (figure.n, figure.value) == (2, pytest.approx(1 / log2(3) / 2))
    empty = results.figure("bm25", NDCG, "ALL", "ipc3_domains", "A01")
    assert (empty.n, empty.value, empty.low) == (0, None, None)
    assert results.figure("bm25", NDCG, "ALL", "year", "2005").n == 1


def test_a_finished_ranking_is_not_made_again(pumps: Release, tmp_path: Path) -> None:
    specs = ["bm25", "bm25:k1=0.5", "rrf:bm25+bm25(k1=0.5),k=10"]
    first = evaluate(pumps, specs, output=tmp_path / "out")
    again = evaluate(pumps, specs, output=tmp_path / "out", measures=["RR"])
    assert [cost.reused for cost in first.costs] == [False] * 3
    assert [cost.reused for cost in again.costs] == [True] * 3
    told = evaluate(pumps, specs, output=tmp_path / "out", recompute=True)
    assert [cost.reused for cost in told.costs] == [False] * 3
    assert told.reproducible() == first.reproducible()
    other = evaluate(pumps, ["bm25"], output=tmp_path / "out", corpus_view="T")
    assert not other.costs[0].reused


def test_a_damaged_ranking_is_made_again(pumps: Release, tmp_path: Path) -> None:
    first = evaluate(pumps, ["bm25"], output=tmp_path / "out")
    (path,) = (tmp_path / "out" / "runs").glob("*.parquet")
    path.write_bytes(path.read_bytes()[:50])
    again = evaluate(pumps, ["bm25"], output=tmp_path / "out")
    assert not again.costs[0].reused
    assert again.reproducible() == first.reproducible()


def test_a_fusion_uses_the_rankings_that_are_there(pumps: Release) -> None:
    results = evaluate(pumps, ["rrf:bm25+bm25(b=0),k=1", "bm25"])
    fused = results.figure("rrf:bm25+bm25(b=0),k=1", "RR")
    assert fused.value is not None
    assert results.costs[0].index_seconds is None


def test_comparisons_are_paired_and_adjusted(pumps: Release) -> None:
    results = evaluate(pumps, ["bm25", "bm25:b=0", "bm25:k1=0"], measures=[NDCG])
    assert len(results.comparisons) == 3 * len(results.partitions)
    for comparison in results.comparisons:
        assert comparison.p_value is not None
        assert comparison.p_adjusted is not None
        assert comparison.p_adjusted >= comparison.p_value


def test_the_gap_between_the_domains(pumps: Release) -> None:
    results = evaluate(pumps, ["bm25", "bm25:b=0"], measures=["RR", NDCG])
    assert [(gap.system, gap.measure) for gap in results.gaps] == [
        ("bm25", "RR"), ("bm25", NDCG), ("bm25:b=0", "RR"), ("bm25:b=0", NDCG),
    ]  # fmt: skip
    gap = results.gaps[0]
    inside, outside = 1 / 2, (1 / 3 + 1 / 2 + 0) / 3
    assert (gap.left, gap.right, gap.left_n, gap.right_n) == ("IN", "OUT", 1, 3)
    assert gap.difference == pytest.approx(inside - outside)
    assert gap.ratio == pytest.approx(outside / inside)
    assert gap.difference_low is None  # one query says nothing of others


def test_results_come_back_from_the_file(pumps: Release, tmp_path: Path) -> None:
    results = evaluate(pumps, ["bm25"], output=tmp_path / "out")
    assert Results.read(tmp_path / "out") == results
    rows = pq.read_table(tmp_path / "out" / "per_query.parquet").to_pylist()
    chosen = [row["value"] for row in rows if row["partition"] == "OUT" and row["measure"] == "RR"]
    assert chosen == [pytest.approx(1 / 3), pytest.approx(1 / 2), 0.0]
    path = tmp_path / "out" / "results.json"
    payload = json.loads(path.read_text())
    for broken in ("{", json.dumps(payload | {"format": 9}), json.dumps(payload | {"more": 1})):
        path.write_text(broken)
        with pytest.raises(DataError):
            Results.read(tmp_path / "out")
    with pytest.raises(DataError, match="no results"):
        Results.read(tmp_path)


def test_trec_files_are_written(pumps: Release, tmp_path: Path) -> None:
    evaluate(pumps, ["bm25"], trec=tmp_path / "trec")
    assert (tmp_path / "trec" / "OUT.qrels").read_text().splitlines() == [
        "q1 0 d3 1",
        "q2 0 d5 1",
        "q3 0 d1 1",
    ]
    first = (tmp_path / "trec" / "bm25.run").read_text().splitlines()[0].split()
    assert first[:4] == ["q1", "Q0", "d1", "1"]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"systems": ["bm52"]}, "did you mean bm25"),
        ({"systems": ["bm25:k2=1"]}, "did you mean"),
        ({"query_view": "TAX"}, "view"),
        ({"corpus_view": "text"}, "view"),
        ({"measures": ["nDGC@10"]}, "did you mean nDCG"),
        ({"by": ["sections"]}, "column"),
        ({"task": "classify"}, "task"),
        ({"split": "dev"}, "split"),
        ({"k": 5}, "smaller than a measure"),
        ({"k": 0}, "below 1"),
    ],
)
def test_what_is_unknown_is_named(pumps: Release, options: dict, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        evaluate(pumps, **({"systems": ["bm25"]} | options))


def test_a_release_without_queries_is_refused(tmp_path: Path) -> None:
    bare = write_release(tmp_path / "bare", tables(CORPUS, [], []), info())
    with pytest.raises(DataError, match="no query"):
        evaluate(bare, ["bm25"])
    nothing = write_release(tmp_path / "none", tables([], QUERIES, []), info())
    with pytest.raises(DataError, match="no document"):
        evaluate(nothing, ["bm25"])


def test_the_output_must_be_a_folder(pumps: Release, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="not a folder"):
        evaluate(pumps, ["bm25"], output=tmp_path / "file")


def test_views_join_what_is_there(pumps: Release) -> None:
    views = {"TAC": ("title", "text", "claims"), "C": ("claims",)}
    found = compose(pumps.table("corpus"), views, "TAC").to_pylist()
    assert found[0] == "pump pump pump"
    assert found[5] == "pump\npump pump pump"
    assert compose(pumps.table("corpus"), views, "C").to_pylist() == [""] * 6
