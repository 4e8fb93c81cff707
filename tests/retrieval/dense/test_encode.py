from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from domainbench.retrieval.dense import cache, encode, tokens
from domainbench.retrieval.dense.encode import Encoder, filled_texts
from domainbench.retrieval.dense.models import load_encoder
from domainbench.retrieval.dense.static_encoder import fit_static_encoder
from domainbench.schemas.errors import UsageError

WORDS = ["pump", "seal", "fluid", "heat", "wheel", "valve", "of the", "unknown"]


def some_texts(count: int, longest: int = 12) -> list[str]:
    """Texts of mixed length, all different in their words or their order."""
    generator = np.random.default_rng(0)
    sizes = generator.integers(1, longest, count)
    return [f"{' '.join(generator.choice(WORDS, size))} {i}" for i, size in enumerate(sizes)]


def seen_by(model) -> list[int]:
    """Sizes of the batches that reach the model, from now on."""
    sizes: list[int] = []
    model[0].register_forward_pre_hook(lambda _m, given: sizes.append(len(given[0]["input_ids"])))
    return sizes


@pytest.mark.parametrize("budget", [1, 50, None])
@pytest.mark.parametrize("prompt", ["", "query: "])
def test_vectors_are_the_library_s(tiny_model: Path, budget: int | None, prompt: str) -> None:
    model = load_encoder(str(tiny_model), device="cpu")
    many = [*some_texts(60, 50), "", "  ", "pump"]  # the longest are cut at 32 tokens
    wanted = model.encode(many, prompt=prompt, show_progress_bar=False)
    wanted[-3:-1] = 0  # a blank text has no direction
    for normalize in (False, True):
        encoder = Encoder(model, prompt=prompt, normalize=normalize, batch_tokens=budget)
        np.testing.assert_allclose(encoder.encode(many), wanted, atol=2e-6)
        wanted[:-3] /= np.linalg.norm(wanted[:-3], axis=1, keepdims=True)
        wanted[-1] /= np.linalg.norm(wanted[-1])


def test_static_vectors_are_the_library_s() -> None:
    many = some_texts(50)
    model = fit_static_encoder(pa.array(many, pa.large_string()), dimensions=8)
    wanted = model.encode([*many, "###"], prompt="heat ", show_progress_bar=False)
    found = Encoder(model, prompt="heat ", normalize=False, batch_tokens=9).encode([*many, "###"])
    np.testing.assert_allclose(found, wanted, atol=1e-6)


def test_left_padding_is_the_tokeniser_s(tiny_model: Path) -> None:
    model = load_encoder(str(tiny_model), device="cpu")
    model.tokenizer.padding_side = "left"
    many = some_texts(20)
    wanted = model.preprocess(many)
    found = tokens.tokenize(model, many).batch(np.arange(20))
    for name in ("input_ids", "attention_mask", "token_type_ids"):
        assert np.array_equal(found[name].numpy(), wanted[name].numpy())


def test_other_models_make_their_own_batches(tiny_model: Path) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Router

    base = load_encoder(str(tiny_model), device="cpu")
    modules = list(base)
    router = Router.for_query_document(query_modules=modules, document_modules=modules)
    model = SentenceTransformer(modules=[router], device="cpu")
    many = some_texts(30)
    for task, call in (("query", model.encode_query), ("document", model.encode_document)):
        found = Encoder(model, task=task, normalize=False, batch_tokens=64).encode(many)
        np.testing.assert_allclose(found, call(many, show_progress_bar=False), atol=2e-6)


def test_each_distinct_text_reaches_the_model_once(tiny_model: Path) -> None:
    model = load_encoder(str(tiny_model), device="cpu")
    sizes = seen_by(model)
    encoder = Encoder(model)
    encoder.encode(some_texts(5) * 8)
    assert sum(sizes) == encoder.encoded == 5


def test_batches_keep_to_the_budget() -> None:
    lengths = np.array([9, 3, 3, 8, 2, 30, 3])
    plan = [rows.tolist() for rows in tokens.batches(lengths, 16, 3)]
    assert plan == [[5], [0], [3, 1], [2, 6, 4]]


