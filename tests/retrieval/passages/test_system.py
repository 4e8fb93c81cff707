from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domainbench.retrieval.bm25.system import BM25System
from domainbench.retrieval.passages import system as system_module
from domainbench.retrieval.passages.system import PassageSystem
from domainbench.retrieval.systems import parse_system
from domainbench.retrieval.texts import Texts
from domainbench.schemas.errors import DataError, UsageError
from tests.retrieval.bm25 import formulas

WORDS = ["alpha", "beta", "gamma", "delta"]
AGGREGATIONS = {
    "maxP": max,
    "avgP": lambda scores: sum(scores) / len(scores),
    "sumP": sum,
    "avg_top2": lambda scores: sum(sorted(scores)[-2:]) / min(2, len(scores)),
}


def texts(*strings: str) -> Texts:
    return Texts.from_arrays([f"d{place:03}" for place in range(len(strings))], list(strings))


def ranked(spec: str, corpus: Texts, queries: Texts, k: int = 10) -> list[list[tuple[str, float]]]:
    system = parse_system(spec)
    system.index(corpus)
    run = system.search(queries, k)
    assert run.name == system.spec
    ids = run.doc_ids.to_pylist()
    return [
        [(ids[doc], float(score)) for doc, score in zip(docs, scores, strict=True) if doc >= 0]
        for docs, scores in zip(run.docs, run.scores, strict=True)
    ]


def cut(words: list[str], window: int, stride: int) -> list[list[str]]:
    starts = range(0, max(len(words) - window, 0) + stride, stride) if words else []
    return [words[start : start + window] for start in starts]


@settings(deadline=None, max_examples=40)
@given(
    documents=st.lists(st.lists(st.sampled_from(WORDS), max_size=7), min_size=1, max_size=5),
    asked=st.lists(st.sampled_from(WORDS), min_size=1, max_size=3),
    rule=st.sampled_from(sorted(AGGREGATIONS)),
    sizes=st.sampled_from([(1, 1), (2, 2), (3, 1), (3, 2), (9, 9)]),
)
def test_documents_are_ranked_by_the_formula_over_all_windows(documents, asked, rule, sizes):
    window, stride = sizes
    cuts = [cut(words, window, stride) for words in documents]
    flat = [passage for held in cuts for passage in held]
    corpus = texts(*(" ".join(words) for words in documents))
    spec = f"passages:bm25,window={window},stride={stride},agg={rule}"
    if not flat:
        with pytest.raises(DataError, match="no passage"):
            ranked(spec, corpus, texts("alpha"))
        return
    scores = iter(formulas.scores(flat, asked, "lucene", 1.2, 0.75, 0, 0))
    totals = [[next(scores) for _ in held] for held in cuts]
    expected = {
        f"d{place:03}": AGGREGATIONS[rule](held)
        for place, held in enumerate(totals)
        if held and max(held) > 0
    }
    (found,) = ranked(spec, corpus, texts(" ".join(asked)))
    assert {key: pytest.approx(value, rel=1e-5) for key, value in expected.items()} == dict(found)
    assert found == sorted(found, key=lambda hit: (hit[1], hit[0]), reverse=True)


def test_a_window_that_holds_every_document_changes_nothing():
    corpus = texts("alpha beta", "alpha alpha", "gamma", "beta gamma delta")
    queries = texts("alpha beta", "gamma")
    plain = ranked("bm25", corpus, queries)
    assert ranked("passages:bm25,window=100", corpus, queries) == plain
    assert ranked("passages:bm25,window=100,agg=sumP", corpus, queries) == plain


@pytest.mark.parametrize("rule", sorted(AGGREGATIONS))
@pytest.mark.parametrize("method", ["okapi", "bm25+"])
def test_the_library_as_backend_gives_the_same(rule, method):
    corpus = texts(
        "alpha beta alpha gamma beta", "beta beta delta", "gamma alpha", "", "delta delta alpha"
    )
    queries = texts("alpha beta", "delta", "unknown")
    own, library = (
        ranked(f"passages:bm25(method={method}{backend}),window=2,agg={rule}", corpus, queries)
        for backend in ("", ",backend=rank-bm25")
    )
    assert [[key for key, _ in hits] for hits in own] == [[key for key, _ in h] for h in library]
    for ours, theirs in zip(own, library, strict=True):
        assert [s for _, s in ours] == pytest.approx([s for _, s in theirs], rel=1e-5)


