from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domainbench.retrieval.bm25.methods import (
    LUCENE_LENGTHS,
    METHODS,
    Formula,
    lucene_byte,
)
from domainbench.retrieval.bm25.reference import REFERENCE_METHODS
from domainbench.retrieval.bm25.system import BM25System
from domainbench.retrieval.run import Run
from domainbench.retrieval.texts import Texts
from domainbench.schemas.errors import UsageError

from . import formulas

if TYPE_CHECKING:
    from pathlib import Path

WORDS = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta"]
words = st.lists(st.sampled_from(WORDS), max_size=8)
corpora = st.lists(words, min_size=1, max_size=12)
queries = st.lists(st.lists(st.sampled_from([*WORDS, "unknown"]), max_size=8), max_size=4)


def texts(rows: list[list[str]]) -> Texts:
    return Texts.from_arrays(
        [f"{i:06d}" for i in range(len(rows))], [" ".join(row) for row in rows]
    )


def rank(corpus: list[list[str]], asked: list[list[str]], k: int = 100, **options: Any) -> Run:
    system = BM25System(**options)
    system.index(texts(corpus))
    return system.search(texts(asked), k)


def found(run: Run, row: int) -> dict[int, float]:
    hits = run.docs[row] >= 0
    return dict(zip(run.docs[row][hits].tolist(), run.scores[row][hits].tolist(), strict=True))


def check_order(run: Run) -> None:
    for docs, scores in zip(run.docs, run.scores, strict=True):
        hits = int((docs >= 0).sum())
        assert (docs[hits:] == -1).all()
        assert (scores[hits:] == 0).all()
        pairs = list(zip(scores[:hits].tolist(), docs[:hits].tolist(), strict=True))
        assert pairs == sorted(pairs, reverse=True)


@pytest.mark.parametrize("method", METHODS)
@settings(deadline=None)
@given(
    corpus=corpora,
    asked=queries,
    k1=st.sampled_from([0.0, 0.9, 1.2, 2.5]),
    b=st.sampled_from([0.0, 0.4, 0.75, 1.0]),
    extra=st.sampled_from([0.0, 0.5, 1.0]),
)
def test_scores_follow_the_formula(
    method: str,
    corpus: list[list[str]],
    asked: list[list[str]],
    k1: float,
    b: float,
    extra: float,
) -> None:
    own = {"bm25+": {"delta": extra}, "bm25l": {"delta": extra}, "okapi": {"epsilon": extra}}
    run = rank(corpus, asked, method=method, k1=k1, b=b, **own.get(method, {}))
    check_order(run)
    for row, query in enumerate(asked):
        expected = formulas.scores(corpus, query, method, k1, b, extra, extra) if corpus else []
        hits = {i for i, document in enumerate(corpus) if set(document) & set(query)}
        scores = found(run, row)
        assert set(scores) == hits
        for document, score in scores.items():
            assert score == pytest.approx(expected[document], rel=3e-6, abs=3e-6)


@pytest.mark.parametrize("method", REFERENCE_METHODS)
@settings(deadline=None)
@given(corpus=corpora, asked=queries)
def test_scores_and_hits_equal_those_of_rank_bm25(
    method: str, corpus: list[list[str]], asked: list[list[str]]
) -> None:
    ours = rank(corpus, asked, method=method)
    theirs = rank(corpus, asked, method=method, backend="rank-bm25")
    check_order(theirs)
    for row in range(len(asked)):
        assert found(ours, row) == pytest.approx(found(theirs, row), rel=3e-6, abs=3e-6)


def many(count: int, length: int, seed: int) -> list[list[str]]:
    """Texts of a skewed vocabulary: some words stand in most texts, most words in few."""
    rng = np.random.default_rng(seed)
    ranks = rng.zipf(1.3, (count, length)) % 5000
    sizes = rng.integers(0, length, count, endpoint=True)
    return [[f"w{rank}" for rank in row[:size]] for row, size in zip(ranks, sizes, strict=True)]


@pytest.mark.parametrize("method", METHODS)
def test_dense_rows_tiles_and_cuts_change_no_bit(method: str) -> None:
    corpus, asked = many(5000, 30, 1), many(40, 60, 2)
    system = BM25System(method=method)
    system.index(texts(corpus))
    together = system.search(texts(asked), 100)
    check_order(together)
    for row in (0, 7, 39):
        alone = system.search(texts([asked[row]]), 100)
        assert alone.docs.tobytes() == together.docs[row].tobytes()
        assert alone.scores.tobytes() == together.scores[row].tobytes()
    for k in (1, 10, 5000):
        other = system.search(texts(asked), k)
        assert (other.docs[:, :100] == together.docs[:, :k]).all()
        check_order(other)


