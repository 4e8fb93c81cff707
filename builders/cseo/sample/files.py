"""The sample as files in C-SEO Bench's layout: one a domain, a row for each query and document."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ....schemas.errors import UsageError
from ...patents.sample.dice import Dice
from .pages import page
from .vocabulary import topics

if TYPE_CHECKING:
    from pathlib import Path

    from .vocabulary import Subject, Topic

QUERIES = 20
"""Queries of a domain by default."""
LANGUAGE = "en"
_FITTING = ((0.95, True, True),) * 2 + ((0.6, True, True),) * 2 + ((0.1, True, True),)
_OTHERS = ((0.8, True, False),) * 3 + ((0.8, False, True),) * 2
_KINDS = _FITTING + _OTHERS
"""The ten documents of a query: share of the query's words, whether subject and angle are its."""


def write_sources(folder: Path, *, seed: int = 0, size: int | None = None) -> None:
    """Write ``DOMAIN.jsonl`` for each domain into a folder.

    Args:
        folder: an empty folder.
        seed: of everything that is drawn; a query is the same whatever the size.
        size: queries of a domain; 20 where None.

    Raises:
        UsageError: a domain has not so many queries.
    """
    wanted = size or QUERIES
    for topic in topics():
        cells = [(subject, angle) for subject in topic.subjects for angle in topic.angles]
        if wanted > len(cells):
            raise UsageError(
                "the sample has not so many queries",
                found=wanted,
                expected=f"at most {len(cells)} of a domain",
            )
        order = Dice("cseo", seed, topic.domain).some(cells, len(cells))[:wanted]
        with (folder / f"{topic.domain}.jsonl").open("w", encoding="utf-8") as out:
            for number, (subject, angle) in enumerate(order):
                query = topic.asks.format(S=subject.names[0], A=angle[0])
                for document in _documents(topic, subject, angle, seed):
                    row = {"query_id": number, "query": query, "document": document}
                    out.write(json.dumps(row, ensure_ascii=False) + "\n")


def _documents(topic: Topic, subject: Subject, angle: tuple[str, ...], seed: int) -> list[str]:
    dice = Dice("cseo", seed, topic.domain, subject.names[0], angle[0])
    subjects = [other for other in topic.subjects if other != subject]
    angles = [other for other in topic.angles if other != angle]
    made = [
        page(
            topic,
            subject if own_subject else dice.pick(subjects),
            angle if own_angle else dice.pick(angles),
            usual,
            dice,
        )
        for usual, own_subject, own_angle in _KINDS
    ]
    return dice.some(made, len(made))
