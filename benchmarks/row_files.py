"""Files of rows that users bring: CSV, TSV, JSON lines or Parquet."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from ..schemas.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

DELIMITERS = {".csv": ",", ".tsv": "\t"}
JSON_LINES = (".jsonl", ".ndjson")
PARQUET = ".parquet"
FORMATS = (*DELIMITERS, *JSON_LINES, PARQUET)
_LONGEST_FIELD = 1 << 30


def read_rows(
    path: Path, *, what: str, formats: Sequence[str] = FORMATS
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line, or row of Parquet, from 1, and its fields.

    Args:
        path: the file; its ending tells the format.
        what: name of its content, in the plural, for messages.
        formats: endings that are read.

    Raises:
        DataError: the file is missing or damaged, or of another format.
    """
    ending = path.suffix.lower()
    if ending not in formats:
        raise DataError(
            f"{what} are read from files of other formats",
            place=path,
            found=ending or "no ending",
            expected=", ".join(formats),
        )
    if not path.is_file():
        raise DataError(f"there is no file of {what} here", place=path)
    try:
        if ending == PARQUET:
            yield from _parquet_rows(path)
        elif ending in DELIMITERS:
            yield from _delimited_rows(path, DELIMITERS[ending])
        else:
            yield from _json_rows(path)
    except UnicodeDecodeError as error:
        raise DataError(f"the {what} are not UTF-8", place=path, found=error) from None


def _parquet_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        table: Any = pq.read_table(path)
    except pa.ArrowInvalid as error:
        raise DataError("the file is no readable Parquet", place=path, found=error) from None
    yield from enumerate(table.to_pylist(), 1)


def _delimited_rows(path: Path, delimiter: str) -> Iterator[tuple[int, dict[str, Any]]]:
    limit = csv.field_size_limit(_LONGEST_FIELD)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, delimiter=delimiter, strict=True)
            try:
                for row in reader:
                    if None in row or None in row.values():
                        raise DataError(
                            "a row has more or fewer fields than the header",
                            place=path,
                            line=reader.line_num,
                        )
                    yield reader.line_num, row
            except csv.Error as error:
                raise DataError(
                    "the table is damaged", place=path, line=reader.line_num, found=error
                ) from None
    finally:
        csv.field_size_limit(limit)


def _json_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with path.open(encoding="utf-8-sig") as file:
        for line, text in enumerate(file, 1):
            if not text.strip():
                continue
            try:
                row = json.loads(text)
            except (ValueError, RecursionError) as error:  # also numbers of thousands of digits
                raise DataError("a line is not JSON", place=path, line=line, found=error) from None
            if not isinstance(row, dict):
                raise DataError("a line is no JSON object", place=path, line=line)
            yield line, row
