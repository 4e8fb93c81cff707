"""One Parquet file of a table, written in batches while its rows are checked and digested."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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


def write_table_file(path: Path, table: Table, rows: Any) -> tuple[int, str]:
    """Write the rows of one split; returns how many there are, and their digest.

    Args:
        path: file to write.
        table: schema, key and checks of the table.
        rows: ``pyarrow.Table``, or the path of a Parquet file that is streamed.

    Raises:
        DataError: rows are out of order, repeat a key, or do not fit the schema.
    """
    digest = TableDigest(table.schema)
    order = KeyOrder(table, path.name)
    count = 0
    with pq.ParquetWriter(path, table.schema, compression="zstd", write_page_index=True) as writer:
        for batch in _batches(rows, 64 if table.holds_files else 1_024):
            table.check(pa.table(batch), path.name)
            fitted = pa.table(batch).select(table.schema.names).cast(table.schema)
            for piece in fitted.to_batches():
                order.update(piece)
                digest.update(piece)
            count += fitted.num_rows
            writer.write_table(fitted)
    return count, digest.hexdigest()


def _batches(rows: Any, read: int) -> Iterator[Any]:
    """Batches of about ROW_GROUP_BYTES from a table in memory or a Parquet file.

    ``read`` rows of a file are read at a time.
    """
    if isinstance(rows, pa.Table):
        stride = max(1, len(rows) * ROW_GROUP_BYTES // max(rows.nbytes, 1))
        for start in range(0, len(rows), stride):
            yield rows.slice(start, stride).combine_chunks()
        return
    pending: list[Any] = []
    size = 0
    with pq.ParquetFile(rows) as file:
        for batch in file.iter_batches(batch_size=read):
            pending.append(batch)
            size += batch.nbytes
            if size >= ROW_GROUP_BYTES:
                yield pa.Table.from_batches(pending).combine_chunks()
                pending, size = [], 0
    if pending:
        yield pa.Table.from_batches(pending).combine_chunks()


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
