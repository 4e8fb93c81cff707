"""The corpus of a build: paragraphs and chunks, equal ones of a domain once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ...schemas.rag import CHUNK, PARAGRAPH, document_id
from .chunks import cut, cut_lines, page_of, token_spans

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..sources.rag.records import Document
    from .options import RagOptions

UNKNOWN = "unknown"
"""The pool of what has no domain."""


def pool_of(domain: str | None) -> str:
    """The pool of a document or question."""
    return domain or UNKNOWN


@dataclass(slots=True)
class Stored:
    """A document of the corpus."""

    kind: str
    domain: str | None
    text: str
    title: str
    source_file: str
    tokens: int
    page: int | None = None
    piece: int | None = None
    start: int | None = None
    end: int | None = None
    entities: list[str] = field(default_factory=list[str])
    """Sorted."""


class Corpus:
    """Documents by id, and the paragraphs on each entity."""

    def __init__(self) -> None:
        self.documents: dict[str, Stored] = {}
        self.repeated: dict[str, int] = {PARAGRAPH: 0, CHUNK: 0}
        """Kind → documents that were given again."""
        self._of_entity: dict[tuple[str | None, str], dict[str, None]] = {}

    def add_document(
        self, document: Document, domain: str | None, name: str, *, lines: bool, options: RagOptions
    ) -> int:
        """Take in a text in chunks, and give their number.

        Args:
            document: the text.
            domain: its domain.
            name: of its file.
            lines: whether each of its lines is a chunk.
            options: how else it is cut.
        """
        text = document.text
        pieces = cut_lines(text) if lines else cut(text, options.chunk_tokens, options.overlap)
        for number, piece in enumerate(pieces):
            stored = Stored(
                CHUNK,
                domain,
                text[piece.start : piece.end],
                document.title,
                name,
                piece.tokens,
                page_of(piece.start, document.pages, document.numbers),
                number,
                piece.start,
                piece.end,
            )
            self._store(stored)
        return len(pieces)

    def add_paragraph(
        self, text: str, domain: str | None, name: str, entities: Iterable[str]
    ) -> str:
        """Take in a paragraph with the entities it describes, and give its id."""
        stored = Stored(PARAGRAPH, domain, text, "", name, len(token_spans(text)))
        key = self._store(stored)
        kept = self.documents[key]
        kept.entities = sorted({*kept.entities, *entities})
        for entity in kept.entities:
            self._of_entity.setdefault((domain, entity), {})[key] = None
        return key

    def paragraphs_on(self, entity: str, domain: str | None) -> list[str]:
        """Ids of a domain's paragraphs on an entity, in the order they came."""
        return list(self._of_entity.get((domain, entity), ()))

    def _store(self, stored: Stored) -> str:
        key = document_id(stored.kind, pool_of(stored.domain), stored.text)
        if self.documents.setdefault(key, stored) is not stored:
            self.repeated[stored.kind] += 1
        return key
