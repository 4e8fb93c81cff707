"""What sources of the RAG family yield: documents, questions, triples, paragraphs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Document:
    """A text of the knowledge base, extracted and in NFC."""

    member: str | None
    """Name in an archive; None for a file of its own."""
    text: str
    title: str = ""
    pages: tuple[int, ...] = ()
    """Where each page of a PDF begins in the text; empty for others."""
    numbers: tuple[int, ...] = ()
    """Number of each of these pages, from 1."""
    lined: bool = False
    """Whether its lines are those of a text file."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that a source has written, with what it rests on."""

    question: str
    answer: str
    """yes or no."""
    reasoning: str
    subject: str
    predicate: str
    object: str
    evidence: tuple[tuple[str, str, str], ...]
    paragraphs: tuple[str, ...]
    domain: str | None
    record: int
    """Number in its file, from 1."""


@dataclass(frozen=True, slots=True)
class Triple:
    """A fact."""

    subject: str
    predicate: str
    object: str
    domain: str | None
    line: int | None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text on an entity."""

    entity: str
    text: str
    domain: str | None
    line: int | None


Record: TypeAlias = Document | Asked | Triple | Paragraph
