"""Making an index: texts are counted shard by shard, then each shard's postings are written.

Document frequencies, the number of texts and their mean length are those of the whole corpus, so
counting comes first and writing second. Between the two, the counts wait in memory or, with a
workspace, in files; the index's arrays are made in memory or written to files in the same order.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from . import index_kernels as kernels
from .files import ArrayFile, open_index, write_index
from .index import SHARD, Index, shard_bounds
from .pieces import (
    KeptPieces,
    SpilledPieces,
    Vocabulary,
    batches,
    count_pieces,
    places,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy.typing as npt

    from .counts import Utf8
    from .methods import Formula
    from .pieces import Piece, PieceStore
    from .tokenizer import Tokenizer

FREQUENT_SHARE = 0.1
"""Share of the texts from which on a dense row beats postings."""
FREQUENT_TERMS = 512
MEMORY = 1 << 28
_BYTES_PER_TEXT_BYTE = 4
"""Memory that counting takes at most for a byte of text, roughly: table, counts, their copies."""


def build_index(
    texts: Utf8,
    tokenizer: Tokenizer,
    formula: Formula,
    threads: int,
    *,
    passages: npt.NDArray[np.int64] | None = None,
    corpus: Index | None = None,
    shard: int = SHARD,
    workspace: Path | None = None,
    memory: int = MEMORY,
    about: Mapping[str, Any] | None = None,
) -> Index:
    """Index texts; ordinals of documents are their places.

    The result does not depend on threads, workspace or memory. Two words count as one where their
    64-bit hashes are equal: among n distinct words that happens with probability n^2 / 2^65, 3e-8
    for a million.

    Args:
        texts: the documents, or their passages document by document.
        tokenizer: what makes their terms.
        formula: what weighs them.
        threads: threads to use.
        passages: shape (documents + 1,): texts ``passages[d]:passages[d + 1]`` are passages of
            document d; by default each text is a document.
        corpus: index whose numbers of texts and words are used instead of these texts' own. A term
            that it does not know counts as held by one text of it.
        shard: most texts of a shard, at most ``SHARD``. Scores do not depend on it.
        workspace: empty folder where the index is written and then memory-mapped from. Counts are
            spilled there too, so that memory holds the vocabulary, 12 bytes a text, and the counts
            and postings of one shard (14 bytes a posting). By default all is in memory.
        memory: bytes that counting a batch of texts may take, roughly; with a workspace only.
        about: see ``Index``.

    Raises:
        DataError: there is no text, or a document has more passages than a shard can hold.
    """
    bounds = shard_bounds(len(texts), passages, shard)
    on_disk = workspace is not None
    store: PieceStore = SpilledPieces(workspace) if workspace is not None else KeptPieces()
    batch = max(1 << 20, memory // _BYTES_PER_TEXT_BYTE) if on_disk else None
    with ThreadPoolExecutor(threads) as pool:
        hashes, df, lengths = _count(texts, bounds, tokenizer, store, batch, pool, threads)
        numbers = np.empty(len(df), np.int32)
        kernels.order_by_frequency(df, np.zeros(df.max(initial=0) + 2, np.int64), numbers)
        idf = _by_number(_idf(formula, hashes, df, lengths, corpus), numbers)
        sink: _Sink = _Files(workspace) if workspace is not None else _Arrays.of(int(df.sum()))
        factor = formula.length_factor(lengths, None if corpus is None else corpus.lengths)
        writer = _Writer(hashes, numbers, idf, factor, formula, pool)
        entries = [0]
        for number, (first, last) in enumerate(pairwise(bounds.tolist())):
            held = writer.write(store.take(number), first, last, sink)
            entries.append(entries[-1] + held)
    frequent = df >= FREQUENT_SHARE * len(lengths)
    index = Index(
        hashes,
        numbers,
        idf * formula.absent_weight,
        lengths,
        bounds,
        np.array(entries, np.int64),
        **sink.finish(),
        passages=np.empty(0, np.int64) if passages is None else passages.astype(np.int64),
        frequent=min(FREQUENT_TERMS, int(np.count_nonzero(frequent))),
        positive=bool(len(idf) == 0 or idf.min() > 0),
        about=about or {},
    )
    if workspace is None:
        return index
    write_index(index, workspace, written=_Files.NAMES)
    return open_index(workspace)


def _count(
    texts: Utf8,
    bounds: npt.NDArray[np.int64],
    tokenizer: Tokenizer,
    store: PieceStore,
    batch: int | None,
    pool: ThreadPoolExecutor,
    threads: int,
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """Count all texts; the terms' hashes, ascending, their df, and the texts' lengths."""
    vocabulary = Vocabulary(pool)
    lengths: list[npt.NDArray[np.int32]] = []
    for number, (first, last) in enumerate(pairwise(bounds.tolist())):
        for part in batches(texts.slice(first, last), batch):
            pieces = count_pieces(part, tokenizer, pool, threads)
            for piece in pieces:
                vocabulary.add(piece)
                lengths.append(piece.lengths)
            store.add(number, pieces)
    hashes, df = vocabulary.merge()
    return hashes, df, np.concatenate(lengths)


def _idf(
    formula: Formula,
    hashes: npt.NDArray[np.uint64],
    df: npt.NDArray[np.int64],
    lengths: npt.NDArray[np.int32],
    corpus: Index | None,
) -> npt.NDArray[np.float64]:
    if corpus is None:
        return formula.idf(df, formula.documents(lengths))
    documents = formula.documents(corpus.lengths)
    known = formula.idf(corpus.frequencies, documents)
    (unseen,) = formula.idf(np.ones(1, np.int64), documents)
    at = np.minimum(np.searchsorted(corpus.hashes, hashes), max(0, len(known) - 1))
    if not len(known):
        return np.full(len(hashes), unseen)
    return np.where(corpus.hashes[at] == hashes, known[at], unseen)


def _by_number(
    values: npt.NDArray[np.float64], numbers: npt.NDArray[np.int32]
) -> npt.NDArray[np.float64]:
    ordered = np.empty_like(values)
    ordered[numbers] = values
    return ordered


@dataclass
class _Writer:
    """Writes shards: what all of them share, and scratch arrays over all terms."""

    hashes: npt.NDArray[np.uint64]
    numbers: npt.NDArray[np.int32]
    idf: npt.NDArray[np.float64]
    factor: npt.NDArray[np.float64]
    formula: Formula
    pool: ThreadPoolExecutor

    def write(self, pieces: Sequence[Piece], first: int, last: int, sink: _Sink) -> int:
        """Write the shard of the texts from first to last; the number of its terms.

        The pieces write side by side, each where its texts come.
        """
        names = list(self.pool.map(self._names, pieces))
        df = np.zeros(len(self.hashes), np.int64)
        for piece, name in zip(pieces, names, strict=True):
            df[name] += piece.df
        terms = np.flatnonzero(df).astype(np.int32)
        starts = np.cumsum(df[terms])
        texts, impacts = sink.room(int(starts[-1]) if len(starts) else 0)
        df[terms] = starts - df[terms]  # from here on the next free posting of each term
        formula, text = self.formula, 0
        calls = []
        for piece, name in zip(pieces, names, strict=True):
            place, idf = np.empty(len(name), np.int64), np.empty(len(name))
            place[piece.order], idf[piece.order] = df[name], self.idf[name]
            df[name] += piece.df
            factor = self.factor[first + text : last]
            calls.append(
                self.pool.submit(
                    kernels.write_postings,
                    piece.terms, piece.counts, piece.ends, place, text, idf, factor,
                    formula.k1, formula.gain, formula.delta or 0.0, formula.method == "bm25l",
                    texts, impacts,
                )
            )  # fmt: skip
            text += len(piece.lengths)
        for call in calls:
            call.result()
        sink.add(terms, starts, texts, impacts)
        return len(terms)

    def _names(self, piece: Piece) -> npt.NDArray[np.int32]:
        return self.numbers[places(self.hashes, piece.hashes)]


class _Sink(Protocol):
    """Where the arrays of the shards go."""

    def room(self, count: int) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.float32]]:
        """Arrays for the next shard's postings."""
        ...

    def add(
        self,
        terms: npt.NDArray[np.int32],
        ends: npt.NDArray[np.int64],
        texts: npt.NDArray[np.uint16],
        impacts: npt.NDArray[np.float32],
    ) -> None:
        """Take the next shard, whose postings stand in the arrays that ``room`` gave.

        ``ends`` are the ends of the terms' postings in the shard.
        """
        ...

    def finish(self) -> dict[str, Any]:
        """The arrays of ``Index`` by name."""
        ...


