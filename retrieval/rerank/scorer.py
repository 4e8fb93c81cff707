"""Scores of pairs of query and document from a cross-encoder, each pair once."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from ...schemas.errors import UsageError
from ..cache import cache_folder
from ..dense.cache import fill, text_bytes, text_keys
from ..dense.encode import default_budget, model_errors, run_batches
from ..dense.models import load_model, model_revision, set_max_length
from ..dense.table import KEY_BYTES
from ..dense.tokens import tokenize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from .options import RerankOptions

_COLUMNS = 2
"""The score, and 1 where the pair was cut to the model's length, else 0."""


@dataclass(frozen=True)
class PairScores:
    """Scores of n pairs."""

    scores: NDArray[np.float32]
    """(n) the model's output before any activation, which could only make ties."""
    truncated: int
    """Pairs that were longer than the model reads."""
    computed: int
    """Distinct pairs that the model has scored."""
    reused: int
    """Distinct pairs whose scores were there."""


class PairScorer:
    """A cross-encoder, loaded.

    Args:
        name: folder, or name on the Hub.
        options: see ``RerankOptions``.

    Raises:
        UsageError: the model cannot be loaded, or gives more than one score for a pair.
    """

    def __init__(self, name: str, options: RerankOptions) -> None:
        from sentence_transformers import CrossEncoder

        device = None if options.device == "auto" else options.device
        self.model = load_model(CrossEncoder, name, device=device, dtype=options.dtype)
        if self.model.num_labels != 1:
            raise UsageError(
                f"the model {name!r} does not rank",
                found=f"{self.model.num_labels} scores for a pair",
                expected="a cross-encoder with one",
            )
        if options.max_length is not None:
            set_max_length(self.model, name, options.max_length, texts=2)
        self.revision = model_revision(name)
        """Which weights are loaded."""
        self.batch_tokens = options.batch_tokens or default_budget(self.model)
        self._prompt = self.model.prompts.get(self.model.default_prompt_name)
        self._cache = self._cache_path(options)

    def score(
        self, queries: Any, documents: Any, asked: NDArray[np.int64], given: NDArray[np.int64]
    ) -> PairScores:
        """Score pairs.

        Args:
            queries: ``pyarrow.LargeStringArray``.
            documents: the same.
            asked: (n) the query of each pair.
            given: (n) its document.

        Raises:
            UsageError: the model fails, or the cache cannot be written.
        """

        def compute(rows: NDArray[np.int64]) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
            pairs = _pairs(queries, documents, asked[rows], given[rows])
            for places, values in self._window(pairs):
                yield rows[places], values

        keys = pair_keys(text_keys(queries)[asked], _keys_of(documents, given))
        sizes = text_bytes(queries)[asked] + text_bytes(documents)[given]
        filled = fill(self._cache, keys, _COLUMNS, compute, sizes)
        truncated = int(filled.values[:, 1].sum(dtype=np.int64)) if len(keys) else 0
        scores = np.ascontiguousarray(filled.values[:, 0])
        return PairScores(scores, truncated, filled.computed, filled.reused)

    def _window(
        self, pairs: Sequence[tuple[str, str]]
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        prompt = {"prompt": self._prompt} if self._prompt else {}
        with model_errors():
            tokens = tokenize(self.model, pairs, **prompt)
            cut = self._truncated(pairs, tokens.lengths)
        for places, scores in run_batches(self.model, tokens, self._scores, self.batch_tokens):
            if not np.isfinite(scores).all():
                bad = int(places[np.flatnonzero(~np.isfinite(scores))[0]])
                raise UsageError(
                    "the model gives a score that is not finite",
                    found=" | ".join(text[:40] for text in pairs[bad]),
                    hint="a narrow dtype overflows with some models: try dtype=float32",
                )
            yield places, np.stack([scores, cut[places]], axis=1).astype(np.float32)

    def _scores(self, features: dict[str, Any]) -> Any:
        return self.model(features)["scores"].float().reshape(-1)

    def _truncated(
        self, pairs: Sequence[tuple[str, str]], lengths: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Pairs that are longer than the model reads: of those that fill it, the untruncated."""
        limit = self.model.max_seq_length
        full = np.flatnonzero(lengths >= limit) if limit else np.zeros(0, np.int64)
        tokenizer = getattr(self.model.tokenizer, "backend_tokenizer", None)
        cut = np.zeros(len(pairs), bool)
        if tokenizer is not None and len(full):
            tokenizer.no_truncation()  # the library sets it again at its next call
            tokenizer.no_padding()
            encoded = tokenizer.encode_batch_fast([pairs[place] for place in full.tolist()])
            cut[full] = [len(item.ids) > limit for item in encoded]
        return cut

    def _cache_path(self, options: RerankOptions) -> Path | None:
        """A folder for everything that a score depends on besides the pair; None for no cache."""
        if self.revision is None or not options.cache:
            return None
        facts = {
            "revision": self.revision,
            "library": version("sentence-transformers"),
            "max_length": str(self.model.max_seq_length),
            "dtype": options.dtype,
        }
        key = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
        return cache_folder() / "reranking" / key[:32]


def pair_keys(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Digests (n, 16) of pairs, from those of their texts."""
    joined = np.concatenate([first, second], axis=1)
    keys = b"".join(hashlib.sha256(row.tobytes()).digest()[:KEY_BYTES] for row in joined)
    return np.frombuffer(keys, np.uint8).reshape(-1, KEY_BYTES)


def _keys_of(texts: Any, chosen: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Digests of some texts, each made once."""
    distinct, place = np.unique(chosen, return_inverse=True)
    return text_keys(texts, distinct)[place]


def _pairs(
    queries: Any, documents: Any, asked: NDArray[np.int64], given: NDArray[np.int64]
) -> list[tuple[str, str]]:
    """The texts of pairs; each text is one string, however many pairs it is in."""
    sides: list[list[str]] = []
    for texts, chosen in ((queries, asked), (documents, given)):
        distinct, place = np.unique(chosen, return_inverse=True)
        strings = texts.take(pa.array(distinct)).to_pylist()
        sides.append([strings[at] for at in place])
    return list(zip(*sides, strict=True))
