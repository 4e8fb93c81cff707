"""Texts to vectors: each distinct text once, long ones together, finished ones from the cache."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...schemas.errors import UsageError
from .cache import EmbeddingCache, text_keys
from .models import first_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_BYTES_PER_TOKEN = 4
"""Of UTF-8; characters would count a text in Devanagari as a third of its length."""
_SEGMENT = 2_048
"""Texts that are encoded between two writes to the cache."""
_MAX_BATCH = 1_024


class Encoder:
    """Encodes with a ``SentenceTransformer``.

    Args:
        model: the model.
        task: ``query`` or ``document``: models with two halves encode these differently.
        prompt: put before every text; empty for none.
        normalize: scale vectors to length 1.
        batch_tokens: tokens of a batch, padding included (estimated from bytes).
        cache: folder of the embedding cache; None keeps nothing.
    """

    def __init__(
        self,
        model: Any,
        *,
        task: str = "document",
        prompt: str = "",
        normalize: bool = True,
        batch_tokens: int = 4_096,
        cache: Path | None = None,
    ) -> None:
        self._call = model.encode_query if task == "query" else model.encode_document
        self._prompt = prompt
        self._normalize = normalize
        self._batch_tokens = batch_tokens
        self._max_length = model.max_seq_length
        self.dimensions = int(model.get_embedding_dimension())
        self._cache = EmbeddingCache(cache, self.dimensions) if cache is not None else None
        self.encoded = 0
        """Distinct texts that the model has encoded."""
        self.cached = 0
        """Distinct texts whose vectors were taken from the cache."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors (n, dimensions) in the order of the texts.

        Raises:
            UsageError: the model fails on a text or gives a vector that is not finite, or the
                cache cannot be written.
        """
        keys = text_keys(texts)
        found = self._cache.load(keys) if self._cache is not None else {}
        todo = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        self.cached += len(found)
        # Longest first: batches are full of texts of one length, and memory peaks at once.
        sizes = {key: len(text.encode()) for key, text in todo.items()}
        order = sorted(todo, key=lambda key: (-sizes[key], key))
        for first in range(0, len(order), _SEGMENT):
            part = order[first : first + _SEGMENT]
            vectors = self._encode_part([todo[key] for key in part])
            if self._cache is not None:
                self._cache.put(part, vectors)
            found.update(zip(part, vectors, strict=True))
        self.encoded += len(order)
        result = np.empty((len(keys), self.dimensions), np.float32)
        for row, key in enumerate(keys):
            result[row] = found[key]
        return result

    def _encode_part(self, texts: Sequence[str]) -> NDArray[np.float32]:
        parts = [self._encode_batch(batch) for batch in self._batches(texts)]
        vectors = np.concatenate(parts).astype(np.float32, copy=False)
        if not np.isfinite(vectors).all():
            bad = int(np.flatnonzero(~np.isfinite(vectors).all(axis=1))[0])
            raise UsageError(
                "the model gives a vector that is not finite",
                found=texts[bad][:60],
                hint="a narrow dtype overflows with some models: try dtype=float32",
            )
        if self._normalize:  # here, and not by the model, whose dtype may be too coarse for it
            lengths = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
            vectors = (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)
        return vectors

    def _encode_batch(self, texts: list[str]) -> NDArray[Any]:
        try:
            return self._call(
                texts, prompt=self._prompt, batch_size=len(texts), show_progress_bar=False
            )
        except (RuntimeError, IndexError, ValueError) as error:
            raise UsageError(
                "the model fails to encode",
                place=f"a batch of {len(texts)} texts",
                found=first_line(error),
                hint="try a smaller batch_tokens or max_length",
            ) from None

    def _batches(self, texts: Sequence[str]) -> Iterator[list[str]]:
        """Texts, longest first, in batches whose padded size keeps to the budget."""
        start = 0
        while start < len(texts):
            longest = len(texts[start].encode()) // _BYTES_PER_TOKEN + 2
            if self._max_length is not None:
                longest = int(min(longest, self._max_length))
            size = min(max(self._batch_tokens // longest, 1), _MAX_BATCH)
            yield list(texts[start : start + size])
            start += size
