"""Small QA releases made of hand-written questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from domainbench.schemas.qa import QA_CORPUS, QA_QRELS, QA_QUERIES, QUESTIONS
from domainbench.schemas.release import Release, ReleaseInfo, TableData, write_release


def question(name: str, answer: int | None = 0, **given: Any) -> dict[str, Any]:
    """A row of ``questions``; by default four options, the first of them right."""
    options = given.pop("options", ["Wheat", "Gram", "Rice", "Maize"])
    text = given.pop("question", f"Which one is {name}?")
    row: dict[str, Any] = dict.fromkeys(QUESTIONS.schema.names)
    row |= {
        "_id": name,
        "question": text,
        "question_original": text,
        "options": options,
        "options_original": options,
        "answer": answer,
        "answers": [] if answer is None else [options[answer]],
        "language": "en",
        "language_class": "en",
        "script": "Latn",
        "domain": ["agriculture"],
        "subdomain": [],
        "type": "single_choice",
        "cluster": name,
        "flags": [],
        "source_file": "hand.jsonl",
    }
    return row | given


def write_questions(folder: Path, rows: Sequence[Mapping[str, Any]]) -> Release:
    """A release of the questions, with empty retrieval tables."""
    ordered = sorted(rows, key=lambda row: row["_id"])
    data = [
        TableData(QUESTIONS, {"test": pa.Table.from_pylist(list(ordered), QUESTIONS.schema)}),
        *(
            TableData(table, {"test": table.schema.empty_table()})
            for table in (QA_CORPUS, QA_QUERIES, QA_QRELS)
        ),
    ]
    info = ReleaseInfo(
        name="hand",
        family="qa",
        version="2026.11",
        builder="tests",
        parameters={},
        seed=0,
    )
    return write_release(folder, data, info)
