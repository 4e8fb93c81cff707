"""Dense retrieval as a system: options, encoding, exact search."""

from __future__ import annotations

import hashlib
import json
import time
from functools import cached_property
from importlib.metadata import version
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
        self._model: Any = None
        self._source = ""
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
        """Every parameter; ``model`` is null for the encoder fitted on the corpus.

        ``revision`` says which model the name stands for (``models.model_revision``); null where
        that is not known before it is downloaded. With it the options fix everything else, which
        ``stats`` reports: a null prompt or length is the model's own.

        Raises:
            UsageError: the model is a path, and no folder is there.
        """
        options = self._options.as_dict(has_model=self._name is not None)
        if self._name is None:
            from .static_encoder import METHOD

            return {"model": None, "method": METHOD, **options}
        return {"model": self._name, "revision": self._revision, **options}

    def index(self, corpus: Texts) -> None:
        """Encode and index a corpus; an earlier one is forgotten.

        Raises:
            UsageError: the model cannot be loaded or cannot encode, or the cache not be written.
            DataError: no document has a word to fit an encoder on.
            MissingDependencyError: FAISS is not installed.
        """
        from .search import VectorIndex

        start = time.perf_counter()
        texts = corpus.texts.to_pylist()
        self._ids = corpus.ids
        self._load(texts)
        loaded = time.perf_counter()
        encoder = self._encoder("document")
        filled = np.array([bool(text.strip()) for text in texts], bool)
        rows = np.flatnonzero(filled).astype(np.int32)
        vectors = encoder.encode([texts[row] for row in rows])
        encoded = time.perf_counter()
        nonzero = vectors.any(axis=1)
        self._rows = rows[nonzero]
        self._index = VectorIndex(vectors[nonzero], gpu=self._options.gpu())
        seconds = encoded - loaded
        self._stats = {
            **self._facts(),
            "search_device": self._index.device,
            "documents_encoded": encoder.encoded,
            "documents_cached": encoder.cached,
            "documents_without_vector": len(texts) - len(self._rows),
            "documents_per_second": encoder.encoded / seconds if encoder.encoded else None,
            "load_seconds": loaded - start,
            "encode_seconds": seconds,
            "index_seconds": time.perf_counter() - encoded,
        }

    def search(self, queries: Texts, k: int) -> Run:
        """Rank the documents for queries, at most k each.

        Raises:
            UsageError: no corpus is indexed, k is below 1, or the model fails.
        """
        if k < 1:
            raise UsageError("k is too small", found=k, expected="1 or more")
        if self._index is None:
            raise UsageError("no corpus is indexed", hint="call index(corpus) first")
        texts = queries.texts.to_pylist()
        encoder = self._encoder("query")
        filled = np.array([bool(text.strip()) for text in texts], bool)
        asked = np.flatnonzero(filled)
        vectors = encoder.encode([texts[row] for row in asked])
        self._stats |= {"queries_encoded": encoder.encoded, "queries_cached": encoder.cached}
        nonzero = vectors.any(axis=1)
        found, values = self._index.search(vectors[nonzero], k)
        docs = np.full((len(texts), found.shape[1]), -1, np.int32)
        scores = np.zeros(docs.shape, np.float32)
        docs[asked[nonzero]], scores[asked[nonzero]] = self._rows[found], values
        return Run.from_topk(queries.ids, self._ids, docs, scores, self.spec)

    def stats(self) -> dict[str, Any]:
        """What the last indexing and search did: devices, lengths, prompts, seconds, cache use."""
        return dict(self._stats)

    @cached_property
    def _revision(self) -> str | None:
        from .models import model_revision

        return model_revision(self._name) if self._name is not None else None

    def _load(self, texts: list[str]) -> None:
        """Load the model named, once, or fit one on these texts."""
        o = self._options
        if self._name is None:
            from .fitted import fitted_encoder

            self._model, self._source = fitted_encoder(
                texts, dimensions=o.dims, seed=o.seed, cache=o.cache
            )
        elif self._model is None:
            from .models import load_model

            self._model = load_model(
                self._name,
                device=None if o.device == "auto" else o.device,
                truncate_dim=o.truncate_dim,
                dtype=o.dtype,
                max_length=o.max_length,
            )
            if self._revision is None:  # it has been downloaded since
                del self._revision

    def _facts(self) -> dict[str, Any]:
        """What the model makes of the options."""
        facts = {
            "dimensions": int(self._model.get_embedding_dimension()),
            "encoder_device": str(self._model.device),
        }
        if self._name is None:
            return facts | {"encoder_from": self._source}
        return facts | {
            "max_length": self._model.max_seq_length,
            "query_prompt": self._prompt("query"),
            "doc_prompt": self._prompt("document"),
        }

    def _prompt(self, task: str) -> str:
        from .models import resolve_prompt

        o = self._options
        wanted = o.query_prompt if task == "query" else o.doc_prompt
        return resolve_prompt(self._model, task, wanted)

    def _encoder(self, task: str) -> Encoder:
        from .encode import Encoder

        o = self._options
        prompt = self._prompt(task) if self._name is not None else ""
        return Encoder(
            self._model,
            task=task,
            prompt=prompt,
            normalize=o.normalize,
            batch_tokens=o.batch_tokens,
            cache=self._cache_path(task, prompt),
        )

    def _cache_path(self, task: str, prompt: str) -> Path | None:
        """A folder for everything that a vector depends on besides the text; None for no cache.

        The fitted encoder costs less than reading its vectors would.
        """
        o = self._options
        if self._revision is None or not o.cache:
            return None
        facts = {
            "revision": self._revision,
            "library": version("sentence-transformers"),
            "task": task,
            "prompt": prompt,
            "normalize": o.normalize,
            "max_length": self._model.max_seq_length,
            "truncate_dim": o.truncate_dim,
            "dtype": o.dtype,
        }
        key = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
        return cache_folder() / "embeddings" / key[:32]
