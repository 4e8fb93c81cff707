"""The retrieval tasks of code releases, held against rankings made and scored by themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import pytrec_eval

from domainbench.benchmarks.evaluate import evaluate
from domainbench.benchmarks.results import Results
from domainbench.retrieval.systems import parse_system
from domainbench.retrieval.texts import Texts
from domainbench.schemas.code import document_id, query_id
from domainbench.schemas.errors import DataError
from domainbench.schemas.release import Release

from .releases import code_rows, write_code_release

CODE_WORDS = "bm25:tokenizer=code"
KINDS = {
    "requirement": {"function"},
    "requirement_in_repository": {"function"},
    "context": {"function", "class", "variable"},
    "description": {"docstring"},
    "description_in_repository": {"docstring"},
}


@pytest.fixture
def release(tmp_path: Path) -> Release:
    return write_code_release(tmp_path / "code")


def value(results: Results, measure: str, partition: str = "ALL") -> float | None:
    return results.figure(results.systems[0].spec, measure, partition).value


def ranking(queries: list[tuple[str, str]], documents: list[dict[str, Any]]) -> dict[str, Any]:
    """Scores of BM25 over some documents; a document never answers the query of its own id."""
    system = parse_system(CODE_WORDS)
    system.index(Texts.from_arrays(*([row[c] for row in documents] for c in ("_id", "text"))))
    run = system.search(Texts.from_arrays(*zip(*queries, strict=True)), 100)
    found: dict[str, dict[str, float]] = {key: {} for key, _ in queries}
    for row in run.to_table().to_pylist():
        if row["query_id"] != row["doc_id"]:
            found[row["query_id"]][row["doc_id"]] = row["score"]
    return found


def expected(
    rows: dict[str, list[dict[str, Any]]], name: str, partition: str | None = None
) -> tuple[float, float, int]:
    """nDCG@10, Recall@10 and the number of queries, from rankings of each pool by itself."""
    task = name.removesuffix("_in_repository")
    documents = [row for row in rows["corpus"] if row["kind"] in KINDS[name]]
    repositories = {row["_id"]: row["repository"] for row in rows["corpus"]}
    judged: dict[str, dict[str, int]] = {}
    found: dict[str, dict[str, float]] = {}
    pools = sorted(set(repositories.values())) if name != task or task == "context" else [None]
    for pool in pools:
        asked = [
            q for q in rows["queries"] if q["task"] == task and pool in {None, q["repository"]}
        ]
        texts = [q["text"] + (f"\n{q['signature']}" if task == "context" else "") for q in asked]
        held = [row for row in documents if pool in {None, row["repository"]}]
        ids = [q["_id"] for q in asked]
        found |= ranking(list(zip(ids, texts, strict=True)), held)
        for pair in rows["qrels"]:
            inside = pool in {None, repositories[pair["corpus-id"]]}
            if pair["query-id"] in ids and inside and partition in {None, pair["partition"]}:
                judged.setdefault(pair["query-id"], {})[pair["corpus-id"]] = 1
    measures = {"ndcg_cut.10", "recall.10"}
    scores = pytrec_eval.RelevanceEvaluator(judged, measures).evaluate(
        {query: found[query] for query in judged}
    )
    means = [
        sum(s.get(m, 0) for s in scores.values()) / len(judged)
        for m in ("ndcg_cut_10", "recall_10")
    ]
    return means[0], means[1], len(judged)


@pytest.mark.parametrize("task", KINDS)
def test_figures_are_those_of_rankings_made_by_themselves(release: Release, task: str) -> None:
    results = evaluate(release, [CODE_WORDS], task=task)
    for partition in results.partitions:
        label = None if partition == "ALL" else partition
        gain, recall, queries = expected(code_rows(), task, label)
        assert value(results, "nDCG@10", partition) == pytest.approx(gain, abs=1e-12)
        assert value(results, "Recall@10", partition) == pytest.approx(recall, abs=1e-12)
        assert results.figure(CODE_WORDS, "nDCG@10", partition).n == queries


def test_the_first_task_ranks_all_functions(release: Release) -> None:
    results = evaluate(release, ["bm25"])
    assert results.task == "requirement"
    assert (results.queries, results.documents) == (5, 8)
    assert (results.query_view, results.corpus_view) == ("TEXT", "TEXT")


def test_context_is_told_by_where_it_is(release: Release) -> None:
    results = evaluate(release, ["bm25"], task="context")
    assert results.partitions == ["ALL", "intra_class", "intra_file", "cross_file"]
    assert results.query_view == "TEXT_SIGNATURE"
    assert (results.queries, results.documents) == (5, 12)
    assert "is removed from its ranking" in results.self_match_rule
    assert value(results, "Recall@100") is not None


def test_a_function_is_no_context_of_itself(release: Release, tmp_path: Path) -> None:
    evaluate(release, [CODE_WORDS], task="context", trec=tmp_path)
    lines = [
        line.split() for line in (tmp_path / "bm25_tokenizer=code.run").read_text().splitlines()
    ]
    assert lines
    assert all(line[0] != line[2] for line in lines)
    # Nothing of another repository is ranked.
    assert all(line[0].split("/")[0] == line[2].split("/")[0] for line in lines)


def test_code_of_another_repository_counts_only_where_it_is_ranked(tmp_path: Path) -> None:
    rows = code_rows()
    (own,) = [r for r in rows["corpus"] if r["title"] == "ledger.money.parse_amount"]
    twin = own | {"repository": "textkit", "title": "textkit.cash.parse_amount"}
    twin["_id"] = document_id("textkit", twin["title"], twin["text"])
    twin["snapshots"] = [rows["snapshots"][-1]["_id"]]
    rows["corpus"].append(twin)
    query = query_id("requirement", "ledger/ledger.money.parse_amount", own["_id"])
    (pair,) = [row for row in rows["qrels"] if row["query-id"] == query]
    rows["qrels"].append(pair | {"corpus-id": twin["_id"]})
    release = write_code_release(tmp_path / "twins", rows)
    for task, relevant in (("requirement", 2), ("requirement_in_repository", 1)):
        results = evaluate(release, [CODE_WORDS], task=task, trec=tmp_path / task)
        judged = (tmp_path / task / "ALL.qrels").read_text().splitlines()
        assert sum(line.startswith(f"{query} ") for line in judged) == relevant
        gain, recall, _ = expected(rows, task)
        assert value(results, "nDCG@10") == pytest.approx(gain, abs=1e-12)
        assert value(results, "Recall@10") == pytest.approx(recall, abs=1e-12)
        assert results.relevant_outside_corpus == 0


def test_every_label_makes_slices(release: Release) -> None:
    by = ["domain", "standalone", "dependency_kinds", "repository", "window"]
    results = evaluate(release, ["bm25"], by=by)
    found = {
        (f.column, f.slice): f.n for f in results.figures if f.column and f.measure == "nDCG@10"
    }
    assert found == {
        ("domain", "Database"): 2,
        ("domain", "Text Processing"): 3,
        ("standalone", "true"): 1,
        ("standalone", "false"): 4,
        ("dependency_kinds", "intra_class"): 3,
        ("dependency_kinds", "intra_file"): 2,
        ("dependency_kinds", "cross_file"): 2,
        ("repository", "ledger"): 2,
        ("repository", "textkit"): 3,
        ("window", "2025-01-01/2025-07-01"): 5,
    }


def test_views_add_the_signature_and_the_name(release: Release) -> None:
    plain = evaluate(release, [CODE_WORDS])
    signed = evaluate(release, [CODE_WORDS], query_view="TEXT_SIGNATURE", corpus_view="TT")
    # A signature names the function, and a title does too.
    assert (value(signed, "RR") or 0) > (value(plain, "RR") or 1)


def test_other_systems_rank_code_too(release: Release) -> None:
    systems = [CODE_WORDS, "dense", "rrf:bm25(tokenizer=code)+dense,k=60", "passages:bm25,window=9"]
    results = evaluate(release, systems, task="requirement_in_repository")
    assert results.systems[0].spec == CODE_WORDS
    assert len(results.costs) == 4


def test_a_release_without_pairs_says_so(tmp_path: Path) -> None:
    release = write_code_release(tmp_path / "bare", code_rows() | {"qrels": []})
    with pytest.raises(DataError, match="no pair for the task 'requirement'") as caught:
        evaluate(release, ["bm25"])
    assert caught.value.hint == "it has no judged pair of any task"