@pytest.mark.parametrize("method", REFERENCE_METHODS)
def test_a_larger_corpus_scores_as_rank_bm25_does(method: str) -> None:
    corpus, asked = many(3000, 30, 3), many(20, 40, 4)
    ours = rank(corpus, asked, 3000, method=method)
    theirs = rank(corpus, asked, 3000, method=method, backend="rank-bm25")
    for row in range(len(asked)):
        assert found(ours, row) == pytest.approx(found(theirs, row), rel=3e-6, abs=3e-6)


def test_stop_words_and_stems_reach_both_backends() -> None:
    pytest.importorskip("Stemmer")
    corpus = [
        ["the", "running", "runs", "cats"],
        ["of", "cat"],
        ["the", "the"],
        ["dogs", "run", "into", "engines"],
        ["nothing", "else"],
    ]
    asked = [["the", "runs", "running"], ["cats"], ["the"]]
    options: dict[str, Any] = {"method": "bm25+", "stopwords": "en", "stemmer": "english"}
    ours = rank(corpus, asked, **options)
    theirs = rank(corpus, asked, backend="rank-bm25", **options)
    kept = [["run", "run", "cat"], ["cat"], [], ["dog", "run", "engin"], ["noth", "els"]]
    expected = formulas.scores(kept, ["run", "run"], "bm25+", 1.2, 0.75, 1.0, 0.0)
    assert [set(found(ours, row)) for row in range(3)] == [{0, 3}, {0, 1}, set()]
    assert found(ours, 0) == pytest.approx({0: expected[0], 3: expected[3]}, rel=1e-6)
    for row in range(3):
        assert found(ours, row) == pytest.approx(found(theirs, row), rel=1e-6)


def test_ties_rank_by_ordinal_descending() -> None:
    corpus = [["same", "words"] if i % 3 else ["other"] for i in range(5000)]
    run = rank(corpus, [["same"]] * 20, 7)
    last = [i for i in range(5000) if i % 3][:-8:-1]
    assert (run.docs == last).all()


def test_hits_with_negative_scores_are_hits() -> None:
    corpus = [["common", "rare"], ["common"], ["common", "common"], ["other"]]
    run = rank(corpus, [["common"], ["common", "rare"]], method="robertson")
    # idf(common) = ln(1.5 / 3.5) < 0: fewer and longer is better; document 3 has no such word.
    assert run.docs[0].tolist() == [0, 1, 2, -1]
    assert (run.scores[0, :3] < 0).all()
    assert run.docs[1].tolist()[0] == 0
    assert set(run.docs[1].tolist()) == {0, 1, 2, -1}


def test_hits_with_score_zero_are_hits() -> None:
    run = rank([["all"], ["all", "more"]], [["all"]], method="atire")  # ln(2 / 2) = 0
    assert run.docs.tolist() == [[1, 0]]
    assert run.scores.tolist() == [[0, 0]]


def test_a_repeated_query_word_counts_each_time() -> None:
    corpus = [["alpha", "beta"], ["beta", "gamma"], ["delta"]]
    run = rank(corpus, [["alpha"], ["alpha", "alpha", "alpha"]])
    assert run.scores[1, 0] == pytest.approx(3 * run.scores[0, 0], rel=1e-6)


def test_a_score_worked_out_by_hand() -> None:
    # N = 3, df = 2, idf = ln(1 + 1.5 / 2.5) = ln 1.6, and the mean length is 2.
    # Document 0: tf = 1, L = 1, B = 0.25 + 0.75 / 2 = 0.625, 1 / (1 + 1.2 * 0.625) = 4 / 7.
    # Document 1: tf = 2, L = 3, B = 0.25 + 0.75 * 1.5 = 1.375, 2 / (2 + 1.2 * 1.375) = 2 / 3.65.
    run = rank([["xx"], ["xx", "xx", "yy"], ["yy", "yy"]], [["xx"]])
    assert run.docs.tolist() == [[0, 1, -1]]
    expected = [math.log(1.6) * 4 / 7, math.log(1.6) * 2 / 3.65]
    assert run.scores[0, :2].tolist() == pytest.approx(expected, rel=1e-6)


def test_lucene_keeps_lengths_in_one_byte() -> None:
    # Lengths below 24 stand for themselves; from 24 on a byte keeps 24 + four leading bits:
    # 40 = 24 + 16 is the first length after which one in two is kept, 56 after which one in four.
    assert LUCENE_LENGTHS[:41].tolist() == list(range(41))
    assert LUCENE_LENGTHS[41:52].tolist() == [42, 44, 46, 48, 50, 52, 54, 56, 60, 64, 68]
    assert LUCENE_LENGTHS[255] == 24 + (15 << 27)
    lengths = np.array([0, 1, 40, 41, 42, 43, 55, 59, 60, 87, 88, 151, 152, 1000], np.int32)
    kept = LUCENE_LENGTHS[lucene_byte(lengths)].tolist()
    assert kept == [0, 1, 40, 40, 42, 42, 54, 56, 60, 84, 88, 144, 152, 984]


