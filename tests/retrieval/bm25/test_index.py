from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domainbench.retrieval.bm25.build import build_index
from domainbench.retrieval.bm25.counts import Utf8
from domainbench.retrieval.bm25.index import TILE, Index, runs
from domainbench.retrieval.bm25.methods import METHODS, Formula
from domainbench.retrieval.bm25.search import search
from domainbench.retrieval.bm25.system import BM25System
from domainbench.retrieval.bm25.tokenizer import Tokenizer
from domainbench.retrieval.texts import Texts
from domainbench.schemas.errors import DataError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

rows = st.lists(
    st.lists(st.sampled_from(["aa", "bb", "cc", "dd", "ee"]), max_size=6).map(" ".join),
    min_size=1,
    max_size=12,
)


def utf8(texts: list[str]) -> Utf8:
    return Utf8.from_arrow(Texts.from_arrays([f"{i:06d}" for i in range(len(texts))], texts).texts)


def build(texts: list[str], **options: Any) -> Index:
    method = options.pop("method", "lucene")
    tokenizer = options.pop("tokenizer", Tokenizer())
    return build_index(utf8(texts), tokenizer, Formula(method), 2, **options)


def arrays(index: Index) -> dict[str, np.ndarray[Any, Any]]:
    return {name: value for name, value in vars(index).items() if isinstance(value, np.ndarray)}


def check_same(one: Index, other: Index) -> None:
    assert arrays(one).keys() == arrays(other).keys()
    for name, array in arrays(one).items():
        assert array.dtype == arrays(other)[name].dtype
        np.testing.assert_array_equal(array, arrays(other)[name], err_msg=name)
    assert (one.frequent, one.positive) == (other.frequent, other.positive)


def many(count: int, seed: int) -> list[str]:
    rng = np.random.default_rng(seed)
    words = rng.zipf(1.3, (count, 20)) % 3000
    return [" ".join(f"running{x}s the" for x in row) for row in words]


