"""What a file holds: tables, each with its columns and rows, or an extractive set."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from ....schemas.errors import DataError
from ...qa.record import RawReject
from .. import shapes
from ..record import Reject
from ..rows import read_rows
from ..streams import MAX_RECORD, Meter, find_sources
from .delimited import delimited_rows, find_dialect
from .squad import is_squad
from .workbook import header_place, is_workbook, sheets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from ..streams import Source

    Rows = Iterator[tuple[int, dict[str, Any]] | RawReject]

_PEEKED = 100
"""Rows whose keys are the columns of a file of JSON lines."""


@dataclass(frozen=True)
class Content:
    """A table, or the parsed JSON of an extractive set."""

    place: str
    """The file, with the member or sheet behind it."""
    names: tuple[str, ...] = ()
    rows: Callable[[Meter], Rows] = lambda meter: iter(())  # noqa: ARG005
    """Rows with their line or number, from 1."""
    payload: Any = None


def find_contents(path: Path) -> list[Content]:
    """Everything in a file that may hold questions.

    Raises:
        DataError: the file is empty or damaged, or its text is in no known encoding.
    """
    if is_workbook(path):
        return [_sheet(path, name, rows) for name, rows in sheets(path) if rows]
    return [content for source in find_sources(path) for content in _of_source(source)]


def _sheet(path: Path, name: str, rows: Sequence[tuple[int, list[str]]]) -> Content:
    place = header_place(list(rows))
    header = tuple(cell or f"column {number}" for number, cell in enumerate(rows[place][1], 1))
    below = rows[place + 1 :]

    def read(_: Meter) -> Rows:
        for number, cells in below:
            yield number, dict(zip(header, cells, strict=False))

    return Content(f"{path}!{name}", header, read)


def _of_source(source: Source) -> Iterator[Content]:
    head = source.head()
    start = head.lstrip()[:1]
    if head.startswith(b"PAR1"):
        yield _shaped(source, shapes.find_shape(source))
    elif start == b"{":
        yield _json_object(source)
    elif start == b"[":
        yield _peeked(source, shapes.Shape(shapes.JSON_ARRAY, ()))
    elif not start:
        raise DataError("the file is empty", place=source.name)
    elif (dialect := find_dialect(source)) is not None:
        yield Content(
            source.name, dialect.header, lambda meter: delimited_rows(source, dialect, meter)
        )


def _json_object(source: Source) -> Content:
    """One JSON object over the whole file, or one a line."""
    with source.open(Meter(0)) as stream:
        first = stream.readline(MAX_RECORD)
        alone = not stream.read(1 << 16).strip()
    payload = _parsed(first)
    if payload is None or alone:
        with source.open(Meter(0)) as stream:
            payload = _parsed(stream.read()) if payload is None else payload
        if is_squad(payload):
            return Content(source.name, payload=payload)
        listed = _list_in(payload)
        if listed is not None:
            return _listed(source, listed)
    return _peeked(source, shapes.Shape(shapes.JSON_LINES, ()))


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None


def _list_in(payload: Any) -> list[Any] | None:
    """The list of records in an object such as ``{"data": [...]}``."""
    values = list(payload.values()) if isinstance(payload, dict) else []
    lists = [v for v in values if isinstance(v, list) and v and isinstance(v[0], dict)]
    return lists[0] if len(lists) == 1 and "question" not in payload else None


def _listed(source: Source, rows: Sequence[Any]) -> Content:
    names = dict.fromkeys(name for row in rows[:_PEEKED] if isinstance(row, dict) for name in row)

    def read(_: Meter) -> Rows:
        for number, row in enumerate(rows, 1):
            if isinstance(row, dict):
                yield number, row
            else:
                yield RawReject("not a JSON object", str(row)[:100], number)

    return Content(source.name, tuple(names), read)


def _peeked(source: Source, shape: shapes.Shape) -> Content:
    """Rows of JSON, their columns being the keys of the first ones."""
    content = _shaped(source, shape)
    head = islice(content.rows(Meter(0)), _PEEKED)
    keys = dict.fromkeys(key for item in head if not isinstance(item, RawReject) for key in item[1])
    return Content(content.place, tuple(keys), content.rows)


def _shaped(source: Source, shape: shapes.Shape) -> Content:
    def read(meter: Meter) -> Rows:
        job = shapes.Job(source, shape, meter, "")
        for number, row in enumerate(read_rows(job), 1):
            if isinstance(row, Reject):
                yield RawReject(row.reason, row.detail, row.line or number, row.record_id)
            else:
                line = row.line or row.ordinal or number
                yield _with_fault(row.values, row.fault, line)

    return Content(source.name, tuple(shape.names), read)


def _with_fault(
    values: Mapping[str, Any], fault: Any, line: int
) -> tuple[int, dict[str, Any]] | RawReject:
    if fault is not None:
        return RawReject(fault.reason, fault.detail, line)
    return line, dict(values)
