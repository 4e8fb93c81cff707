"""Keywords of the queries, for retrieval with a few words instead of a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from ...retrieval.keywords import keywords
from ...schemas.patents import PATENT_QUERIES
from .documents import query_text
from .staged import WRITING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_ROWS = 8_192


def write_keywords(corpus: Path, bare: Path, queries: Path) -> None:
    """Write the queries with their keywords; rows keep their order.

    Args:
        corpus: Parquet of the corpus, whose titles and abstracts give the words' frequencies.
        bare: Parquet of the queries without keywords.
        queries: Parquet to write.
    """
    texts = pl.read_parquet(bare, columns=["title", "abstract"]).select(
        pl.when(pl.col("abstract") == "").then("title").otherwise("abstract")
    )
    found = keywords(_large(texts), _documents(corpus))
    with (
        pq.ParquetFile(bare) as source,
        pq.ParquetWriter(queries, PATENT_QUERIES.schema, **WRITING) as out,
    ):
        first = 0
        for batch in source.iter_batches(batch_size=_ROWS):
            table = pa.Table.from_batches([batch])
            table = table.append_column("keywords", found.slice(first, len(table)))
            out.write_table(table.select(PATENT_QUERIES.schema.names).cast(PATENT_QUERIES.schema))
            first += len(table)


def _documents(corpus: Path) -> Iterator[Any]:
    with pq.ParquetFile(corpus) as source:
        for batch in source.iter_batches(batch_size=_ROWS, columns=["title", "text"]):
            rows: Any = pl.from_arrow(batch)
            yield _large(rows.rename({"text": "abstract"}).select(query_text()))


def _large(texts: pl.DataFrame) -> Any:
    return texts.to_series().to_arrow().cast(pa.large_string())
