"""The quality report of a build: what was found, kept, rejected, linked and labelled."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .described import Described
    from .duplicates import Kept
    from .ingest import SourceFile

NAME = "quality.json"


def quality_report(
    described: Sequence[Described], files: Sequence[SourceFile], kept: Kept
) -> dict[str, Any]:
    """Counts by label; every record read is either in ``questions`` or in ``rejected``."""
    rejects = Counter(item.reason for file in files for item in file.rejects)
    questions = [item.question for item in described]
    return {
        "records": len(described) + rejects.total(),
        "questions": len(described),
        "rejected": _sorted(rejects),
        "flagged": _count(flag for question in questions for flag in question.flags),
        "duplicates": {"exact": kept.exact, "near": kept.near, "related": len(kept.related)},
        "clusters": len({item.cluster for item in described}),
        "translations": _translations(described),
        "languages": _count(question.language for question in questions),
        "language_classes": _count(
            f"{question.language}: {question.language_class}" for question in questions
        ),
        "scripts": _count(question.script for question in questions),
        "types": _count(question.type for question in questions),
        "levels": _count(question.level or "unknown" for question in questions),
        "labels": {
            name: _count(getattr(item.labels, name).source or "unlabelled" for item in described)
            for name in ("domain", "subdomain", "topic")
        },
        "domains": _count(domain for item in described for domain in item.domains or ["unknown"]),
        "options": _count(str(len(question.options)) for question in questions if question.options),
        "answer_positions": _count(
            str(question.answer) for question in questions if question.answer is not None
        ),
        "characters": _quantiles([len(question.text) for question in questions]),
        "files": [
            {
                "name": file.name,
                "format": file.format,
                "columns": file.columns,
                "answer_base": file.answer_base,
                "questions": file.used,
                "rejected": _count(item.reason for item in file.rejects),
            }
            for file in files
        ],
    }


def to_json(report: dict[str, Any]) -> str:
    """The report's file: sorted keys, two spaces, a newline at the end."""
    return json.dumps(report, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _translations(described: Sequence[Described]) -> dict[str, Any]:
    linked = [item for item in described if item.parallel_id is not None]
    return {
        "groups": len({item.parallel_id for item in linked}),
        "questions": len(linked),
        "linked_by": _count(item.parallel_from or "unknown" for item in linked),
    }


def _count(labels: Iterable[str]) -> dict[str, int]:
    return _sorted(Counter(labels))


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items()))


def _quantiles(lengths: Sequence[int]) -> dict[str, int] | None:
    """Least, quartiles and largest of some lengths in code points; None if there is none."""
    if not lengths:
        return None
    marks = np.quantile(np.array(lengths), [0, 0.25, 0.5, 0.75, 1], method="lower")
    names = ("least", "lower_quartile", "median", "upper_quartile", "largest")
    return dict(zip(names, map(int, marks), strict=True))
