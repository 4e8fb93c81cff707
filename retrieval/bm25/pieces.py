"""Counted texts on their way to the index: in memory, or spilled to files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from . import index_kernels as kernels

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import ThreadPoolExecutor
    from pathlib import Path

    import numpy.typing as npt

    from .counts import Utf8, WordCounts
    from .tokenizer import Tokenizer

_MERGE = 1 << 22
"""Terms that may wait to be merged into a vocabulary."""


@dataclass(frozen=True)
class Piece:
    """Terms of consecutive texts, with their occurrences."""

    hashes: npt.NDArray[np.uint64]
    """Hashes of the terms, ascending, shape (terms,)."""
    df: npt.NDArray[np.int64]
    """Texts that hold the term of each hash, shape (terms,)."""
    order: npt.NDArray[np.int64]
    """Term of each hash, shape (terms,)."""
    terms: npt.NDArray[np.int32]
    """Term of each posting, text by text, shape (postings,)."""
    counts: npt.NDArray[np.int32]
    """Occurrences of each posting, shape (postings,)."""
    ends: npt.NDArray[np.int64]
    """Bounds of the postings of each text, shape (texts + 1,)."""
    lengths: npt.NDArray[np.int32]
    """Words of each text, shape (texts,)."""


def count_pieces(
    texts: Utf8, tokenizer: Tokenizer, pool: ThreadPoolExecutor, threads: int
) -> list[Piece]:
    """Count the terms of texts, in at most ``threads`` pieces."""
    counted = tokenizer.count(texts, threads)
    meanings = tokenizer.terms(counted) or [None] * len(counted)
    return list(pool.map(_piece, counted, meanings))


def _piece(counts: WordCounts, meaning: npt.NDArray[np.uint64] | None) -> Piece:
    """Words as the terms they stand for; dropped where that is 0."""
    if meaning is None:
        order = np.argsort(counts.hashes)
        hashes = counts.hashes[order]
    else:
        hashes, names = np.unique(np.append(meaning, np.uint64(0)), return_inverse=True)
        hashes = hashes[1:]
        order = np.arange(len(hashes))
        counts.rename((names[:-1] - 1).astype(np.int32), len(hashes))
    df = np.zeros(len(hashes), np.int64)
    kernels.document_frequencies(counts.terms, df)
    return Piece(hashes, df[order], order, counts.terms, counts.counts, counts.ends, counts.lengths)


class PieceStore(Protocol):
    """The pieces of every shard, until the index is written."""

    def add(self, shard: int, pieces: list[Piece]) -> None:
        """Keep further pieces of a shard."""
        ...

    def take(self, shard: int) -> list[Piece]:
        """All pieces of a shard, which are then forgotten."""
        ...


class KeptPieces:
    """Pieces in memory."""

    def __init__(self) -> None:
        self._shards: dict[int, list[Piece]] = {}

    def add(self, shard: int, pieces: list[Piece]) -> None:
        """Keep further pieces of a shard."""
        self._shards.setdefault(shard, []).extend(pieces)

    def take(self, shard: int) -> list[Piece]:
        """All pieces of a shard, which are then forgotten."""
        return self._shards.pop(shard)


class SpilledPieces:
    """Pieces in files of a folder, one a shard."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _path(self, shard: int) -> Path:
        return self._folder / f"counts-{shard}"

    def add(self, shard: int, pieces: list[Piece]) -> None:
        """Keep further pieces of a shard."""
        with self._path(shard).open("ab") as file:
            for piece in pieces:
                for array in vars(piece).values():
                    np.save(file, array)

    def take(self, shard: int) -> list[Piece]:
        """All pieces of a shard, which are then forgotten."""
        path = self._path(shard)
        size = path.stat().st_size
        pieces: list[Piece] = []
        with path.open("rb") as file:
            while file.tell() < size:
                pieces.append(Piece(*(np.load(file) for _ in range(7))))
        path.unlink()
        return pieces


class Vocabulary:
    """The terms of all pieces and the number of texts that hold each."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool
        self._hashes = [np.empty(0, np.uint64)]
        self._df = [np.empty(0, np.int64)]
        self._waiting = 0

    def add(self, piece: Piece) -> None:
        """Take in the terms of a piece."""
        self._hashes.append(piece.hashes)
        self._df.append(piece.df)
        self._waiting += len(piece.hashes)
        if self._waiting > max(_MERGE, len(self._hashes[0])):
            self.merge()

    def merge(self) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
        """Hashes of all terms, ascending, and the df of each."""
        hashes = np.sort(np.concatenate(self._hashes))
        new = np.ones(len(hashes), np.bool_)
        np.not_equal(hashes[1:], hashes[:-1], out=new[1:])
        hashes = hashes[new]
        df = np.zeros(len(hashes), np.int64)
        found = self._pool.map(lambda part: places(hashes, part), self._hashes)
        for place, count in zip(found, self._df, strict=True):
            df[place] += count
        self._hashes, self._df, self._waiting = [hashes], [df], 0
        return hashes, df


def places(hashes: npt.NDArray[np.uint64], part: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """Place of each of some hashes, ascending, among all, which hold them."""
    found = np.empty(len(part), np.int64)
    kernels.find_in_order(hashes, part, found)
    return found


def batches(texts: Utf8, most: int | None) -> Iterator[Utf8]:
    """Cut texts into runs of about ``most`` bytes."""
    size = int(texts.offsets[-1] - texts.offsets[0])
    yield from texts.cut(1 if most is None else max(1, -(-size // most)))
