"""One pass over the texts of a table that keeps little of each: digest, length, opening."""

from __future__ import annotations

import hashlib
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from numpy.typing import NDArray

    from ..schemas.release import Release

    Batch = tuple[list[str], list[str], list[str], list[str]]
    """Ids, titles, texts and tasks."""

OPENING = 2_000
"""Characters of a text that are compared with others."""
COMPARED = 200_000
"""Texts that are kept to be compared, at most."""
SAMPLED = 500
"""Texts of the sample, at most."""
_BATCH = 1_024
_COLUMNS = {"corpus": ("title", "text"), "queries": ("text",)}
"""Columns that make a row's text; the others of a family add to these."""


@dataclass
class TextScan:
    """What is kept of n texts, in the order of splits and rows."""

    ids: Any
    """Arrow array of n strings."""
    digests: NDArray[np.uint64]
    """Shape (n, 2): 128 bits of each text; zeros where it is empty."""
    words: NDArray[np.int64]
    """Shape (n,): words between blanks."""
    split: NDArray[np.int64]
    """Shape (n,): ordinal of each row's split among ``splits``."""
    splits: list[str]
    task: NDArray[np.int64]
    """Shape (n,): ordinal of each row's task; zeros where rows have none."""
    openings: list[str]
    """The first characters of the first rows."""
    sample: list[tuple[str, str]]
    """Id and opening of some rows."""
    hits: Mapping[bytes, list[str]] = field(default_factory=dict[bytes, list[str]])
    """Digest that was wanted → up to two ids of rows whose text, with or without title, has it."""

    def __len__(self) -> int:
        return len(self.words)

    def id(self, place: int) -> str:
        """The id of a row."""
        return self.ids[int(place)].as_py()

    def digest(self, place: int) -> bytes:
        """The digest of a row's text."""
        return self.digests[place].tobytes()


def scan_texts(
    release: Release, table: str, *, seed: int, wanted: AbstractSet[bytes] = frozenset()
) -> TextScan:
    """Read the texts of ``corpus`` or ``queries`` once.

    A text is that of ``verify``: title and text of a document, one a line, blank ones left out.
    Memory: some 50 bytes a row besides its id, and ``OPENING`` characters of the first
    ``COMPARED``.

    Args:
        release: the release.
        table: ``corpus`` or ``queries``.
        seed: of the sample.
        wanted: digests of texts that are looked for.
    """
    splits = release.splits(table)
    rows = [_rows(release, table, split) for split in splits]
    scan = _Kept(set(_drawn(sum(rows), seed).tolist()), wanted)
    for batch in _batches(release, table, splits):
        scan.add(*batch)
    return TextScan(
        ids=pa.chunked_array(scan.ids, pa.string()).combine_chunks(),
        digests=np.frombuffer(bytes(scan.digests), np.uint64).reshape(-1, 2),
        words=np.frombuffer(scan.words, np.int64),
        split=np.repeat(np.arange(len(splits)), rows),
        splits=splits,
        task=np.frombuffer(scan.tasks, np.int64),
        openings=scan.openings,
        sample=scan.sample,
        hits=scan.hits,
    )


def text_digest(text: str) -> bytes:
    """128 bits of a text; zeros where it is empty."""
    return hashlib.blake2b(text.encode(), digest_size=16).digest() if text else bytes(16)


@dataclass
class _Kept:
    """What a scan gathers."""

    drawn: set[int]
    wanted: AbstractSet[bytes]
    ids: list[Any] = field(default_factory=list[Any])
    digests: bytearray = field(default_factory=bytearray)
    words: array[int] = field(default_factory=lambda: array("q"))
    tasks: array[int] = field(default_factory=lambda: array("q"))
    openings: list[str] = field(default_factory=list[str])
    sample: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    hits: dict[bytes, list[str]] = field(default_factory=dict[bytes, list[str]])
    named: dict[str, int] = field(default_factory=dict[str, int])

    def add(self, ids: list[str], titles: list[str], texts: list[str], tasks: list[str]) -> None:
        """Take the rows of a batch."""
        self.ids.append(pa.array(ids, pa.string()))
        self.tasks.extend(self.named.setdefault(task, len(self.named)) for task in tasks)
        for key, title, text in zip(ids, titles, texts, strict=True):
            joined = "\n".join(part for part in (title, text) if part.strip())
            digest = text_digest(joined)
            place = len(self.words)
            if place < COMPARED:
                self.openings.append(joined[:OPENING])
            if place in self.drawn:
                self.sample.append((key, joined[:OPENING]))
            self.digests += digest
            self.words.append(len(joined.split()))
            if self.wanted and joined:
                self._look(key, {digest, text_digest(text)})

    def _look(self, key: str, digests: set[bytes]) -> None:
        for digest in sorted(digests & self.wanted):
            found = self.hits.setdefault(digest, [])
            if len(found) < 2:
                found.append(key)


def _rows(release: Release, table: str, split: str) -> int:
    return sum(file.rows for file in release.manifest.tables[table].splits[split])


def _drawn(rows: int, seed: int) -> NDArray[np.int64]:
    """Places of the rows of the sample, ascending."""
    if rows <= SAMPLED:
        return np.arange(rows)
    draw = np.random.Generator(np.random.PCG64(seed))
    return np.sort(draw.choice(rows, SAMPLED, replace=False))


def _batches(release: Release, table: str, splits: list[str]) -> Iterator[Batch]:
    for split in splits:
        for path in release.files(table, split):
            with pq.ParquetFile(path) as file:
                asked = "task" in file.schema_arrow.names and table == "queries"
                columns = ["_id", *_COLUMNS[table], *(["task"] if asked else [])]
                for batch in file.iter_batches(batch_size=_BATCH, columns=columns):
                    lists = {name: batch.column(name).to_pylist() for name in columns}
                    blank = [""] * batch.num_rows
                    yield (
                        lists["_id"],
                        lists.get("title", blank),
                        lists["text"],
                        lists.get("task", blank),
                    )
