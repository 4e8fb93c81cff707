from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from domainbench.retrieval.aggregation import Aggregation
from domainbench.retrieval.dense.models import load_encoder
from domainbench.retrieval.dense.system import DenseSystem
from domainbench.retrieval.texts import Passages
from domainbench.schemas.errors import DataError, UsageError

from .conftest import DOCUMENTS, QUERIES, texts


def ranked(run, query: str = "q") -> list[str]:
    return [row["doc_id"] for row in run.to_table().to_pylist() if row["query_id"] == query]


# ------------------------------------------------------------------ the encoder fitted here


def test_the_default_finds_what_shares_words(own_cache: Path) -> None:
    system = DenseSystem()
    system.index(texts(DOCUMENTS))
    run = system.search(texts(QUERIES), 3)
    assert ranked(run, "q1")[0] == "d4"
    assert ranked(run, "q2") == []
    assert "d5" not in run.to_table()["doc_id"].to_pylist()
    assert system.stats()["documents_without_vector"] == 1
    # The second time the encoder comes from the cache, and ranks the same.
    again = DenseSystem()
    again.index(texts(DOCUMENTS))
    assert again.search(texts(QUERIES), 3).to_table().equals(run.to_table())
    assert again.stats()["documents_encoded"] == 0
    assert len(list((own_cache / "fitted").iterdir())) == 1


def test_without_cache_nothing_is_written(own_cache: Path) -> None:
    system = DenseSystem.from_options({"cache": "off"})
    system.index(texts(DOCUMENTS))
    assert ranked(system.search(texts(QUERIES), 3), "q1")[0] == "d4"
    assert not own_cache.exists()


def test_a_corpus_without_words_cannot_be_fitted() -> None:
    with pytest.raises(DataError, match="no word"):
        DenseSystem().index(texts({"d1": "!!", "d2": ""}))


@pytest.mark.parametrize("cached", ["on", "off"])
def test_a_document_of_unknown_words_is_no_hit(cached: str) -> None:
    many = {f"d{i:03}": "valve seal pump"[: 5 + i % 11] for i in range(120)} | {"z": "unheard"}
    system = DenseSystem.from_options({"cache": cached})
    system.index(texts(many))
    found = ranked(system.search(texts({"q": "valve"}), 200))
    assert "z" not in found
    assert set(found) == {key for key in many if key != "z"}


def test_ties_fall_to_the_higher_id() -> None:
    system = DenseSystem()
    system.index(texts({"a": "pump", "b": "pump", "c": "wheel"}))
    assert ranked(system.search(texts({"q": "pump"}), 2)) == ["b", "a"]


# ------------------------------------------------------------------ named models


def test_scores_are_cosines(tiny_model: Path) -> None:
    model = load_encoder(str(tiny_model), device="cpu")
    filled = {key: text for key, text in DOCUMENTS.items() if text.strip()}
    vectors = model.encode(list(filled.values()), show_progress_bar=False).astype(np.float64)
    query = model.encode(["pump seal"], show_progress_bar=False).astype(np.float64)[0]
    cosines = vectors @ query / np.linalg.norm(vectors, axis=1) / np.linalg.norm(query)
    system = DenseSystem(str(tiny_model))
    system.index(texts(DOCUMENTS))
    run = system.search(texts({"q": "pump seal"}), 10)
    order = sorted(zip(cosines, filled, strict=True), reverse=True)
    assert ranked(run) == [key for _, key in order]
    np.testing.assert_allclose(run.scores[0], sorted(cosines)[::-1], atol=1e-6)


def test_prompts_and_lengths_count(tiny_model: Path) -> None:
    def ranking(**options: str) -> list[float]:
        system = DenseSystem.from_options(options, model=str(tiny_model))
        system.index(texts(DOCUMENTS))
        return system.search(texts({"q": "pump seal"}), 5).scores[0].tolist()

    plain = ranking()
    assert ranking(query_prompt="query:\\s") != plain
    assert ranking(doc_prompt="doc:") != plain
    assert ranking(max_length="4") != plain
    assert ranking(truncate_dim="8") != plain
    assert ranking(cache="off", batch_tokens="64") == pytest.approx(plain, abs=1e-6)


