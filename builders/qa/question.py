"""A checked question on its way to the tables."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field


@dataclass(slots=True)
class Question:
    """One question in normal form with what was found out about it."""

    file: int
    """Ordinal of the source file."""
    line: int | None
    source_id: str | None
    text: str
    original: str
    options: list[str]
    options_original: list[str]
    answer: int | None
    answers: list[str]
    answer_start: int | None
    context: str | None
    context_title: str
    language: str
    language_class: str
    script: str
    domain: str | None
    domain_from: str
    subdomain: str | None
    topic: str | None
    level: str | None
    type: str
    type_evidence: str | None
    parallel_id: str | None
    license: str | None
    exact: str
    """What questions share that are the same: language, text, sorted options, context."""
    near: str
    """Text that near duplicates are found by."""
    option_keys: list[str]
    """What options share that are the same."""
    standing: list[bool]
    """Which options stand for themselves, and do not refer to others by their place."""
    flags: list[str] = field(default_factory=list[str])

    @property
    def id(self) -> str:
        """Identifier made of what the question says, so that it is stable over versions."""
        return "q-" + digest(self.exact)


def digest(text: str) -> str:
    """The first 16 hexadecimal digits of a text's SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
