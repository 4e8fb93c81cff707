"""Questions on their way through a build: as a source gives them, and checked."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class RawQuestion:
    """One record of a source, its texts untouched; the answer is not resolved yet."""

    question: str
    options: list[str] = field(default_factory=list[str])
    """In the source's order; empty if extractive, or if they are embedded in the question."""
    answer: str | None = None
    """As the source writes it: ``B``, ``2``, ``(b)``, the option's text; None if missing."""
    answer_base: int | None = None
    """0 or 1 where the mapping says how numeric answers count; None to find out by the file."""
    source_id: str | None = None
    language: str | None = None
    """ISO 639-1 code that the record, file, folder or call claims."""
    domain: str | None = None
    """As the record or its folder words it."""
    domain_from: str = "source"
    """``source``, ``folder`` or ``option``: who says so."""
    subdomain: str | None = None
    topic: str | None = None
    level: str | None = None
    type: str | None = None
    parallel_id: str | None = None
    """Identifier that translations share, by the record itself."""
    context: str | None = None
    """Paragraph the question is about."""
    context_title: str | None = None
    spans: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    """Extractive answers: text and code point of the context where it starts."""
    license: str | None = None
    line: int | None = None
    """Line or row in the file, from 1."""


@dataclass(slots=True)
class RawReject:
    """A record that cannot be used, with why."""

    reason: str
    """A few words that such records are counted under."""
    detail: str | None = None
    """What was found."""
    line: int | None = None
    source_id: str | None = None


@dataclass(frozen=True, slots=True)
class Collection:
    """A text of a knowledge collection, or of one that questions must not come from."""

    id: str
    title: str
    text: str
    language: str | None = None
    domain: str | None = None