def test_the_model_s_own_prompts_are_used(own_model: Path, tiny_model: Path) -> None:
    from sentence_transformers import SentenceTransformer

    prompts = {"query": "query: ", "passage": "doc: "}
    SentenceTransformer(str(tiny_model), device="cpu", prompts=prompts).save(str(own_model))
    own, given = (
        DenseSystem(str(own_model)),
        DenseSystem.from_options(
            {"query_prompt": "query:\\s", "doc_prompt": "doc:\\s"}, model=str(tiny_model)
        ),
    )
    runs = []
    for system in (own, given):
        system.index(texts(DOCUMENTS))
        runs.append(system.search(texts(QUERIES), 6))
        stats = system.stats()
        assert (stats["query_prompt"], stats["doc_prompt"]) == ("query: ", "doc: ")
    assert np.array_equal(runs[0].docs, runs[1].docs)
    np.testing.assert_allclose(runs[0].scores, runs[1].scores, atol=1e-6)


def test_a_model_changed_in_place_is_another(own_model: Path) -> None:
    from safetensors.numpy import load_file, save_file

    system = DenseSystem(str(own_model))
    before = system.parameters
    system.index(texts(DOCUMENTS))
    first = system.search(texts({"q": "pump seal"}), 5)
    (path,) = own_model.rglob("*.safetensors")
    weights = load_file(path)
    name = next(key for key in weights if key.endswith("word_embeddings.weight"))
    weights[name] = weights[name][::-1].copy()
    save_file(weights, path, metadata={"format": "pt"})
    assert system.parameters["revision"] != before["revision"]
    assert {**system.parameters, "revision": 0} == {**before, "revision": 0}
    system.index(texts(DOCUMENTS))
    assert system.stats()["documents_encoded"] == 5
    assert system.search(texts({"q": "pump seal"}), 5).scores.tolist() != first.scores.tolist()


def test_models_that_do_not_exist_are_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be loaded"):
        DenseSystem("no/such-model").index(texts(DOCUMENTS))
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="cannot be loaded"):
        DenseSystem(str(tmp_path / "empty")).index(texts(DOCUMENTS))


def test_a_real_model_ranks_meaning(minilm: Path) -> None:
    system = DenseSystem(str(minilm))
    system.index(texts({"a": "A cat sleeps on the sofa.", "b": "The stock market fell."}))
    run = system.search(texts({"q": "feline resting"}), 2)
    assert ranked(run) == ["a", "b"]
    assert run.scores[0, 0] > run.scores[0, 1] + 0.2


# ------------------------------------------------------------------ passages


def some_passages() -> tuple[Passages, dict[str, list[str]]]:
    cut = {
        "d1": ["a valve", "the seal of the pump", ""],
        "d2": [],
        "d3": ["heat"],
        "d4": ["", "  "],
        "d5": ["fluid heat", "wheel", "pump", "pump seal"],
    }
    starts = np.concatenate([[0], np.cumsum([len(part) for part in cut.values()])])
    flat = [text for part in cut.values() for text in part]
    return Passages(
        texts(dict.fromkeys(cut, "")).ids, starts, pa.array(flat, pa.large_string())
    ), cut


@pytest.mark.parametrize("rule", ["maxP", "avg_top2", "avgP", "sumP"])
def test_passages_are_aggregated_exactly(tiny_model: Path, rule: str) -> None:
    passages, cut = some_passages()
    system = DenseSystem(str(tiny_model))
    system.index_passages(passages)
    run = system.search_passages(texts(QUERIES), 9, Aggregation.parse(rule))
    model = load_encoder(str(tiny_model), device="cpu")
    query = model.encode("pump seal", normalize_embeddings=True, show_progress_bar=False)
    wanted = {}
    for key, parts in cut.items():
        if any(part.strip() for part in parts):
            vectors = model.encode(parts, normalize_embeddings=True, show_progress_bar=False)
            scores = [
                float(v @ query) if p.strip() else 0 for v, p in zip(vectors, parts, strict=True)
            ]
            best = sorted(scores, reverse=True)
            wanted[key] = {
                "maxP": best[0],
                "avg_top2": sum(best[:2]) / len(best[:2]),
                "avgP": sum(best) / len(best),
                "sumP": sum(best),
            }[rule]
    order = sorted(wanted, key=lambda key: (wanted[key], key), reverse=True)
    assert ranked(run, "q1") == order
    np.testing.assert_allclose(run.scores[0, :3], [wanted[key] for key in order], atol=1e-5)
    assert ranked(run, "q2") == []
    assert system.stats()["passages_without_vector"] == 2


def test_passages_and_documents_are_asked_for_differently(tiny_model: Path) -> None:
    system = DenseSystem(str(tiny_model))
    system.index_passages(some_passages()[0])
    with pytest.raises(UsageError, match="call search_passages"):
        system.search(texts(QUERIES), 3)
    system.index(texts(DOCUMENTS))
    with pytest.raises(UsageError, match=r"call search$"):
        system.search_passages(texts(QUERIES), 3, Aggregation.parse("maxP"))


