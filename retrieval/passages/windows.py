"""Cutting documents into windows of tokens.

Windows start ``stride`` tokens apart. The last one of a document ends with its last token and may
be shorter; none is made that only repeats the tail of the one before. A document without a token
has no window.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from ...schemas.errors import UsageError
from ..bm25.characters import code_table
from ..bm25.counts import Utf8
from ..bm25.index import thread_count
from ..texts import Passages
from . import window_kernels as kernels

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ..bm25.tokenizer import Tokenizer
    from ..texts import Texts

_BATCH_BYTES = 8 << 20
"""Text that a model's tokenizer gets at a time."""


def check_window(window: int, stride: int) -> None:
    """Raise ``UsageError`` unless 1 <= stride <= window."""
    if window < 1:
        raise UsageError("the window is too small", found=window, expected="1 token or more")
    if not 1 <= stride <= window:
        raise UsageError(
            "the stride does not fit the window",
            found=stride,
            expected=f"1 to {window} tokens, so that windows leave nothing out",
        )


def word_windows(texts: Texts, tokenizer: Tokenizer, window: int, stride: int) -> Passages:
    """Cut texts into windows of the words that BM25 counts.

    A word counts where ``tokenizer`` does not drop it for its length; stop words count, and no word
    is stemmed. Where windows do not overlap, the passages share the texts' own bytes, unless a text
    has bytes but no word; what stands between two windows is then part of the earlier.

    Args:
        texts: n documents.
        tokenizer: says what a word is.
        window: words of a window.
        stride: words from one window's start to the next one's.

    Raises:
        UsageError: a window or stride below 1, or a stride above the window.
    """
    check_window(window, stride)
    source = Utf8.from_arrow(texts.texts)
    codes = code_table(lowercase=tokenizer.lowercase)

    def cut(piece: Utf8) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        room = kernels.bound(piece.offsets, stride)
        firsts, lasts = np.empty(room, np.int64), np.empty(room, np.int64)
        counts = np.empty(len(piece), np.int64)
        made = kernels.cut_words(
            piece.data, piece.offsets, codes, tokenizer.min_length, window, stride,
            firsts, lasts, counts,
        )  # fmt: skip
        return firsts[:made].copy(), lasts[:made].copy(), counts

    threads = thread_count()
    with ThreadPoolExecutor(threads) as pool:
        parts = list(pool.map(cut, source.cut(threads))) if len(source) else []
    empty = np.empty(0, np.int64)
    firsts, lasts, counts = (
        np.concatenate([empty, *(part[place] for part in parts)]) for place in range(3)
    )
    return _passages(texts, source, firsts, lasts, counts, shared=stride == window)


def _passages(
    texts: Texts,
    source: Utf8,
    firsts: NDArray[np.int64],
    lasts: NDArray[np.int64],
    counts: NDArray[np.int64],
    *,
    shared: bool,
) -> Passages:
    """Windows by their bytes, as parts of the texts' own buffer where that is wanted and can be."""
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    strings = _shared(texts.texts, source, firsts, counts) if shared else None
    if strings is None:
        strings = _copied(source, firsts, lasts)
    return Passages(texts.ids, starts, strings)


def _shared(
    texts: Any, source: Utf8, firsts: NDArray[np.int64], counts: NDArray[np.int64]
) -> Any | None:
    """Passages that follow each other in the texts' buffer; None where bytes would be left over.

    Each passage takes the bytes up to the next one's start: what stands between two windows holds
    no token. A text with bytes but without a token would be added to the passage before it, where
    it could lengthen the last word.
    """
    sizes = np.diff(source.offsets)
    if len(firsts) == 0 or ((counts == 0) & (sizes > 0)).any():
        return None
    offsets = np.append(firsts, source.offsets[-1])
    # The first window of a text starts with the text: the last one before it ends there.
    first_windows = (np.cumsum(counts) - counts)[counts > 0]
    offsets[first_windows] = source.offsets[:-1][counts > 0]
    _, _, data = texts.buffers()
    return pa.LargeStringArray.from_buffers(len(firsts), pa.py_buffer(offsets), data)


