"""The sample as files that a user would have: a folder a domain, tables and reading sets in it."""

from __future__ import annotations

import csv
import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from ..splits import permutation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

LANGUAGES = {"en": "English", "hi": "Hindi"}
_OPTIONS = ("option_a", "option_b", "option_c", "option_d")
_COLUMNS = (
    "id", "question", *_OPTIONS, "correct_answer", "language", "question_type", "question_level",
    "topic", "subject_domain", "passage", "parallel_id",
)  # fmt: skip


def write_sources(folder: Path, *, seed: int = 0, size: int | None = None) -> None:
    """Write ``questions/DOMAIN/…`` and ``knowledge.jsonl`` into a folder.

    Args:
        folder: an empty folder.
        seed: decides which questions are taken where ``size`` leaves some out.
        size: choice questions of a domain and language at most; all where None.
    """
    by_domain: dict[str, list[Mapping[str, Any]]] = {}
    for row in _rows("questions.jsonl"):
        by_domain.setdefault(row["domain"], []).append(row)
    passages = _rows("passages.jsonl")
    for domain, rows in by_domain.items():
        order = sorted(permutation(seed, domain, len(rows))[: size or len(rows)])
        here = folder / "questions" / domain
        here.mkdir(parents=True)
        for code in LANGUAGES:
            _write_table(here / f"choices_{code}.csv", [rows[place] for place in order], code)
            asked = [row for row in passages if row["domain"] == domain]
            _write_reading(here / f"reading_{code}.json", asked, code)
    with (folder / "knowledge.jsonl").open("w", encoding="utf-8") as out:
        for row in _rows("knowledge.jsonl"):
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def _rows(name: str) -> list[dict[str, Any]]:
    content = files(__package__ or "domainbench.builders.qa.sample").joinpath(name)
    return [json.loads(line) for line in content.read_text(encoding="utf-8").splitlines()]


def _write_table(path: Path, rows: Sequence[Mapping[str, Any]], code: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, _COLUMNS, lineterminator="\n")
        writer.writeheader()
        for row in rows:
            told = row[code]
            writer.writerow(
                {
                    "id": f"{row['id']}-{code}",
                    "question": told["question"],
                    **dict(zip(_OPTIONS, told["options"], strict=True)),
                    "correct_answer": row["answer"],
                    "language": LANGUAGES[code],
                    "question_type": row["type"],
                    "question_level": row["level"],
                    "topic": row["topic"],
                    "subject_domain": row["subdomain"],
                    "passage": told.get("context", ""),
                    "parallel_id": row["id"],
                }
            )


def _write_reading(path: Path, rows: Sequence[Mapping[str, Any]], code: str) -> None:
    """Passages with their questions in the JSON form of SQuAD."""
    articles: list[dict[str, Any]] = []
    for number, row in enumerate(rows, 1):
        told = row[code]
        asked = [
            {
                "id": f"{row['domain']}-passage-{number:02}-{place:02}",
                "question": item["question"],
                "answers": [
                    {
                        "text": item["answer"],
                        "answer_start": told["context"].index(item["answer"]),
                    }
                ],
            }
            for place, item in enumerate(told["questions"], 1)
        ]
        paragraph = {"context": told["context"], "qas": asked}
        articles.append({"title": told["title"], "paragraphs": [paragraph]})
    text = json.dumps({"version": "1.1", "data": articles}, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
