"""The inverted index: postings with ready weights, in shards of texts.

A *text* is what is scored: a document, or a passage of one. A shard is a run of at most 2^16 texts,
so that a posting is 16 bits for the text's place in it and 32 for its impact. The shards' arrays
stand end to end in one array each, which may be memory-mapped.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numba
import numpy as np

from ...schemas.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy.typing as npt

SHARD = 1 << 16
"""Most texts of a shard: what 16 bits can tell apart."""
TILE = 2048
"""Texts scored together; their scores stay in the first-level cache."""


def thread_count() -> int:
    """Threads to use: numba's setting (``NUMBA_NUM_THREADS``), all cores by default."""
    return int(numba.get_num_threads())


@dataclass(frozen=True)
class Index:
    """Postings by shard and term. Terms are numbered by document frequency, most frequent first."""

    hashes: npt.NDArray[np.uint64]
    """Hash of each term, ascending, shape (terms,)."""
    numbers: npt.NDArray[np.int32]
    """Number of the term with each hash, shape (terms,)."""
    base: npt.NDArray[np.float64]
    """What a query word adds to every hit besides its impact, shape (terms,)."""
    lengths: npt.NDArray[np.int32]
    """Words of each text, shape (texts,)."""
    shards: npt.NDArray[np.int64]
    """Shard s holds the texts ``shards[s]:shards[s + 1]``; shape (shards + 1,)."""
    entries: npt.NDArray[np.int64]
    """Terms that occur in shard s: ``terms[entries[s]:entries[s + 1]]``; shape (shards + 1,)."""
    terms: npt.NDArray[np.int32]
    """Numbers of terms, ascending within a shard, shape (entries,)."""
    starts: npt.NDArray[np.int64]
    """Postings of entry e are ``starts[e]:starts[e + 1]``; shape (entries + 1,)."""
    texts: npt.NDArray[np.uint16]
    """Place in its shard of each posting's text, ascending within a term, shape (postings,)."""
    impacts: npt.NDArray[np.float32]
    """What one occurrence in a query adds to the text's score, shape (postings,)."""
    passages: npt.NDArray[np.int64]
    """Texts ``passages[d]:passages[d + 1]`` are document d's, shape (documents + 1,); empty where
    each text is a document."""
    frequent: int
    """Terms below this number are held by so many texts that dense rows pay for them."""
    positive: bool
    """Whether every impact is above 0, so that a score above 0 marks a hit."""
    about: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What the index was made of and how, as JSON values; saved with it."""

    def __post_init__(self) -> None:
        for array in vars(self).values():
            if isinstance(array, np.ndarray):
                array.flags.writeable = False  # as if it were memory-mapped: one kernel for both

    @property
    def has_passages(self) -> bool:
        """Whether the texts are passages of documents."""
        return len(self.passages) > 0

    @property
    def documents(self) -> int:
        """Number of documents."""
        return len(self.passages) - 1 if self.has_passages else len(self.lengths)

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        return sum(array.nbytes for array in vars(self).values() if isinstance(array, np.ndarray))

    @cached_property
    def frequencies(self) -> npt.NDArray[np.int64]:
        """Texts that hold each term, in the order of ``hashes``; shape (terms,)."""
        of_number = np.zeros(len(self.hashes), np.int64)
        np.add.at(of_number, self.terms, np.diff(self.starts))
        return of_number[self.numbers]

    @cached_property
    def tiles(self) -> list[npt.NDArray[np.int64]]:
        """For each shard the bounds of its tiles, in documents."""
        starts = self.passages if self.has_passages else np.arange(len(self.lengths) + 1)
        firsts = np.searchsorted(starts, self.shards[:-1], side="left")
        bounds = [*firsts.tolist(), self.documents]
        bounds[0] = 0
        return [a + runs(starts[a : b + 1], TILE) for a, b in pairwise(bounds)]

    @cached_property
    def widest(self) -> int:
        """Most texts of a tile."""
        if not self.has_passages:
            return min(TILE, len(self.lengths))
        return max(int(np.diff(self.passages[tiles]).max()) for tiles in self.tiles)

    def owners(self, shard: int) -> npt.NDArray[np.int64]:
        """Texts ``owners[d]:owners[d + 1]`` of the shard are its document d's."""
        tiles = self.tiles[shard]
        first, last = int(tiles[0]), int(tiles[-1])
        if not self.has_passages:
            return np.arange(last - first + 1)
        return self.passages[first : last + 1] - self.passages[first]

    def places(self, shard: int, terms: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
        """Bounds of a shard's postings of each term; shape (terms, 2), equal where it has none.

        Args:
            shard: number of the shard.
            terms: numbers of terms, ascending.
        """
        first, last = self.entries[shard : shard + 2].tolist()
        held = self.terms[first:last]
        bounds = np.zeros((len(terms), 2), np.int64)
        if len(held):
            at = np.minimum(np.searchsorted(held, terms), len(held) - 1)
            found = held[at] == terms
            at = first + at[found]
            bounds[found, 0] = self.starts[at]
            bounds[found, 1] = self.starts[at + 1]
        return bounds

    def lookup(self, hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.int32]:
        """Number of the term with each hash, -1 where the index has none."""
        if not len(self.hashes):
            return np.full(len(hashes), -1, np.int32)
        order = np.argsort(hashes)  # looked up in order, which the caches like
        at = np.empty_like(order)
        at[order] = np.searchsorted(self.hashes, hashes[order])
        at = np.minimum(at, len(self.hashes) - 1)
        return np.where(self.hashes[at] == hashes, self.numbers[at], np.int32(-1))

    def save(self, folder: Path) -> None:
        """Write the index to a folder, whole or not at all; an index that stands there goes.

        Raises:
            UsageError: something else than an index stands there.
        """
        from .files import save_index

        save_index(self, folder)

    @classmethod
    def open(cls, folder: Path, about: Mapping[str, Any] | None = None) -> Index:
        """Memory-map the index in a folder; postings are not read before a search needs them.

        Args:
            folder: where ``save`` wrote it.
            about: what the index must be about; anything by default.

        Raises:
            DataError: the folder holds no whole index of this format, or one about something else.
        """
        from .files import open_index

        return open_index(folder, about)


def runs(starts: npt.NDArray[np.int64], size: int) -> npt.NDArray[np.int64]:
    """Cut consecutive documents into runs of at most ``size`` texts, as few as can be.

    Args:
        starts: shape (documents + 1,): texts ``starts[d]:starts[d + 1]`` are document d's.
        size: most texts of a run; a document with more is a run by itself.

    Returns:
        Bounds of the runs, in documents: int64, shape (runs + 1,).
    """
    bounds = [0]
    last = len(starts) - 1
    while bounds[-1] < last:
        reach = starts[bounds[-1]] + size
        bounds.append(max(bounds[-1] + 1, int(np.searchsorted(starts, reach, side="right")) - 1))
    return np.array(bounds, np.int64)


def shard_bounds(
    count: int, passages: npt.NDArray[np.int64] | None, size: int
) -> npt.NDArray[np.int64]:
    """Bounds of the shards, in texts; a document's passages stay together.

    Raises:
        DataError: there is no text, or a document has more passages than a shard can hold.
    """
    if not count:
        what = "document" if passages is None else "passage"
        raise DataError(f"the corpus holds no {what}", expected="one or more")
    if passages is None:
        return np.array([*range(0, count, size), count], np.int64)
    most = int(np.diff(passages).max())
    if most > size:
        raise DataError(
            "a document has too many passages",
            place=f"document {int(np.diff(passages).argmax())} of the corpus",
            found=most,
            expected=f"{size} or fewer",
            hint="cut with a larger stride",
        )
    return passages[runs(passages, size)]
