"""The sample as files that a user would have: a table of triples, a text for each domain."""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING

from ...patents.sample.dice import Dice
from ..rules import load_rules
from .entities import invent, page, paragraph

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ENTITIES = 24
"""Entities of a domain by default."""
QUESTIONS = 20
"""Questions of a domain and rule that are enough for a sample."""
_ENDINGS = ("txt", "md", "html")
"""Formats of the domains' texts, in turn."""


def write_sources(folder: Path, *, seed: int = 0, size: int | None = None) -> None:
    """Write ``triples.jsonl`` and ``knowledge_base/DOMAIN.…`` into a folder.

    Args:
        folder: an empty folder.
        seed: of everything that is drawn.
        size: entities of a domain; 24 where None.
    """
    rules = load_rules()
    entities = invent(seed, size or ENTITIES)
    dice = Dice("rag texts", seed)
    texts = {entity.name: paragraph(entity, rules, dice) for entity in entities}
    with (folder / "triples.jsonl").open("w", encoding="utf-8") as out:
        for entity in entities:
            for predicate, other in entity.triples:
                row = {
                    "subject": entity.name,
                    "predicate": predicate,
                    "object": other,
                    "domain": entity.topic.domain,
                    "subject_text": texts[entity.name],
                    "object_text": texts.get(other),
                }
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
    base = folder / "knowledge_base"
    base.mkdir()
    domains = groupby(entities, key=lambda entity: entity.topic.domain)
    for number, (domain, members) in enumerate(domains):
        sections = [(entity.name, page(entity, rules, dice)) for entity in members]
        ending = _ENDINGS[number % len(_ENDINGS)]
        _write(base / f"{domain}.{ending}", domain, sections)


def _write(path: Path, domain: str, sections: Sequence[tuple[str, str]]) -> None:
    title = f"On {domain}"
    if path.suffix == ".html":
        body = "".join(f"<h2>{name}</h2>\n<p>{text}</p>\n" for name, text in sections)
        head = f"<!DOCTYPE html>\n<html><head><title>{title}</title></head>\n"
        text = f"{head}<body>{body}</body></html>\n"
    elif path.suffix == ".md":
        text = f"# {title}\n" + "".join(f"\n## {name}\n\n{text}\n" for name, text in sections)
    else:
        text = f"{title}\n" + "".join(f"\n{name}\n{text}\n" for name, text in sections)
    path.write_text(text, encoding="utf-8")
