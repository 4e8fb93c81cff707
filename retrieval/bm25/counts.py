"""Word counts of many texts: the driver of the compiled tokenizer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from . import token_kernels as kernels
from .characters import code_table

if TYPE_CHECKING:
    import numpy.typing as npt

_BYTES_PER_SLOT = 128
_BYTES_PER_POSTING = 14
_LEAST_SLOTS = 1 << 10


@dataclass(frozen=True)
class Utf8:
    """The bytes of consecutive texts, as Arrow holds them."""

    data: npt.NDArray[np.uint8]
    """All bytes, shape (bytes,), read-only."""
    offsets: npt.NDArray[np.int64]
    """Shape (texts + 1,): text i is ``data[offsets[i]:offsets[i + 1]]``, read-only."""

    @classmethod
    def from_arrow(cls, texts: Any) -> Utf8:
        """View a ``large_string`` array without nulls; nothing is copied."""
        _, offsets, data = texts.buffers()
        bounds = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
        view = np.empty(0, np.uint8) if data is None else np.frombuffer(data, np.uint8)
        # One kernel signature whether or not the Arrow buffer could be written to.
        bounds.flags.writeable = False
        view.flags.writeable = False
        return cls(view, bounds)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def slice(self, start: int, stop: int) -> Utf8:
        """The texts from start to stop."""
        return Utf8(self.data, self.offsets[start : stop + 1])

    def cut(self, pieces: int) -> list[Utf8]:
        """At most this many runs of texts of about as many bytes each."""
        first, last = int(self.offsets[0]), int(self.offsets[-1])
        marks = first + (last - first) * np.arange(1, pieces) // pieces
        inner = np.searchsorted(self.offsets[:-1], marks)
        cuts = [0, *inner.tolist(), len(self)]
        return [self.slice(a, b) for a, b in pairwise(cuts) if a < b]

    def string(self, start: int, stop: int) -> str:
        """The characters of some bytes."""
        return self.data[start:stop].tobytes().decode()


@dataclass
class WordCounts:
    """Words of consecutive texts: per text its distinct terms, in order of first occurrence."""

    source: Utf8
    hashes: npt.NDArray[np.uint64]
    """Hash of each term, shape (terms,)."""
    places: npt.NDArray[np.int64]
    """Bytes of the first occurrence of each term, shape (terms, 2)."""
    terms: npt.NDArray[np.int32]
    """Term of each posting, shape (postings,)."""
    counts: npt.NDArray[np.int32]
    """Occurrences of each posting, shape (postings,)."""
    ends: npt.NDArray[np.int64]
    """Bounds of the postings of each text, shape (texts + 1,)."""
    lengths: npt.NDArray[np.int32]
    """Words of each text, shape (texts,)."""

    def rename(self, target: npt.NDArray[np.int32], names: int) -> None:
        """Give terms new names (-1 drops one); terms that share a name are merged."""
        seen = np.full(names, -1, np.int64)
        kept = kernels.regroup(self.terms, self.counts, self.ends, self.lengths, target, seen)
        self.terms, self.counts = self.terms[:kept], self.counts[:kept]


def count_words(
    source: Utf8, *, lowercase: bool, min_length: int, threads: int
) -> list[WordCounts]:
    """Count the words of texts, cut into at most ``threads`` runs that are counted side by side."""
    codes = code_table(lowercase=lowercase)
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(lambda piece: _count(piece, codes, min_length), source.cut(threads)))


def _count(source: Utf8, codes: npt.NDArray[np.int32], min_length: int) -> WordCounts:
    size = int(source.offsets[-1] - source.offsets[0])
    slots = max(_LEAST_SLOTS, 1 << (size // _BYTES_PER_SLOT).bit_length())
    table = np.zeros(slots * kernels.SLOT, np.int64)
    places = np.empty((slots // 2, 2), np.int64)
    terms = np.empty(size // _BYTES_PER_POSTING + 64, np.int32)
    counts = np.empty_like(terms)
    ends = np.zeros(len(source) + 1, np.int64)
    lengths = np.zeros(len(source), np.int32)
    state = np.zeros(4, np.int64)
    while True:
        status = kernels.count_words(
            source.data, source.offsets, codes, min_length,
            state, table, places, terms, counts, ends, lengths,
        )  # fmt: skip
        if status == kernels.DONE:
            break
        if status == kernels.POSTINGS_FULL:
            terms, counts = grow(terms), grow(counts)
        else:
            larger = np.zeros(table.size * 4, np.int64)
            kernels.copy_table(table, larger)
            table, places = larger, grow(places, factor=4)
    n_terms, n_postings = int(state[1]), int(state[2])
    hashes = np.empty(n_terms, np.uint64)
    kernels.read_hashes(table, hashes)
    return WordCounts(
        source, hashes, places[:n_terms], terms[:n_postings], counts[:n_postings], ends, lengths
    )


def grow(array: npt.NDArray[Any], least: int = 0, factor: float = 1.5) -> npt.NDArray[Any]:
    """A larger array that starts with the same values.

    Args:
        array: what is too small.
        least: how many values longer it must become.
        factor: how many times longer it becomes otherwise.
    """
    length = max(int(len(array) * factor), len(array) + least)
    larger = np.empty((length, *array.shape[1:]), array.dtype)
    larger[: len(array)] = array
    return larger


def hash_words(words: list[str]) -> npt.NDArray[np.uint64]:
    """Hash of each word, equal to that of the same word in a text: uint64, shape (words,)."""
    import pyarrow as pa

    source = Utf8.from_arrow(pa.array(words, pa.large_string()))
    hashes = np.empty(len(words), np.uint64)
    kernels.hash_words(source.data, source.offsets, hashes)
    return hashes