def test_lucene_norms_reach_scores_and_leave_out_empty_documents() -> None:
    long = ["pad"] * 100 + ["xx"]  # 101 words are kept as 96
    run = rank([long, ["xx"], []], [["xx"]], lucene_norms=True)
    idf = math.log(1 + 0.5 / 2.5)  # N = 2, df = 2
    expected = {i: idf / (1 + 1.2 * (0.25 + 0.75 * kept / 51)) for i, kept in ((0, 96), (1, 1))}
    assert found(run, 0) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("backend", ["numba", "rank-bm25"])
@pytest.mark.parametrize("corpus", [[[]], [[], []], [["alpha"], []]])
def test_empty_documents_and_queries_are_no_hits(backend: str, corpus: list[list[str]]) -> None:
    asked = [[], ["unknown"], ["alpha"]]
    run = rank(corpus, asked, 5, method="bm25+", backend=backend)
    assert run.docs.shape == (3, len(corpus))
    hits = [0] if corpus[0] else []
    assert [list(found(run, row)) for row in range(3)] == [[], [], hits]


def test_no_query_gives_an_empty_run() -> None:
    run = rank([["alpha"], ["beta"]], [], 5)
    assert run.docs.shape == (0, 2)
    assert run.to_table().num_rows == 0


def test_words_of_many_scripts_meet() -> None:
    corpus = [
        "हिन्दी की किताबें",
        "İstanbul Straße",
        "東京は高い",
        "caf\u00e9 crème",
        "smile 😀 emoji",
    ]
    system = BM25System()
    system.index(Texts.from_arrays(["a", "b", "c", "d", "e"], corpus))
    asked = ["हिन्दी", "istanbul", "京", "CAFÉ", "😀", "हिन्"]
    run = system.search(Texts.from_arrays([str(i) for i in range(len(asked))], asked), 1)
    assert run.docs[:, 0].tolist() == [0, 1, 2, 3, -1, -1]


def test_idf_is_the_same_for_terms_with_the_same_df() -> None:
    df = np.array([1, 5, 5, 2, 1], np.int64)
    idf = Formula("okapi").idf(df, 6)
    plain = [math.log((6 - x + 0.5) / (x + 0.5)) for x in df.tolist()]
    floor = 0.25 * sum(plain) / 5
    assert idf.tolist() == pytest.approx([x if x >= 0 else floor for x in plain])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "lucen"}, "did you mean lucene"),
        ({"k1": -0.1}, "k1 is out of range"),
        ({"k1": math.nan}, "k1 is out of range"),
        ({"b": 1.5}, "b is out of range"),
        ({"method": "bm25l", "delta": -1}, "delta is out of range"),
        ({"delta": 1.0}, "delta is no parameter of method lucene"),
        ({"method": "bm25+", "epsilon": 0.1}, "epsilon is no parameter of method bm25+"),
    ],
)
def test_formulas_check_their_parameters(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as error:
        Formula(**options)
    assert message in str(error.value)


@pytest.mark.real_data
@pytest.mark.parametrize("language", ["en", "hi"])
def test_real_questions_score_as_rank_bm25_does(data_dir: Path, language: str) -> None:
    articles = json.loads((data_dir / "qa" / f"xquad.{language}.json").read_text("utf-8"))["data"]
    paragraphs = [paragraph for article in articles for paragraph in article["paragraphs"]]
    corpus = Texts.from_arrays(
        [f"{i:03d}" for i in range(len(paragraphs))], [p["context"] for p in paragraphs]
    )
    asked = [(p["qas"][0]["question"], i) for i, p in enumerate(paragraphs)]
    questions = Texts.from_arrays([f"{i:03d}" for _, i in asked], [text for text, _ in asked])
    runs: list[Run] = []
    for backend in ("numba", "rank-bm25"):
        system = BM25System(method="okapi", stopwords=language, backend=backend)
        system.index(corpus)
        runs.append(system.search(questions, len(corpus)))
    ours, theirs = runs
    for row in range(len(questions)):
        assert found(ours, row) == pytest.approx(found(theirs, row), rel=3e-6, abs=3e-6)
    # The paragraph a question was written for comes first for most; marks cut words up otherwise.
    assert (ours.docs[:, 0] == np.arange(len(asked))).mean() > 0.85


def test_run_ids_are_those_of_the_texts() -> None:
    system = BM25System()
    system.index(Texts.from_arrays(["d2", "d1"], ["beta", "alpha beta"]))
    table = system.search(Texts.from_arrays(["q"], ["beta"]), 10).to_table()
    assert table.column("query_id").to_pylist() == ["q", "q"]
    assert table.column("doc_id").to_pylist() == ["d2", "d1"]
    assert table.column("rank").to_pylist() == [1, 2]
    assert table.schema.field("score").type == pa.float32()
