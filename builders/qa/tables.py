"""Checked, labelled and linked questions to the tables of a release."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from ...schemas.qa import (
    ANSWERS,
    PASSAGES,
    QA_CORPUS,
    QA_QRELS,
    QA_QUERIES,
    QUESTIONS,
    SENTENCES,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...schemas.tables import Table
    from .described import Described
    from .documents import Corpus


def question_tables(
    described: Sequence[Described], names: Sequence[str], corpus: Corpus
) -> dict[str, Any]:
    """Split → ``pyarrow.Table`` of questions."""
    rows = [(item.split, _question_row(item, names, corpus)) for item in described]
    return _by_split(QUESTIONS, rows)


def query_tables(described: Sequence[Described]) -> dict[str, Any]:
    """Split → ``pyarrow.Table`` of queries."""
    return _by_split(QA_QUERIES, [(item.split, _query_row(item)) for item in described])


def pair_tables(described: Sequence[Described], corpus: Corpus) -> dict[str, Any]:
    """Split → ``pyarrow.Table`` of judged pairs."""
    groups: dict[str, list[Described]] = {}
    for item in described:
        if item.parallel_id is not None:
            groups.setdefault(item.parallel_id, []).append(item)
    rows: list[tuple[str, dict[str, Any]]] = []
    for item in described:
        parallel = groups.get(item.parallel_id or "", [item])
        rows += [(item.split, row) for row in _pair_rows(item, parallel, corpus)]
    return _by_split(QA_QRELS, rows)


def corpus_table(corpus: Corpus) -> Any:
    """``pyarrow.Table`` of the documents."""
    return _table(QA_CORPUS, corpus.rows)


def _by_split(table: Table, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> dict[str, Any]:
    """A table for each split that has rows; ``test`` is always there."""
    splits = sorted({"test", *(split for split, _ in rows)})
    return {name: _table(table, [row for split, row in rows if split == name]) for name in splits}


def _table(table: Table, rows: Sequence[Mapping[str, Any]]) -> Any:
    """Rows as an Arrow table, in the order of the key (that of UTF-8 bytes)."""
    ordered = sorted(rows, key=lambda row: tuple(row[name] for name in table.key))
    columns = {name: [row[name] for row in ordered] for name in table.schema.names}
    return pa.table(columns, schema=table.schema)


def _labels(item: Described) -> dict[str, Any]:
    labels = item.labels
    return {
        "domain": item.domains,
        "subdomain": [labels.subdomain.value] if labels.subdomain.value else [],
        "topic": labels.topic.value,
        "level": item.question.level,
        "type": item.question.type,
    }


def _question_row(item: Described, names: Sequence[str], corpus: Corpus) -> dict[str, Any]:
    question, labels = item.question, item.labels
    return {
        "_id": question.id,
        "question": question.text,
        "question_original": question.original,
        "context": question.context,
        "context_id": corpus.passages.get(question.id),
        "options": question.options,
        "options_original": question.options_original,
        "answer": question.answer,
        "answers": question.answers,
        "answer_start": question.answer_start,
        "language": question.language,
        "language_class": question.language_class,
        "script": question.script,
        **_labels(item),
        "type_evidence": question.type_evidence,
        "domain_from": labels.domain.source,
        "domain_confidence": labels.domain.confidence,
        "subdomain_from": labels.subdomain.source,
        "subdomain_confidence": labels.subdomain.confidence,
        "topic_from": labels.topic.source,
        "topic_confidence": labels.topic.confidence,
        "parallel_id": item.parallel_id,
        "parallel_from": item.parallel_from,
        "cluster": item.cluster,
        "flags": sorted(question.flags),
        "source_file": names[question.file],
        "source_line": question.line,
        "source_id": question.source_id,
        "license": question.license,
    }


def _query_row(item: Described) -> dict[str, Any]:
    return {
        "_id": item.question.id,
        "text": item.question.text,
        "language": item.question.language,
        "pool": item.pool,
        **_labels(item),
        "parallel_id": item.parallel_id,
    }


def _pair_rows(
    item: Described, parallel: Sequence[Described], corpus: Corpus
) -> list[dict[str, Any]]:
    """Pairs of a question: its right option, and the places of its answer in every language."""
    key = item.question.id
    found: list[tuple[str, str, str]] = []
    if key in corpus.right_options:
        found.append((ANSWERS, corpus.right_options[key], item.question.language))
    for other in parallel:
        same = other.question
        if key in corpus.extractive and same.id in corpus.extractive:
            found.append((PASSAGES, corpus.passages[same.id], same.language))
            found.append((SENTENCES, corpus.sentences[same.id], same.language))
    return [
        {
            "query-id": key,
            "corpus-id": document,
            "score": 1,
            "task": task,
            "partition": f"{item.question.language}-{language}",
        }
        for task, document, language in sorted(set(found))
    ]
