"""Material, rewritings and episodes as the tables of a release, as Parquet files."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from ...rewriting.distance import edit_distance
from ...schemas.cseo import (
    CONTEXTS,
    CSEO_CORPUS,
    CSEO_QRELS,
    CSEO_QUERIES,
    EPISODES,
    VARIANTS,
    shown_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from ...schemas.tables import Table
    from .material import Material
    from .variants import Variants

_BATCH = 2_000
"""Rows that are in memory as a table at a time."""


def store_tables(
    material: Material, variants: Variants, episodes: Sequence[dict[str, Any]], folder: Path
) -> dict[str, dict[str, Path]]:
    """Write every table to a Parquet file, rows by key; table → split → file."""
    tables: dict[Table, Iterable[dict[str, Any]]] = {
        CSEO_CORPUS: _corpus(material),
        CSEO_QUERIES: _queries(material),
        CSEO_QRELS: _pairs(material),
        CONTEXTS: _contexts(material),
        VARIANTS: _variants(material, variants),
        EPISODES: episodes,
    }
    return {table.name: {"test": _write(table, rows, folder)} for table, rows in tables.items()}


def _write(table: Table, rows: Iterable[dict[str, Any]], folder: Path) -> Path:
    path = folder / f"{table.name}-test.parquet"
    left = iter(rows)
    with pq.ParquetWriter(path, table.schema) as writer:
        while batch := list(islice(left, _BATCH)):
            writer.write_table(pa.Table.from_pylist(batch, schema=table.schema))
    return path


def _corpus(material: Material) -> Iterator[dict[str, Any]]:
    for key, document in sorted(material.documents.items()):
        yield {
            "_id": key,
            "title": document.title,
            "text": document.text,
            "domain": [document.domain],
            "pool": document.domain,
            "source_id": document.source_id,
        }


def _queries(material: Material) -> Iterator[dict[str, Any]]:
    for key, query in sorted(material.queries.items()):
        yield {
            "_id": key,
            "text": query.text,
            "domain": [query.domain],
            "pool": query.domain,
            "task": query.task,
            "source_id": query.source_id,
            "targets": [document for document in query.context if document in query.targets],
        }


def _pairs(material: Material) -> Iterator[dict[str, Any]]:
    for key, query in sorted(material.queries.items()):
        for document in sorted(query.relevant):
            yield {
                "query-id": key,
                "corpus-id": document,
                "score": 1,
                "partition": query.domain,
            }


def _contexts(material: Material) -> Iterator[dict[str, Any]]:
    for key, query in sorted(material.queries.items()):
        places = {document: place for place, document in enumerate(query.context, 1)}
        for document in sorted(places):
            yield {"query_id": key, "corpus_id": document, "position": places[document]}


def _variants(material: Material, variants: Variants) -> Iterator[dict[str, Any]]:
    for (key, method, query), variant in sorted(variants.rows.items(), key=_by_key):
        document = material.documents[key]
        before = shown_text(document.title, document.text)
        distance, share = edit_distance(before, shown_text(variant.title, variant.text))
        yield {
            "corpus_id": key,
            "method": method,
            "query_id": query,
            "title": variant.title,
            "text": variant.text,
            "parameters": variant.parameters,
            "model": variant.model,
            "may_invent": variant.may_invent,
            "edit_distance": distance,
            "edit_share": share,
        }


def _by_key(item: tuple[tuple[str, str, str], object]) -> tuple[str, str, str]:
    return item[0]
