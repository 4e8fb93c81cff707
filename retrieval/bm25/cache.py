"""Indexes kept between runs, by what they were made of and how."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import asdict
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from ...schemas.errors import DataError, UsageError
from ..cache import cache_folder
from .build import build_index
from .characters import UNICODE_VERSION
from .files import FORMAT, place_folder, staging_folder
from .index import Index
from .tokenizer import NONE

if TYPE_CHECKING:
    import numpy.typing as npt

    from .counts import Utf8
    from .methods import Formula
    from .tokenizer import Tokenizer

_BLOCK = 1 << 20


def cached_index(
    texts: Utf8,
    tokenizer: Tokenizer,
    formula: Formula,
    threads: int,
    *,
    passages: npt.NDArray[np.int64] | None = None,
) -> tuple[Index, bool]:
    """Open the index of some texts, or build it on disk; one that is damaged is built again.

    Args:
        texts: see ``build.build_index``, also for the others.
        tokenizer: what makes their terms.
        formula: what weighs them.
        threads: threads to use.
        passages: bounds of the documents' passages, if the texts are passages.

    Returns:
        The index, memory-mapped, and whether it was there.

    Raises:
        DataError: as ``build.build_index``.
        UsageError: the cache cannot be written to.
    """
    about = describe(texts, tokenizer, formula, passages)
    key = hashlib.sha256(json.dumps([FORMAT, about], sort_keys=True).encode()).hexdigest()
    folder = cache_folder() / "bm25" / key
    try:
        return Index.open(folder, about), True
    except DataError:
        pass
    try:
        stage = staging_folder(folder)
        try:
            build_index(
                texts, tokenizer, formula, threads, passages=passages, workspace=stage, about=about
            )
            place_folder(stage, folder)
        finally:
            shutil.rmtree(stage, ignore_errors=True)
    except OSError as error:
        raise UsageError(
            "the index cannot be kept",
            place=folder,
            found=error,
            hint="let DOMAINBENCH_CACHE name a folder with room, or leave out cache=on",
        ) from None
    return Index.open(folder, about), False


def describe(
    texts: Utf8,
    tokenizer: Tokenizer,
    formula: Formula,
    passages: npt.NDArray[np.int64] | None = None,
) -> dict[str, Any]:
    """All that an index depends on, as JSON values; texts by their SHA-256."""
    words = "\n".join(sorted(tokenizer.stopword_set)).encode()
    return {
        "corpus": {
            "texts": len(texts),
            "texts_sha256": _digest(texts),
            "passages_sha256": None
            if passages is None
            else hashlib.sha256(passages.astype("<i8").data).hexdigest(),
        },
        "formula": asdict(formula),
        "tokenizer": asdict(tokenizer)
        | {
            "stopwords_sha256": hashlib.sha256(words).hexdigest(),
            "stemmer_version": None if tokenizer.stemmer == NONE else version("PyStemmer"),
            "unicode": UNICODE_VERSION,
        },
    }


def _digest(texts: Utf8) -> str:
    """SHA-256 over the bounds of the texts and their bytes."""
    digest = hashlib.sha256()
    first, last = int(texts.offsets[0]), int(texts.offsets[-1])
    for start in range(0, len(texts.offsets), _BLOCK):
        bounds = texts.offsets[start : start + _BLOCK] - first
        digest.update(np.ascontiguousarray(bounds, "<i8").data)
    digest.update(texts.data[first:last].data)
    return digest.hexdigest()
