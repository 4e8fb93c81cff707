from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from domainbench.retrieval.dense import static_encoder
from domainbench.retrieval.dense.encode import Encoder
from domainbench.retrieval.dense.models import load_model, model_fingerprint
from domainbench.retrieval.dense.search import VectorIndex
from domainbench.retrieval.dense.system import DenseSystem
from domainbench.retrieval.texts import Texts
from domainbench.schemas.errors import DataError, UsageError

DOCUMENTS = {
    "d1": "a valve with a seal",
    "d2": "the pump moves a fluid",
    "d3": "heat of the wheel",
    "d4": "a seal of the pump",
    "d5": " ",
    "d6": "fluid heat fluid heat",
}
QUERIES = {"q1": "pump seal", "q2": "", "q3": "heat"}


def texts(items: dict[str, str]) -> Texts:
    return Texts.from_arrays(list(items), list(items.values()))


def load(folder: Path, max_length: int | None = None):
    return load_model(
        str(folder), device="cpu", truncate_dim=None, dtype="float32", max_length=max_length
    )


# ------------------------------------------------------------------ the encoder fitted here


def test_a_saved_encoder_is_an_ordinary_model(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    corpus = [text for text in DOCUMENTS.values() if text.strip()]
    model = static_encoder.fit_static_encoder(corpus)
    static_encoder.save_encoder(model, tmp_path / "model")
    again = SentenceTransformer(str(tmp_path / "model"), device="cpu")
    wanted = model.encode(corpus, show_progress_bar=False)
    assert np.array_equal(again.encode(corpus, show_progress_bar=False), wanted)


def test_text_vectors_are_projections_of_tfidf() -> None:
    corpus = ["valve with seal", "the pump moves fluid", "heat of the wheel", "seal of the pump"]
    tokenizer = static_encoder.train_tokenizer(corpus)
    counts = static_encoder.count_matrix(tokenizer, corpus)
    full = static_encoder.word_vectors(counts, 100, 0).astype(np.float64)
    # With every dimension kept, inner products are those of the counts weighted by idf.
    dense = counts.toarray()
    idf = np.log((1 + len(corpus)) / (1 + (dense > 0).sum(axis=0)))
    idf[(dense > 0).sum(axis=0) == 0] = 0
    projected = dense @ full
    weighted = dense * idf
    np.testing.assert_allclose(projected @ projected.T, weighted @ weighted.T, atol=1e-5)


def test_devanagari_words_stay_whole() -> None:
    tokenizer = static_encoder.train_tokenizer(["हिन्दी में प्रश्न", "हिन्दी"])
    assert "हिन्दी" in tokenizer.get_vocab()


def test_threads_do_not_change_the_fitted_model(tmp_path: Path) -> None:
    code = (
        "import sys; from domainbench.retrieval.dense.static_encoder import *\n"
        "words = [f'w{i}' for i in range(300)]\n"
        "texts = [' '.join(words[(i * j * 7 + j) % 300] for j in range(1, 40))"
        " for i in range(1, 200)]\n"
        "from pathlib import Path\n"
        "save_encoder(fit_static_encoder(texts, dimensions=64), Path(sys.argv[1]))"
    )
    digests = set()
    for threads in ("1", "4"):
        folder = tmp_path / threads
        subprocess.run(
            [sys.executable, "-c", code, str(folder)],
            env=os.environ | {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads},
            check=True,
            capture_output=True,
        )
        files = sorted(p for p in folder.rglob("*") if p.suffix in (".safetensors", ".json"))
        weights = [p for p in files if "config_sentence" not in p.name]
        digests.add(hashlib.sha256(b"".join(p.read_bytes() for p in weights)).hexdigest())
    assert len(digests) == 1


def test_a_corpus_without_words_cannot_be_fitted() -> None:
    with pytest.raises(DataError, match="no word"):
        DenseSystem().index(texts({"d1": "!!", "d2": ""}))


def test_the_default_finds_what_shares_words(own_cache: Path) -> None:
    system = DenseSystem()
    system.index(texts(DOCUMENTS))
    run = system.search(texts(QUERIES), 3)
    rows = run.to_table().to_pylist()
    assert next(row["doc_id"] for row in rows if row["query_id"] == "q1") == "d4"
    assert not [row for row in rows if row["query_id"] == "q2"]
    assert "d5" not in {row["doc_id"] for row in rows}
    assert system.stats()["documents_without_vector"] == 1
    # The second time the encoder comes from the cache, and ranks the same.
    again = DenseSystem()
    again.index(texts(DOCUMENTS))
    assert again.search(texts(QUERIES), 3).to_table().equals(run.to_table())
    assert len(list((own_cache / "fitted").iterdir())) == 1


# ------------------------------------------------------------------ named models


def test_scores_are_cosines(tiny_model: Path) -> None:
    model = load(tiny_model)
    filled = {key: text for key, text in DOCUMENTS.items() if text.strip()}
    vectors = model.encode(list(filled.values()), show_progress_bar=False).astype(np.float64)
    query = model.encode(["pump seal"], show_progress_bar=False).astype(np.float64)[0]
    cosines = vectors @ query / np.linalg.norm(vectors, axis=1) / np.linalg.norm(query)
    system = DenseSystem(str(tiny_model))
    system.index(texts(DOCUMENTS))
    rows = system.search(texts({"q": "pump seal"}), 10).to_table().to_pylist()
    order = sorted(zip(cosines, filled, strict=True), reverse=True)
    assert [row["doc_id"] for row in rows] == [key for _, key in order]
    np.testing.assert_allclose([row["score"] for row in rows], sorted(cosines)[::-1], atol=1e-6)


def test_batches_change_no_vector(tiny_model: Path) -> None:
    model = load(tiny_model)
    many = [" ".join(["pump seal fluid heat"] * (1 + i % 5)) for i in range(40)]
    encoder = Encoder(model, prompt=None, normalize=False, batch_tokens=50, cache=None)
    wanted = model.encode(many, show_progress_bar=False)
    np.testing.assert_allclose(encoder.encode(many), wanted, atol=1e-5)
    assert encoder.encoded == 5  # each distinct text once


def test_an_interrupted_encoding_goes_on(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("domainbench.retrieval.dense.encode._SEGMENT", 4)
    model = load(tiny_model)
    many = [f"pump {'seal ' * i}" for i in range(12)]

    def encoder() -> Encoder:
        return Encoder(model, prompt=None, normalize=True, batch_tokens=4096, cache=tmp_path)

    calls = 0
    real = Encoder._encode_part

    def fails_later(self: Encoder, part: list[str]):
        nonlocal calls
        calls += 1
        if calls == 3:
            raise KeyboardInterrupt
        return real(self, part)

    with monkeypatch.context() as patch:
        patch.setattr(Encoder, "_encode_part", fails_later)
        with pytest.raises(KeyboardInterrupt):
            encoder().encode(many)
    resumed = encoder()
    vectors = resumed.encode(many)
    assert (resumed.cached, resumed.encoded) == (8, 4)
    fresh = Encoder(model, prompt=None, normalize=True, batch_tokens=4096, cache=None)
    np.testing.assert_allclose(vectors, fresh.encode(many), atol=1e-6)


def test_a_damaged_cache_is_never_wrong(tiny_model: Path, tmp_path: Path) -> None:
    model = load(tiny_model)
    first = Encoder(model, prompt=None, normalize=True, batch_tokens=4096, cache=tmp_path)
    wanted = first.encode(["pump", "seal"])
    (segment,) = tmp_path.glob("*.npz")
    whole = segment.read_bytes()
    middle = len(whole) // 2
    flipped = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    for damage in (whole[:-20], b"", flipped):
        segment.write_bytes(damage)
        again = Encoder(model, prompt=None, normalize=True, batch_tokens=4096, cache=tmp_path)
        np.testing.assert_allclose(again.encode(["pump", "seal"]), wanted, atol=1e-6)
        assert again.encoded == 2


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


def test_the_fingerprint_is_the_model_s(tiny_model: Path) -> None:
    one, two = load(tiny_model), load(tiny_model)
    assert model_fingerprint(one) == model_fingerprint(two)
    with __import__("torch").no_grad():
        next(two.parameters()).add_(1e-3)
    assert model_fingerprint(one) != model_fingerprint(two)


def test_a_real_model_ranks_meaning(minilm: Path) -> None:
    system = DenseSystem(str(minilm))
    system.index(texts({"a": "A cat sleeps on the sofa.", "b": "The stock market fell."}))
    rows = system.search(texts({"q": "feline resting"}), 2).to_table().to_pylist()
    assert rows[0]["doc_id"] == "a"
    assert rows[0]["score"] > rows[1]["score"] + 0.2


# ------------------------------------------------------------------ search


def test_ties_fall_to_the_higher_id() -> None:
    system = DenseSystem()
    system.index(texts({"a": "pump", "b": "pump", "c": "wheel"}))
    assert system.search(texts({"q": "pump"}), 2).to_table().column("doc_id").to_pylist() == [
        "b",
        "a",
    ]


def test_search_equals_a_sorted_product() -> None:
    generator = np.random.default_rng(0)
    vectors = generator.standard_normal((500, 24)).astype(np.float32)
    queries = generator.standard_normal((7, 24)).astype(np.float32)
    rows, scores = VectorIndex(vectors).search(queries, 10)
    exact = queries.astype(np.float64) @ vectors.astype(np.float64).T
    for query in range(7):
        best = np.argsort(-exact[query])[:10]
        assert set(best) <= set(rows[query])
        np.testing.assert_allclose(scores[query], exact[query][rows[query]], rtol=1e-6)


@pytest.mark.gpu
def test_gpu_and_cpu_rank_alike() -> None:
    import faiss

    if getattr(faiss, "get_num_gpus", lambda: 0)() == 0:
        pytest.skip("no GPU, or FAISS without one")
    generator = np.random.default_rng(0)
    vectors = generator.standard_normal((2_000, 64)).astype(np.float32)
    queries = generator.standard_normal((50, 64)).astype(np.float32)
    cpu, gpu = (VectorIndex(vectors, use_gpu=gpu).search(queries, 20) for gpu in (False, True))
    assert np.array_equal(best_rows(*cpu), best_rows(*gpu))


def best_rows(rows: np.ndarray, scores: np.ndarray) -> np.ndarray:
    return np.take_along_axis(rows, np.lexsort((-rows, -scores), axis=1), 1)[:, :20]


# ------------------------------------------------------------------ options


@pytest.mark.parametrize(
    ("options", "model", "problem"),
    [
        ({"dim": "3"}, None, "did you mean dims"),
        ({"dims": "0"}, None, "out of range"),
        ({"dims": "8"}, "m", "not for a named model"),
        ({"max_length": "8"}, None, "not for the encoder"),
        ({"dtype": "int8"}, "m", "dtype"),
        ({"device": "tpu"}, "m", "device"),
        ({"cache": "maybe"}, None, "cache"),
    ],
)
def test_options_are_checked(options: dict[str, str], model: str | None, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        DenseSystem.from_options(options, model=model)


def test_the_specification_is_canonical() -> None:
    system = DenseSystem.from_options({"normalize": "off", "query_prompt": "q:\\s"}, model="m")
    assert system.spec == "dense:m,query_prompt=q:\\s,normalize=false"
    assert system.parameters["query_prompt"] == "q: "
    assert "dims" not in system.parameters
    assert DenseSystem().parameters["model"] is None


def test_a_model_that_does_not_exist_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be loaded"):
        DenseSystem("no/such-model").index(texts(DOCUMENTS))
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="cannot be loaded"):
        DenseSystem(str(tmp_path / "empty")).index(texts(DOCUMENTS))


def test_searching_needs_an_index_and_a_k() -> None:
    with pytest.raises(UsageError, match="no corpus"):
        DenseSystem().search(texts(QUERIES), 3)
    with pytest.raises(UsageError, match="too small"):
        DenseSystem().search(texts(QUERIES), 0)
