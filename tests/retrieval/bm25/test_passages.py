from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domainbench.retrieval.aggregation import Aggregation
from domainbench.retrieval.bm25.build import build_index
from domainbench.retrieval.bm25.counts import Utf8
from domainbench.retrieval.bm25.index import TILE
from domainbench.retrieval.bm25.methods import METHODS, Formula
from domainbench.retrieval.bm25.search import search
from domainbench.retrieval.bm25.system import BM25System
from domainbench.retrieval.bm25.tokenizer import Tokenizer
from domainbench.retrieval.texts import Passages, Texts
from domainbench.schemas.errors import DataError, UsageError

from . import formulas

WORDS = ["alpha", "beta", "gamma", "delta"]
AGGREGATIONS = ["maxP", "avg_top1", "avg_top2", "avg_top3", "avgP", "sumP"]
passage = st.lists(st.sampled_from(WORDS), max_size=5)
corpora = st.lists(st.lists(passage, max_size=5), min_size=1, max_size=8).filter(any)
queries = st.lists(st.lists(st.sampled_from([*WORDS, "unknown"]), max_size=6), max_size=3)


def passages(documents: list[list[list[str]]]) -> Passages:
    ids = pa.array([f"{i:06d}" for i in range(len(documents))], pa.large_string())
    starts = np.cumsum([0, *map(len, documents)]).astype(np.int64)
    flat = [" ".join(words) for document in documents for words in document]
    return Passages(ids, starts, pa.array(flat, pa.large_string()))


def texts(rows: list[list[str]]) -> Texts:
    return Texts.from_arrays([f"{i:06d}" for i in range(len(rows))], [" ".join(r) for r in rows])


def combine(scores: list[float], rule: str) -> float:
    best = sorted(scores, reverse=True)
    if rule == "maxP":
        return best[0]
    if rule.startswith("avg_top"):
        best = best[: int(rule[7:])]
    return sum(best) / (1 if rule == "sumP" else len(best))


def found(docs: Any, scores: Any) -> dict[int, float]:
    return {d: s for d, s in zip(docs.tolist(), scores.tolist(), strict=True) if d >= 0}


@pytest.mark.parametrize("method", METHODS)
@settings(deadline=None, max_examples=40)
@given(corpus=corpora, asked=queries, rule=st.sampled_from(AGGREGATIONS), shard=st.integers(5, 12))
def test_documents_score_what_their_passages_make(
    method: str,
    corpus: list[list[list[str]]],
    asked: list[list[str]],
    rule: str,
    shard: int,
) -> None:
    cut = passages(corpus)
    index = build_index(
        Utf8.from_arrow(cut.texts),
        Tokenizer(),
        Formula(method),
        2,
        passages=cut.starts,
        shard=shard,
    )
    source = Utf8.from_arrow(texts(asked).texts)
    docs, scores = search(index, source, Tokenizer(), 100, 2, Aggregation.parse(rule))
    formula = Formula(method)
    flat = [words for document in corpus for words in document]
    for row, query in enumerate(asked):
        every = (
            formulas.scores(
                flat, query, method, 1.2, 0.75, formula.delta or 0.0, formula.epsilon or 0.0
            )
            if any(flat)
            else [0.0] * len(flat)
        )
        hit = [bool(set(words) & set(query)) for words in flat]
        expected: dict[int, float] = {}
        for document, (first, last) in enumerate(zip(cut.starts[:-1], cut.starts[1:], strict=True)):
            if any(hit[first:last]):
                parts = [every[p] if hit[p] else 0.0 for p in range(first, last)]
                expected[document] = combine(parts, rule)
        assert found(docs[row], scores[row]) == pytest.approx(expected, rel=5e-6, abs=5e-6)
        pairs = list(zip(scores[row].tolist(), docs[row].tolist(), strict=True))
        hits = pairs[: len(expected)]
        assert hits == sorted(hits, reverse=True)
        assert pairs[len(expected) :] == [(0.0, -1)] * (len(pairs) - len(expected))


def large(count: int, most: int, seed: int) -> list[list[list[str]]]:
    rng = np.random.default_rng(seed)
    return [
        [[f"w{x}" for x in row] for row in rng.zipf(1.4, (rng.integers(0, most), 8)) % 500]
        for _ in range(count)
    ]


