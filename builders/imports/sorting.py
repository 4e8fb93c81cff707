"""Rows as they come, brought into the order of their ids without holding all of them.

Rows are written to Parquet as they are read, then dealt into buckets of neighbouring ids, and each
bucket is sorted in memory by itself. Ids alone are held for all rows.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from ...schemas.tables import Table

_BATCH_CHARACTERS = 16 << 20
_BATCH_ROWS = 8_192
_BUCKET_BYTES = 64 << 20
_MAX_BUCKETS = 256
"""Files open at a time; usual systems allow 1,024."""
_PLACE = "_place"
_RANK = "_rank"
_WRITING: dict[str, Any] = {
    "compression": "lz4", "use_dictionary": False, "write_statistics": False,
}  # fmt: skip


class Repeat(NamedTuple):
    """A row whose id stands before."""

    key: str
    place: int
    first: int
    """Place of the row that is kept."""


class SortedTable:
    """Takes rows of a table with the key ``_id`` in any order and writes them sorted by it.

    Args:
        table: the rows' table.
        folder: for the files; it exists.
        bucket_bytes: uncompressed bytes that are sorted at a time.
    """

    def __init__(self, table: Table, folder: Path, *, bucket_bytes: int = _BUCKET_BYTES) -> None:
        self._table = table
        self._folder = folder
        self._bucket_bytes = bucket_bytes
        self._schema = table.schema.append(pa.field(_PLACE, pa.int64(), nullable=False))
        self._staged = folder / f"{table.name}-staged.parquet"
        self._writer = pq.ParquetWriter(self._staged, self._schema, **_WRITING)
        self._rows: list[dict[str, Any]] = []
        self._characters = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._writer.close()

    def add(self, row: dict[str, Any], place: int) -> None:
        """Take a row; ``place`` is its line or ordinal in the source."""
        self._rows.append({**row, _PLACE: place})
        self._characters += sum(len(value) for value in row.values() if isinstance(value, str))
        if len(self._rows) >= _BATCH_ROWS or self._characters >= _BATCH_CHARACTERS:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(pa.Table.from_pylist(self._rows, schema=self._schema))
        self._rows.clear()
        self._characters = 0

    def finish(self) -> tuple[Path, list[Repeat]]:
        """Write what was added; of rows with one id, the one with the least place is kept.

        Returns:
            The sorted Parquet file, and the rows that are not in it.
        """
        self._flush()
        self._writer.close()
        ranks = _ranks(pq.read_table(self._staged, columns=["_id"]).column("_id"))
        count = self._bucket_count()
        bucket_of = ranks * count // max(int(ranks.max(initial=-1)) + 1, 1)
        buckets = self._folder / f"{self._table.name}-buckets"
        buckets.mkdir()
        self._deal(ranks, bucket_of, buckets)
        repeats: list[Repeat] = []
        path = self._folder / f"{self._table.name}.parquet"
        with pq.ParquetWriter(path, self._table.schema, **_WRITING) as out:
            for bucket in np.unique(bucket_of).tolist():
                rows, again = _in_order(pq.read_table(buckets / f"{bucket}.parquet"))
                out.write_table(rows.select(self._table.schema.names).cast(self._table.schema))
                repeats += again
        shutil.rmtree(buckets)
        self._staged.unlink()
        return path, sorted(repeats, key=lambda repeat: repeat.place)

    def _bucket_count(self) -> int:
        meta = pq.read_metadata(self._staged)
        size = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
        return min(max(1, -(-size // self._bucket_bytes)), _MAX_BUCKETS)

    def _deal(self, ranks: NDArray[np.int64], bucket_of: NDArray[np.int64], folder: Path) -> None:
        """Write each row, with the rank of its id, to the file of its bucket."""
        writers: dict[int, Any] = {}
        schema = self._schema.append(pa.field(_RANK, pa.int64()))
        try:
            with pq.ParquetFile(self._staged) as file:
                first = 0
                for batch in file.iter_batches(batch_size=1_024):
                    rows = pa.Table.from_batches([batch])
                    here = slice(first, first + len(rows))
                    rows = rows.append_column(_RANK, pa.array(ranks[here]))
                    for bucket in np.unique(bucket_of[here]).tolist():
                        if bucket not in writers:
                            path = folder / f"{bucket}.parquet"
                            writers[bucket] = pq.ParquetWriter(path, schema, **_WRITING)
                        mine = rows.filter(pa.array(bucket_of[here] == bucket))
                        writers[bucket].write_table(mine)
                    first += len(rows)
        finally:
            for writer in writers.values():
                writer.close()


def _ranks(ids: Any) -> NDArray[np.int64]:
    """Place of each id among the different ids, in the order of their UTF-8 bytes."""
    encoded = ids.cast(pa.large_string()).combine_chunks().dictionary_encode()
    order = pc.call_function("array_sort_indices", [encoded.dictionary]).to_numpy()
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return rank[encoded.indices.to_numpy()]


def _in_order(rows: Any) -> tuple[Any, list[Repeat]]:
    ranks, places = rows.column(_RANK).to_numpy(), rows.column(_PLACE).to_numpy()
    order = np.lexsort((places, ranks))
    ranks, places = ranks[order], places[order]
    fresh = np.ones(len(order), bool)
    fresh[1:] = ranks[1:] != ranks[:-1]
    again = np.flatnonzero(~fresh)
    heads = np.maximum.accumulate(np.where(fresh, np.arange(len(order)), 0))
    keys = rows.column("_id").take(pa.array(order[again])).to_pylist()
    repeats = [
        Repeat(key, int(places[at]), int(places[heads[at]]))
        for key, at in zip(keys, again, strict=True)
    ]
    return rows.take(pa.array(order[fresh])), repeats
