"""A small RAG release made by hand: three domains, six questions, paragraphs and chunks.

BM25 ranks what shares a rare word with the question, so that contexts can be read off the texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from domainbench.schemas.rag import (
    CHUNK,
    PARAGRAPH,
    RAG_CORPUS,
    RAG_QRELS,
    RAG_QUERIES,
    RAG_QUESTIONS,
)
from domainbench.schemas.release import Release, ReleaseInfo, TableData, write_release

QUESTIONS = [
    ("c1", "culture", "composite", "Do Kathak and Odissi share a homeland?", "yes", ["p1", "p2"]),
    ("c2", "culture", "inverse", "Is Kathak named after a river?", "no", ["p1"]),
    ("g1", "geography", "negation", "Is it wrong that Lhotse lies in Peru?", "yes", ["p3"]),
    ("g2", "geography", "inverse", "Does the Volga flow through Lhotse?", "no", ["p3", "p4"]),
    ("h1", "history", "composite", "Did Ashoka rule before Akbar?", "yes", ["p5"]),
    ("h2", "history", "negation", "Did Akbar never rule?", "no", ["p5"]),
]
"""Id, domain, reasoning, question, answer, paragraphs."""
DOCUMENTS = [
    ("p1", PARAGRAPH, "culture", "Kathak is a dance of northern India."),
    ("p2", PARAGRAPH, "culture", "Odissi is a dance of eastern India."),
    ("p3", PARAGRAPH, "geography", "Lhotse is a mountain on the border of Nepal."),
    ("p4", PARAGRAPH, "geography", "The Volga ends in the Caspian Sea."),
    ("p5", PARAGRAPH, "history", "Ashoka came long before Akbar."),
    ("k1", CHUNK, "culture", "dance museum visitors positioning"),
    ("k2", CHUNK, "geography", "river flow model country rainfall"),
    ("k3", CHUNK, "geography", "mountain snow cover Peru"),
    ("k4", CHUNK, "history", "archive rule records"),
]


def question_row(given: Sequence[Any]) -> dict[str, Any]:
    name, domain, reasoning, text, answer, gold = given
    return {
        "_id": name,
        "question": text,
        "answer": answer,
        "domain": [domain],
        "pool": domain,
        "reasoning": reasoning,
        "template": None,
        "subject": "s",
        "predicate": "p",
        "object": "o",
        "evidence": [["s", "p", "o"]],
        "gold": gold,
        "copies": 1,
        "source_file": "hand.json",
        "source_line": 1,
    }


def document_row(given: Sequence[str]) -> dict[str, Any]:
    name, kind, domain, text = given
    return {
        "_id": name,
        "title": "",
        "text": text,
        "kind": kind,
        "domain": [domain],
        "pool": domain,
        "entities": [],
        "source_file": "hand.txt",
        "tokens": len(text.split()),
    }


def write(
    folder: Path,
    questions: Sequence[Sequence[Any]] = QUESTIONS,
    documents: Sequence[Sequence[str]] = DOCUMENTS,
) -> Release:
    """A release of some questions and documents; those that are not there are no gold either."""
    known = {row[0] for row in documents}
    asked = [question_row(row) for row in questions]
    for row in asked:
        row["gold"] = [name for name in row["gold"] if name in known]
    pairs = [
        {"query-id": q["_id"], "corpus-id": d, "score": 1, "partition": q["reasoning"]}
        for q in asked
        for d in q["gold"]
    ]
    queries = [row | {"text": row["question"]} for row in asked]

    def data(table: Any, rows: Sequence[dict[str, Any]]) -> TableData:
        ordered = sorted(rows, key=lambda row: tuple(row[name] for name in table.key))
        full = [{name: row.get(name) for name in table.schema.names} for row in ordered]
        return TableData(table, {"test": pa.Table.from_pylist(full, schema=table.schema)})

    info = ReleaseInfo(
        name="facts", family="rag", version="2026.11", builder="tests", parameters={}, seed=0
    )
    return write_release(
        folder,
        [
            data(RAG_CORPUS, [document_row(row) for row in documents]),
            data(RAG_QUERIES, queries),
            data(RAG_QRELS, pairs),
            data(RAG_QUESTIONS, asked),
        ],
        info,
    )
