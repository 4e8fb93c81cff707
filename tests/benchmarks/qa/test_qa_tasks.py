"""The retrieval tasks of QA releases, from a user's view: figures that were worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
import pytrec_eval

from domainbench import build
from domainbench.benchmarks.evaluate import evaluate
from domainbench.benchmarks.grid.config import read_config
from domainbench.benchmarks.grid.run import run_grid
from domainbench.benchmarks.results import Results
from domainbench.retrieval.systems import parse_system
from domainbench.retrieval.texts import Texts
from domainbench.schemas.errors import DataError, UsageError
from domainbench.schemas.release import Release
from domainbench.schemas.verify import verify

from .conftest import choice_rows, span_rows, write

SYSTEMS = ["bm25", "rrf:bm25+bm25(k1=0.5),k=10"]


def value(results: Results, measure: str, partition: str = "ALL") -> float | None:
    return results.figure("bm25", measure, partition).value


def test_the_fixture_is_a_sound_release(bilingual: Release) -> None:
    assert [f for f in verify(bilingual.path) if f.level == "fault"] == []


def test_answers_are_ranked_among_the_options_of_their_pool(bilingual: Release) -> None:
    # a1 and b1 find their word; a3 finds two that are equal, of which the right one has the higher
    # id; a2 shares a word with another question's option only; l1 finds the wrong one of its pool.
    results = evaluate(bilingual, ["bm25"], task="answers")
    assert (results.queries, results.documents) == (5, 11)
    assert results.partitions == ["ALL", "en-en", "hi-hi"]
    assert value(results, "RR") == pytest.approx(3 / 5)
    assert value(results, "RR", "en-en") == pytest.approx(2 / 4)
    assert value(results, "Success@1", "hi-hi") == 1


def test_a_document_of_another_pool_is_never_ranked(bilingual: Release, tmp_path: Path) -> None:
    evaluate(bilingual, ["bm25"], task="answers", trec=tmp_path)
    lines = (tmp_path / "bm25.run").read_text().splitlines()
    ranked = {(line.split()[0], line.split()[2]) for line in lines}
    assert ("a1", "o-agriculture-en-paddy-rice") in ranked
    assert ("l1", "o-law-en-paddy-rice") in ranked
    assert not {("a1", "o-law-en-paddy-rice"), ("l1", "o-agriculture-en-paddy-rice")} & ranked


def test_passages_are_ranked_by_language_and_have_no_whole(bilingual: Release) -> None:
    results = evaluate(bilingual, ["bm25"], task="passages")
    assert results.partitions == ["en-en", "en-hi", "hi-en", "hi-hi"]
    assert value(results, "RR", "en-en") == 1
    assert value(results, "RR", "en-hi") == value(results, "RR", "hi-en") == 0
    assert value(results, "RR", "hi-hi") == pytest.approx((1 + 1 / 2) / 2)
    assert results.figure("bm25", "RR", "en-hi").n == 2


@pytest.mark.parametrize("label", ["en-en", "hi-en", "hi-hi"])
def test_a_pair_of_languages_equals_its_texts_ranked_alone(bilingual: Release, label: str) -> None:
    results = evaluate(bilingual, ["bm25"], task="passages", measures=["nDCG@10"])
    asked, answered = label.split("-")
    documents = [
        row
        for row in bilingual.table("corpus").to_pylist()
        if row["kind"] == "passage" and row["language"] == answered
    ]
    queries = [
        row
        for row in bilingual.table("queries").to_pylist()
        if row["type"] == "extractive" and row["language"] == asked
    ]
    system = parse_system("bm25")
    system.index(Texts.from_arrays(*([r[c] for r in documents] for c in ("_id", "text"))))
    run = system.search(Texts.from_arrays(*([r[c] for r in queries] for c in ("_id", "text"))), 10)
    judged: dict[str, dict[str, int]] = {}
    for row in bilingual.table("qrels").to_pylist():
        if row["task"] == "passages" and row["partition"] == label:
            judged.setdefault(row["query-id"], {})[row["corpus-id"]] = 1
    found: dict[str, dict[str, float]] = {}
    for row in run.to_table().to_pylist():
        found.setdefault(row["query_id"], {})[row["doc_id"]] = row["score"]
    scores = pytrec_eval.RelevanceEvaluator(judged, {"ndcg_cut.10"}).evaluate(found)
    wanted = sum(s["ndcg_cut_10"] for s in scores.values()) / len(judged)
    assert value(results, "nDCG@10", label) == pytest.approx(wanted, abs=1e-12)


def test_sentences_of_all_languages_are_one_ranking(bilingual: Release) -> None:
    results = evaluate(bilingual, ["bm25"], task="sentences")
    labels = ["en-en", "en-hi", "hi-en", "hi-hi"]
    assert results.partitions == ["ALL", "same", "other", *labels]
    assert results.primary == "AP"
    # Every question has its own language's sentence first and finds no other.
    assert value(results, "AP") == pytest.approx(1 / 2)
    assert value(results, "AP", "same") == value(results, "AP", "en-en") == 1
    assert value(results, "AP", "other") == value(results, "AP", "hi-en") == 0
    (gap,) = [gap for gap in results.gaps if gap.measure == "AP"]
    assert (gap.left, gap.right, gap.difference, gap.ratio) == ("same", "other", 1, 0)


def test_the_share_of_the_own_language_is_reported(bilingual: Release) -> None:
    results = evaluate(bilingual, ["bm25"], task="sentences", by=["language"])
    # The last question finds two Hindi sentences and, by its Latin word, an English one.
    name = "Same language@10"
    assert name in results.measures
    assert value(results, name) == pytest.approx((3 + 2 / 3) / 4)
    assert results.figure("bm25", name, "ALL", "language", "en").value == 1


def test_one_language_alone_has_no_gap(tmp_path: Path) -> None:
    rows = span_rows()
    rows["qrels"] = [row for row in rows["qrels"] if row["partition"] == "en-en"]
    results = evaluate(write(tmp_path / "english", rows), SYSTEMS, task="sentences")
    assert results.partitions == ["ALL", "same", "other", "en-en"]
    assert results.figure("bm25", "AP", "other").n == 0
    assert value(results, "AP", "other") is None
    assert results.gaps[0].difference is None


def test_the_main_task_is_the_first_that_has_pairs(bilingual: Release, extractive: Release) -> None:
    assert evaluate(bilingual, ["bm25"]).task == "answers"
    assert evaluate(extractive, ["bm25"]).task == "passages"


def test_a_task_without_pairs_names_those_that_have_some(extractive: Release) -> None:
    with pytest.raises(DataError, match="no pair for the task 'answers'") as caught:
        evaluate(extractive, ["bm25"], task="answers")
    assert caught.value.hint == "it has some for passages, sentences"
    with pytest.raises(UsageError, match="nothing"):
        evaluate(extractive, ["bm25"], task="nothing")


def test_a_release_without_any_pair_says_so(tmp_path: Path) -> None:
    rows = choice_rows() | {"qrels": []}
    with pytest.raises(DataError, match="no pair"):
        evaluate(write(tmp_path / "none", rows), ["bm25"])


@pytest.mark.parametrize("task", ["answers", "passages", "sentences", "choices"])
def test_finished_rankings_of_pools_are_used_again(
    bilingual: Release, tmp_path: Path, task: str
) -> None:
    first = evaluate(bilingual, SYSTEMS, task=task, output=tmp_path)
    again = evaluate(bilingual, SYSTEMS, task=task, output=tmp_path)
    assert [cost.reused for cost in first.costs] == [False, False]
    assert [cost.reused for cost in again.costs] == [True, True]
    assert again.reproducible() == first.reproducible()
    assert Results.read(tmp_path).reproducible() == first.reproducible()
    rows = pq.read_table(tmp_path / "per_query.parquet")
    assert set(rows.column("partition").to_pylist()) == set(first.partitions)


def test_costs_of_pools_are_one_for_each_system(bilingual: Release) -> None:
    results = evaluate(bilingual, SYSTEMS, task="passages")
    assert [cost.system for cost in results.costs] == SYSTEMS
    pools = results.costs[0].stats["pools"]
    assert isinstance(pools, dict)
    assert list(pools) == ["en", "hi"]
    assert results.costs[0].search_seconds is not None


def test_a_call_at_fault_leaves_nothing_behind(bilingual: Release, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="CLAIMS"):
        evaluate(bilingual, ["bm25"], corpus_view="CLAIMS", output=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_slices_hold_only_queries_of_the_task(bilingual: Release) -> None:
    results = evaluate(bilingual, ["bm25"], task="answers", by=["type", "domain"])
    slices = {f.slice: f.n for f in results.figures if f.partition == "ALL" and f.slice}
    assert slices == {"single_choice": 5, "agriculture": 4, "law": 1}


def test_systems_are_compared_within_each_partition(bilingual: Release) -> None:
    results = evaluate(bilingual, SYSTEMS, task="passages")
    assert [c.partition for c in results.comparisons] == results.partitions


def test_each_ranking_is_a_trec_file_of_its_own(bilingual: Release, tmp_path: Path) -> None:
    evaluate(bilingual, ["bm25"], task="passages", trec=tmp_path / "trec")
    labels = ("en-en", "en-hi", "hi-en", "hi-hi")
    expected = {f"bm25.{label}.run" for label in labels} | {f"{label}.qrels" for label in labels}
    assert {path.name for path in (tmp_path / "trec").iterdir()} == expected
    assert " pe" not in (tmp_path / "trec" / "bm25.en-hi.run").read_text()


def test_lost_documents_count_as_missed(tmp_path: Path) -> None:
    rows = span_rows()
    rows["corpus"] = [row for row in rows["corpus"] if row["_id"] != "ph1"]
    release = write(tmp_path / "lost", rows)
    results = evaluate(release, ["bm25"], task="passages")
    assert results.relevant_outside_corpus == 4
    assert value(results, "RR", "hi-hi") == 0
    assert value(results, "RR", "en-en") == 1


def test_pairs_outside_the_pools_are_told(tmp_path: Path) -> None:
    rows = choice_rows()
    rows["queries"] = [row | {"pool": "physics/en"} for row in rows["queries"]]
    with pytest.raises(DataError, match="no pool holds both") as caught:
        evaluate(write(tmp_path / "elsewhere", rows), ["bm25"])
    assert "law/en" in str(caught.value.found)
    rows = span_rows()
    rows["qrels"] = [row | {"partition": "en-en"} for row in rows["qrels"]]
    with pytest.raises(DataError, match="in several pools"):
        evaluate(write(tmp_path / "mixed", rows), ["bm25"], task="passages")


def test_a_grid_runs_a_single_ranking_only(bilingual: Release, tmp_path: Path) -> None:
    text = 'name = "g"\n{task}[[cells]]\nquery_view = "QUESTION"\ncorpus_view = "TEXT"\n'
    text += 'system = "bm25"\n'
    path = tmp_path / "grid.toml"
    path.write_text(text.format(task='task = "sentences"\nmeasures = ["AP"]\n'))
    results = run_grid(bilingual, read_config(path), tmp_path / "out")
    index = {(f.partition, f.measure): f.value for f in results.figures}
    assert index["ALL", "AP"] == 0.5
    assert index["same-other", "AP"] == 1
    path.write_text(text.format(task=""))
    with pytest.raises(UsageError, match="'answers': it has more than one ranking"):
        run_grid(bilingual, read_config(path), tmp_path / "other")


@pytest.mark.real_data
def test_words_find_passages_of_their_own_language_only(data_dir: Path, tmp_path: Path) -> None:
    sources = [data_dir / "qa" / f"xquad.{language}.json" for language in ("en", "hi")]
    release = build("qa", sources, tmp_path / "xquad")
    passages = evaluate(release, ["bm25"], measures=["nDCG@10"])
    assert passages.task == "passages"
    assert passages.documents == 480
    figures = {label: value(passages, "nDCG@10", label) or 0 for label in passages.partitions}
    assert min(figures["en-en"], figures["hi-hi"]) > 0.9
    # Latin names and numbers in Hindi texts are all that the languages share.
    assert max(figures["en-hi"], figures["hi-en"]) < 0.15
    sentences = evaluate(release, ["bm25"], task="sentences")
    assert (value(sentences, "AP", "same") or 0) > 0.7
    assert (value(sentences, "AP", "other") or 0) < 0.02
    assert (value(sentences, "Same language@10") or 0) > 0.98
