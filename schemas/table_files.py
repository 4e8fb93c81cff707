"""Parquet files of a table, written in batches while their rows are checked and digested.

They are made for stores that keep each chunk of contents once, as the Hugging Face Hub does: data
pages are cut where the contents say so, so that versions share what they have in common.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from .errors import DataError
from .fingerprint import TableDigest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .tables import Table

ROW_GROUP_BYTES = 32 << 20
"""Uncompressed bytes a row group aims at: small enough for a viewer to page full texts."""
SHARD_BYTES = 500_000_000
"""Bytes a file has at most, unless a single batch of rows has more."""


@dataclass(frozen=True)
class Shard:
    """One of the files that hold a split, in the order of its rows."""

    path: Path
    rows: int


def write_table_files(folder: Path, split: str, table: Table, rows: Any) -> tuple[list[Shard], str]:
    """Write the rows of one split; returns its files, one at least, and the rows' digest.

    Args:
        folder: where the files ``<split>-00000-of-0000N.parquet`` are made.
        split: name of the split.
        table: schema, key and checks of the table.
        rows: ``pyarrow.Table``, or the path of a Parquet file that is streamed.

    Raises:
        DataError: rows are out of order, repeat a key, or do not fit the schema.
    """
    place = f"{table.name}/{split}"
    digest = TableDigest(table.schema)
    order = KeyOrder(table, place)
    with _ShardWriter(folder, split, table.schema) as writer:
        for batch in _batches(rows, 64 if table.holds_files else 1_024):
            table.check(pa.table(batch), place)
            fitted = pa.table(batch).select(table.schema.names).cast(table.schema)
            for piece in fitted.to_batches():
                order.update(piece)
                digest.update(piece)
            writer.write(fitted)
    return writer.named(), digest.hexdigest()


class _ShardWriter:
    """Begins another file before one grows too large; each ``write`` is a row group."""

    def __init__(self, folder: Path, split: str, schema: Any) -> None:
        self._folder = folder
        self._split = split
        self._schema = schema
        self._rows: list[int] = []
        self._open = ExitStack()
        self._begin()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def write(self, rows: Any) -> None:
        # Compressed rows are smaller, so the bound holds whatever they compress to.
        if self._rows[-1] and self._sink.tell() + rows.nbytes > SHARD_BYTES:
            self._open.close()
            self._begin()
        self._writer.write_table(rows)
        self._rows[-1] += rows.num_rows

    def named(self) -> list[Shard]:
        """Give the files, once closed, names that say how many there are."""
        count = len(self._rows)
        shards: list[Shard] = []
        for number, rows in enumerate(self._rows):
            name = f"{self._split}-{number:05}-of-{count:05}.parquet"
            shards.append(Shard(self._partial(number).rename(self._folder / name), rows))
        return shards

    def _begin(self) -> None:
        self._sink = self._open.enter_context(self._partial(len(self._rows)).open("wb"))
        self._writer = self._open.enter_context(
            pq.ParquetWriter(
                self._sink,
                self._schema,
                compression="zstd",
                write_page_index=True,
                use_content_defined_chunking=True,
            )
        )
        self._rows.append(0)

    def _partial(self, number: int) -> Path:
        return self._folder / f"{self._split}-{number:05}.partial"


def _batches(rows: Any, read: int) -> Iterator[Any]:
    """Batches of about ROW_GROUP_BYTES from a table in memory or a Parquet file.

    ``read`` rows of a file are read at a time.
    """
    if isinstance(rows, pa.Table):
        yield from _pieces(rows)
        return
    pending: list[Any] = []
    size = 0
    with pq.ParquetFile(rows) as file:
        for batch in file.iter_batches(batch_size=read):
            pending.append(batch)
            size += batch.nbytes
            if size >= ROW_GROUP_BYTES:
                yield from _pieces(pa.Table.from_batches(pending))
                pending, size = [], 0
    if pending:
        yield from _pieces(pa.Table.from_batches(pending))


def _pieces(rows: Any) -> Iterator[Any]:
    """The rows in parts of equal length, of about ROW_GROUP_BYTES each."""
    count = max(1, round(rows.nbytes / ROW_GROUP_BYTES))
    stride = max(1, -(-len(rows) // count))
    for start in range(0, len(rows), stride):
        yield rows.slice(start, stride).combine_chunks()


class KeyOrder:
    """Checks, batch by batch, that rows are sorted by a table's key and repeat none."""

    def __init__(self, table: Table, place: str) -> None:
        self._key = table.key
        self._place = place
        self._last: tuple[str, ...] | None = None

    def update(self, batch: Any) -> None:
        """Raise ``DataError`` at the first row that is not above its predecessor.

        Strings are compared by their UTF-8 bytes, which is the order of their code points.
        """
        columns = [batch.column(name).to_pylist() for name in self._key]
        last = self._last
        for row in zip(*columns, strict=True):
            if last is not None and row <= last:
                problem = "the key repeats" if row == last else "rows are not sorted by their key"
                raise DataError(problem, place=self._place, found=f"{row} behind {last}")
            last = row
        self._last = last
