from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domainbench.retrieval.bm25.search_kernels import keep_best
from domainbench.retrieval.bm25.system import BM25System
from domainbench.retrieval.texts import Texts
from domainbench.schemas.errors import DataError, UsageError


def test_defaults_are_resolved() -> None:
    system = BM25System()
    assert system.spec == "bm25"
    assert system.parameters == {
        "method": "lucene",
        "k1": 1.2,
        "b": 0.75,
        "delta": None,
        "epsilon": None,
        "lucene_norms": False,
        "tokenizer": "words",
        "min_length": 2,
        "lowercase": True,
        "stopwords": "none",
        "stemmer": "none",
        "backend": "numba",
    }
    assert BM25System(method="bm25+").parameters["delta"] == 1.0
    assert BM25System(method="bm25l").parameters["delta"] == 0.5
    assert BM25System(method="okapi").parameters["epsilon"] == 0.25


@pytest.mark.parametrize(
    ("options", "spec"),
    [
        ({"k1": "1.2", "b": "0.75", "method": "lucene"}, "bm25"),
        ({"b": "0.4", "k1": "0.90"}, "bm25:k1=0.9,b=0.4"),
        ({"k1": "2", "lucene_norms": "true"}, "bm25:k1=2,lucene_norms=true"),
        ({"method": "bm25+", "delta": "1"}, "bm25:method=bm25+"),
        ({"method": "bm25+", "delta": "0.7"}, "bm25:method=bm25+,delta=0.7"),
        ({"stopwords": "in|a|in", "min_length": "1"}, "bm25:min_length=1,stopwords=a|in"),
        ({"stopwords": "in|"}, "bm25:stopwords=in|"),
        ({"method": "okapi", "backend": "rank-bm25"}, "bm25:method=okapi,backend=rank-bm25"),
        ({"lowercase": "false", "stopwords": "en"}, "bm25:lowercase=false,stopwords=en"),
    ],
)
def test_specifications_have_one_spelling(options: dict[str, str], spec: str) -> None:
    system = BM25System.from_options(options)
    assert system.spec == spec
    _, _, tail = spec.partition(":")
    again = dict(option.split("=", 1) for option in tail.split(",") if option)
    assert BM25System.from_options(again).parameters == system.parameters


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"k_1": "1"}, "did you mean k1"),
        ({"k1": "high"}, "k1 is not a number"),
        ({"min_length": "1.5"}, "min_length is not a whole number"),
        ({"lowercase": "yes"}, "lowercase is neither true nor false"),
        ({"backend": "rank_bm25"}, "did you mean rank-bm25"),
        ({"backend": "rank-bm25"}, "backend rank-bm25 has no method lucene"),
        ({"backend": "rank-bm25", "method": "okapi", "k1": "0"}, "divides by 0"),
        (
            {"backend": "rank-bm25", "method": "okapi", "lucene_norms": "true"},
            "backend rank-bm25 has no lucene_norms",
        ),
    ],
)
def test_bad_options_are_refused(options: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError) as error:
        BM25System.from_options(options)
    assert message in str(error.value)


def test_stop_words_may_be_given_as_a_list() -> None:
    system = BM25System(stopwords=["the", "of", "the"])
    assert system.parameters["stopwords"] == "of|the"
    assert BM25System(stopwords=[]).spec == "bm25"
    assert BM25System(stopwords=["The", "the"]).spec == "bm25:stopwords=the|"


@pytest.mark.parametrize("options", [{}, {"method": "okapi", "backend": "rank-bm25"}])
def test_an_empty_corpus_is_refused(options: dict[str, str]) -> None:
    with pytest.raises(DataError, match="holds no document"):
        BM25System.from_options(options).index(Texts.from_arrays([], []))


def test_calls_out_of_order_are_refused() -> None:
    system = BM25System()
    queries = Texts.from_arrays(["q"], ["alpha"])
    with pytest.raises(UsageError, match="no corpus is indexed"):
        system.search(queries, 1)
    with pytest.raises(UsageError, match="no corpus is indexed"):
        system.stats()
    system.index(queries)
    with pytest.raises(UsageError, match="k is too small"):
        system.search(queries, 0)


def test_stats_say_what_was_indexed() -> None:
    corpus = Texts.from_arrays(["a", "b"], ["alpha beta alpha", "beta"])
    system = BM25System()
    system.index(corpus)
    stats = system.stats()
    assert (stats["documents"], stats["terms"], stats["postings"], stats["words"]) == (2, 2, 3, 4)
    assert stats["index_bytes"] > 0
    assert (stats["shards"], stats["dense_terms"], stats["passages"]) == (1, None, None)
    system.search(corpus, 1)
    assert system.stats()["dense_terms"] == 0  # too few queries for dense rows
    slow = BM25System(method="okapi", backend="rank-bm25")
    slow.index(corpus)
    assert slow.stats()["backend"] == "rank-bm25"


SCRIPT = """
import hashlib
import numpy as np
from domainbench.retrieval.bm25.system import BM25System
from domainbench.retrieval.texts import Texts

rng = np.random.default_rng(0)
def texts(count, length):
    words = rng.zipf(1.2, (count, length)) % 3000
    return Texts.from_arrays(
        [f"{i:05d}" for i in range(count)], [" ".join(f"w{x}é" for x in row) for row in words]
    )

digest = hashlib.sha256()
corpus, queries = texts(3000, 20), texts(50, 40)
for method in ("lucene", "robertson", "bm25+"):
    system = BM25System(method=method)
    system.index(corpus)
    index = system._engine
    run = system.search(queries, 50)
    for array in (index.hashes, index.numbers, index.starts, index.texts, index.impacts):
        digest.update(array.tobytes())
    digest.update(run.docs.tobytes() + run.scores.tobytes())
print(system.stats()["threads"], digest.hexdigest())
"""


def test_threads_change_no_byte() -> None:
    outputs: list[str] = []
    for threads in ("1", "2", "3"):
        environment = os.environ | {"NUMBA_NUM_THREADS": threads, "PYTHONHASHSEED": threads}
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, check=True
        )
        used, digest = done.stdout.decode().split()
        assert used == threads
        outputs.append(digest)
    assert len(set(outputs)) == 1


@settings(deadline=None)
@given(st.lists(st.integers(-(2**63) + 1, 2**63 - 1), min_size=1, unique=True), st.data())
def test_the_best_keys_come_first(keys: list[int], data: st.DataObject) -> None:
    depth = data.draw(st.integers(1, len(keys)))
    array = np.array(keys, np.int64)
    least = keep_best(array, len(keys), depth)
    best = sorted(keys, reverse=True)[:depth]
    assert least == best[-1]
    assert sorted(array[:depth].tolist(), reverse=True) == best
    assert sorted(array.tolist()) == sorted(keys)


@pytest.mark.parametrize("depth", [1, 15, 16, 17, 300, 999, 1000])
def test_the_best_of_ordered_keys_come_first(depth: int) -> None:
    for keys in (np.arange(1000), np.arange(1000)[::-1].copy()):
        assert keep_best(keys, 1000, depth) == 1000 - depth
        assert set(keys[:depth].tolist()) == set(range(1000 - depth, 1000))