def test_windows_are_of_the_model_s_tokens(tiny_model: Path) -> None:
    corpus = texts({"a": "the pump moves a fluid of heat", "b": ""})
    system = DenseSystem(str(tiny_model))
    passages = system.cut(corpus, 3, 3)
    cut = [text.strip() for text in passages.texts.to_pylist()]
    assert cut == ["the pump moves", "a fluid of", "heat"]
    assert passages.starts.tolist() == [0, 3, 3]
    system.index_passages(passages)
    assert ranked(system.search_passages(texts({"q": "pump"}), 5, Aggregation.parse("maxP"))) == [
        "a"
    ]


def test_a_window_must_fit_the_model(tiny_model: Path) -> None:
    system = DenseSystem.from_options({"doc_prompt": "doc:"}, model=str(tiny_model))
    system.cut(texts(DOCUMENTS), 28, 28)
    with pytest.raises(UsageError, match="longer than what the model") as caught:
        system.cut(texts(DOCUMENTS), 29, 29)
    assert "28 tokens or fewer" in str(caught.value)


def test_the_fitted_encoder_is_that_of_whole_documents() -> None:
    system = DenseSystem()
    corpus = texts(DOCUMENTS)
    system.index(corpus)
    whole = system.stats()["encoder_revision"]
    passages = system.cut(corpus, 2, 1)
    system.index_passages(passages)
    assert system.stats()["encoder_revision"] == whole
    run = system.search_passages(texts(QUERIES), 3, Aggregation.parse("maxP"))
    assert ranked(run, "q3")[0] in ("d3", "d6")


# ------------------------------------------------------------------ calls


def test_searching_needs_an_index_and_a_k() -> None:
    with pytest.raises(UsageError, match="no corpus"):
        DenseSystem().search(texts(QUERIES), 3)
    with pytest.raises(UsageError, match="too small"):
        DenseSystem().search(texts(QUERIES), 0)


def test_a_corpus_of_blank_texts_has_no_hit(tiny_model: Path) -> None:
    system = DenseSystem(str(tiny_model))
    system.index(texts({"a": "", "b": " "}))
    run = system.search(texts(QUERIES), 3)
    assert (run.docs < 0).all()
    assert len(run) == 3


def test_naming_a_system_loads_no_heavy_library() -> None:
    code = (
        "import sys; from domainbench.retrieval.systems import parse_system\n"
        "parse_system('dense:some/model,device=cpu').spec\n"
        "assert not {'torch', 'faiss', 'sentence_transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env=dict(os.environ))


def test_blank_queries_have_no_hit(tiny_model: Path) -> None:
    system = DenseSystem(str(tiny_model))
    system.index(texts(DOCUMENTS))
    run = system.search(texts({"q1": "", "q2": " "}), 3)
    assert (run.docs < 0).all()
    assert system.stats()["queries_encoded"] == 0


def test_documents_that_fill_the_model_are_counted(tiny_model: Path) -> None:
    system = DenseSystem(str(tiny_model))  # reads [CLS], 30 words, [SEP]
    system.index(texts({"a": "pump " * 29, "b": "pump " * 30, "c": "pump " * 31}))
    assert system.stats()["documents_filling_the_model"] == 2


# ------------------------------------------------------------------ texts outside the corpus


def test_texts_outside_the_corpus_score_as_if_inside() -> None:
    system = DenseSystem()
    system.index(texts(DOCUMENTS))
    inside = system.search(texts(QUERIES), 5).to_table().to_pylist()
    part = {name: DOCUMENTS[name] for name in sorted(DOCUMENTS)[1:]} | {"x": DOCUMENTS["d4"]}
    outside = system.search_others(texts(QUERIES), texts(part), 6).to_table().to_pylist()
    scores = {(r["query_id"], r["doc_id"]): r["score"] for r in inside}
    found = {(r["query_id"], r["doc_id"]): r["score"] for r in outside}
    assert found.pop(("q1", "x")) == found["q1", "d4"]
    found = {pair: score for pair, score in found.items() if pair[1] != "x"}
    assert found == {pair: score for pair, score in scores.items() if pair[1] in part}
    # The corpus is still the one that is searched.
    assert system.search(texts(QUERIES), 5).to_table().to_pylist() == inside
    nothing = system.search_others(texts(QUERIES), texts({"y": ""}), 1)
    assert nothing.to_table().num_rows == 0


def test_texts_outside_need_an_index_of_documents() -> None:
    with pytest.raises(UsageError, match="no documents are indexed"):
        DenseSystem().search_others(texts(QUERIES), texts(DOCUMENTS), 1)
