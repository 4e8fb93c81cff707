"""Collections of texts: knowledge to look answers up in, or what questions must not be from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ....schemas.errors import DataError, UsageError
from ...qa.language_names import language_code
from ...qa.record import Collection, RawReject
from .. import expand
from ..streams import Meter
from .columns import fold_name
from .contents import find_contents
from .hints import path_hints

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .contents import Content

_FIELDS = {
    "id": ("_id", "id", "docid", "doc_id", "pid"),
    "title": ("title", "heading", "name"),
    "text": ("text", "contents", "content", "body", "passage", "abstract", "paragraph", "document"),
    "language": ("language", "lang"),
    "domain": ("domain", "subject_domain", "subject"),
}
_PROSE = {".txt", ".md", ".markdown", ".text"}
_PARAGRAPHS = re.compile(r"\n\s*\n")
_HEADING = re.compile(r"^#{1,6}\s+(.+)$")


def read_collection(path: Path) -> Iterator[Collection]:
    """Texts of a file or of the files of a folder, of a release its documents.

    Text and Markdown files give their paragraphs, under the heading they stand below; JSON, CSV and
    Parquet files a text for each row with a column ``text`` (also ``title``, ``id``, ``language``,
    ``domain``).

    Raises:
        UsageError: the path does not exist.
        DataError: a file has no column of texts, or is damaged.
    """
    if not path.exists():
        raise UsageError("no such file or folder", place=path)
    corpus = path / "corpus"
    root = path if path.is_dir() else None
    for file in expand([corpus if root and (path / "manifest.json").is_file() else path]):
        if file.suffix.lower() in _PROSE:
            yield from _paragraphs(file, root)
        else:
            yield from _rows(file, root)


def _paragraphs(path: Path, root: Path | None) -> Iterator[Collection]:
    try:
        content = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError("the text is not UTF-8", place=path, found=error) from None
    hints = path_hints(path, root)
    title = ""
    for number, paragraph in enumerate(_PARAGRAPHS.split(content), 1):
        lines = paragraph.strip().split("\n")
        if found := _HEADING.match(lines[0]):
            title, lines = found[1].strip(), lines[1:]
        text = "\n".join(lines).strip()
        if text:
            yield Collection(f"{path.name}#{number}", title, text, hints.language, hints.domain)


def _rows(path: Path, root: Path | None) -> Iterator[Collection]:
    hints = path_hints(path, root)
    for content in find_contents(path):
        names = _names(content, path)
        for item in content.rows(Meter(0)):
            if isinstance(item, RawReject):
                raise DataError(item.reason, place=path, line=item.line, found=item.detail)
            number, row = item
            values = {field: _text(row.get(name)) for field, name in names.items()}
            if values["text"]:
                language = values.get("language")
                yield Collection(
                    values.get("id") or f"{path.name}#{number}",
                    values.get("title") or "",
                    values["text"],
                    language_code(language) if language else hints.language,
                    values.get("domain") or hints.domain,
                )


def _names(content: Content, path: Path) -> dict[str, str]:
    folded = {fold_name(name): name for name in reversed(content.names)} | {
        name: name for name in content.names
    }
    found = {
        field: folded[name]
        for field, known in _FIELDS.items()
        for name in reversed(known)
        if name in folded
    }
    if "text" not in found:
        raise DataError(
            "the collection has no column of texts",
            place=path,
            found=", ".join(content.names) or "no table",
            expected="one of " + ", ".join(_FIELDS["text"]),
        )
    return found


def _text(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value[:1]))
    return "" if value is None else str(value).strip()