def test_any_other_system_ranks_every_passage():
    corpus = texts("alpha beta gamma alpha", "beta gamma", "delta alpha")
    spec = "passages:rrf(bm25+bm25(k1=0),k=0),window=2,agg=sumP"
    (found,) = ranked(spec, corpus, texts("alpha"))
    # Passages: 0 "alpha beta", 1 "gamma alpha", 2 "beta gamma", 3 "delta alpha". Those with alpha
    # score alike in both rankings, and the highest is first: 3, 1, 0 at 2/1, 2/2 and 2/3.
    assert found == [("d002", 2.0), ("d000", pytest.approx(1 + 2 / 3))]


def test_queries_are_ranked_a_few_at_a_time(monkeypatch):
    corpus = texts("alpha beta gamma alpha", "", "beta gamma", "delta alpha")
    queries = texts("alpha", "gamma beta", "unknown", "delta")
    spec = "passages:rrf(bm25+bm25(k1=0)),window=2,stride=1,agg=avgP"
    whole = ranked(spec, corpus, queries, 2)
    assert [len(hits) for hits in whole] == [2, 2, 0, 1]
    monkeypatch.setattr(system_module, "_PAIRS", 10)
    assert ranked(spec, corpus, queries, 2) == whole


def test_parameters_say_what_windows_are_counted_in():
    for inner, unit in (("bm25(b=0)", "tokens of bm25:b=0"), ("rrf(bm25+dense)", "tokens of bm25")):
        system = parse_system(f"passages:{inner},window=4,agg=sumP")
        parameters = system.parameters
        assert parameters["unit"] == unit
        assert (parameters["window"], parameters["stride"]) == (4, 4)
        assert parameters["aggregation"] == "sumP"


def test_dense_passages_are_averaged_over_all_of_them():
    documents = ["alpha beta gamma alpha", "", "beta gamma", "delta alpha beta beta delta"]
    corpus = texts(*documents)
    system = parse_system("passages:dense(dims=3,cache=false),window=2,agg=avgP")
    assert isinstance(system, PassageSystem)
    system.index(corpus)
    run = system.search(texts("alpha"), 10)
    encoder = system.inner._model  # the encoder that was fitted on the documents
    asked = encoder.encode(["alpha"], normalize_embeddings=True)[0]
    for doc, score in zip(run.docs[0], run.scores[0], strict=True):
        if doc >= 0:
            held = [" ".join(words) for words in cut(documents[doc].split(), 2, 2)]
            vectors = encoder.encode(held, normalize_embeddings=True)
            assert score == pytest.approx(float(np.mean(vectors @ asked)), abs=1e-6)
    assert set(run.docs[0][run.docs[0] >= 0]) == {0, 2, 3}


def test_one_index_serves_every_aggregation():
    corpus, queries = texts("alpha beta alpha", "beta alpha"), texts("alpha")
    first = parse_system("passages:bm25,window=1,agg=maxP")
    other = parse_system("passages:bm25,window=1,agg=sumP")
    assert isinstance(first, PassageSystem)
    assert isinstance(other, PassageSystem)
    first.index(corpus)
    other.adopt(first)
    assert first.index_spec == other.index_spec == "passages:bm25,window=1"
    direct = ranked(other.spec, corpus, queries)
    run = other.search(queries, 10)
    assert [float(score) for score in run.scores[0]] == [score for _, score in direct[0]]
    with pytest.raises(UsageError, match="another system"):
        parse_system("passages:bm25,window=2").adopt(first)


def test_documents_and_passages_of_one_system_stay_apart():
    known = {}
    plain = parse_system("bm25", known)
    passages = parse_system("passages:bm25,window=1", known)
    assert isinstance(plain, BM25System)
    assert passages.inner is not plain


def test_stats_tell_how_many_passages_there_are():
    system = parse_system("passages:bm25,window=2")
    system.index(texts("alpha beta gamma", "", "delta alpha"))
    stats = system.stats()
    assert stats["passages"] == 3
    assert stats["passages_per_document"] == 1
    assert stats["documents_without_passage"] == 1


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("passages:bm25", "no window"),
        ("passages:window=3", "names no system"),
        ("passages:bm25,window=0", "too small"),
        ("passages:bm25,window=2,stride=3", "stride"),
        ("passages:bm25,window=x", "no number"),
        ("passages:bm25,window=2,agg=best", "aggregation"),
        ("passages:bm25,window=2,size=3", "option of passages"),
    ],
)
def test_what_is_wrong_with_a_specification_is_said(spec, words):
    with pytest.raises(UsageError, match=words):
        parse_system(spec)


def test_a_search_needs_an_index_and_a_depth():
    system = parse_system("passages:bm25,window=2")
    with pytest.raises(UsageError, match="no corpus"):
        system.search(texts("alpha"), 1)
    system.index(texts("alpha"))
    with pytest.raises(UsageError, match="k is too small"):
        system.search(texts("alpha"), 0)
