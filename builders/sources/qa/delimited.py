"""Delimited text in any usual encoding and with any usual delimiter."""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ....schemas.errors import DataError
from ...qa.record import RawReject
from ..streams import CHUNK, MAX_RECORD, Meter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from ..streams import Source

_DELIMITERS = (",", "\t", ";", "|")
_SAMPLE_ROWS = 50
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
TOO_LARGE = "record too large"
WRONG_CELLS = "wrong number of cells"


@dataclass(frozen=True)
class Dialect:
    """How a delimited file is written."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]


def find_encoding(source: Source) -> str | None:
    """The encoding of a text file, by its first mark or by what decodes.

    UTF-8 if all of it decodes; UTF-16 without a mark if every other byte is 0; else cp1252, unless
    the file has bytes that cp1252 does not know. None for what is no text: it has control
    characters.

    Raises:
        DataError: none of these decodes it.
    """
    head = _head(source)
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    if b"\0" in head:
        name = "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"
        text = head[: len(head) // 2 * 2].decode(name, "replace")
        return None if _CONTROL.search(text) or _undecodable(source, name) else name
    if _CONTROL.search(head.decode("latin-1")):
        return None
    failed = {}
    for name in ("utf-8", "cp1252"):
        problem = _undecodable(source, name)
        if problem is None:
            return name
        failed[name] = problem
    raise DataError(
        "the text is in no known encoding",
        place=source.name,
        found="; ".join(f"{name}: {problem}" for name, problem in failed.items()),
        expected="UTF-8, UTF-16 or cp1252",
        hint="convert it, as with: iconv -f ENCODING -t UTF-8",
    )


def _head(source: Source) -> bytes:
    with source.open(Meter(0)) as stream:
        return stream.read(1 << 16)


def _undecodable(source: Source, name: str) -> str | None:
    decoder = codecs.getincrementaldecoder(name)()
    offset = 0
    with source.open(Meter(0)) as stream:
        try:
            while chunk := stream.read(CHUNK):
                decoder.decode(chunk)
                offset += len(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            at = offset + error.start
            return f"byte 0x{error.object[error.start]:02x} near offset {at}"
    return None


def find_dialect(source: Source) -> Dialect | None:
    """Encoding, delimiter and header of a file; None if it is no delimited table.

    The delimiter is the one that cuts the first rows into the same number of cells, at least two,
    most often; of several, the one with most cells.

    Raises:
        DataError: the text is in no known encoding.
    """
    encoding = find_encoding(source)
    if encoding is None:
        return None
    with source.open(Meter(0)) as stream:
        text = io.TextIOWrapper(stream, encoding, newline="").read(1 << 18)
    best: tuple[float, int, str, list[str]] | None = None
    for mark in _DELIMITERS:
        rows = _first_rows(text, mark)
        if not rows or len(rows[0]) < 2:
            continue
        width = len(rows[0])
        even = sum(len(row) == width for row in rows) / len(rows)
        if best is None or (even, width) > best[:2]:
            best = (even, width, mark, rows[0])
    if best is None:
        return None
    return Dialect(encoding, best[2], tuple(cell.strip().lstrip("\ufeff") for cell in best[3]))


def _first_rows(text: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    lines = text.splitlines(keepends=True)
    whole = lines if len(lines) < 2 else lines[:-1]
    try:
        for cells in csv.reader(whole, delimiter=delimiter):
            if any(cells):
                rows.append(cells)
            if len(rows) == _SAMPLE_ROWS:
                break
    except csv.Error:
        return rows
    return rows


def delimited_rows(
    source: Source, dialect: Dialect, meter: Meter
) -> Iterator[tuple[int, dict[str, Any]] | RawReject]:
    """Rows as dictionaries with the line they start in, from 1; broken ones as rejects."""
    csv.field_size_limit(max(csv.field_size_limit(), MAX_RECORD))
    with source.open(meter) as stream:
        lines = _Lines(stream, dialect.encoding)
        reader = csv.reader(iter(lines), delimiter=dialect.delimiter)
        seen_header = False
        while True:
            line = lines.number + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield RawReject("not a valid row", str(error), line)
                continue
            finally:
                oversized, lines.oversized = lines.oversized, []
            yield from oversized
            if not any(cells):
                continue
            if not seen_header:
                seen_header = True
            elif len(cells) > len(dialect.header) and any(cells[len(dialect.header) :]):
                detail = f"{len(cells)} cells, expected {len(dialect.header)}"
                yield RawReject(WRONG_CELLS, detail, line, cells[0][:100])
            elif len(cells) < len(dialect.header) - len(dialect.header) // 2:
                detail = f"{len(cells)} cell(s), expected {len(dialect.header)}"
                yield RawReject(WRONG_CELLS, detail, line, cells[0][:100])
            else:
                yield line, dict(zip(dialect.header, cells, strict=False))


class _Lines:
    """Decoded lines with their number; those above the limit are passed over and told."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._text = io.TextIOWrapper(stream, encoding, newline="")
        self.number = 0
        self.oversized: list[RawReject] = []

    def __iter__(self) -> Iterator[str]:
        while line := self._text.readline(MAX_RECORD):
            self.number += 1
            if len(line) == MAX_RECORD and not line.endswith("\n"):
                length = len(line)
                while rest := self._text.readline(CHUNK):
                    length += len(rest)
                    if rest.endswith("\n"):
                        break
                detail = f"{length:,} characters, expected fewer than {MAX_RECORD:,}"
                self.oversized.append(RawReject(TOO_LARGE, detail, self.number))
                continue
            yield line
