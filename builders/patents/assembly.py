"""Final assembly: texts and lists of the families that a release holds.

This is no portable stage, as engines disagree on lists; it is bounded in another way. Records of
the wanted families are dealt into buckets of neighbouring family ids, and each bucket is assembled
in memory by itself. Buckets follow each other in the order of ids, so their rows do too.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from ...schemas.patents import PATENT_CORPUS
from .documents import (
    QUERIES_WITHOUT_KEYWORDS,
    assemble_families,
    corpus_table,
    queries_table,
)
from .keywords import write_keywords
from .staged import TEXT_FIELDS, WRITING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_BUCKET_BYTES = 64 << 20
_MAX_BUCKETS = 256
"""Files open at a time; usual systems allow 1,024."""
_READ = ("record", "publication_id", "publication_date", "source", "language")
_LISTS = ("ipc", "cpc", "members")


def assemble(
    publications: Sequence[Path],
    stages: Callable[[str], Path],
    folder: Path,
    advance: Callable[[int], None],
    *,
    bucket_bytes: int = _BUCKET_BYTES,
) -> tuple[Path, Path]:
    """Write the corpus and all queries, in the schemas of a release, sorted by id.

    Args:
        publications: staged publications of all sources, in the order of their records.
        stages: name → Parquet of ``members``, ``documents``, ``jurisdictions``, ``queries`` and
            ``corpus_ids``.
        folder: both files are written here; buckets live in a folder below it meanwhile.
        advance: called with families just assembled.
        bucket_bytes: uncompressed bytes of records that a bucket aims at (there are at most 256).

    Returns:
        Paths of the corpus and of the queries.
    """
    facts = _facts(stages)
    owner = _owners(stages("members"), facts, publications)
    count = _bucket_count(publications, owner, bucket_bytes)
    facts = facts.with_columns(bucket=pl.col("ordinal") * count // max(len(facts), 1))
    buckets = folder / "buckets"
    shutil.rmtree(buckets, ignore_errors=True)
    buckets.mkdir(parents=True)
    _deal(publications, owner, facts["bucket"].to_numpy(), buckets)
    corpus, queries = folder / "corpus.parquet", folder / "queries.parquet"
    bare = folder / "queries-without-keywords.parquet"
    with (
        pq.ParquetWriter(corpus, PATENT_CORPUS.schema, **WRITING) as corpus_file,
        pq.ParquetWriter(bare, QUERIES_WITHOUT_KEYWORDS.schema, **WRITING) as queries_file,
    ):
        for bucket in facts["bucket"].unique(maintain_order=True):
            records = pl.read_parquet(buckets / f"{bucket}.parquet")
            rows = assemble_families(records, facts.filter(pl.col("bucket") == bucket))
            corpus_file.write_table(corpus_table(rows.filter("in_corpus")))
            queries_file.write_table(queries_table(rows.filter("is_query")))
            advance(len(rows))
    shutil.rmtree(buckets)
    write_keywords(corpus, bare, queries)
    bare.unlink()
    return corpus, queries


def _facts(stages: Callable[[str], Path]) -> pl.DataFrame:
    """Facts of the wanted families, by id, with their ordinal."""
    corpus = pl.scan_parquet(stages("corpus_ids")).with_columns(in_corpus=pl.lit(value=True))
    queries = pl.scan_parquet(stages("queries")).select("family", is_query=pl.lit(value=True))
    wanted = corpus.join(queries, on="family", how="full", coalesce=True).with_columns(
        pl.col("in_corpus", "is_query").fill_null(value=False)
    )
    columns = ("family", "name", "rule", "date", "public")
    documents = pl.scan_parquet(stages("documents")).select(columns)
    return (
        wanted.join(documents, on="family", how="inner")
        .join(pl.scan_parquet(stages("jurisdictions")), on="family", how="left")
        .sort("family")
        .collect()
        .with_row_index("ordinal")
        .with_columns(pl.col("ordinal").cast(pl.Int64))
    )


def _owners(members: Path, facts: pl.DataFrame, publications: Sequence[Path]) -> NDArray[np.int64]:
    """Ordinal of the wanted family of each record; -1 for none."""
    owner = np.full(sum(pq.read_metadata(path).num_rows for path in publications), -1, np.int64)
    mine = (
        pl.scan_parquet(members)
        .select("record", "name")
        .join(facts.lazy().select("name", "ordinal"), on="name")
        .select("record", "ordinal")
        .collect()
    )
    owner[mine["record"].to_numpy()] = mine["ordinal"].to_numpy()
    return owner


def _bucket_count(publications: Sequence[Path], owner: NDArray[np.int64], bucket_bytes: int) -> int:
    files = [pq.read_metadata(path) for path in publications]
    size = sum(
        file.row_group(index).total_byte_size
        for file in files
        for index in range(file.num_row_groups)
    )
    wanted = size * int((owner >= 0).sum()) // max(len(owner), 1)
    return min(max(1, -(-wanted // bucket_bytes)), _MAX_BUCKETS)


def _deal(
    publications: Sequence[Path],
    owner: NDArray[np.int64],
    bucket_of: NDArray[np.int64],
    folder: Path,
) -> None:
    """Write each wanted record, with its family's ordinal, to the file of its bucket."""
    writers: dict[int, Any] = {}
    try:
        for table in _record_tables(publications):
            ordinal = owner[table.column("record").to_numpy()]
            wanted = table.append_column("ordinal", pa.array(ordinal)).filter(
                pa.array(ordinal >= 0)
            )
            place = bucket_of[ordinal[ordinal >= 0]]
            for bucket in np.unique(place).tolist():
                if bucket not in writers:
                    path = folder / f"{bucket}.parquet"
                    writers[bucket] = pq.ParquetWriter(path, wanted.schema, **WRITING)
                writers[bucket].write_table(wanted.filter(pa.array(place == bucket)))
    finally:
        for writer in writers.values():
            writer.close()


def _record_tables(publications: Sequence[Path]) -> Iterator[Any]:
    for path in publications:
        with pq.ParquetFile(path) as file:
            columns = [*_READ, *_LISTS, *TEXT_FIELDS]
            for batch in file.iter_batches(batch_size=4096, columns=columns):
                yield pa.Table.from_batches([batch])
