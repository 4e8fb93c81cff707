"""The quality report of a build: what was found, made and left out in each domain."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from ...schemas.rag import CHUNK, NO, YES
from ..near_duplicates import near_duplicates
from .corpus import pool_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .corpus import Corpus
    from .facts import Settled
    from .ingest import SourceFile
    from .options import RagOptions
    from .questions import Questions, Stored

NAME = "quality.json"
_SHOWN = 20
"""Pairs, questions and cycles that are listed of each kind."""


def quality_report(
    corpus: Corpus,
    questions: Questions,
    settled: Settled,
    files: Sequence[SourceFile],
    options: RagOptions,
) -> dict[str, Any]:
    """Counts by domain, rule and answer; duplicates, gold, cycles, and what each file gave."""
    stored = questions.stored
    asked = {pool_of(question.domain) for question in stored.values()}
    based = {pool_of(item.domain) for item in corpus.documents.values() if item.kind == CHUNK}
    return {
        "documents": _nested((pool_of(d.domain), d.kind) for d in corpus.documents.values()),
        "questions": _by_answer(stored.values()),
        "yes_share": {
            domain: round(share, 4) for domain, share in _yes_shares(stored.values()).items()
        },
        "templates": _count(q.template or "of the source" for q in stored.values()),
        "duplicates_removed": {
            **dict(sorted(corpus.repeated.items())),
            "question": questions.repeated,
            "triple": settled.repeated,
        },
        "dropped": _sorted(+questions.dropped),
        "near_duplicates": _near(corpus, options),
        "gold": _gold(stored),
        "domains_without_knowledge_base": sorted(asked - based),
        "triples": {
            "used": len(settled.facts),
            "left_out": _count(reason for _, reason, _ in settled.rejected),
            "cycles": _cycles(settled),
        },
        "rejected": _count(item.reason for file in files for item in file.rejects),
        "files": [
            {
                "name": file.name,
                "format": file.format,
                "domain": file.domain,
                "columns": dict(sorted(file.columns.items())),
                "records": file.used,
                "rejected": _count(item.reason for item in file.rejects),
                "skipped": _sorted(file.skipped),
            }
            for file in files
        ],
    }


def to_json(report: dict[str, Any]) -> str:
    """The report's file: sorted keys, two spaces, a newline at the end."""
    return json.dumps(report, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _by_answer(questions: Iterable[Stored]) -> dict[str, dict[str, dict[str, int]]]:
    """Domain → rule → answer → questions."""
    counts: dict[str, dict[str, dict[str, int]]] = {}
    for question in questions:
        rules = counts.setdefault(pool_of(question.domain), {})
        rules.setdefault(question.reasoning, {YES: 0, NO: 0})[question.answer] += 1
    return counts


def _yes_shares(questions: Iterable[Stored]) -> dict[str, float]:
    answers: dict[str, list[bool]] = {}
    for question in questions:
        answers.setdefault(pool_of(question.domain), []).append(question.answer == YES)
    return {domain: sum(found) / len(found) for domain, found in answers.items()}


def _near(corpus: Corpus, options: RagOptions) -> dict[str, Any]:
    """Pairs of documents of one domain and kind that are nearly the same."""
    groups: dict[tuple[str, str], list[str]] = {}
    for key, document in sorted(corpus.documents.items()):
        groups.setdefault((pool_of(document.domain), document.kind), []).append(key)
    pairs: list[dict[str, Any]] = []
    for keys in groups.values():
        texts = [corpus.documents[key].text for key in keys]
        found = near_duplicates(texts, threshold=options.near_threshold, seed=options.seed)
        triples = zip(found.left, found.right, found.similarity, strict=True)
        pairs += (
            {"left": keys[left], "right": keys[right], "similarity": round(float(share), 4)}
            for left, right, share in triples
        )
    near = {key for pair in pairs for key in (pair["left"], pair["right"])}
    return {"pairs": len(pairs), "documents": len(near), "examples": pairs[:_SHOWN]}


def _gold(questions: Mapping[str, Stored]) -> dict[str, Any]:
    sizes = Counter(len(question.gold) for question in questions.values())
    bare = sorted(key for key, question in questions.items() if not question.gold)
    total = sum(size * count for size, count in sizes.items())
    return {
        "by_number": {str(size): sizes[size] for size in sorted(sizes)},
        "mean": round(total / len(questions), 4) if questions else None,
        "questions_without": {"questions": len(bare), "examples": bare[:_SHOWN]},
    }


def _cycles(settled: Settled) -> dict[str, Any]:
    rejected = {fact.triple for fact, _, _ in settled.rejected}
    shown = [
        {
            "predicate": cycle.predicate,
            "entities": list(cycle.entities[:_SHOWN]),
            "triples": len(cycle.facts),
            "left_out_of": "all" if cycle.facts[0].triple in rejected else "chains",
        }
        for cycle in settled.cycles[:_SHOWN]
    ]
    return {"cycles": len(settled.cycles), "examples": shown}


def _nested(pairs: Iterable[tuple[str, str]]) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for (outer, inner), count in Counter(pairs).items():
        counts.setdefault(outer, {})[inner] = count
    return counts


def _count(labels: Iterable[str]) -> dict[str, int]:
    return _sorted(Counter(labels))


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items()))
