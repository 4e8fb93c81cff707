"""Excel workbooks: every sheet with a header row, merged cells filled."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any

from ....schemas.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_HEADER_ROWS = 20
"""Rows at the top in which the header is looked for."""


def is_workbook(path: Path) -> bool:
    """Whether a file is an .xlsx workbook, by its content."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return "xl/workbook.xml" in archive.namelist()


def sheets(path: Path) -> Iterator[tuple[str, list[tuple[int, list[str]]]]]:
    """Name and rows of each visible sheet: row number from 1, cells as text.

    The value of a merged range belongs to each of its cells. Rows without any value are left out.

    Raises:
        DataError: the workbook is damaged or encrypted.
    """
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise DataError("the workbook cannot be read", place=path, found=error) from None
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            yield sheet.title, _rows(sheet)
    book.close()


def _rows(sheet: Any) -> list[tuple[int, list[str]]]:
    merged: dict[tuple[int, int], Any] = {}
    for block in sheet.merged_cells.ranges:
        value = sheet.cell(block.min_row, block.min_col).value
        for row in range(block.min_row, block.max_row + 1):
            for column in range(block.min_col, block.max_col + 1):
                merged[row, column] = value
    found: list[tuple[int, list[str]]] = []
    for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
        texts = [
            _text(merged.get((number, column), value)) for column, value in enumerate(cells, 1)
        ]
        if any(texts):
            found.append((number, texts))
    return found


def header_place(rows: list[tuple[int, list[str]]]) -> int:
    """Which of the rows holds the names of the columns.

    Of the first rows that one with most different values; a title above it, merged over the
    columns, has one.
    """
    first = rows[:_HEADER_ROWS]
    widths = [len({cell for cell in cells if cell}) for _, cells in first]
    return widths.index(max(widths)) if widths else 0


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
