"""Checks that only releases of the RAG family need."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from domainbench.schemas.rag_family import RAG
from domainbench.schemas.release import ReleaseInfo, TableData, write_release
from domainbench.schemas.verify import verify

if TYPE_CHECKING:
    from pathlib import Path

    from domainbench.schemas.findings import Finding

    Rows = dict[str, list[dict[str, Any]]]


def document(key: str, kind: str, **more: Any) -> dict[str, Any]:
    row = {
        "_id": key,
        "title": "",
        "text": f"text of {key}",
        "kind": kind,
        "domain": ["people"],
        "pool": "people",
        "entities": [],
        "source_file": "a.txt",
        "source_page": None,
        "piece": None,
        "start": None,
        "end": None,
        "tokens": 3,
    }
    return {**row, **more}


def question(key: str, answer: str, **more: Any) -> dict[str, Any]:
    row = {
        "_id": key,
        "question": f"is {key} so?",
        "answer": answer,
        "domain": ["people"],
        "pool": "people",
        "reasoning": "inverse",
        "template": None,
        "subject": "Ann",
        "predicate": "child of",
        "object": "Bo",
        "evidence": [["Bo", "parent of", "Ann"]],
        "gold": ["p1", "p2"],
        "copies": 1,
        "source_file": "a.json",
        "source_line": 1,
    }
    return {**row, **more}


def query(row: dict[str, Any]) -> dict[str, Any]:
    shared = ("_id", "domain", "pool", "reasoning", "answer")
    return {**{name: row[name] for name in shared}, "text": row["question"]}


def sound() -> Rows:
    questions = [question("q1", "yes"), question("q2", "no", gold=[])]
    return copy.deepcopy(
        {
            "corpus": [
                document("c1", "chunk", piece=0, start=0, end=10),
                document("p1", "paragraph"),
                document("p2", "paragraph"),
                document("p3", "paragraph", domain=[], pool="unknown"),
            ],
            "questions": questions,
            "queries": [query(row) for row in questions],
            "qrels": [
                {"query-id": "q1", "corpus-id": key, "score": 1, "partition": "inverse"}
                for key in ("p1", "p2")
            ],
        }
    )


def findings(folder: Path, rows: Rows) -> list[Finding]:
    data = [
        TableData(table, {"test": pa.Table.from_pylist(rows[table.name], schema=table.schema)})
        for table in RAG.tables
    ]
    info = ReleaseInfo(
        name="made",
        family="rag",
        version="2026.11",
        builder="rag",
        parameters={},
        seed=0,
        slice_columns=RAG.slice_columns,
        subsets=RAG.subsets,
    )
    return verify(write_release(folder / "made", data, info).path)


def test_a_sound_release_has_no_fault(tmp_path: Path) -> None:
    found = findings(tmp_path, sound())
    assert [(item.level, item.check) for item in found] == [("note", "relevance")]


@pytest.mark.parametrize(
    ("table", "row", "change", "message"),
    [
        ("corpus", 0, {"kind": "page"}, "kind is of no known name"),
        ("corpus", 0, {"pool": "history"}, "pool is not the first domain"),
        ("corpus", 3, {"pool": "people"}, "pool is not the first domain"),
        ("corpus", 0, {"end": 0}, "ends before it begins"),
        ("corpus", 0, {"end": None}, "ends before it begins"),
        ("corpus", 1, {"kind": "chunk"}, "gold is no paragraph"),
        ("questions", 0, {"answer": "maybe"}, "neither yes nor no"),
        ("questions", 0, {"reasoning": "magic"}, "reasoning is of no known name"),
        ("questions", 0, {"pool": "history"}, "pool is not the first domain"),
        ("questions", 0, {"evidence": []}, "there is no evidence"),
        ("questions", 0, {"evidence": [["a", "b"]]}, "evidence is no triple"),
        ("questions", 0, {"gold": ["p1", "gone"]}, "gold is not in the corpus"),
        ("questions", 0, {"gold": ["p1"]}, "gold is not what is judged relevant"),
        ("questions", 1, {"gold": ["p3"]}, "gold is not what is judged relevant"),
        ("questions", 0, {"copies": 0}, "no record of it"),
        ("questions", 1, {"_id": "q3"}, "no query of that id"),
        ("questions", 1, {"_id": "q3"}, "no question of that id"),
        ("queries", 0, {"text": "other"}, "query differs from its question"),
        ("queries", 0, {"answer": "no"}, "query differs from its question"),
        ("qrels", 0, {"score": 2}, "score is not 1"),
        ("qrels", 0, {"partition": "negation"}, "partition is not the question's reasoning"),
        ("qrels", 0, {"corpus-id": "c1"}, "gold is not what is judged relevant"),
    ],
)
def test_a_fault_is_found(
    tmp_path: Path, table: str, row: int, change: dict[str, Any], message: str
) -> None:
    rows = sound()
    rows[table][row].update(change)
    found = [item for item in findings(tmp_path, rows) if item.level == "fault"]
    assert any(message in item.message for item in found), found


@pytest.mark.parametrize(
    ("answers", "notes"),
    [("yyn", 0), ("yyyn", 1), ("nnnn", 1), ("yn", 0)],
)
def test_a_domain_with_mostly_one_answer_is_noted(tmp_path: Path, answers: str, notes: int) -> None:
    rows = sound()
    rows["questions"] = [
        question(f"q{number}", "yes" if letter == "y" else "no", gold=[])
        for number, letter in enumerate(answers)
    ]
    rows["queries"] = [query(row) for row in rows["questions"]]
    rows["qrels"] = []
    told = [item for item in findings(tmp_path, rows) if item.check == "balance"]
    assert len(told) == notes
    assert all(item.level == "note" and "people" in item.message for item in told)
