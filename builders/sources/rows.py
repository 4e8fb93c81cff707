"""Rows of JSON, delimited tables and Parquet, as dictionaries with their place."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import shapes
from .fields import RecordError
from .record import Publication, Reject
from .streams import BOM, CHUNK, MAX_RECORD, lines

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from typing import BinaryIO

    from .shapes import Job

_TOO_LARGE = "record too large"
_NOT_JSON = "not valid JSON"
_NOT_UTF8 = "not valid UTF-8"
_NOT_AN_OBJECT = "not a JSON object"
_CUT_SHORT = "record cut short"
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+("?)|[{}]', re.DOTALL)
"""A string (group 1 is empty where it is left open) or a brace."""
_BYTE = re.compile("[\udc80-\udcff]")
_PARQUET_BATCH = 256


@dataclass(slots=True)
class Row:
    """One record of a table."""

    values: dict[str, Any]
    line: int | None = None
    offset: int | None = None
    ordinal: int | None = None
    """Row of a Parquet file, from 1."""
    fault: RecordError | None = None
    """Why the row is no good, where its values tell at least which record it is."""


def read_publications(
    job: Job,
    convert: Callable[[dict[str, Any]], Publication],
    id_fields: tuple[str, ...],
    columns: Collection[str] | None = None,
) -> Iterator[Publication | Reject]:
    """Convert every row of a source.

    Args:
        job: what to read.
        convert: makes a publication of a row; what it raises as ``RecordError`` becomes a reject.
        id_fields: where a rejected row's id stands; the first one that is there counts.
        columns: of Parquet, the columns to read; all where not given.
    """
    for row in read_rows(job, columns):
        if isinstance(row, Reject):
            yield row
            continue
        try:
            if row.fault is not None:
                raise row.fault
            publication = convert(row.values)
        except RecordError as error:
            named = next((row.values[name] for name in id_fields if row.values.get(name)), None)
            detail = f"row {row.ordinal}: {error.detail}" if row.ordinal else error.detail
            record_id = None if named is None else str(named)[:100]
            yield Reject(error.reason, detail, row.line, row.offset, record_id)
        else:
            publication.line = row.line
            publication.offset = row.offset
            yield publication


def read_rows(job: Job, columns: Collection[str] | None = None) -> Iterator[Row | Reject]:
    """Rows of whatever table a job names."""
    if job.shape.container == shapes.PARQUET:
        yield from _parquet_rows(job, columns)
        return
    readers = {
        shapes.JSON_LINES: _json_lines,
        shapes.JSON_ARRAY: _json_array,
        shapes.DELIMITED: lambda stream: _delimited(stream, job.shape.delimiter),
    }
    with job.source.open(job.meter) as stream:
        yield from readers[job.shape.container](stream)


# --------------------------------------------------------------------------- JSON


def _json_lines(stream: BinaryIO) -> Iterator[Row | Reject]:
    for line in lines(stream):
        if line.content:
            if not line.content.isspace():
                yield _json_row(line.content, line.number, line.offset)
        else:
            yield Reject(_TOO_LARGE, _size(line.length), line.number, line.offset)


def _size(length: int) -> str:
    return f"{length:,} bytes, expected at most {MAX_RECORD:,}"


def _json_row(content: bytes, line: int | None, offset: int) -> Row | Reject:
    try:
        values = json.loads(content.decode("utf-8"))
        if _SURROGATE.search(content):
            json.dumps(values, ensure_ascii=False).encode("utf-8")
    except UnicodeError as error:
        return Reject(_NOT_UTF8, str(error)[:200], line, offset)
    except json.JSONDecodeError as error:
        found = error.doc[error.pos : error.pos + 20]
        detail = f"{error.msg} at character {error.pos + 1}, found {found!r}"
        return Reject(_NOT_JSON, detail, line, offset)
    except (RecursionError, ValueError) as error:  # nested too deep; an integer of 4300 digits
        return Reject(_NOT_JSON, str(error)[:200], line, offset)
    if not isinstance(values, dict):
        return Reject(_NOT_AN_OBJECT, f"found {content[:20]!r}", line, offset)
    return Row(values, line, offset)


def _json_array(stream: BinaryIO) -> Iterator[Row | Reject]:
    """Objects of an array, cut out by their braces, so that a broken one harms no other."""
    buffer = b""
    base = start = position = depth = 0  # base: offset of the buffer's first byte
    while chunk := stream.read(max(CHUNK, len(buffer))):
        buffer += chunk
        for token in _TOKEN.finditer(buffer, position):
            if token[1] == b"":  # a string that goes on in the next chunk
                break
            position = token.end()
            if token[0] == b"{":
                start = start if depth else token.start()
                depth += 1
            elif token[0] == b"}" and depth:
                depth -= 1
                if not depth:
                    yield _json_row(buffer[start:position], None, base + start)
        done = start if depth else position
        base += done
        buffer = buffer[done:]
        start, position = 0, position - done
        if len(buffer) > MAX_RECORD:
            detail = f"{_size(len(buffer))}; what stands behind it is not read"
            yield Reject(_TOO_LARGE, detail, None, base)
            return
    if depth:
        yield Reject(_CUT_SHORT, "the file ends inside of it", None, base)
    elif not buffer.rstrip().endswith(b"]"):
        yield Reject(_CUT_SHORT, "the array is not closed", None, base + len(buffer))


# --------------------------------------------------------------------------- delimited


class _Places:
    """Decoded lines, remembering where the next one begins."""

    def __init__(self, stream: BinaryIO) -> None:
        self._lines = lines(stream)
        self.line = 1
        self.offset = 0

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.line = line.number + 1
            self.offset = line.offset + line.length
            # Bytes that are no UTF-8 survive as surrogates, so that one row can be rejected.
            yield line.content.removeprefix(BOM).decode("utf-8", "surrogateescape")


def _delimited(stream: BinaryIO, delimiter: str) -> Iterator[Row | Reject]:
    # The module's limit is global; it is only ever raised.
    csv.field_size_limit(max(csv.field_size_limit(), MAX_RECORD))
    places = _Places(stream)
    reader = csv.reader(iter(places), delimiter=delimiter)
    header: list[str] | None = None
    while True:
        line, offset = places.line, places.offset
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Reject("not a valid row", str(error), line, offset)
            continue
        if not any(cells):
            continue
        if header is None:
            if not cells[0].lower().startswith(shapes.SEARCH_PREAMBLE):
                header = cells
            continue
        yield _cells_row(header, cells, line, offset)


def _cells_row(header: list[str], cells: list[str], line: int, offset: int) -> Row:
    row = Row(dict(zip(header, cells, strict=False)), line, offset)
    if len(cells) != len(header):
        detail = f"{len(cells)} cells, expected {len(header)}"
        row.fault = RecordError("wrong number of cells", detail)
    for name, cell in row.values.items():
        if not cell.isascii() and (found := _BYTE.search(cell)):
            # The decoder put bytes that are no UTF-8 at U+DC80 and on.
            before = cell[: found.start()][-20:]
            detail = f"{name} holds byte 0x{ord(found[0]) - 0xDC00:02x} behind {before!r}"
            row.fault = RecordError(_NOT_UTF8, detail)
            row.values[name] = cell.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
            break
    return row


# --------------------------------------------------------------------------- Parquet


def _parquet_rows(job: Job, columns: Collection[str] | None) -> Iterator[Row | Reject]:
    file = shapes.open_parquet(job.source)
    wanted = [name for name in file.schema_arrow.names if columns is None or name in columns]
    total = file.metadata.num_rows
    ordinal = 0
    with file:
        for batch in file.iter_batches(_PARQUET_BATCH, columns=wanted):
            for values in batch.to_pylist():
                ordinal += 1
                yield Row(values, ordinal=ordinal)
            job.meter.read = job.meter.total * ordinal // max(total, 1)
