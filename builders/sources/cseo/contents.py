"""What a file holds: a table with its columns, or a JSON object of rewritten documents."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

from .. import shapes
from ..record import Reject
from ..rows import read_rows
from ..streams import MAX_RECORD, Meter, find_sources
from .records import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ..rows import Row
    from ..streams import Source

    Rows: TypeAlias = Iterator[tuple[Place, dict[str, Any]] | Reject]

_PEEKED = 100
"""Rows whose keys are the columns of JSON."""


@dataclass(frozen=True)
class Content:
    """A table, or the parsed JSON of an object that is none of its rows."""

    place: str
    """The file, with the member of an archive behind it."""
    names: tuple[str, ...] = ()
    rows: Callable[[Meter], Rows] = lambda meter: iter(())  # noqa: ARG005
    payload: dict[str, Any] | None = None


def find_contents(path: Path) -> list[Content]:
    """Everything in a file: itself, or the members of a zip archive.

    Raises:
        DataError: the file is empty or damaged.
    """
    return [_content(source) for source in find_sources(path)]


def _content(source: Source) -> Content:
    shape = shapes.find_shape(source)
    if shape.container == shapes.JSON_LINES:
        payload = _whole_object(source)
        if payload is not None:
            return Content(source.name, tuple(payload), lambda _: _one_row(payload), payload)
    if shape.container not in shapes.TABLES:
        return Content(source.name)

    def read(meter: Meter) -> Rows:
        for item in read_rows(shapes.Job(source, shape, meter, "")):
            yield item if isinstance(item, Reject) else _placed(item)

    if shape.container in {shapes.JSON_LINES, shapes.JSON_ARRAY}:
        head = islice(read(Meter(0)), _PEEKED)
        keys = dict.fromkeys(
            key for item in head if not isinstance(item, Reject) for key in item[1]
        )
        return Content(source.name, tuple(keys), read)
    return Content(source.name, shape.names, read)


def _whole_object(source: Source) -> dict[str, Any] | None:
    """The one JSON object that a file is; None if it is more than one, or damaged."""
    with source.open(Meter(0)) as stream:
        first = stream.readline(MAX_RECORD)
        if _parsed(first) is not None and stream.read(1 << 16).strip():
            return None
        return _parsed(first + stream.read())


def _parsed(content: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _one_row(payload: dict[str, Any]) -> Rows:
    try:
        json.dumps(payload, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:  # half of a surrogate pair
        yield Reject("not valid UTF-8", str(error)[:200], 1, 0)
        return
    yield Place(1, 0), payload


def _placed(row: Row) -> tuple[Place, dict[str, Any]] | Reject:
    place = Place(row.line, row.offset, row.ordinal)
    if row.fault is not None:
        return Reject(row.fault.reason, place.say(row.fault.detail), row.line, row.offset)
    return place, row.values
