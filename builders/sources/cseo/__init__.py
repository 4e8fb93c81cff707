"""Sources of the conversational SEO family: tables of queries and documents, catalogues."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import UnknownFormatError
from ..streams import Meter
from . import grouped, rewritten, tables
from .columns import check_mapping, find_columns
from .contents import find_contents

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from ..record import Reject
    from .contents import Content
    from .records import Record


class CseoReader:
    """Records of one file; every iteration reads it anew from its start."""

    def __init__(self, path: Path, parts: Sequence[tuple[Content, str, Mapping[str, str]]]) -> None:
        self.path = path
        self.format = parts[0][1]
        """Name of the format; of an archive, that of its first member in a known one."""
        self.columns = {
            field: name for _, _, found in reversed(parts) for field, name in found.items()
        }
        """Field → column that it is read from."""
        self._parts = parts

    def __iter__(self) -> Iterator[Record | Reject]:
        """Read the file.

        Raises:
            DataError: the compressed file is damaged or cut short.
        """
        meter = Meter(self.path.stat().st_size)
        for content, kind, columns in self._parts:
            if kind == rewritten.REWRITTEN:
                yield from rewritten.read_rewritten(content.payload or {})
            elif kind == grouped.GROUPED:
                yield from grouped.read_grouped(content.rows(meter), columns)
            else:
                yield from tables.read_table(content.rows(meter), columns, kind)


def open_cseo(path: Path, *, mapping: Mapping[str, Any] | None = None) -> CseoReader:
    """Open a file of queries and documents, plain, gzipped or in a zip archive.

    Args:
        path: the file; its format is recognised by its content.
        mapping: field → column, see ``columns.FIELDS``; a file that lacks the column named is read
            by the usual name.

    Raises:
        UsageError: the mapping is wrong.
        UnknownFormatError: the content is in no known format.
        DataError: the file is empty or damaged.
    """
    wanted = check_mapping(mapping)
    contents = find_contents(path)
    parts: list[tuple[Content, str, Mapping[str, str]]] = []
    for content in contents:
        columns = find_columns(content.names, wanted)
        kind = _kind(content, columns)
        if kind is not None:
            parts.append((content, kind, {} if kind == rewritten.REWRITTEN else columns))
    if not parts:
        seen = [name for content in contents for name in content.names]
        raise UnknownFormatError(
            "the content is in no format that can be read",
            place=path,
            found=f"columns {', '.join(seen[:12])}" if seen else "no table, no JSON",
            expected="a table with a column query, document or description, records with query "
            "and documents, or C-SEO Bench's selected_docs.json",
            hint='name columns in [mapping] of a --config file: document = "…"',
        )
    return CseoReader(path, parts)


def _kind(content: Content, columns: Mapping[str, str]) -> str | None:
    if content.payload is not None and rewritten.is_rewritten(content.payload):
        return rewritten.REWRITTEN
    if "query" not in columns:
        return tables.CATALOGUE if "document" in columns else None
    if "document" in columns:
        return tables.PAIRS
    return grouped.GROUPED if "documents" in columns else tables.QUERIES
