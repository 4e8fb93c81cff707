"""Dense retrieval as a system: options, encoding, search of documents or of their passages."""

from __future__ import annotations

import hashlib
import json
import time
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from ...schemas.errors import UsageError
from ..cache import cache_folder
from ..run import Run
from .options import DenseOptions, parse_options

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ..aggregation import Aggregation
    from ..texts import Passages, Texts
    from .encode import Encoder
    from .search import VectorIndex
    from .vectors import Units

_OF_SEARCH = ("backend", "device", "index", "quantize")
"""Facts of an index that could be taken for those of the encoder."""


class DenseSystem:
    """Ranks by the inner product of embeddings.

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
        self._loaded: str | None = None
        self._units: Units | None = None
        self._index: VectorIndex | None = None
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

        ``revision`` says which weights the name stands for now (``models.model_revision``); null
        where that is not known before they are downloaded. With it the options fix everything
        else, which ``stats`` reports: a null prompt or length is the model's own.

        Raises:
            UsageError: the model is a path, and no folder is there.
        """
        options = self._options.as_dict(has_model=self._name is not None)
        if self._name is None:
            from .static_encoder import METHOD

            return {"model": None, "method": METHOD, **options}
        from .models import model_revision

        return {"model": self._name, "revision": model_revision(self._name), **options}

    def index(self, corpus: Texts) -> None:
        """Encode and index a corpus; an earlier one is forgotten.

        Raises:
            UsageError: the model cannot be loaded or cannot encode, or the cache not be written.
            DataError: no document has a word to fit an encoder on.
            MissingDependencyError: the search needs a package that is not installed.
        """
        from .vectors import Units

        start = time.perf_counter()
        self._load(corpus.texts)
        self._take_in(Units.of_documents(corpus), len(corpus), time.perf_counter() - start)

    def cut(self, corpus: Texts, window: int, stride: int) -> Passages:
        """Cut each document into windows of the model's tokens, special tokens not counted.

        Without a model this fits the encoder, on the whole documents; ``index_passages`` uses it.

        Raises:
            UsageError: the model cannot be loaded, or reads fewer tokens than a window has.
            DataError: no document has a word to fit an encoder on.
        """
        from ..passages.windows import model_windows
        from .models import largest_window

        self._load(corpus.texts)
        most = largest_window(self._model, self._prompt("document"))
        if most is not None and window > most:
            raise UsageError(
                f"a window is longer than what the model {self._name!r} reads",
                found=f"window={window}",
                expected=f"{most} tokens or fewer, special tokens and prompt left aside",
            )
        return model_windows(corpus, self._model.tokenizer, window, stride)

    def index_passages(self, passages: Passages) -> None:
        """Encode and index passages; an earlier corpus is forgotten.

        Raises:
            UsageError, DataError, MissingDependencyError: as ``index``.
        """
        from .vectors import Units

        start = time.perf_counter()
        if self._name is not None or self._model is None:
            self._load(passages.texts)
        seconds = time.perf_counter() - start
        self._take_in(Units.of_passages(passages), len(passages), seconds)

    def search(self, queries: Texts, k: int) -> Run:
        """Rank the documents for queries, at most k each.

        Raises:
            UsageError: no documents are indexed, k is below 1, or the model fails.
        """
        return self._search(queries, k, None)

    def search_passages(self, queries: Texts, k: int, aggregation: Aggregation) -> Run:
        """Rank the documents for queries by their aggregated passages, at most k each.

        Raises:
            UsageError: no passages are indexed, k is below 1, or the model fails.
        """
        return self._search(queries, k, aggregation)

    def search_others(self, queries: Texts, others: Texts, k: int) -> Run:
        """Rank texts outside the corpus, encoded as its documents are and all compared.

        Raises:
            UsageError: no documents are indexed, k is below 1, or the model fails.
        """
        from .search import build_index
        from .search_options import SearchOptions
        from .vectors import Units, encode_units

        _check_depth(k)
        if self._units is None or self._units.starts is not None:
            raise UsageError("no documents are indexed", hint="call index(corpus) first")
        encoder = self._encoder("document")
        units, vectors = encode_units(
            Units.of_documents(others), encoder, self._cache_path("document")
        )
        index = None
        if len(vectors):
            index = build_index(vectors, SearchOptions(), device=self._search_device)
        return self._rank(queries, units, index, k, None)

    def stats(self) -> dict[str, Any]:
        """What the last indexing and search did: devices, lengths, prompts, seconds, cache use."""
        return dict(self._stats)

    def _take_in(self, units: Units, count: int, load_seconds: float) -> None:
        from .search import build_index
        from .vectors import encode_units

        start = time.perf_counter()
        o = self._options
        encoder = self._encoder("document")
        folder = self._cache_path("document")
        self._units, vectors = encode_units(units, encoder, folder)
        encoded = time.perf_counter()
        self._index = None
        if len(vectors):
            self._index = build_index(
                vectors, o.search, device=self._search_device, starts=self._units.starts
            )
        what = "documents" if units.starts is None else "passages"
        seconds = encoded - start
        self._stats = {
            **self._facts(encoder),
            **self._search_facts(),
            f"{what}_encoded": encoder.encoded,
            f"{what}_cached": encoder.cached,
            f"{what}_filling_the_model": encoder.full,
            f"{what}_without_vector": count - len(vectors),
            f"{what}_per_second": encoder.encoded / seconds if encoder.encoded else None,
            "load_seconds": load_seconds,
            "encode_seconds": seconds,
            "index_seconds": time.perf_counter() - encoded,
        }

    def _search(self, queries: Texts, k: int, aggregation: Aggregation | None) -> Run:
        _check_depth(k)
        units = self._units
        if units is None:
            raise UsageError("no corpus is indexed", hint="call index(corpus) first")
        if (units.starts is None) != (aggregation is None):
            there, call = (
                ("documents", "search") if units.starts is None else ("passages", "search_passages")
            )
            raise UsageError(f"{there} are indexed", hint=f"call {call}")
        run = self._rank(queries, units, self._index, k, aggregation)
        self._stats |= self._search_facts()
        return run

    def _rank(
        self,
        queries: Texts,
        units: Units,
        index: VectorIndex | None,
        k: int,
        aggregation: Aggregation | None,
    ) -> Run:
        """Rank what an index holds; one without vectors has no hit."""
        if index is None:
            nothing = np.zeros((len(queries), 0))
            return Run.from_topk(queries.ids, units.ids, nothing, nothing, self.spec)
        encoder = self._encoder("query")
        start = time.perf_counter()
        vectors = encoder.encode(queries.texts)
        asked = np.flatnonzero(vectors.any(axis=1))
        self._stats |= {
            "queries_encoded": encoder.encoded,
            "queries_cached": encoder.cached,
            "query_seconds": time.perf_counter() - start,
        }
        found, values = index.search(np.ascontiguousarray(vectors[asked]), k, aggregation)
        docs = np.full((len(queries), found.shape[1]), -1, np.int32)
        scores = np.zeros(docs.shape, np.float32)
        docs[asked], scores[asked] = found, values
        if units.starts is None:
            docs = np.where(docs >= 0, units.rows[docs], -1).astype(np.int32)
        return Run.from_topk(queries.ids, units.ids, docs, scores, self.spec)

    def _load(self, texts: Any) -> None:
        """Load the model named, unless it is loaded as it is now, or fit one on these texts."""
        o = self._options
        if self._name is None:
            from .fitted import fitted_encoder, fitted_revision

            revision = fitted_revision(texts, dimensions=o.dims, seed=o.seed)
            if revision != self._loaded:
                self._model = fitted_encoder(
                    texts, revision, dimensions=o.dims, seed=o.seed, cache=o.cache
                )
                self._loaded = revision
            return
        from .models import load_encoder, model_revision

        revision = model_revision(self._name)
        if self._model is None or revision != self._loaded:
            self._model = load_encoder(
                self._name,
                device=None if o.device == "auto" else o.device,
                dtype=o.dtype,
                max_length=o.max_length,
                truncate_dim=o.truncate_dim,
                trust_remote_code=o.trust_remote_code,
            )
            self._loaded = revision or model_revision(self._name)  # it may be downloaded by now

    @property
    def _search_device(self) -> str:
        return "cpu" if self._options.device == "mps" else self._options.device

    def _search_facts(self) -> dict[str, Any]:
        facts = self._index.stats() if self._index is not None else {}
        return {f"search_{k}" if k in _OF_SEARCH else k: value for k, value in facts.items()}

    def _facts(self, encoder: Encoder) -> dict[str, Any]:
        """What the model makes of the options."""
        facts = {
            "dimensions": encoder.dimensions,
            "encoder_revision": self._loaded,
            "encoder_device": str(self._model.device),
            "batch_tokens": encoder.batch_tokens,
        }
        if self._name is None:
            return facts
        return facts | {
            "max_length": self._model.max_seq_length,
            "query_prompt": self._prompt("query"),
            "doc_prompt": self._prompt("document"),
        }

    def _prompt(self, task: str) -> str:
        from .models import resolve_prompt

        o = self._options
        wanted = o.query_prompt if task == "query" else o.doc_prompt
        return resolve_prompt(self._model, task, wanted) if self._name is not None else ""

    def _encoder(self, task: str) -> Encoder:
        from .encode import Encoder

        return Encoder(
            self._model,
            task=task,
            prompt=self._prompt(task),
            normalize=self._options.normalize,
            batch_tokens=self._options.batch_tokens,
            cache=self._cache_path(task),
        )

    def _cache_path(self, task: str) -> Path | None:
        """A folder for everything that a vector depends on besides the text; None for no cache."""
        o = self._options
        if self._loaded is None or not o.cache:
            return None
        facts = {
            "revision": self._loaded,
            "library": version("sentence-transformers"),
            "task": task,
            "prompt": self._prompt(task),
            "normalize": o.normalize,
            "max_length": str(self._model.max_seq_length),
            "truncate_dim": o.truncate_dim,
            "dtype": o.dtype,
        }
        key = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
        return cache_folder() / "embeddings" / key[:32]


def _check_depth(k: int) -> None:
    if k < 1:
        raise UsageError("k is too small", found=k, expected="1 or more")
