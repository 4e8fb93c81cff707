"""Which texts of a corpus get a vector, and which of the vectors are searched."""

from __future__ import annotations

from dataclasses import dataclass, replace
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

import numpy as np

from .encode import filled_texts

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from ..texts import Passages, Texts
    from .encode import Encoder

_BLOCK = 65_536


@dataclass(frozen=True)
class Units:
    """What is encoded of a corpus: documents, or the passages of documents."""

    ids: Any
    """Ids of all documents."""
    texts: Any
    """``pyarrow.LargeStringArray`` of all documents or passages."""
    rows: NDArray[np.int64]
    """(n) those that are encoded."""
    starts: NDArray[np.int64] | None = None
    """(documents + 1) where each document's encoded passages begin; None for whole documents."""

    @classmethod
    def of_documents(cls, corpus: Texts) -> Units:
        """Documents that have a text."""
        return cls(corpus.ids, corpus.texts, np.flatnonzero(filled_texts(corpus.texts)))

    @classmethod
    def of_passages(cls, passages: Passages) -> Units:
        """All passages of the documents that have one with a text."""
        everything = np.arange(len(passages))
        units = cls(passages.doc_ids, passages.texts, everything, passages.starts)
        return units.keep(filled_texts(passages.texts))

    def keep(self, useful: NDArray[np.bool_]) -> Units:
        """Only what can be a hit: useful texts, or all passages of a document that has one."""
        if self.starts is None:
            return replace(self, rows=self.rows[useful])
        kept, starts = kept_starts(useful, self.starts)
        return replace(self, rows=self.rows[np.repeat(kept, np.diff(self.starts))], starts=starts)

    def searched(
        self, vectors: NDArray[np.float32], folder: Path | None
    ) -> tuple[Units, NDArray[np.float32]]:
        """Leave out what only has vectors of length zero, which have no direction.

        Args:
            vectors: (n, dimensions) of ``rows``.
            folder: for the file that takes what is left; None keeps it in memory.
        """
        useful = np.concatenate(
            [vectors[at : at + _BLOCK].any(axis=1) for at in range(0, len(vectors), _BLOCK)]
            or [np.zeros(0, bool)]
        )
        if useful.all():
            return self, vectors
        kept = self.keep(useful)
        place = np.searchsorted(self.rows, kept.rows)
        if len(place) == len(vectors):
            return kept, vectors
        return kept, _copy_rows(vectors, place, folder)


def kept_starts(
    useful: NDArray[np.bool_], starts: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Which documents have a useful passage, and ``starts`` with the others emptied."""
    before = np.concatenate([[0], np.cumsum(useful)])
    kept = before[starts[1:]] > before[starts[:-1]]
    sizes = np.where(kept, np.diff(starts), 0)
    return kept, np.concatenate([[0], np.cumsum(sizes)])


def _copy_rows(
    vectors: NDArray[np.float32], rows: NDArray[np.int64], folder: Path | None
) -> NDArray[np.float32]:
    """Some rows, in memory or in a file that is gone when they are."""
    if folder is None or not len(rows):
        return vectors[rows]
    shape = (len(rows), vectors.shape[1])
    with TemporaryFile(dir=folder) as file:
        copy = np.memmap(file, np.float32, "w+", shape=shape)
    for at in range(0, len(rows), _BLOCK):
        copy[at : at + _BLOCK] = vectors[rows[at : at + _BLOCK]]
    return copy


def encode_units(
    units: Units, encoder: Encoder, folder: Path | None
) -> tuple[Units, NDArray[np.float32]]:
    """Encode what shall be, and leave out what got no direction; see ``Units.searched``."""
    return units.searched(encoder.encode(units.texts, units.rows), folder)
