"""The files that a release keeps of its snapshots."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from ...schemas.code import FILES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from .options import CodeOptions
    from .sample import Sample

_BATCH = 256


def file_rows(samples: Sequence[Sample], options: CodeOptions, folder: Path) -> Path:
    """Write the table ``files`` and return its path.

    Of a snapshot with samples that have tests all files are kept, as tests may read any; of another
    one the files of its samples.
    """
    path = folder / "files.parquet"
    with pq.ParquetWriter(path, FILES.schema, compression="zstd") as writer:
        batch: list[dict[str, object]] = []
        for row in _rows(samples, options):
            batch.append(row)
            if len(batch) == _BATCH:
                writer.write_table(pa.Table.from_pylist(batch, schema=FILES.schema))
                batch = []
        writer.write_table(pa.Table.from_pylist(batch, schema=FILES.schema))
    return path


def _rows(samples: Sequence[Sample], options: CodeOptions) -> Iterator[dict[str, object]]:
    by_snapshot: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        by_snapshot[sample.snapshot].append(sample)
    for snapshot in sorted(by_snapshot) if options.files != "none" else ():
        mine = by_snapshot[snapshot]
        source = mine[0].candidate.harvest.snapshot
        root = source.materialise()
        names = {sample.candidate.module.path for sample in mine}
        if options.files == "all" and any(sample.tests for sample in mine):
            names.update(source.paths())
        for name in sorted(names):
            file = root / name
            yield {
                "snapshot": snapshot,
                "path": name,
                "executable": bool(file.stat().st_mode & 0o100),
                "content": file.read_bytes(),
            }
