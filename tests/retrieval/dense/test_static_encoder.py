from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from domainbench.retrieval.dense import static_encoder
from domainbench.retrieval.dense.fitted import fitted_encoder, fitted_revision
from domainbench.schemas.errors import DataError

from .conftest import DOCUMENTS

CORPUS = [text for text in DOCUMENTS.values() if text.strip()]


def arrow(values: list[str]) -> pa.Array:
    return pa.array(values, pa.large_string())


def test_a_saved_encoder_is_an_ordinary_model(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    model = static_encoder.fit_static_encoder(arrow(CORPUS))
    static_encoder.save_encoder(model, tmp_path / "model")
    again = SentenceTransformer(str(tmp_path / "model"), device="cpu")
    wanted = model.encode(CORPUS, show_progress_bar=False)
    assert np.array_equal(again.encode(CORPUS, show_progress_bar=False), wanted)


def test_text_vectors_are_projections_of_tfidf() -> None:
    corpus = arrow(
        ["valve with seal", "the pump moves fluid", "heat of the wheel", "seal of the pump"]
    )
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


def test_slices_of_the_corpus_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = static_encoder.fit_static_encoder(arrow(CORPUS))
    monkeypatch.setattr(static_encoder, "_SLICE", 2)
    sliced = static_encoder.fit_static_encoder(arrow(CORPUS))
    assert np.array_equal(sliced[0].embedding.weight.numpy(force=True), weights(wanted))


def weights(model) -> np.ndarray:
    return model[0].embedding.weight.numpy(force=True)


def test_devanagari_words_stay_whole() -> None:
    tokenizer = static_encoder.train_tokenizer(arrow(["हिन्दी में प्रश्न", "हिन्दी"]))
    assert "हिन्दी" in tokenizer.get_vocab()


def test_threads_do_not_change_the_fitted_model(tmp_path: Path) -> None:
    code = (
        "import sys; from domainbench.retrieval.dense.static_encoder import *\n"
        "import pyarrow as pa\n"
        "words = [f'w{i}' for i in range(300)]\n"
        "texts = [' '.join(words[(i * j * 7 + j) % 300] for j in range(1, 40))"
        " for i in range(1, 200)]\n"
        "from pathlib import Path\n"
        "corpus = pa.array(texts, pa.large_string())\n"
        "save_encoder(fit_static_encoder(corpus, dimensions=64), Path(sys.argv[1]))"
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
        kept = [p for p in files if "config_sentence" not in p.name]
        digests.add(hashlib.sha256(b"".join(p.read_bytes() for p in kept)).hexdigest())
    assert len(digests) == 1


def test_a_corpus_without_words_cannot_be_fitted() -> None:
    with pytest.raises(DataError, match="no word"):
        static_encoder.fit_static_encoder(arrow(["!!", ""]))


def test_a_damaged_fitted_encoder_is_fitted_again(own_cache: Path) -> None:
    corpus = arrow(CORPUS)
    revision = fitted_revision(corpus, dimensions=4, seed=0)
    first = fitted_encoder(corpus, revision, dimensions=4, seed=0, cache=True)
    (file,) = (own_cache / "fitted").rglob("model.safetensors")
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    again = fitted_encoder(corpus, revision, dimensions=4, seed=0, cache=True)
    assert np.array_equal(weights(again), weights(first))
    assert file.read_bytes() == whole
    kept = fitted_encoder(corpus, revision, dimensions=4, seed=0, cache=True)
    assert np.array_equal(weights(kept), weights(first))


def test_the_revision_of_a_fitted_encoder_is_its_corpus_and_parameters() -> None:
    corpus = arrow(CORPUS)
    revisions = {
        fitted_revision(corpus, dimensions=4, seed=0),
        fitted_revision(corpus, dimensions=5, seed=0),
        fitted_revision(corpus, dimensions=4, seed=1),
        fitted_revision(corpus[1:], dimensions=4, seed=0),
    }
    assert len(revisions) == 4
    assert fitted_revision(arrow(CORPUS), dimensions=4, seed=0) in revisions