@pytest.mark.parametrize("method", METHODS)
@settings(deadline=None, max_examples=25)
@given(corpus=rows, asked=rows, shard=st.integers(1, 5), k=st.integers(1, 12))
def test_shards_change_no_score(
    method: str, corpus: list[str], asked: list[str], shard: int, k: int
) -> None:
    whole, cut = (build(corpus, method=method, shard=size) for size in (1 << 16, shard))
    assert len(cut.shards) == -(-len(corpus) // shard) + 1
    for one, other in zip(
        *(search(index, utf8(asked), Tokenizer(), k, 2) for index in (whole, cut)), strict=True
    ):
        assert one.tobytes() == other.tobytes()


@pytest.mark.parametrize("method", ["lucene", "robertson"])
def test_shards_of_many_tiles_change_no_score(method: str) -> None:
    corpus, asked = many(2 * TILE, 1), many(40, 2)
    expected = search(build(corpus, method=method), utf8(asked), Tokenizer(), 300, 1)
    for shard in (TILE - 1, TILE + 5):
        index = build(corpus, method=method, shard=shard)
        found = search(index, utf8(asked), Tokenizer(), 300, 2)
        assert found[0].tobytes() == expected[0].tobytes()
        assert found[1].tobytes() == expected[1].tobytes()


@pytest.mark.parametrize(
    "tokenizer",
    [Tokenizer(), Tokenizer(stopwords="en"), Tokenizer(stopwords="en", stemmer="english")],
    ids=["words", "stop words", "stems"],
)
def test_an_index_built_on_disk_equals_one_built_in_memory(
    tmp_path: Path, tokenizer: Tokenizer
) -> None:
    pytest.importorskip("Stemmer")
    corpus = [*many(5000, 3), "", "the"]
    inside = build(corpus, tokenizer=tokenizer, shard=1500)
    # 1 MiB is the least batch: a shard takes several.
    outside = build(corpus, tokenizer=tokenizer, shard=1500, workspace=tmp_path, memory=1)
    check_same(inside, outside)
    assert len(inside.shards) == 5
    assert not list(tmp_path.glob("counts-*"))


def test_a_vocabulary_merged_piece_by_piece_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = many(2000, 4)
    expected = build(corpus)
    monkeypatch.setattr("domainbench.retrieval.bm25.pieces._MERGE", 10)
    check_same(expected, build_index(utf8(corpus), Tokenizer(), Formula(), 5, workspace=tmp_path))


@pytest.mark.parametrize("starts", [None, np.array([0, 2, 2, 5])], ids=["documents", "passages"])
def test_a_saved_index_opens_as_it_was(tmp_path: Path, starts: Any) -> None:
    index = build(["aa bb", "bb", "", "cc aa", "bb"], passages=starts, about={"made of": ["é", 1]})
    index.save(tmp_path / "index")
    index.save(tmp_path / "index")  # again over itself
    assert [path.name for path in tmp_path.iterdir()] == ["index"]
    opened = Index.open(tmp_path / "index", {"made of": ["é", 1]})
    check_same(index, opened)
    assert opened.about == index.about
    with pytest.raises(DataError, match="about other texts or parameters"):
        Index.open(tmp_path / "index", {"made of": []})


def test_an_index_without_terms_is_saved_too(tmp_path: Path) -> None:
    index = build(["", ""])
    index.save(tmp_path / "index")
    opened = Index.open(tmp_path / "index")
    check_same(index, opened)
    assert search(opened, utf8(["aa"]), Tokenizer(), 5, 1)[0].tolist() == [[-1, -1]]


def test_a_folder_of_something_else_is_kept(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("keep")
    with pytest.raises(UsageError, match="holds no index"):
        build(["aa"]).save(tmp_path)
    with pytest.raises(DataError, match="no whole index"):
        Index.open(tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "keep"


def damage_json(folder: Path, **changes: Any) -> None:
    path = folder / "index.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


DAMAGES = {
    "array gone": lambda folder: (folder / "texts.npy").unlink(),
    "array cut": lambda folder: (folder / "impacts.npy").write_bytes(
        (folder / "impacts.npy").read_bytes()[:-4]
    ),
    "array empty": lambda folder: (folder / "terms.npy").write_bytes(b""),
    "array of another type": lambda folder: np.save(folder / "texts.npy", np.zeros(3, np.uint32)),
    "array of another size": lambda folder: np.save(folder / "lengths.npy", np.zeros(9, np.int32)),
    "objects": lambda folder: np.save(folder / "terms.npy", np.array([None]), allow_pickle=True),
    "bounds that fall": lambda folder: np.save(folder / "starts.npy", np.array([0, 3, 2, 4, 5])),
    "JSON cut": lambda folder: (folder / "index.json").write_text("{"),
    "JSON of another format": lambda folder: damage_json(folder, format=0),
    "JSON without sizes": lambda folder: damage_json(folder, sizes={}),
    "JSON that is a list": lambda folder: (folder / "index.json").write_text("[]"),
    "too many dense terms": lambda folder: damage_json(folder, frequent=99),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_index_is_refused(tmp_path: Path, damage: Any) -> None:
    build(["aa bb", "bb", "cc aa"]).save(tmp_path / "index")
    damage(tmp_path / "index")
    with pytest.raises(DataError):
        Index.open(tmp_path / "index")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DOMAINBENCH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "bm25"


def corpus_of(texts: list[str]) -> Texts:
    return Texts.from_arrays([f"{i:06d}" for i in range(len(texts))], texts)


def test_a_cached_index_is_opened_again(cache: Path) -> None:
    corpus, queries = corpus_of(many(3000, 5)), corpus_of(many(30, 6))
    plain = BM25System()
    plain.index(corpus)
    assert plain.stats()["cache"] is None
    expected = plain.search(queries, 50).to_table()
    for state in ("built", "opened"):
        system = BM25System.from_options({"cache": "on"})
        system.index(corpus)
        assert system.stats()["cache"] == state
        assert system.search(queries, 50).to_table().equals(expected)
        assert system.spec == "bm25"
        assert system.parameters == plain.parameters
    assert len(list(cache.iterdir())) == 1


def test_other_texts_and_parameters_have_other_indexes(cache: Path) -> None:
    texts = ["alpha beta", "beta", "gamma alpha"]
    systems = [
        (BM25System(cache=True), texts),
        (BM25System(cache=True, k1=0.9), texts),
        (BM25System(cache=True, stopwords="en"), texts),
        (BM25System(cache=True), ["alpha beta", "betagamma", " alpha"]),
        (BM25System(cache=True), [*texts, ""]),
    ]
    for count, (system, rows) in enumerate(systems, start=1):
        system.index(corpus_of(rows))
        assert system.stats()["cache"] == "built"
        assert len(list(cache.iterdir())) == count


@pytest.mark.parametrize("name", ["index.json", "starts.npy", "impacts.npy"])
def test_a_damaged_cache_is_built_again(cache: Path, name: str) -> None:
    corpus = corpus_of(["alpha beta", "beta", "gamma alpha"])
    BM25System(cache=True).index(corpus)
    (folder,) = cache.iterdir()
    (folder / name).write_bytes((folder / name).read_bytes()[:-7])
    system = BM25System(cache=True)
    system.index(corpus)
    assert system.stats()["cache"] == "built"
    assert system.search(corpus_of(["beta"]), 5).docs.tolist() == [[1, 0, -1]]


def test_a_build_that_fails_leaves_nothing(cache: Path) -> None:
    with pytest.raises(DataError, match="holds no document"):
        BM25System(cache=True).index(corpus_of([]))
    assert list(cache.iterdir()) == []


def test_a_cache_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("DOMAINBENCH_CACHE", str(tmp_path / "file"))
    with pytest.raises(UsageError, match="cannot be kept"):
        BM25System(cache=True).index(corpus_of(["alpha"]))


def test_the_cache_is_an_option_of_the_compiled_backend() -> None:
    with pytest.raises(UsageError, match="cache is neither on nor off"):
        BM25System.from_options({"cache": "true"})
    with pytest.raises(UsageError, match="has no cache"):
        BM25System.from_options({"cache": "on", "backend": "rank-bm25", "method": "okapi"})


@given(st.lists(st.integers(0, 6), min_size=1), st.integers(1, 8))
def test_runs_are_full_and_keep_documents_whole(sizes: list[int], size: int) -> None:
    starts = np.cumsum([0, *sizes])
    bounds = runs(starts, size)
    assert bounds[0] == 0
    assert bounds[-1] == len(sizes)
    widths = np.diff(starts[bounds])
    for run, (first, last) in enumerate(pairwise(bounds)):
        assert last > first
        assert widths[run] <= size or last == first + 1
        if last < len(sizes):
            assert widths[run] + sizes[last] > size  # it could hold no more
