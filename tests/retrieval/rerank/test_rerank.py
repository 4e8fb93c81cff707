from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from domainbench.retrieval.bm25.system import BM25System
from domainbench.retrieval.rerank.options import RerankOptions
from domainbench.retrieval.rerank.system import RerankSystem, whole_scores
from domainbench.retrieval.run import Run
from domainbench.retrieval.texts import Texts
from domainbench.schemas.errors import UsageError

from .conftest import save_cross_encoder

WORDS = ["valve", "seal", "pump", "moves", "fluid", "heat", "wheel", "of", "the", "a", "with"]


def some_texts(prefix: str, count: int, longest: int) -> Texts:
    generator = np.random.default_rng(count)
    sizes = generator.integers(1, longest, count)
    values = [" ".join(generator.choice(WORDS, size)) for size in sizes]
    return Texts.from_arrays([f"{prefix}{i:02}" for i in range(count)], values)


CORPUS = some_texts("d", 40, 9)
QUERIES = some_texts("q", 6, 4)


def system(model: Path, **options: str) -> RerankSystem:
    return RerankSystem.from_options(options, str(model), BM25System())


def predicted(model: Path, run: Run, n: int) -> list[dict[str, float]]:
    """The library's own scores of the first n documents of each query."""
    from sentence_transformers import CrossEncoder
    from torch.nn import Identity

    library = CrossEncoder(str(model), device="cpu")
    asked, documents = QUERIES.texts.to_pylist(), CORPUS.texts.to_pylist()
    result = []
    for row, query in enumerate(asked):
        docs = [doc for doc in run.docs[row, :n].tolist() if doc >= 0]
        pairs = [(query, documents[doc]) for doc in docs]
        scores = library.predict(pairs, activation_fn=Identity(), show_progress_bar=False)
        result.append({f"d{doc:02}": float(s) for doc, s in zip(docs, scores, strict=True)})
    return result


@pytest.mark.parametrize("budget", ["auto", "1", "64"])
def test_the_first_n_are_ranked_by_the_model(cross_encoder: Path, budget: str) -> None:
    reranker = system(cross_encoder, n="10", batch_tokens=budget)
    reranker.index(CORPUS)
    run = reranker.search(QUERIES, 10)
    first = BM25System()
    first.index(CORPUS)
    wanted = predicted(cross_encoder, first.search(QUERIES, 10), 10)
    rows = run.to_table().to_pylist()
    for query, scores in zip(QUERIES.ids.to_pylist(), wanted, strict=True):
        found = {row["doc_id"]: row["score"] for row in rows if row["query_id"] == query}
        assert found.keys() == scores.keys()
        for doc, score in found.items():
            assert score == pytest.approx(scores[doc], abs=1e-5)
    asked, documents = QUERIES.texts.to_pylist(), CORPUS.texts.to_pylist()
    pairs = {(asked[row], documents[int(doc[1:])]) for row, p in enumerate(wanted) for doc in p}
    assert reranker.stats()["pairs_scored"] == len(pairs)


def test_the_rest_keeps_its_order_behind_them(cross_encoder: Path) -> None:
    first = BM25System()
    first.index(CORPUS)
    below = first.search(QUERIES, 20)
    reranker = system(cross_encoder, n="5")
    reranker.index(CORPUS)
    run = reranker.combine(QUERIES, [below], 20)
    for row in range(len(run)):
        hits = below.docs[row] >= 0
        assert set(run.docs[row, :5]) == set(below.docs[row, :5])
        assert run.docs[row, 5:].tolist() == below.docs[row, 5:].tolist()
        assert (np.diff(run.scores[row][hits]) <= 0).all()
        assert (np.diff(run.scores[row, 4:][hits[4:]]) <= -1e-7).all()


def test_scores_behind_the_first_n_are_steps() -> None:
    docs = np.array([[4, 2, 7, 1, 0], [3, -1, -1, -1, -1], [-1] * 5, [1, 2, 3, 4, 5]], np.int32)
    places = (np.array([0, 0, 1, 3, 3]), np.array([0, 1, 0, 0, 1]))
    new = np.array([0.25, 1.5, -2.0, -(2.0**25), 9.0], np.float32)
    scores = whole_scores(docs, 2, places, new)
    assert scores[0].tolist() == [0.25, 1.5, -1, -2, -3]
    assert scores[1, 0] == -2
    assert (np.diff(scores[3][[0, 2, 3, 4]]) < 0).all()


def test_n_may_be_more_than_is_asked(cross_encoder: Path) -> None:
    deep, shallow = (system(cross_encoder, n="10") for _ in range(2))
    for reranker in (deep, shallow):
        reranker.index(CORPUS)
    assert shallow.member_depth(3) == 10
    found, whole = shallow.search(QUERIES, 3), deep.search(QUERIES, 10)
    assert np.array_equal(found.docs, whole.docs[:, :3])


def test_ties_fall_to_the_higher_id(cross_encoder: Path) -> None:
    corpus = Texts.from_arrays(["a", "b", "c"], ["the pump", "the pump", "the pump"])
    reranker = system(cross_encoder)
    reranker.index(corpus)
    run = reranker.search(Texts.from_arrays(["q"], ["pump"]), 3)
    assert run.to_table()["doc_id"].to_pylist() == ["c", "b", "a"]
    assert reranker.stats()["pairs_scored"] == 1