@dataclass
class _Arrays:
    """Arrays in memory."""

    texts: npt.NDArray[np.uint16]
    impacts: npt.NDArray[np.float32]
    terms: list[npt.NDArray[np.int32]] = field(default_factory=list[Any])
    starts: list[npt.NDArray[np.int64]] = field(default_factory=list[Any])
    filled: int = 0

    @classmethod
    def of(cls, postings: int) -> _Arrays:
        return cls(np.empty(postings, np.uint16), np.empty(postings, np.float32))

    def room(self, count: int) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.float32]]:
        place = slice(self.filled, self.filled + count)
        return self.texts[place], self.impacts[place]

    def add(
        self,
        terms: npt.NDArray[np.int32],
        ends: npt.NDArray[np.int64],
        texts: npt.NDArray[np.uint16],
        impacts: npt.NDArray[np.float32],  # noqa: ARG002 -- written in place
    ) -> None:
        self.terms.append(terms)
        self.starts.append(ends + self.filled)
        self.filled += len(texts)

    def finish(self) -> dict[str, Any]:
        return {
            "terms": np.concatenate(self.terms),
            "starts": np.concatenate([np.zeros(1, np.int64), *self.starts]),
            "texts": self.texts,
            "impacts": self.impacts,
        }


class _Files:
    """Arrays in the files of a folder, written shard by shard."""

    NAMES = ("terms", "starts", "texts", "impacts")

    def __init__(self, folder: Path) -> None:
        self._files = {name: ArrayFile(folder, name) for name in self.NAMES}
        self._files["starts"].append(np.zeros(1, np.int64))
        self._filled = 0

    def room(self, count: int) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.float32]]:
        return np.empty(count, np.uint16), np.empty(count, np.float32)

    def add(
        self,
        terms: npt.NDArray[np.int32],
        ends: npt.NDArray[np.int64],
        texts: npt.NDArray[np.uint16],
        impacts: npt.NDArray[np.float32],
    ) -> None:
        for name, part in zip(
            self.NAMES, (terms, ends + self._filled, texts, impacts), strict=True
        ):
            self._files[name].append(part)
        self._filled += len(texts)

    def finish(self) -> dict[str, Any]:
        return {name: file.finish() for name, file in self._files.items()}