@pytest.mark.parametrize("method", ["lucene", "bm25+", "robertson"])
@pytest.mark.parametrize("rule", ["maxP", "avg_top3", "avgP", "sumP"])
def test_tiles_shards_and_threads_change_no_bit(method: str, rule: str) -> None:
    # A document with more passages than a tile has, and one in the middle of the others.
    corpus = [*large(400, 12, 1), *large(1, 2, 2), *large(60, 2, 3)]
    corpus[200] = [["w1", f"w{i % 90}"] for i in range(TILE + 700)]
    asked = [words for document in large(30, 3, 4) for words in document]
    cut = passages(corpus)
    source, every = Utf8.from_arrow(texts(asked).texts), Utf8.from_arrow(cut.texts)
    singles = build_index(every, Tokenizer(), Formula(method), 1)
    docs, scores = search(singles, source, Tokenizer(), len(cut), 1)
    aggregation = Aggregation.parse(rule)
    results = []
    for shard, threads in ((1 << 16, 1), (TILE + 800, 3)):
        index = build_index(
            every, Tokenizer(), Formula(method), threads, passages=cut.starts, shard=shard
        )
        results.append(search(index, source, Tokenizer(), 300, threads, aggregation))
        alone = search(
            index, Utf8.from_arrow(texts(asked[:1]).texts), Tokenizer(), 300, 1, aggregation
        )
        assert alone[1].tobytes() == results[-1][1][:1].tobytes()
        few = search(index, source, Tokenizer(), 5, threads, aggregation)
        assert few[0].tobytes() == results[-1][0][:, :5].tobytes()
        assert few[1].tobytes() == results[-1][1][:, :5].tobytes()
    for one, other in zip(*results, strict=True):
        assert one.tobytes() == other.tobytes()
    # Against the exact scores of all passages, each indexed as a document.
    owner = np.repeat(np.arange(len(corpus)), np.diff(cut.starts))
    for row in range(len(asked)):
        of_passage = np.zeros(len(cut))
        of_passage[docs[row][docs[row] >= 0]] = scores[row][docs[row] >= 0]
        wanted = {
            int(d): combine(of_passage[cut.starts[d] : cut.starts[d + 1]].tolist(), rule)
            for d in np.unique(owner[docs[row][docs[row] >= 0]])
        }
        ranked = found(results[0][0][row], results[0][1][row])
        best = sorted(((np.float32(s), d) for d, s in wanted.items()), reverse=True)[:300]
        assert ranked == pytest.approx({d: float(s) for s, d in best}, rel=1e-6)


def test_a_system_ranks_documents_by_passages() -> None:
    system = BM25System()
    cut = passages([[["alpha"], ["beta", "beta"]], [], [["beta"]], [["gamma"]]])
    system.index_passages(cut)
    run = system.search_passages(
        texts([["beta"], ["gamma", "alpha"]]), 3, Aggregation.parse("maxP")
    )
    assert run.docs.tolist() == [[0, 2, -1], [3, 0, -1]]
    assert run.doc_ids.equals(cut.doc_ids)
    stats = system.stats()
    assert (stats["documents"], stats["passages"], stats["words"]) == (4, 4, 5)


def test_documents_are_cut_into_windows_of_words() -> None:
    system = BM25System()
    corpus = Texts.from_arrays(["a", "b"], ["one two three", "four"])
    cut = system.cut(corpus, 2, 2)
    assert cut.starts.tolist() == [0, 2, 3]
    system.index_passages(cut)
    run = system.search_passages(texts([["three"]]), 2, Aggregation.parse("sumP"))
    assert run.docs.tolist() == [[0, -1]]
    with pytest.raises(UsageError):
        system.cut(corpus, 0, 0)


def test_what_is_indexed_decides_what_can_be_searched() -> None:
    system, asked, rule = BM25System(), texts([["alpha"]]), Aggregation.parse("maxP")
    with pytest.raises(UsageError, match="no corpus is indexed"):
        system.search_passages(asked, 1, rule)
    system.index(asked)
    with pytest.raises(UsageError, match="no passages are indexed"):
        system.search_passages(asked, 1, rule)
    system.index_passages(passages([[["alpha"]]]))
    with pytest.raises(UsageError, match="passages are indexed"):
        system.search(asked, 1)
    with pytest.raises(UsageError, match="k is too small"):
        system.search_passages(asked, 0, rule)


def test_the_library_backend_says_that_it_ranks_no_passages() -> None:
    system = BM25System(method="okapi", backend="rank-bm25")
    assert not system.ranks_passages
    assert BM25System().ranks_passages
    with pytest.raises(UsageError, match="does not rank passages"):
        system.index_passages(passages([[["alpha"]]]))
    with pytest.raises(UsageError, match="does not rank passages"):
        system.search_passages(texts([["alpha"]]), 1, Aggregation.parse("maxP"))


def test_passages_that_cannot_be_indexed_are_refused() -> None:
    with pytest.raises(DataError, match="holds no passage"):
        BM25System().index_passages(passages([[], []]))
    cut = passages([[["alpha"]], [["beta"]] * 4])
    with pytest.raises(DataError, match="too many passages"):
        build_index(
            Utf8.from_arrow(cut.texts), Tokenizer(), Formula(), 1, passages=cut.starts, shard=3
        )
