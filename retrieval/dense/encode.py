"""Texts to vectors: each distinct text once, in batches of like length, block by block to disk."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...schemas.errors import UsageError
from .cache import fill, text_bytes, text_keys
from .models import first_line
from .tokens import batches, tokenize

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from .tokens import Tokens

_GROUP = 512
"""Texts between two records: what an interruption can cost."""
_BUDGETS = {"cpu": 2_048, "cuda": 32_768}
"""Tokens of a batch by device. On four cores 2,048 keep a layer's numbers in the cache: 1.45 times
as fast as batches of 32 texts, 4,096 tokens 1.37 times; a GPU needs many to be busy."""
_OTHER_DEVICE = 8_192
_STATIC_BUDGET = 262_144
"""Looking vectors up needs no room for layers."""
_MOST_TEXTS = 4_096


class Encoder:
    """Encodes with a ``SentenceTransformer``; vectors equal ``encode``'s up to rounding.

    Args:
        model: the model.
        task: ``query`` or ``document``: models with two halves encode these differently.
        prompt: put before every text; empty for none.
        normalize: scale vectors to length 1.
        batch_tokens: tokens of a batch, padding included; None for what suits the device.
        cache: folder of this encoder's vectors; None keeps nothing.
    """

    def __init__(
        self,
        model: Any,
        *,
        task: str = "document",
        prompt: str = "",
        normalize: bool = True,
        batch_tokens: int | None = None,
        cache: Path | None = None,
    ) -> None:
        self._model = model
        self._task = task
        self._prompt = prompt
        self._normalize = normalize
        self._cache = cache
        self.batch_tokens = batch_tokens or default_budget(model)
        self.dimensions = int(model.get_embedding_dimension())
        self.encoded = 0
        """Distinct texts that the model has encoded."""
        self.cached = 0
        """Distinct texts whose vectors were there, a blank one among them."""
        self.full = 0
        """Of the texts encoded those that fill the model's length: what was longer is cut."""

    def encode(self, texts: Any, rows: NDArray[np.int64] | None = None) -> NDArray[np.float32]:
        """Vectors (n, dimensions) of texts; that of a blank text is zero.

        With a cache they are a mapped file, and neither it nor the texts are ever in memory whole.

        Args:
            texts: ``pyarrow.LargeStringArray`` without nulls, or a sequence of str.
            rows: the n texts meant, in this order; all by default.

        Raises:
            UsageError: the model fails on a text or gives a vector that is not finite, or the
                cache cannot be written.
        """
        stored = texts if isinstance(texts, pa.Array) else pa.array(texts, pa.large_string())
        chosen = np.arange(len(stored)) if rows is None else rows

        def compute(part: NDArray[np.int64]) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
            for places, vectors in self._window(stored.take(pa.array(chosen[part]))):
                yield part[places], vectors

        keys, sizes = text_keys(stored, rows), text_bytes(stored)[chosen]
        filled = fill(self._cache, keys, self.dimensions, compute, sizes)
        self.cached += filled.reused
        return filled.values

    def _window(self, texts: Any) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Places in a window and their vectors, group by group."""
        filled = filled_texts(texts)
        if not filled.all():
            zeros = np.zeros((int((~filled).sum()), self.dimensions), np.float32)
            yield np.flatnonzero(~filled), zeros
        places = np.flatnonzero(filled)
        given = texts.filter(pa.array(filled)).to_pylist()
        if not given:
            return
        with model_errors():
            tokens = tokenize(self._model, given, prompt=self._prompt, task=self._task)
        self.full += int((tokens.lengths >= (self._model.max_seq_length or np.inf)).sum())
        for part, values in run_batches(self._model, tokens, self._vectors, self.batch_tokens):
            yield places[part], self._checked(values, [given[place] for place in part])
        self.encoded += len(given)

    def _vectors(self, features: dict[str, Any]) -> Any:
        vectors = self._model(features, task=self._task)["sentence_embedding"]
        return vectors[:, : self.dimensions].float()

    def _checked(self, vectors: NDArray[np.float32], texts: Sequence[str]) -> NDArray[np.float32]:
        finite = np.isfinite(vectors).all(axis=1)
        if not finite.all():
            raise UsageError(
                "the model gives a vector that is not finite",
                found=texts[int(np.flatnonzero(~finite)[0])][:60],
                hint="a narrow dtype overflows with some models: try dtype=float32",
            )
        if self._normalize:  # here, and not by the model, whose dtype may be too coarse for it
            lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64))
            vectors = (vectors / np.where(lengths > 0, lengths, 1)[:, None]).astype(np.float32)
        return vectors


def filled_texts(texts: Any) -> NDArray[np.bool_]:
    """Which of n texts (``pyarrow.LargeStringArray``) hold more than white space."""
    empty = pc.call_function("equal", [pc.call_function("binary_length", [texts]), 0])
    space = pc.call_function("utf8_is_space", [texts])
    return ~pc.call_function("or", [empty, space]).to_numpy(zero_copy_only=False)


def default_budget(model: Any) -> int:
    """Tokens of a batch that suit a model where it runs."""
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    if isinstance(model[0], StaticEmbedding):
        return _STATIC_BUDGET
    return _BUDGETS.get(model.device.type, _OTHER_DEVICE)


def run_batches(
    model: Any, tokens: Tokens, call: Callable[[dict[str, Any]], Any], budget: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    """Run a model over tokenised inputs, longest first.

    Args:
        model: of sentence-transformers.
        tokens: of n inputs.
        call: from the features of m inputs to a tensor (m, …) of float32.
        budget: tokens of a batch, padding included.

    Yields:
        Groups of places among the inputs with their values.

    Raises:
        UsageError: the model fails.
    """
    import torch
    from sentence_transformers.util import batch_to_device

    held: list[tuple[NDArray[np.int64], Any]] = []
    plan = list(batches(tokens.lengths, budget, _MOST_TEXTS))
    for number, rows in enumerate(plan, 1):
        with model_errors(), torch.inference_mode():
            held.append((rows, call(batch_to_device(tokens.batch(rows), model.device))))
        # Values stay on the device until then: a GPU works on while batches are made for it.
        if sum(len(part) for part, _ in held) >= _GROUP or number == len(plan):
            with model_errors():
                values = torch.cat([values for _, values in held]).cpu().numpy()
            yield np.concatenate([part for part, _ in held]), values
            held.clear()


@contextmanager
def model_errors() -> Generator[None]:
    """Say what a model's libraries raise as a ``UsageError``."""
    try:
        yield
    except (RuntimeError, IndexError, ValueError) as error:
        raise UsageError(
            "the model fails to encode",
            found=first_line(error),
            hint="try a smaller batch_tokens or max_length",
        ) from error
