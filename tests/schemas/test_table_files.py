"""Parquet files as stores of versions and viewers want them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from domainbench.schemas import table_files
from domainbench.schemas.errors import DataError
from domainbench.schemas.fingerprint import table_fingerprint
from domainbench.schemas.patents import PATENT_QRELS
from domainbench.schemas.table_files import write_table_files

from .conftest import pair, table


def pairs(count: int, document: str = "d") -> Any:
    """Pairs whose documents' ids do not compress away."""
    draw = np.random.default_rng(0)
    rows = [pair(f"q{number:06}", document + draw.bytes(64).hex(), "IN") for number in range(count)]
    return table(PATENT_QRELS.schema, rows)


def test_a_split_is_one_file_where_it_is_small(tmp_path: Path) -> None:
    rows = pairs(10)
    (shard,), digest = write_table_files(tmp_path, "test", PATENT_QRELS, rows)
    assert shard.path == tmp_path / "test-00000-of-00001.parquet"
    assert (shard.rows, digest) == (10, table_fingerprint(rows))
    assert list(tmp_path.iterdir()) == [shard.path]


def test_a_split_without_rows_is_one_file_too(tmp_path: Path) -> None:
    (shard,), _ = write_table_files(tmp_path, "test", PATENT_QRELS, pairs(0))
    assert pq.read_table(shard.path).num_rows == shard.rows == 0


@pytest.mark.parametrize("streamed", [False, True])
def test_files_end_before_they_are_too_large(
    tmp_path: Path,
    streamed: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(table_files, "SHARD_BYTES", 200_000)
    monkeypatch.setattr(table_files, "ROW_GROUP_BYTES", 50_000)
    rows = pairs(5_000)
    source: Any = rows
    if streamed:
        source = tmp_path / "source"
        pq.write_table(rows, source)
    folder = tmp_path / "made"
    folder.mkdir()
    shards, digest = write_table_files(folder, "test", PATENT_QRELS, source)
    assert len(shards) > 2
    names = [f"test-{n:05}-of-{len(shards):05}.parquet" for n in range(len(shards))]
    assert (
        [shard.path.name for shard in shards] == names == sorted(p.name for p in folder.iterdir())
    )
    sizes = [shard.path.stat().st_size for shard in shards]
    assert max(sizes) < 200_000 + 20_000  # the last is the footer's
    assert all(pq.read_metadata(shard.path).num_rows == shard.rows for shard in shards)
    back = pa.concat_tables([pq.read_table(shard.path) for shard in shards])
    assert back.equals(rows)
    assert digest == table_fingerprint(rows)


def test_a_batch_that_is_too_large_alone_has_a_file_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_files, "SHARD_BYTES", 1)
    monkeypatch.setattr(table_files, "ROW_GROUP_BYTES", 1)
    shards, _ = write_table_files(tmp_path, "test", PATENT_QRELS, pairs(3))
    assert [shard.rows for shard in shards] == [1, 1, 1]


def test_order_is_checked_over_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_files, "SHARD_BYTES", 1)
    monkeypatch.setattr(table_files, "ROW_GROUP_BYTES", 1)
    twice = pa.concat_tables([pairs(1), pairs(1)])
    with pytest.raises(DataError, match=r"qrels/test.*repeats"):
        write_table_files(tmp_path, "test", PATENT_QRELS, twice)


def test_files_have_what_viewers_page_by(tmp_path: Path) -> None:
    (shard,), _ = write_table_files(tmp_path, "test", PATENT_QRELS, pairs(100))
    meta = pq.read_metadata(shard.path)
    column = meta.row_group(0).column(0)
    assert column.has_column_index
    assert column.has_offset_index
    assert column.compression == "ZSTD"


def test_versions_share_the_bytes_of_rows_that_stay(tmp_path: Path) -> None:
    rows = pairs(60_000)
    added = pa.concat_tables([table(PATENT_QRELS.schema, [pair("a", "b", "IN")]), rows])
    files: list[bytes] = []
    for name, version in (("old", rows), ("new", added)):
        (tmp_path / name).mkdir()
        (shard,), _ = write_table_files(tmp_path / name, "test", PATENT_QRELS, version)
        files.append(shard.path.read_bytes())
    old, new = files
    kept = [old[start : start + 4_096] in new for start in range(0, len(old) - 4_096, 65_536)]
    assert sum(kept) > len(kept) / 2
