from __future__ import annotations

import math

import pytest

from domainbench.retrieval.bm25.methods import METHODS
from domainbench.retrieval.bm25.system import BM25System
from domainbench.retrieval.texts import Texts
from domainbench.schemas.errors import UsageError

CORPUS = {
    "a": "red lamp for the desk",
    "b": "blue lamp",
    "c": "a chair, a red chair",
    "d": "",
    "e": "desk and chair for two",
}


def texts(given: dict[str, str]) -> Texts:
    return Texts.from_arrays(list(given), list(given.values()))


QUERIES = texts({"p": "red desk lamp", "q": "chair walnut"})


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("norms", [False, True])
def test_a_text_of_the_corpus_keeps_its_score(method: str, norms: bool) -> None:  # noqa: FBT001
    system = BM25System(method=method, lucene_norms=norms)
    system.index(texts(CORPUS))
    inside = system.search(QUERIES, 5).to_table()
    # A part of the corpus, whose own numbers would give other scores.
    part = {name: CORPUS[name] for name in ("a", "c", "d")}
    outside = system.search_others(QUERIES, texts(part), 5).to_table()
    scores = {(r["query_id"], r["doc_id"]): r["score"] for r in inside.to_pylist()}
    found = {(r["query_id"], r["doc_id"]): r["score"] for r in outside.to_pylist()}
    assert found
    assert found == {pair: score for pair, score in scores.items() if pair[1] in part}


def test_a_word_that_the_corpus_lacks_weighs_as_one_that_a_document_has() -> None:
    system = BM25System(method="lucene", k1=1.2, b=0.75)
    system.index(texts(CORPUS))
    run = system.search_others(texts({"q": "walnut"}), texts({"x": "walnut lamp"}), 1)
    idf = math.log(1 + (5 - 1 + 0.5) / (1 + 0.5))
    # Words of two letters and more: 5, 2, 3, 0 and 5 in the corpus.
    length = 0.25 + 0.75 * 2 / (15 / 5)
    assert run.to_table()["score"].to_pylist() == [pytest.approx(idf / (1 + 1.2 * length))]


def test_only_an_index_of_documents_ranks_other_texts() -> None:
    with pytest.raises(UsageError, match="no corpus is indexed"):
        BM25System().search_others(QUERIES, texts(CORPUS), 1)
    library = BM25System(method="okapi", backend="rank-bm25")
    library.index(texts(CORPUS))
    with pytest.raises(UsageError, match="backend numba"):
        library.search_others(QUERIES, texts(CORPUS), 1)
