"""The judged pairs and the queries of each split, in the columns of a release."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from ...schemas.patents import PATENT_QRELS
from .staged import WRITING

if TYPE_CHECKING:
    from pathlib import Path


def qrels_table(labelled: Path, manners: Path, documents: Path) -> Any:
    """All judged pairs as a ``pyarrow.Table`` of a release's qrels, sorted by key."""
    lists = (
        pl.scan_parquet(manners)
        .group_by("query", "document")
        .agg(
            pl.col(column).filter(pl.col(column) != "").unique().sort().alias(name)
            for column, name in (("category", "categories"), ("phase", "phases"))
        )
    )
    direction = (
        pl.when((pl.col("backward") > 0) & (pl.col("forward") > 0))
        .then(pl.lit("both"))
        .when(pl.col("backward") > 0)
        .then(pl.lit("backward"))
        .when(pl.col("forward") > 0)
        .then(pl.lit("forward"))
    )
    rows = (
        pl.scan_parquet(labelled)
        .join(lists, on=["query", "document"], how="left")
        .with_columns(pl.col("categories", "phases").fill_null([]), direction=direction)
        # Families are numbered in the order of their names.
        .sort("query", "document")
        .join(_names(documents, "query", "query-id"), on="query", maintain_order="left")
        .join(_names(documents, "document", "corpus-id"), on="document", maintain_order="left")
        .select(PATENT_QRELS.schema.names)
        .collect()
    )
    return rows.to_arrow().cast(PATENT_QRELS.schema)


def _names(documents: Path, number: str, name: str) -> pl.LazyFrame:
    families = pl.scan_parquet(documents)
    return families.select(pl.col("family").alias(number), pl.col("name").alias(name))


def write_splits(
    queries: Path, qrels: Any, dev: frozenset[str] | None, folder: Path
) -> dict[str, dict[str, Path]]:
    """Write queries and qrels of each split; rows keep their order.

    Args:
        queries: Parquet of all queries.
        qrels: ``pyarrow.Table`` of all judged pairs.
        dev: ids of the queries that go into ``dev``; None if there is no such split.
        folder: files are written here.

    Returns:
        Table → split → path.
    """
    if dev is None:
        path = folder / "qrels.parquet"
        pq.write_table(qrels, path, **WRITING)
        return {"queries": {"test": queries}, "qrels": {"test": path}}
    paths: dict[str, dict[str, Path]] = {"queries": {}, "qrels": {}}
    for split in ("dev", "test"):
        pairs = paths["qrels"][split] = folder / f"qrels-{split}.parquet"
        chosen = qrels.filter(_mask(qrels.column("query-id"), dev, split))
        pq.write_table(chosen, pairs, **WRITING)
        texts = paths["queries"][split] = folder / f"queries-{split}.parquet"
        with (
            pq.ParquetFile(queries) as source,
            pq.ParquetWriter(texts, source.schema_arrow, **WRITING) as out,
        ):
            for batch in source.iter_batches(batch_size=4096):
                part = pa.Table.from_batches([batch])
                out.write_table(part.filter(_mask(part.column("_id"), dev, split)))
    return paths


def _mask(ids: Any, dev: frozenset[str], split: str) -> Any:
    return pa.array([(key in dev) == (split == "dev") for key in ids.to_pylist()], pa.bool_())
