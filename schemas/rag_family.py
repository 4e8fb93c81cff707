"""The RAG family's releases: tables, slices, and labels, gold and pairs recomputed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .family import Family
from .findings import Finding, fault_findings
from .rag import (
    KINDS,
    NO,
    PARAGRAPH,
    RAG_CORPUS,
    RAG_QRELS,
    RAG_QUERIES,
    RAG_QUESTIONS,
    REASONINGS,
    YES,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from .release import Release

    Rows = Sequence[dict[str, Any]]
    Faults = Mapping[str, Callable[[dict[str, Any]], bool]]

UNKNOWN = "unknown"
"""The pool of what has no domain."""
_LEAST, _MOST = 0.3, 0.7
"""Shares of yes outside which guessing pays."""
_DOCUMENT = ["_id", "kind", "domain", "pool", "start", "end"]
_QUESTION = [
    "_id", "question", "answer", "domain", "pool", "reasoning", "evidence", "gold", "copies",
]  # fmt: skip


def _check(release: Release) -> Iterator[Finding]:
    documents = release.table("corpus", columns=_DOCUMENT).to_pylist()
    questions = release.table("questions", columns=_QUESTION).to_pylist()
    queries = release.table("queries").to_pylist()
    yield from _check_documents(documents)
    yield from _check_questions(questions, documents)
    yield from _check_queries(questions, queries)
    yield from _check_pairs(release, questions)
    yield from _check_shares(questions)


def _odd_pool(row: Mapping[str, Any]) -> bool:
    return row["pool"] != (row["domain"][0] if row["domain"] else UNKNOWN)


def _check_documents(documents: Rows) -> list[Finding]:
    faults: Faults = {
        "the kind is of no known name": lambda row: row["kind"] not in KINDS,
        "the pool is not the first domain": _odd_pool,
        "the document ends before it begins": lambda row: (
            row["start"] is not None and (row["end"] is None or row["end"] <= row["start"])
        ),
    }
    return fault_findings("labels", "corpus", documents, faults)


def _check_questions(questions: Rows, documents: Rows) -> list[Finding]:
    kinds = {row["_id"]: row["kind"] for row in documents}
    faults: Faults = {
        "the answer is neither yes nor no": lambda row: row["answer"] not in {YES, NO},
        "the reasoning is of no known name": lambda row: row["reasoning"] not in REASONINGS,
        "the pool is not the first domain": _odd_pool,
        "there is no evidence": lambda row: not row["evidence"],
        "evidence is no triple": lambda row: any(len(item) != 3 for item in row["evidence"]),
        "gold is not in the corpus": lambda row: any(key not in kinds for key in row["gold"]),
        "gold is no paragraph": lambda row: any(
            kinds.get(key, PARAGRAPH) != PARAGRAPH for key in row["gold"]
        ),
        "there is no record of it": lambda row: row["copies"] < 1,
    }
    return fault_findings("questions", "questions", questions, faults)


def _check_queries(questions: Rows, queries: Rows) -> list[Finding]:
    asked = {row["_id"]: row for row in queries}
    known = {row["_id"] for row in questions}
    faults: Faults = {
        "there is no query of that id": lambda row: row["_id"] not in asked,
        "the query differs from its question": lambda row: (
            row["_id"] in asked and not _same(row, asked[row["_id"]])
        ),
    }
    findings = fault_findings("queries", "questions", questions, faults)
    stray: Faults = {"there is no question of that id": lambda row: row["_id"] not in known}
    return findings + fault_findings("queries", "queries", queries, stray)


def _same(question: Mapping[str, Any], query: Mapping[str, Any]) -> bool:
    shared = ("domain", "pool", "reasoning", "answer")
    return question["question"] == query["text"] and all(
        question[name] == query[name] for name in shared
    )


def _check_pairs(release: Release, questions: Rows) -> list[Finding]:
    pairs: Rows = release.table("qrels").to_pylist()
    rules = {row["_id"]: row["reasoning"] for row in questions}
    judged: dict[str, set[str]] = {}
    for pair in pairs:
        judged.setdefault(pair["query-id"], set()).add(pair["corpus-id"])
    wrong: Faults = {
        "the gold is not what is judged relevant": lambda row: (
            set(row["gold"]) != judged.get(row["_id"], set())
        )
    }
    odd: Faults = {
        "the score is not 1": lambda row: row["score"] != 1,
        "the partition is not the question's reasoning": lambda row: (
            row["partition"] != rules.get(row["query-id"])
        ),
    }
    findings = fault_findings("gold", "questions", questions, wrong)
    return findings + fault_findings("labels", "qrels", pairs, odd, "query-id")


def _check_shares(questions: Rows) -> Iterator[Finding]:
    answers: dict[str, list[bool]] = {}
    for row in questions:
        answers.setdefault(row["pool"], []).append(row["answer"] == YES)
    for domain, found in sorted(answers.items()):
        share = sum(found) / len(found)
        if not _LEAST <= share <= _MOST:
            message = f"{domain}: {share:.0%} of {len(found)} answers are yes"
            yield Finding("note", "balance", "questions", message, len(found))


RAG = Family(
    "rag",
    (RAG_CORPUS, RAG_QUESTIONS, RAG_QUERIES, RAG_QRELS),
    (
        ("corpus", "kind"),
        ("corpus", "domain"),
        ("questions", "domain"),
        ("questions", "reasoning"),
        ("questions", "answer"),
        ("qrels", "partition"),
    ),
    _check,
)
