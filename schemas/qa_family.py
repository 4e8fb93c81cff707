"""The domain QA family's releases: their tables, slices, and answers and pairs recomputed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .family import Family
from .findings import Finding, first
from .qa import (
    KINDS,
    LEVELS,
    QA_CORPUS,
    QA_QRELS,
    QA_QUERIES,
    QUESTION_TYPES,
    QUESTIONS,
    RETRIEVAL_TASKS,
    pool_name,
)
from .qa_subsets import qa_subsets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .release import Release

_CHECKED = [
    "_id", "question", "context", "context_id", "options", "answer", "answers", "answer_start",
    "type", "level", "cluster", "parallel_id", "language",
]  # fmt: skip


def _check(release: Release) -> Iterator[Finding]:
    yield from _check_questions(release)
    yield from _check_groups(release)
    yield from _check_pools(release)
    yield from _check_pairs(release)


def _check_questions(release: Release) -> Iterator[Finding]:
    rows = release.table("questions", columns=_CHECKED).to_pylist()
    known = {None, *release.table("corpus", columns=["_id"]).column("_id").to_pylist()}
    queries = set(release.table("queries", columns=["_id"]).column("_id").to_pylist())
    faults = {
        "the answer is none of the options, or its text is another": _wrong_answer,
        "the answer is not where answer_start says": _wrong_span,
        "a choice repeats another": lambda row: len(set(row["options"])) < len(row["options"]),
        "the type is of no known name": lambda row: row["type"] not in QUESTION_TYPES,
        "the level is of no known name": lambda row: row["level"] not in {None, *LEVELS},
        "the passage is not in the corpus": lambda row: row["context_id"] not in known,
        "there is no query of that id": lambda row: row["_id"] not in queries,
    }
    for message, is_wrong in faults.items():
        wrong = [row["_id"] for row in rows if is_wrong(row)]
        if wrong:
            text = f"{message}, in {len(wrong)} row(s)"
            yield Finding("fault", "questions", "questions", text, len(wrong), first(wrong))


def _wrong_answer(row: dict[str, Any]) -> bool:
    if not row["options"]:
        return row["answer"] is not None or not row["answers"]
    place = row["answer"]
    if place is None or len(row["options"]) < 2 or not 0 <= place < len(row["options"]):
        return True
    return row["answers"] != [row["options"][place]]


def _wrong_span(row: dict[str, Any]) -> bool:
    if row["options"] or not row["answers"]:
        return False
    start, text = row["answer_start"], row["answers"][0]
    return start is None or (row["context"] or "")[start : start + len(text)] != text


def _check_groups(release: Release) -> Iterator[Finding]:
    """Near duplicates and translations must not stand in two splits."""
    owners: dict[str, str] = {}
    for split in release.splits("questions"):
        table = release.table("questions", split, ["_id", "cluster", "parallel_id"])
        shared = [
            row["_id"]
            for row in table.to_pylist()
            for mark in (f"cluster {row['cluster']}", f"parallel {row['parallel_id']}")
            if mark != "parallel None" and owners.setdefault(mark, split) != split
        ]
        if shared:
            message = f"{len(shared)} question(s) have a near duplicate or translation elsewhere"
            place = f"questions/{split}"
            yield Finding("fault", "leakage", place, message, len(shared), first(shared))


def _check_pools(release: Release) -> Iterator[Finding]:
    for name in ("corpus", "queries"):
        rows = release.table(name, columns=["_id", "pool", "domain", "language"]).to_pylist()
        wrong = [r["_id"] for r in rows if r["pool"] != pool_name(r["domain"], r["language"])]
        if wrong:
            message = f"pool does not follow from domain and language in {len(wrong)} row(s)"
            yield Finding("fault", "labels", name, message, len(wrong), first(wrong))


def _check_pairs(release: Release) -> Iterator[Finding]:
    documents = {
        row["_id"]: row
        for row in release.table("corpus", columns=["_id", "kind", "language"]).to_pylist()
    }
    odd = sorted({row["kind"] for row in documents.values()} - set(KINDS))
    if odd:
        yield Finding("fault", "labels", "corpus", "kinds of no known name", len(odd), first(odd))
    queries = release.table("queries", columns=["_id", "language"]).to_pylist()
    languages = {row["_id"]: row["language"] for row in queries}
    wrong = [
        f"{row['query-id']} {row['corpus-id']}"
        for row in release.table("qrels").to_pylist()
        if not _sound(row, documents[row["corpus-id"]], languages[row["query-id"]])
    ]
    if wrong:
        message = f"{len(wrong)} pair(s) whose task or partition is not that of their document"
        yield Finding("fault", "labels", "qrels", message, len(wrong), first(wrong))


def _sound(pair: dict[str, Any], document: dict[str, Any], language: str) -> bool:
    if pair["partition"] != f"{language}-{document['language']}":
        return False
    return RETRIEVAL_TASKS.get(pair["task"]) == document["kind"]


QA = Family(
    "qa",
    (QUESTIONS, QA_CORPUS, QA_QUERIES, QA_QRELS),
    (
        ("corpus", "kind"),
        ("questions", "domain"),
        ("questions", "subdomain"),
        ("questions", "language"),
        ("questions", "language_class"),
        ("questions", "type"),
        ("questions", "level"),
        ("qrels", "task"),
        ("qrels", "partition"),
    ),
    _check,
    qa_subsets,
)