def _copied(source: Utf8, firsts: NDArray[np.int64], lasts: NDArray[np.int64]) -> Any:
    ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(lasts - firsts)])
    data = np.empty(int(ends[-1]), np.uint8)
    kernels.gather(source.data, firsts, lasts, ends, data)
    return pa.LargeStringArray.from_buffers(len(firsts), pa.py_buffer(ends), pa.py_buffer(data))


def model_windows(texts: Texts, tokenizer: Any, window: int, stride: int) -> Passages:
    """Cut texts into windows of a model's tokens, special tokens not counted.

    What stands between two tokens goes with the later one, as a blank does in the tokens of many
    models; the first window starts and the last one ends with the text. Where a window starts
    inside a word, the model may split the rest of that word into other pieces than the whole word
    had. Where windows do not overlap, the passages share the texts' own bytes, unless a text has
    bytes but no token.

    Args:
        texts: n documents.
        tokenizer: ``tokenizers.Tokenizer``, or a tokenizer of transformers that is built on one.
        window: tokens of a window.
        stride: tokens from one window's start to the next one's.

    Raises:
        UsageError: a window or stride below 1, a stride above the window, or a tokenizer that does
            not tell where its tokens stand.
    """
    check_window(window, stride)
    plain = _plain(tokenizer)
    source = Utf8.from_arrow(texts.texts)
    firsts, lasts = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for batch in _batches(source):
        bounds = batch.offsets.tolist()
        strings = [batch.string(first, last) for first, last in pairwise(bounds)]
        encoded = plain.encode_batch(strings, add_special_tokens=False)
        for first, last, item in zip(bounds, bounds[1:], encoded, strict=False):
            data = batch.data[first:last]
            some = _cut(first, data, [end for _, end in item.offsets], window, stride)
            firsts.append(some[0])
            lasts.append(some[1])
    counts = np.array([len(some) for some in firsts[1:]], np.int64)
    return _passages(
        texts, source, np.concatenate(firsts), np.concatenate(lasts), counts,
        shared=stride == window,
    )  # fmt: skip


def _plain(tokenizer: Any) -> Any:
    """A copy of the tokenizer that neither truncates nor pads."""
    from tokenizers import Tokenizer

    inner = getattr(tokenizer, "backend_tokenizer", tokenizer)
    if not isinstance(inner, Tokenizer):
        raise UsageError(
            "the model's tokenizer does not tell where its tokens stand",
            found=type(tokenizer).__name__,
            expected="a fast tokenizer (of the library tokenizers)",
        )
    plain = Tokenizer.from_str(inner.to_str())
    plain.no_truncation()
    plain.no_padding()
    return plain


def _batches(source: Utf8) -> Iterator[Utf8]:
    """Runs of texts of about as many bytes each."""
    start = 0
    while start < len(source):
        limit = int(source.offsets[start]) + _BATCH_BYTES
        stop = int(np.searchsorted(source.offsets, limit, side="right")) - 1
        stop = min(max(start + 1, stop), len(source))
        yield source.slice(start, stop)
        start = stop


def _cut(
    base: int, data: NDArray[np.uint8], ends: list[int], window: int, stride: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Windows of one text as bytes.

    Args:
        base: first byte of the text.
        data: its bytes.
        ends: character behind each of its tokens.
        window: see ``model_windows``.
        stride: see ``model_windows``.

    Returns:
        First byte of each window, and the byte behind it.
    """
    if not ends:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    characters = np.append(np.flatnonzero((data & 0xC0) != 0x80), len(data))
    bounds = np.zeros(len(ends) + 1, np.int64)
    bounds[1:] = np.maximum.accumulate(characters[ends])
    bounds[-1] = len(data)
    first = np.arange(0, max(1, len(ends) - window + stride), stride)
    firsts, lasts = bounds[first], bounds[np.minimum(first + window, len(ends))]
    # Tokens may be bytes of one character, such as an emoji: a window of less holds nothing.
    held = firsts < lasts
    return base + firsts[held], base + lasts[held]
