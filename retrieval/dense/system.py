"""Dense retrieval as a system: options, encoding, exact search."""

from __future__ import annotations

import hashlib
import json
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from ...schemas.errors import UsageError
from ..run import Run
from .cache import cache_folder
from .options import DenseOptions, parse_options

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ..texts import Texts
    from .encode import Encoder
    from .search import VectorIndex


class DenseSystem:
    """Ranks by the inner product of embeddings, exactly.

    Without a model an encoder is fitted on the corpus (``static_encoder``). A document without
    text, or whose vector is zero, is never a hit; a query without text has none.

    Args:
        model: sentence-transformers folder or name; None fits an encoder on the corpus.
        options: see ``DenseOptions``.
    """

    def __init__(self, model: str | None = None, options: DenseOptions | None = None) -> None:
        self._name = model
        self._options = options or DenseOptions()
        self._fingerprint: str | None = None
        self._model: Any = None
        self._index: VectorIndex | None = None
        self._ids: Any = None
        self._rows: Any = None
        self._stats: dict[str, Any] = {}

    @classmethod
    def from_options(cls, options: Mapping[str, str], model: str | None = None) -> DenseSystem:
        """Build the system from the options of a specification.

        Raises:
            UsageError: an option is unknown, out of range, or means nothing without a model (or
                with one).
        """
        return cls(model, parse_options(options, has_model=model is not None))

    @property
    def spec(self) -> str:
        """Canonical specification: the model, then the options that are not the default."""
        parts = [self._name] if self._name else []
        parts += self._options.changed()
        return "dense" + (":" + ",".join(parts) if parts else "")

    @property
    def parameters(self) -> dict[str, Any]:
        """Every parameter; ``model`` is null for the encoder fitted on the corpus."""
        return {"model": self._name, **self._options.as_dict(has_model=self._name is not None)}

    def index(self, corpus: Texts) -> None:
        """Encode and index a corpus.

        Raises:
            UsageError: the model cannot be loaded.
            DataError: no document has a word to fit an encoder on.
            MissingDependencyError: FAISS is not installed.
        """
        from .search import VectorIndex

        start = time.perf_counter()
        texts = corpus.texts.to_pylist()
        self._ids = corpus.ids
        self._model = self._load(texts)
        fitted = time.perf_counter()
        encoder = self._encoder(self._options.doc_prompt)
        filled = np.array([bool(text.strip()) for text in texts], bool)
        rows = np.flatnonzero(filled).astype(np.int32)
        vectors = encoder.encode([texts[row] for row in rows])
        nonzero = vectors.any(axis=1)
        self._rows = rows[nonzero]
        self._index = VectorIndex(vectors[nonzero], use_gpu=self._options.device != "cpu")
        self._stats = {
            "dimensions": encoder.dimensions,
            "model_fingerprint": self._fingerprint,
            "encoder_device": str(self._model.device),
            "search_device": self._index.device,
            "documents_encoded": encoder.encoded,
            "documents_cached": encoder.cached,
            "documents_without_vector": len(texts) - len(self._rows),
            "load_seconds": fitted - start,
            "encode_seconds": time.perf_counter() - fitted,
        }

    def search(self, queries: Texts, k: int) -> Run:
        """Rank the documents for queries, at most k each.

        Raises:
            UsageError: no corpus is indexed, or k is below 1.
        """
        if k < 1:
            raise UsageError("k is too small", found=k, expected="1 or more")
        if self._index is None:
            raise UsageError("no corpus is indexed", hint="call index(corpus) first")
        texts = queries.texts.to_pylist()
        encoder = self._encoder(self._options.query_prompt)
        vectors = encoder.encode(texts)
        self._stats |= {"queries_encoded": encoder.encoded, "queries_cached": encoder.cached}
        if not len(self._rows):
            empty = np.zeros((len(texts), 0))
            return Run.from_topk(queries.ids, self._ids, empty, empty, self.spec)
        found, scores = self._index.search(vectors, k)
        docs = np.where(found >= 0, self._rows[found], -1)
        silent = ~np.array([bool(text.strip()) for text in texts], bool) | ~vectors.any(axis=1)
        docs[silent] = -1
        return Run.from_topk(queries.ids, self._ids, docs, scores, self.spec).truncate(k)

    def stats(self) -> dict[str, Any]:
        """What the last indexing and search did: sizes, devices, seconds, cache use."""
        return dict(self._stats)

    def _load(self, texts: list[str]) -> Any:
        from .models import load_model, model_fingerprint

        o = self._options
        if self._name is None:
            model = self._fit(texts)
        else:
            model = load_model(
                self._name,
                device=None if o.device == "auto" else o.device,
                truncate_dim=o.truncate_dim,
                dtype=o.dtype,
                max_length=o.max_length,
            )
        self._fingerprint = model_fingerprint(model)
        return model

    def _fit(self, texts: list[str]) -> Any:
        """The encoder of this corpus: from the cache, or fitted and kept there."""
        from sentence_transformers import SentenceTransformer

        from .static_encoder import fit_static_encoder, save_encoder

        o = self._options
        digest = hashlib.sha256(f"{o.dims} {o.seed} {len(texts)}\n".encode())
        for text in texts:
            digest.update(hashlib.sha256(text.encode()).digest())
        folder = cache_folder() / "fitted" / digest.hexdigest()[:32]
        if o.cache and (folder / "done").is_file():
            return SentenceTransformer(str(folder), device="cpu")
        model = fit_static_encoder(texts, dimensions=o.dims, seed=o.seed)
        if o.cache:
            save_encoder(model, folder)
            (folder / "done").touch()
        return model

    def _encoder(self, prompt: str | None) -> Encoder:
        from .encode import Encoder

        o = self._options
        return Encoder(
            self._model,
            prompt=prompt,
            normalize=o.normalize,
            batch_tokens=o.batch_tokens,
            cache=self._cache_path(prompt) if self._name is not None and o.cache else None,
        )

    def _cache_path(self, prompt: str | None) -> Path:
        """A folder for everything that a vector depends on besides the text."""
        o = self._options
        facts = {
            "model": self._fingerprint,
            "prompt": prompt,
            "normalize": o.normalize,
            "max_length": self._model.max_seq_length,
            "truncate_dim": o.truncate_dim,
            "dtype": o.dtype,
        }
        key = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
        return cache_folder() / "embeddings" / key[:32]