def test_pairs_that_are_cut_are_counted(cross_encoder: Path) -> None:
    # [CLS] pump [SEP] + words + [SEP] are 32 tokens with 28 words, which is all the model reads.
    corpus = Texts.from_arrays(["a", "b", "c"], ["pump " * 28, "pump " * 29, "pump " * 27])
    queries = Texts.from_arrays(["q"], ["pump"])
    for _ in range(2):  # the second time from the cache
        reranker = system(cross_encoder)
        reranker.index(corpus)
        reranker.search(queries, 3)
        assert reranker.stats()["pairs_truncated"] == 1
    reranker = system(cross_encoder, max_length="6")
    reranker.index(corpus)
    reranker.search(queries, 3)
    assert reranker.stats()["pairs_truncated"] == 3


def test_scores_are_kept_and_shared_by_depths(cross_encoder: Path) -> None:
    first = system(cross_encoder, n="5")
    first.index(CORPUS)
    run = first.search(QUERIES, 5)
    scored = first.stats()["pairs_scored"]
    again = system(cross_encoder, n="5")
    again.index(CORPUS)
    assert again.search(QUERIES, 5).to_table().equals(run.to_table())
    assert (again.stats()["pairs_scored"], again.stats()["pairs_cached"]) == (0, scored)
    deeper = system(cross_encoder, n="10")
    deeper.index(CORPUS)
    deeper.search(QUERIES, 10)
    assert deeper.stats()["pairs_cached"] == scored
    assert deeper.stats()["pairs_scored"] > 0


def test_without_cache_nothing_is_written(cross_encoder: Path, own_cache: Path) -> None:
    reranker = system(cross_encoder, cache="off")
    reranker.index(CORPUS)
    assert len(reranker.search(QUERIES, 3)) == len(QUERIES)
    assert not own_cache.exists()


def test_a_model_changed_in_place_is_another(own_model: Path) -> None:
    reranker = system(own_model, n="5")
    reranker.index(CORPUS)
    before, run = reranker.parameters, reranker.search(QUERIES, 5)
    save_cross_encoder(own_model, seed=1)
    assert reranker.parameters["revision"] != before["revision"]
    assert reranker.search(QUERIES, 5).scores.tolist() != run.scores.tolist()


def test_a_model_of_several_labels_does_not_rank(tmp_path: Path) -> None:
    reranker = system(save_cross_encoder(tmp_path / "model", labels=3))
    reranker.index(CORPUS)
    with pytest.raises(UsageError, match="does not rank"):
        reranker.search(QUERIES, 3)


def test_a_score_that_is_not_finite_is_said(own_model: Path) -> None:
    from safetensors.numpy import load_file, save_file

    path = own_model / "model.safetensors"
    weights = load_file(path)
    weights["classifier.bias"] = np.full_like(weights["classifier.bias"], np.nan)
    save_file(weights, path, metadata={"format": "pt"})
    reranker = system(own_model)
    reranker.index(CORPUS)
    with pytest.raises(UsageError, match="not finite"):
        reranker.search(QUERIES, 3)


def test_no_hit_stays_no_hit(cross_encoder: Path) -> None:
    reranker = system(cross_encoder)
    reranker.index(CORPUS)
    run = reranker.search(Texts.from_arrays(["q"], ["nothing-like-it"]), 3)
    assert (run.docs < 0).all()


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"n": "0"}, "n is out of range"),
        ({"m": "5"}, "unknown option of rerank"),
        ({"dtype": "int8"}, "dtype"),
        ({"cache": "maybe"}, "cache"),
    ],
    ids=["n", "unknown", "dtype", "cache"],
)
def test_options_are_checked(options: dict[str, str], problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        RerankSystem.from_options(options, "m", BM25System())


def test_the_specification_is_canonical() -> None:
    plain = RerankSystem("m", BM25System())
    assert plain.spec == "rerank:m,n=100"
    other = RerankSystem.from_options({"n": "50", "max_length": "256"}, "m", BM25System(k1=0.9))
    assert other.spec == "rerank:m,n=50,max_length=256,over=bm25(k1=0.9)"
    twice = RerankSystem("x", other, RerankOptions(n=10))
    assert twice.spec == f"rerank:x,n=10,over=rerank({other.spec.removeprefix('rerank:')})"
    assert other.parameters["members"][0]["parameters"]["k1"] == 0.9


def test_calls_out_of_order_are_said(cross_encoder: Path) -> None:
    reranker = system(cross_encoder)
    with pytest.raises(UsageError, match="no corpus"):
        reranker.search(QUERIES, 3)
    with pytest.raises(UsageError, match="too small"):
        reranker.search(QUERIES, 0)
    reranker.index(CORPUS)
    other = BM25System()
    other.index(some_texts("x", 5, 9))
    with pytest.raises(UsageError, match="not one of this corpus"):
        reranker.combine(QUERIES, [other.search(QUERIES, 3)], 3)


def test_models_that_do_not_exist_are_said(tmp_path: Path) -> None:
    reranker = system(tmp_path / "missing")
    with pytest.raises(UsageError, match="no folder"):
        _ = reranker.parameters
    (tmp_path / "empty").mkdir()
    empty = system(tmp_path / "empty")
    empty.index(CORPUS)
    with pytest.raises(UsageError, match="cannot be loaded"):
        empty.search(QUERIES, 3)
