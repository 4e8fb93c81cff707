"""Corpus and questions as the tables of a release, as Parquet files."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from ...schemas.rag import RAG_CORPUS, RAG_QRELS, RAG_QUERIES, RAG_QUESTIONS
from .corpus import pool_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from ...schemas.tables import Table
    from .corpus import Corpus
    from .questions import Stored

_BATCH = 2_000
"""Rows that are in memory as a table at a time."""


def store_tables(
    corpus: Corpus, questions: Mapping[str, Stored], folder: Path
) -> dict[str, dict[str, Path]]:
    """Write every table to a Parquet file, rows by key; table → split → file."""
    tables: dict[Table, Iterable[dict[str, Any]]] = {
        RAG_CORPUS: _corpus(corpus),
        RAG_QUESTIONS: _questions(questions),
        RAG_QUERIES: _queries(questions),
        RAG_QRELS: _pairs(questions),
    }
    return {table.name: {"test": _write(table, rows, folder)} for table, rows in tables.items()}


def _write(table: Table, rows: Iterable[dict[str, Any]], folder: Path) -> Path:
    path = folder / f"{table.name}-test.parquet"
    left = iter(rows)
    with pq.ParquetWriter(path, table.schema) as writer:
        while batch := list(islice(left, _BATCH)):
            writer.write_table(pa.Table.from_pylist(batch, schema=table.schema))
    return path


def _labels(domain: str | None) -> dict[str, Any]:
    return {"domain": [] if domain is None else [domain], "pool": pool_of(domain)}


def _corpus(corpus: Corpus) -> Iterator[dict[str, Any]]:
    for key, document in sorted(corpus.documents.items()):
        yield {
            "_id": key,
            "title": document.title,
            "text": document.text,
            "kind": document.kind,
            **_labels(document.domain),
            "entities": document.entities,
            "source_file": document.source_file,
            "source_page": document.page,
            "piece": document.piece,
            "start": document.start,
            "end": document.end,
            "tokens": document.tokens,
        }


def _questions(questions: Mapping[str, Stored]) -> Iterator[dict[str, Any]]:
    for key, question in sorted(questions.items()):
        subject, predicate, other = question.triple
        yield {
            "_id": key,
            "question": question.text,
            "answer": question.answer,
            **_labels(question.domain),
            "reasoning": question.reasoning,
            "template": question.template,
            "subject": subject,
            "predicate": predicate,
            "object": other,
            "evidence": [list(triple) for triple in question.evidence],
            "gold": question.gold,
            "copies": question.copies,
            "source_file": question.source_file,
            "source_line": question.source_line,
        }


def _queries(questions: Mapping[str, Stored]) -> Iterator[dict[str, Any]]:
    for key, question in sorted(questions.items()):
        yield {
            "_id": key,
            "text": question.text,
            **_labels(question.domain),
            "reasoning": question.reasoning,
            "answer": question.answer,
        }


def _pairs(questions: Mapping[str, Stored]) -> Iterator[dict[str, Any]]:
    for key, question in sorted(questions.items()):
        for document in question.gold:
            yield {
                "query-id": key,
                "corpus-id": document,
                "score": 1,
                "partition": question.reasoning,
            }
