"""Sources of the RAG family: texts of a knowledge base, questions with evidence, triples."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from .. import UnknownFormatError, shapes
from ..fields import RecordError
from ..record import Reject, Skip
from ..streams import Meter, find_sources
from . import asked, pdf, plain, triples, wikidata
from .records import Document

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ..streams import Source
    from .records import Record

TEXT, MARKDOWN, HTML, PDF = "text", "markdown", "html", "pdf"
_ENDINGS = {
    ".txt": TEXT,
    ".text": TEXT,
    ".md": MARKDOWN,
    ".markdown": MARKDOWN,
    ".html": HTML,
    ".htm": HTML,
    ".xhtml": HTML,
    ".pdf": PDF,
}
EMPTY_ARRAY = "empty"
_HTML = re.compile(
    rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html)\b", re.DOTALL | re.IGNORECASE
)
_PDF = b"%PDF-"


class RagReader:
    """Records of one file; every iteration reads it anew from its start."""

    def __init__(
        self,
        path: Path,
        parts: list[tuple[Source, str, shapes.Shape | None]],
        mapping: Mapping[str, str],
        language: str,
        properties: Mapping[str, str],
    ) -> None:
        self.path = path
        self.format = next(kind for _, kind, _ in parts if kind)
        """Name of the format; of an archive, that of its first member in a known one."""
        self.columns: dict[str, str] = {}
        """Field → column that triples are read from."""
        self._parts = parts
        self._language = language
        self._properties = properties
        for _, kind, shape in reversed(parts):
            if kind == triples.FORMAT and shape is not None:
                self.columns.update(triples.find_columns(shape.names, mapping) or {})
        self._mapping = mapping

    def __iter__(self) -> Iterator[Record | Reject | Skip]:
        """Read the file.

        Raises:
            DataError: the compressed file is damaged or cut short.
        """
        meter = Meter(self.path.stat().st_size)
        for source, kind, shape in self._parts:
            if not kind:
                yield Skip("archive member in no known format")
            elif shape is None:
                yield from _document(source, kind, meter)
            elif kind == wikidata.FORMAT:
                yield from wikidata.read_wikidata(source, meter, self._language, self._properties)
            elif kind == EMPTY_ARRAY:
                yield Skip("array without records")
            else:
                job = shapes.Job(source, shape, meter, self._language)
                if kind == asked.FORMAT:
                    yield from asked.read_asked(job)
                else:
                    found = triples.find_columns(shape.names, self._mapping) or {}
                    yield from triples.read_triples(job, found)


def open_rag(
    path: Path,
    *,
    mapping: Mapping[str, Any] | None = None,
    language: str = "en",
    properties: Mapping[str, str] | None = None,
) -> RagReader:
    """Open a file of texts, questions or triples, plain, gzipped or in a zip archive.

    Args:
        path: the file; its format is recognised by its content, of texts also by its ending.
        mapping: field → column of a table of triples, see ``triples.FIELDS``.
        language: ISO 639-1 code of the labels that Wikidata's entities go by.
        properties: id of a Wikidata property → its name, where the file does not tell it.

    Raises:
        UsageError: the mapping is wrong.
        UnknownFormatError: the content is in no known format.
        DataError: the file is empty or damaged.
    """
    wanted = triples.check_mapping(mapping)
    parts = [_part(source, wanted) for source in find_sources(path)]
    if not any(kind for _, kind, _ in parts):
        shape = parts[0][2]
        raise UnknownFormatError(
            "the content is in no format that can be read",
            place=path,
            found=shape.describe() if shape is not None else None,
            expected="a text (.txt, .md, .html, .pdf), OmniBench-RAG's questions, a table with "
            "columns subject, predicate and object, or lines of a Wikidata dump",
            hint='name columns in [mapping] of a --config file: subject = "…"',
        )
    return RagReader(path, parts, wanted, language, properties or {})


def _part(source: Source, mapping: Mapping[str, str]) -> tuple[Source, str, shapes.Shape | None]:
    """A source with its format (empty if unknown) and, of a table, its shape."""
    head = source.head()
    named = PurePath(source.member or source.path.name)
    ending = named.suffix.lower()
    if ending == ".gz":
        ending = PurePath(named.stem).suffix.lower()
    if head.startswith(_PDF):
        return source, PDF, None
    if ending in _ENDINGS:
        return source, _ENDINGS[ending], None
    if _HTML.match(head):
        return source, HTML, None
    shape = shapes.find_shape(source)
    return source, _kind(shape, mapping), shape


def _kind(shape: shapes.Shape, mapping: Mapping[str, str]) -> str:
    if shape.container not in shapes.TABLES:
        return ""
    if triples.find_columns(shape.names, mapping) is not None and not asked.is_asked(shape.names):
        return triples.FORMAT
    if shape.container in {shapes.JSON_ARRAY, shapes.JSON_LINES}:
        if asked.is_asked(shape.names):
            return asked.FORMAT
        if wikidata.is_wikidata(shape.names):
            return wikidata.FORMAT
        if shape.container == shapes.JSON_ARRAY and not shape.names:
            return EMPTY_ARRAY
    return ""


def _document(source: Source, kind: str, meter: Meter) -> Iterator[Document | Reject]:
    with source.open(meter) as stream:
        content = stream.read()
    place = f"{source.member}: " if source.member else ""
    try:
        if kind == PDF:
            found, rejects = pdf.read_pdf(content, source.member)
        else:
            found = Document(source.member, *_text(content, kind), lined=kind == TEXT)
            rejects: list[Reject] = []
    except RecordError as error:
        yield Reject(error.reason, place + error.detail)
        return
    yield from rejects
    if found.text.strip():
        yield found
    else:
        yield Reject(plain.EMPTY, f"{place}there is no text in it")


def _text(content: bytes, kind: str) -> tuple[str, str]:
    if kind == HTML:
        return plain.html_text(content)
    text = plain.decode(content)
    return plain.markdown_text(text) if kind == MARKDOWN else (text, "")
