"""Texts to vectors: each distinct text once, long ones together, finished ones from the cache."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .cache import EmbeddingCache, text_keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_CHARACTERS_PER_TOKEN = 4
_SEGMENT = 2_048
"""Texts that are encoded between two writes to the cache."""
_MAX_BATCH = 1_024


class Encoder:
    """Encodes with a ``SentenceTransformer``.

    Args:
        model: the model.
        prompt: put before every text; None for none.
        normalize: scale vectors to length 1.
        batch_tokens: tokens of a batch, padding included (estimated from characters).
        cache: folder of the embedding cache; None keeps nothing.
    """

    def __init__(
        self,
        model: Any,
        *,
        prompt: str | None,
        normalize: bool,
        batch_tokens: int,
        cache: Path | None,
    ) -> None:
        self._model = model
        self._prompt = prompt
        self._normalize = normalize
        self._batch_tokens = batch_tokens
        self.dimensions = int(model.get_embedding_dimension())
        self._cache = EmbeddingCache(cache, self.dimensions) if cache is not None else None
        self.encoded = 0
        """Texts that the model has encoded."""
        self.cached = 0
        """Texts whose vectors were taken from the cache."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors (n, dimensions) in the order of the texts."""
        keys = text_keys(texts)
        found: dict[bytes, NDArray[np.float32]] = {}
        todo: dict[bytes, str] = {}
        for key, text in zip(keys, texts, strict=True):
            if self._cache is not None and key in self._cache:
                found[key] = self._cache.get(key)
            else:
                todo[key] = text
        self.cached += len(found)
        # Longest first: batches are full of texts of one length, and memory peaks at once.
        order = sorted(todo, key=lambda key: (-len(todo[key]), key))
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
        parts = [
            self._model.encode(
                batch,
                prompt=self._prompt,
                batch_size=len(batch),
                normalize_embeddings=self._normalize,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
            for batch in self._batches(texts)
        ]
        return np.concatenate(parts).astype(np.float32, copy=False)

    def _batches(self, texts: Sequence[str]) -> Iterator[list[str]]:
        """Texts, longest first, in batches whose padded size keeps to the budget."""
        limit = self._model.max_seq_length
        start = 0
        while start < len(texts):
            longest = len(texts[start]) // _CHARACTERS_PER_TOKEN + 2
            if limit is not None and np.isfinite(limit):
                longest = min(longest, int(limit))
            size = min(max(self._batch_tokens // longest, 1), _MAX_BATCH)
            yield list(texts[start : start + size])
            start += size
