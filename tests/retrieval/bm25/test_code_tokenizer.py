# ruff: noqa: RUF001 -- letters of many scripts are the matter of these tests
"""The tokenizer for code: parts of identifiers, in plain Python and compiled."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.retrieval.bm25.cache import describe
from domainbench.retrieval.bm25.code_words import split_code
from domainbench.retrieval.bm25.counts import Utf8, hash_words
from domainbench.retrieval.bm25.methods import Formula
from domainbench.retrieval.bm25.system import BM25System
from domainbench.retrieval.bm25.tokenizer import Tokenizer
from domainbench.retrieval.systems import parse_system
from domainbench.retrieval.texts import Texts
from domainbench.schemas.errors import UsageError


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("HTTPServer", ["http", "server", "httpserver"]),
        ("getHTTPResponseCode", ["get", "http", "response", "code", "gethttpresponsecode"]),
        ("read_block", ["read", "block", "read_block"]),
        ("_read__block_", ["read", "block", "read__block"]),
        ("__init__ _ __", ["init"]),
        ("utf8 v2beta", ["utf", "8", "utf8", "v", "2", "beta", "v2beta"]),
        ("HTTP2Server", ["http", "2", "server", "http2server"]),
        ("MAX_VALUE", ["max", "value", "max_value"]),
        ("x1 += self.y[0]", ["x", "1", "x1", "self", "y", "0"]),
        ("0xFF 3.14e10", ["0", "x", "ff", "0xff", "3", "14", "e", "10", "14e10"]),
        ("lambda a: a->b ** not_c", ["lambda", "a", "a", "b", "not", "c", "not_c"]),
        ("", []),
        ("( ) -> :=", []),
        # Capitals of any script part; letters without case do not.
        ("ПервыйСервер ΑλφαΒήτα", ["первый", "сервер", "первыйсервер", "αλφα", "βήτα", "αλφαβήτα"]),
        ("डेटाServer HTTPसर्वर", ["डेटा", "server", "डेटाserver", "httpसर्वर"]),
        ("naïveBayes É\u0301tat", ["naïve", "bayes", "naïvebayes", "é\u0301tat"]),
        ("A\u0301Bc", ["a\u0301", "bc", "a\u0301bc"]),  # marks stay with their letter
        ("a_\u0301b", ["a", "b", "a_\u0301b"]),
        ("变量名 変数Name", ["变", "量", "名", "変", "数", "name"]),
        ("get\u200dName", ["get", "name", "getname"]),
        ("ज\u093cNet \u095bNet", ["ज\u093c", "net", "ज\u093cnet"] * 2),
        ("x₂ ३४", ["x", "₂", "x₂", "34"]),
        ("ǅungla", ["ǆungla"]),
    ],
)
def test_parts(text: str, words: list[str]) -> None:
    assert split_code(text) == words
    tokenizer = Tokenizer(min_length=1, form="code")
    assert tokenizer.tokens(text) == words
    assert compiled([text], tokenizer) == [Counter(hash_words(words).tolist())]


def test_numbers_are_kept_however_short() -> None:
    assert Tokenizer(form="code").tokens("x1 is utf8") == ["1", "x1", "is", "utf", "8", "utf8"]
    assert Tokenizer(form="code", min_length=5).tokens("readBlock 漢") == [
        "block",
        "readblock",
        "漢",
    ]


def test_case_is_kept_on_demand() -> None:
    tokenizer = Tokenizer(form="code", lowercase=False)
    assert tokenizer.tokens("HTTPServer") == ["HTTP", "Server", "HTTPServer"]


def compiled(texts: list[str], tokenizer: Tokenizer, threads: int = 1) -> list[Counter[int]]:
    """Per text, how often each hash occurs among its terms, from the compiled tokenizer."""
    pieces = tokenizer.count(Utf8.from_arrow(pa.array(texts, pa.large_string())), threads)
    meanings = tokenizer.terms(pieces) or [piece.hashes for piece in pieces]
    found: list[Counter[int]] = []
    for piece, meaning in zip(pieces, meanings, strict=True):
        for row, (start, stop) in enumerate(pairwise(piece.ends.tolist())):
            counts: Counter[int] = Counter()
            for term, count in zip(piece.terms[start:stop], piece.counts[start:stop], strict=True):
                counts[int(meaning[term])] += int(count)
            assert counts.total() == piece.lengths[row]
            del counts[0]
            found.append(counts)
    return found


def readable(texts: list[str], tokenizer: Tokenizer) -> list[Counter[int]]:
    return [Counter(hash_words(tokenizer.tokens(text)).tolist()) for text in texts]


code = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from("aAbBzZ09__.( \u200d\u0301\ufe0fकिД漢はǅßΣς\u095b\u093c०９₂"),
    ),
    max_size=40,
)


@given(
    texts=st.lists(code, max_size=6),
    lowercase=st.booleans(),
    min_length=st.integers(1, 3),
    threads=st.integers(1, 3),
)
def test_compiled_and_readable_tokenizers_agree(
    *, texts: list[str], lowercase: bool, min_length: int, threads: int
) -> None:
    tokenizer = Tokenizer(min_length=min_length, lowercase=lowercase, form="code")
    assert compiled(texts, tokenizer, threads) == readable(texts, tokenizer)


@given(texts=st.lists(code, max_size=4))
def test_stop_words_and_stems_are_those_of_parts(texts: list[str]) -> None:
    pytest.importorskip("Stemmer")
    tokenizer = Tokenizer(stopwords="self|the", stemmer="english+hindi", form="code")
    texts = [*texts, "self.readBlocks(theFiles) किताबें"]
    assert compiled(texts, tokenizer) == readable(texts, tokenizer)
    assert tokenizer.tokens(texts[-1]) == ["read", "block", "readblock", "file", "thefil", "किताब"]


@given(st.text("aBC1_2xYz .", max_size=60))
def test_parts_of_ascii_are_those_of_a_usual_pattern(text: str) -> None:
    # As many projects write it; the parts of one identifier are put together by hand here.
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[A-Z]|\d+", text)
    wholes = [word.strip("_") for word in re.findall(r"\w+", text)]
    wholes = [w for w in wholes if len(re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", w)) > 1]
    assert Counter(split_code(text)) == Counter(word.lower() for word in [*parts, *wholes])


def test_arrays_grow_within_a_word_and_between_words() -> None:
    rng = np.random.default_rng(1)
    names = [
        "_".join(f"w{part:x}" for part in rng.integers(0, 40_000, size))
        for size in (1, 3, 9000, 2, 20, 4000, *[8] * 3000)
    ]
    texts = [" ".join(names[:3]), "", " ".join(names)]
    tokenizer = Tokenizer(form="code")
    assert compiled(texts, tokenizer) == readable(texts, tokenizer)


DOCUMENTS = [
    "class HTTPServer:\n    def handle_request(self, utf8): ...",
    "def http_server(port): return serve(port)",
    "def readBlock(file, size=16): return file.read(size)",
    "def read_block_2(file): return 2",
    "",
    "self.handle = None",
]


def ranked(spec: str, queries: list[str], k: int = 4) -> list[list[tuple[int, float]]]:
    system = parse_system(spec)
    system.index(Texts.from_arrays([f"d{i}" for i in range(len(DOCUMENTS))], DOCUMENTS))
    run = system.search(Texts.from_arrays([f"q{i}" for i in range(len(queries))], queries), k)
    return [
        [(int(d), float(s)) for d, s in zip(docs, scores, strict=True) if d >= 0]
        for docs, scores in zip(run.docs, run.scores, strict=True)
    ]


QUERIES = ["an HTTP server", "reads a block of a file", "utf 8", "handleRequest", "", "read_block"]


def test_words_of_a_question_find_identifiers() -> None:
    plain, parted = ranked("bm25", QUERIES), ranked("bm25:tokenizer=code", QUERIES)
    assert [hit for hit, _ in plain[0]] == []
    assert {hit for hit, _ in parted[0]} == {0, 1}
    assert {hit for hit, _ in parted[1]} == {2, 3}
    assert [hit for hit, _ in parted[2]] == [0]
    assert parted[3][0][0] == 0
    assert parted[4] == []


@pytest.mark.parametrize("method", ["okapi", "bm25+", "bm25l"])
@pytest.mark.parametrize("options", ["", ",min_length=1,stopwords=self|a", ",lowercase=false"])
def test_scores_are_those_of_rank_bm25(method: str, options: str) -> None:
    spec = f"bm25:tokenizer=code,method={method}{options}"
    ours, theirs = ranked(spec, QUERIES), ranked(f"{spec},backend=rank-bm25", QUERIES)
    for one, other in zip(ours, theirs, strict=True):
        assert [hit for hit, _ in one] == [hit for hit, _ in other]
        assert [s for _, s in one] == pytest.approx([s for _, s in other], rel=1e-5, abs=1e-6)


def test_the_option_has_one_spelling_and_known_values() -> None:
    assert parse_system("bm25:tokenizer=words").spec == "bm25"
    system = BM25System(tokenizer="code", k1=0.9)
    assert system.spec == "bm25:k1=0.9,tokenizer=code"
    assert system.parameters["tokenizer"] == "code"
    with pytest.raises(UsageError, match="unknown tokenizer 'cod'") as caught:
        parse_system("bm25:tokenizer=cod")
    assert "did you mean code" in str(caught.value)


def test_a_stop_word_of_several_parts_is_refused() -> None:
    with pytest.raises(UsageError, match="'read_block' is not one word"):
        Tokenizer(stopwords="read_block|", form="code")


def test_indexes_of_the_two_tokenizers_are_kept_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOMAINBENCH_CACHE", str(tmp_path))
    texts = Utf8.from_arrow(pa.array(DOCUMENTS, pa.large_string()))
    kinds = [describe(texts, Tokenizer(form=form), Formula()) for form in ("words", "code")]
    assert kinds[0] != kinds[1]
    for spec in ("bm25", "bm25:tokenizer=code"):
        fresh, kept = (
            ranked(spec, QUERIES),
            ranked(spec + (":" if spec == "bm25" else ",") + "cache=on", QUERIES),
        )
        assert kept == fresh
    assert len(list((tmp_path / "bm25").iterdir())) == 2


def test_windows_count_identifiers_and_keep_them_whole() -> None:
    system = BM25System(tokenizer="code")
    corpus = Texts.from_arrays(["d"], ["readBlock a 1 HTTPServer2 x"])
    passages = system.cut(corpus, 2, 2)
    assert passages.texts.to_pylist() == ["readBlock a ", "1 HTTPServer2 ", "x"]
    (hits,) = ranked("passages:bm25(tokenizer=code),window=3,stride=2", ["server request"])
    assert {hit for hit, _ in hits} == {0, 1}


SCRIPT = """
import hashlib
from domainbench.retrieval.bm25.system import BM25System
from domainbench.retrieval.texts import Texts
texts = Texts.from_arrays(
    [f"{i:04d}" for i in range(500)],
    [" ".join(f"nameOf{i * j % 97}_x{j}" for j in range(i % 40)) for i in range(500)],
)
system = BM25System(tokenizer="code")
system.index(texts)
index, run = system._engine, system.search(texts, 20)
digest = hashlib.sha256(run.docs.tobytes() + run.scores.tobytes())
for array in (index.hashes, index.numbers, index.starts, index.texts, index.impacts):
    digest.update(array.tobytes())
print(digest.hexdigest())
"""


def test_threads_change_no_byte() -> None:
    found: set[bytes] = set()
    for threads in ("1", "2", "3"):
        environment = os.environ | {"NUMBA_NUM_THREADS": threads, "PYTHONHASHSEED": threads}
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, check=True
        )
        found.add(done.stdout)
    assert len(found) == 1