def test_rows_of_an_arrow_array_are_encoded(tiny_model: Path, tmp_path: Path) -> None:
    model = load_encoder(str(tiny_model), device="cpu")
    stored = pa.array(["none", *some_texts(6)], pa.large_string())[1:]
    every = Encoder(model).encode(stored)
    rows = np.array([4, 1, 1])
    found = Encoder(model, cache=tmp_path).encode(stored, rows)
    np.testing.assert_allclose(found, every[rows], atol=1e-6)


def test_windows_change_no_vector(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_encoder(str(tiny_model), device="cpu")
    many = some_texts(30)
    wanted = Encoder(model).encode(many)
    monkeypatch.setattr(cache, "WINDOW", 7)
    monkeypatch.setattr(encode, "_GROUP", 2)
    np.testing.assert_allclose(Encoder(model).encode(many), wanted, atol=1e-6)


KILLED = """
import os, signal, sys
from pathlib import Path
from domainbench.retrieval.dense import encode, table
from domainbench.retrieval.dense.models import load_encoder
from tests_encode_texts import texts

encode._GROUP = 100
put, groups = table.Table.put, 0

def put_or_die(self, rows, values):
    global groups
    groups += 1
    if groups == 4:
        self._values[rows] = 7  # half way: rows are written, and no record vouches for them
        os.kill(os.getpid(), signal.SIGKILL)
    put(self, rows, values)

table.Table.put = put_or_die
model = load_encoder(sys.argv[1], device="cpu")
encode.Encoder(model, cache=Path(sys.argv[2])).encode(texts)
"""


def test_an_encoding_that_was_killed_goes_on(tiny_model: Path, tmp_path: Path) -> None:
    many = some_texts(1_000)
    (tmp_path / "tests_encode_texts.py").write_text(f"texts = {many!r}\n")
    folder = tmp_path / "vectors"
    process = subprocess.run(
        [sys.executable, "-c", KILLED, str(tiny_model), str(folder)],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        check=False,
    )
    assert process.returncode == -signal.SIGKILL, process.stderr.decode()
    model = load_encoder(str(tiny_model), device="cpu")
    sizes = seen_by(model)
    resumed = Encoder(model, cache=folder)
    vectors = resumed.encode(many)
    # Groups end with a batch: three of them hold at least 300 texts, and the fourth is lost.
    assert 300 <= resumed.cached < 700
    assert sum(sizes) == resumed.encoded == 1_000 - resumed.cached
    np.testing.assert_allclose(vectors, Encoder(model).encode(many), atol=1e-6)
    again = Encoder(model, cache=folder)
    assert np.array_equal(again.encode(many), vectors)
    assert (again.encoded, again.cached) == (0, 1_000)


def test_a_vector_that_is_not_finite_is_said(own_model: Path) -> None:
    import torch

    model = load_encoder(str(own_model), device="cpu")
    with torch.no_grad():
        model[0].model.embeddings.word_embeddings.weight[11] = float("nan")  # pump
    with pytest.raises(UsageError, match="not finite") as caught:
        Encoder(model).encode(["seal", "the pump"])
    assert caught.value.found == "the pump"


def test_a_model_that_fails_is_said(own_model: Path) -> None:
    model = load_encoder(str(own_model), device="cpu")
    model.max_seq_length = 100  # it has 64 positions
    with pytest.raises(UsageError, match="fails to encode"):
        Encoder(model).encode(["pump " * 90])


def test_narrow_types_come_out_as_float32(tiny_model: Path) -> None:
    model = load_encoder(str(tiny_model), device="cpu", dtype="bfloat16")
    many = some_texts(20)
    found = Encoder(model).encode(many)
    assert found.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)
    wide = Encoder(load_encoder(str(tiny_model), device="cpu")).encode(many)
    assert (found * wide).sum(axis=1).min() > 0.99


def test_blank_is_what_has_only_white_space() -> None:
    values = pa.array(["", " ", "\n\t", "\u00a0\u2003", "a", " a "], pa.large_string())
    assert filled_texts(values).tolist() == [False, False, False, False, True, True]
    assert filled_texts(pa.array([], pa.large_string())).tolist() == []


def test_a_real_model_s_vectors_are_the_library_s(minilm: Path) -> None:
    model = load_encoder(str(minilm), device="cpu")
    many = ["A cat sleeps.", "The stock market fell on Monday. " * 60, "हिन्दी में", "x"]
    wanted = model.encode(many, show_progress_bar=False)
    np.testing.assert_allclose(Encoder(model).encode(many), wanted, atol=1e-6)
