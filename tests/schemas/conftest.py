"""A small patent release that every schema test starts from."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from domainbench.schemas.patents import PATENT_CORPUS, PATENT_QRELS, PATENT_QUERIES
from domainbench.schemas.patents_family import PATENTS
from domainbench.schemas.release import Release, ReleaseInfo, TableData, write_release


def family(key: str, text: str, ipc: list[str], **more: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "_id": key,
        "title": f"Title of {key}",
        "text": text,
        "ipc": sorted(ipc),
        "cpc": [],
        "section_domains": sorted({code[:1] for code in ipc}),
        "ipc3_domains": sorted({code[:3] for code in ipc}),
        "ipc4_domains": sorted({code[:4] for code in ipc}),
        "earliest_date": date(2001, 2, 3),
        "year": 2001,
        "representative_id": key,
        "publication_ids": [key],
        "member_ids": [key],
        "family_rule": "single",
        "keywords": [],
    }
    return row | more


def pair(query: str, document: str, partition: str, score: int = 1) -> dict[str, Any]:
    return {
        "query-id": query,
        "corpus-id": document,
        "score": score,
        "partition": partition,
        "relation": "citation",
        "categories": [],
        "phases": [],
    }


CORPUS = [
    family("d1", "a valve", ["F16K1/00"]),
    family("d2", "a pump", ["F04B1/00"]),
    family("d3", "no class", []),
]
QUERIES = [
    family("q1", "a valve for a pump", ["F16K3/00"], abstract="a valve for a pump"),
    family("q2", "another pump", ["F04C2/00"], abstract="another pump"),
]
QRELS = [pair("q1", "d1", "IN"), pair("q1", "d2", "OUT"), pair("q2", "d3", "UNKNOWN")]


def table(schema: Any, rows: list[dict[str, Any]]) -> Any:
    full = [{name: row.get(name) for name in schema.names} for row in rows]
    return pa.Table.from_pylist(full, schema=schema)


def tables(
    corpus: list[dict[str, Any]] = CORPUS,
    queries: list[dict[str, Any]] = QUERIES,
    qrels: list[dict[str, Any]] = QRELS,
) -> list[TableData]:
    return [
        TableData(PATENT_CORPUS, {"test": table(PATENT_CORPUS.schema, corpus)}),
        TableData(PATENT_QUERIES, {"test": table(PATENT_QUERIES.schema, queries)}),
        TableData(PATENT_QRELS, {"test": table(PATENT_QRELS.schema, qrels)}),
    ]


def info(**more: Any) -> ReleaseInfo:
    known: dict[str, Any] = {
        "name": "valves",
        "family": "patents",
        "version": "2026.11",
        "builder": "patents",
        "parameters": {"label_rule": "overlap", "ipc_depth": "ipc3"},
        "seed": 0,
        "slice_columns": PATENTS.slice_columns,
        "languages": ["en"],
    }
    return ReleaseInfo(**(known | more))


@pytest.fixture
def release(tmp_path: Path) -> Release:
    return write_release(tmp_path / "valves", tables(), info())
