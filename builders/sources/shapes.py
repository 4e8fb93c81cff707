"""What a source file looks like from its first bytes: container, and the names in it."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from ...schemas.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .streams import Meter, Source

PARQUET, XML, JSON_LINES, JSON_ARRAY, DELIMITED, UNKNOWN = (
    "Parquet",
    "XML",
    "JSON",
    "a JSON array",
    "a delimited table",
    "unknown",
)
TABLES = (PARQUET, JSON_LINES, JSON_ARRAY, DELIMITED)

_JSON_KEY = re.compile(rb'"([^"\\\r\n]{1,60})"\s*:')
_XML_TAG = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_DELIMITERS = ("\t", ",", ";", "|")
SEARCH_PREAMBLE = "search url:"
"""Google Patents writes the search in a line above the header."""


@dataclass(frozen=True)
class Shape:
    """How the content of a source begins."""

    container: str
    names: tuple[str, ...]
    """Columns, JSON keys at any depth, or XML elements without prefix, in order, each once."""
    delimiter: str = ","

    @property
    def folded(self) -> frozenset[str]:
        """The names in lower case."""
        return frozenset(name.lower() for name in self.names)

    def describe(self) -> str:
        """For messages: the container and the first few names."""
        if self.container == UNKNOWN:
            return "neither XML, JSON, Parquet nor a delimited table"
        shown = ", ".join(self.names[:8])
        more = ", …" if len(self.names) > 8 else ""
        return f"{self.container} with {shown}{more}" if shown else self.container


@dataclass(frozen=True)
class Job:
    """One content to read, and how."""

    source: Source
    shape: Shape
    meter: Meter
    language: str
    mapping: Mapping[str, Any] | None = None


def find_shape(source: Source) -> Shape:
    """Look at the head of a source.

    Raises:
        DataError: it is empty, or a damaged Parquet file.
    """
    head = source.head()
    if head.startswith(b"PAR1"):
        return Shape(PARQUET, tuple(open_parquet(source).schema_arrow.names))
    start = head.lstrip()[:1]
    if not start:
        raise DataError("the file is empty", place=source.name)
    if start == b"<":
        return Shape(XML, _names(_XML_TAG, head))
    if start in (b"{", b"["):
        container = JSON_LINES if start == b"{" else JSON_ARRAY
        return Shape(container, _names(_JSON_KEY, head))
    return _delimited_shape(head)


def open_parquet(source: Source) -> Any:
    """Open a Parquet file that stands alone on disk.

    Raises:
        DataError: it is packed in another file, or damaged.
    """
    if source.packed:
        raise DataError(
            "a Parquet file cannot be read inside a compressed file",
            place=source.name,
            hint="unpack it and give the .parquet file",
        )
    try:
        return pq.ParquetFile(source.path)
    except (OSError, ValueError) as error:  # ArrowInvalid is a ValueError
        raise DataError("damaged Parquet file", place=source.name, found=str(error)) from error


def _names(pattern: re.Pattern[bytes], head: bytes) -> tuple[str, ...]:
    found = dict.fromkeys(pattern.findall(head))
    return tuple(name.decode("utf-8", "replace") for name in found)


def _delimited_shape(head: bytes) -> Shape:
    if b"\0" in head:
        return Shape(UNKNOWN, ())
    rows = head.decode("utf-8", "replace").splitlines()
    if rows and rows[0].lower().startswith(SEARCH_PREAMBLE):
        rows = rows[1:]
    if not rows:
        return Shape(UNKNOWN, ())
    split = {mark: next(csv.reader([rows[0]], delimiter=mark), []) for mark in _DELIMITERS}
    delimiter = max(_DELIMITERS, key=lambda mark: len(split[mark]))
    columns = tuple(split[delimiter])
    if len(columns) < 2:
        return Shape(UNKNOWN, ())
    return Shape(DELIMITED, columns, delimiter)
