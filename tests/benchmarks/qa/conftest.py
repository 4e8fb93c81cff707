"""A release in two languages and two domains whose figures can be worked out by hand.

BM25 ranks what shares a word with the query; of documents that share as much, the shorter is first,
and ties go to the higher id.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from domainbench.schemas.qa import (
    ANSWERS,
    KNOWLEDGE,
    OPTION,
    PASSAGE,
    PASSAGES,
    SENTENCE,
    SENTENCES,
    pool_name,
)
from domainbench.schemas.qa_family import QA
from domainbench.schemas.release import Release, ReleaseInfo, TableData, write_release
from domainbench.schemas.tables import Table

from .releases import question

CHOICES = [
    ("a1", "agriculture", "en", "paddy needs water", ["paddy rice", "dry wheat", "iron ore"], 0),
    ("a2", "agriculture", "en", "ore smelting furnace", ["copper", "tin", "lead"], 1),
    ("a3", "agriculture", "en", "wheat harvest", ["dry wheat", "old wheat"], 1),
    ("b1", "agriculture", "hi", "धान को पानी चाहिए", ["धान", "गेहूँ"], 0),
    ("l1", "law", "en", "paddy dispute", ["paddy rice", "land court"], 1),
]
"""Question, domain, language, text, options, place of the right one."""
SPANS = [
    ("e1", "en", "where do rivers flow", "pe1", "se1"),
    ("e2", "en", "what do mountains hold", "pe1", "se2"),
    ("f1", "hi", "नदियाँ कहाँ बहती हैं", "ph1", "sh1"),
    ("f2", "hi", "NATO पहाड़ों पर क्या है", "ph1", "sh2"),
]
"""Question, language, text, its passage, the sentence of the answer."""
TRANSLATED = {"e1": "f1", "e2": "f2", "f1": "e1", "f2": "e2"}
TEXTS = [
    ("k1", KNOWLEDGE, "en", "tin smelting needs a furnace"),
    ("k2", KNOWLEDGE, "en", "the land court hears a case"),
    ("k3", KNOWLEDGE, "en", "paddy rice grows in water"),
    ("pe1", PASSAGE, "en", "Most rivers flow to the sea. All mountains hold snow."),
    ("pe2", PASSAGE, "en", "Of NATO and of what it does."),
    ("ph1", PASSAGE, "hi", "नदियाँ समुद्र तक बहती हैं। पहाड़ों पर बर्फ है।"),
    ("ph2", PASSAGE, "hi", "NATO क्या है"),
    ("se1", SENTENCE, "en", "Most rivers flow to the sea."),
    ("se2", SENTENCE, "en", "All mountains hold snow."),
    ("se3", SENTENCE, "en", "Of NATO and of what it does."),
    ("sh1", SENTENCE, "hi", "नदियाँ समुद्र तक बहती हैं।"),
    ("sh2", SENTENCE, "hi", "पहाड़ों पर बर्फ है।"),
    ("sh3", SENTENCE, "hi", "NATO क्या है"),
]


def query(name: str, text: str, language: str, domains: list[str], kind: str) -> dict[str, Any]:
    return {
        "_id": name,
        "text": text,
        "language": language,
        "pool": pool_name(domains, language),
        "domain": domains,
        "subdomain": [],
        "type": kind,
        "level": "easy" if name.endswith("1") else "hard",
    }


def document(name: str, kind: str, text: str, language: str, domains: list[str]) -> dict[str, Any]:
    pool = pool_name(domains, language)
    row = {"_id": name, "title": "", "text": text, "kind": kind, "language": language}
    return row | {"pool": pool, "domain": domains}


def pair(asked: str, found: str, task: str, partition: str) -> dict[str, Any]:
    row: dict[str, Any] = {"query-id": asked, "corpus-id": found, "score": 1}
    return row | {"task": task, "partition": partition}


def option_id(domain: str, language: str, text: str) -> str:
    return f"o-{domain}-{language}-{text.replace(' ', '-')}"


def choice_rows() -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("questions", "corpus", "queries", "qrels")
    }
    documents: dict[str, dict[str, Any]] = {}
    for name, domain, language, text, options, answer in CHOICES:
        labels: dict[str, Any] = {"language": language, "domain": [domain]}
        rows["questions"].append(question(name, answer, question=text, options=options, **labels))
        rows["queries"].append(query(name, text, language, [domain], "single_choice"))
        for option in options:
            key = option_id(domain, language, option)
            documents[key] = document(key, OPTION, option, language, [domain])
        right = option_id(domain, language, options[answer])
        rows["qrels"].append(pair(name, right, ANSWERS, f"{language}-{language}"))
    rows["corpus"] = list(documents.values())
    return rows


def span_rows() -> dict[str, list[dict[str, Any]]]:
    texts = {name: text for name, _, _, text in TEXTS}
    places = {name: (passage, sentence) for name, _, _, passage, sentence in SPANS}
    rows: dict[str, list[dict[str, Any]]] = {"questions": [], "queries": [], "qrels": []}
    rows["corpus"] = [document(name, kind, text, lang, []) for name, kind, lang, text in TEXTS]
    languages = {name: language for name, language, _, _, _ in SPANS}
    for name, language, text, passage, _ in SPANS:
        rows["queries"].append(query(name, text, language, [], "extractive"))
        span = texts[passage].split()[0]
        found = question(name, question=text, language=language, domain=[], type="extractive")
        found |= {"options": [], "options_original": [], "answer": None, "answers": [span]}
        found |= {"context": texts[passage], "context_id": passage, "answer_start": 0}
        rows["questions"].append(found)
        for other in (name, TRANSLATED[name]):
            label = f"{language}-{languages[other]}"
            rows["qrels"].append(pair(name, places[other][0], PASSAGES, label))
            rows["qrels"].append(pair(name, places[other][1], SENTENCES, label))
    return rows


def write(folder: Path, *parts: dict[str, list[dict[str, Any]]]) -> Release:
    """A release of some rows, sorted by their keys."""

    def data(table: Table) -> TableData:
        rows: Sequence[dict[str, Any]] = [row for part in parts for row in part[table.name]]
        ordered = sorted(rows, key=lambda row: tuple(row[name] for name in table.key))
        full = [{name: row.get(name) for name in table.schema.names} for row in ordered]
        return TableData(table, {"test": pa.Table.from_pylist(full, schema=table.schema)})

    info = ReleaseInfo(
        name="bilingual",
        family="qa",
        version="2026.11",
        builder="tests",
        parameters={},
        seed=0,
        slice_columns=QA.slice_columns,
        subsets=QA.subsets,
        languages=["en", "hi"],
    )
    return write_release(folder, [data(table) for table in QA.tables], info)


@pytest.fixture
def bilingual(tmp_path: Path) -> Release:
    """Choice and extractive questions, options, passages, sentences and knowledge."""
    return write(tmp_path / "bilingual", choice_rows(), span_rows())


@pytest.fixture
def extractive(tmp_path: Path) -> Release:
    """Only the extractive questions."""
    return write(tmp_path / "extractive", span_rows())
