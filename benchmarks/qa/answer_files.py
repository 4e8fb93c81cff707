"""Files of answers: CSV, TSV, JSON lines or Parquet, one row a question.

A row holds the question's id (column ``question_id``, ``_id``, ``id`` or ``qid``), its answer
(``answer``, ``prediction``, ``response``, ``output``, ``generation`` or ``text``; a letter, a
number, the text of an option or what a model wrote) and, where there are any, the probabilities of
its choices (``probabilities``, a list in their order; in CSV and TSV as JSON). A row with
probabilities needs no answer: the most probable choice is taken, the first of equals.

Numbers count from 1, unless every answer of the file is a number and one of them is 0.
"""

from __future__ import annotations

import csv
import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from ...schemas.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

ID_COLUMNS = ("question_id", "_id", "id", "qid")
ANSWER_COLUMNS = ("answer", "prediction", "response", "output", "generation", "text")
PROBABILITY_COLUMN = "probabilities"
FORMATS = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet")
_SUM_TOLERANCE = 1e-2
_LONGEST_FIELD = 1 << 30


@dataclass(frozen=True)
class Answers:
    """The rows of a file."""

    answers: dict[str, str | None]
    """Question → answer as written; None where the field is empty."""
    probabilities: dict[str, list[float]]
    """Question → probabilities of its choices, adding up to 1."""
    base: int
    """What a number that stands for the first choice is."""
    columns: dict[str, str]
    """Field → column it is read from."""


def read_answers(path: Path, known: Sequence[str], counts: Sequence[int]) -> Answers:
    """Read a file of answers.

    Args:
        path: the file; its ending tells the format.
        known: ids of every question that may be answered.
        counts: their numbers of choices.

    Raises:
        DataError: the file is missing or damaged, is of an unknown format, lacks a column, names
            an unknown question or one twice, or has probabilities that are none.
    """
    choices = dict(zip(known, counts, strict=True))
    columns: dict[str, str] = {}
    answers: dict[str, str | None] = {}
    probabilities: dict[str, list[float]] = {}
    for line, row in _rows(path):
        if not columns or not row.keys() >= set(columns.values()):
            columns |= _columns(row, path, line)
        name = _text(row.get(columns["question_id"]))
        if name is None or name not in choices:
            raise DataError(
                "the answers name a question that the release lacks",
                place=path,
                line=line,
                found=repr(name),
                expected="an _id of its table `questions`",
            )
        if name in answers:
            raise DataError("a question is answered twice", place=path, line=line, found=name)
        answers[name] = _text(row.get(columns["answer"])) if "answer" in columns else None
        given = row.get(columns.get(PROBABILITY_COLUMN, ""))
        if given is not None and given != "":
            probabilities[name] = _probabilities(given, choices[name], path, line)
    if not answers:
        raise DataError("the file has no answers", place=path)
    return Answers(answers, probabilities, _base(answers.values()), columns)


def _columns(row: dict[str, Any], path: Path, line: int) -> dict[str, str]:
    found: dict[str, str] = {}
    for field, names in (
        ("question_id", ID_COLUMNS),
        ("answer", ANSWER_COLUMNS),
        (PROBABILITY_COLUMN, (PROBABILITY_COLUMN,)),
    ):
        column = next((name for name in names if name in row), None)
        if column is not None:
            found[field] = column
    if "question_id" not in found or len(found) == 1:
        what, names = ("answer", (*ANSWER_COLUMNS, PROBABILITY_COLUMN))
        if "question_id" not in found:
            what, names = ("question's id", ID_COLUMNS)
        raise DataError(
            f"no column holds the {what}",
            place=path,
            line=line,
            found=", ".join(map(str, row)) or "no columns",
            expected="one of " + ", ".join(names),
        )
    return found


def _text(value: Any) -> str | None:
    """A field as text; whole numbers that a table holds as floats lose their ``.0``."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, str) else str(value)


def _base(answers: Any) -> int:
    given = [text.strip() for text in answers if text is not None and text.strip()]
    numbers = all(text.isdecimal() for text in given)
    return 0 if numbers and any(int(text) == 0 for text in given) else 1


def _probabilities(given: Any, count: int, path: Path, line: int) -> list[float]:
    try:
        values = json.loads(given) if isinstance(given, str) else given
        found = [float(value) for value in values]
    except (TypeError, ValueError):
        found = []
    fits = len(found) == count and all(0 <= value <= 1 for value in found)
    if not fits or abs(math.fsum(found) - 1) > _SUM_TOLERANCE:
        raise DataError(
            "the probabilities of a question are none",
            place=path,
            line=line,
            found=given,
            expected=f"a list of {count} numbers from 0 to 1 that add up to 1",
        )
    total = math.fsum(found)
    return [value / total for value in found]


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line or row, from 1, and its fields."""
    ending = path.suffix.lower()
    if ending not in FORMATS:
        raise DataError(
            "answers are read from files of other formats",
            place=path,
            found=ending or "no ending",
            expected=", ".join(FORMATS),
        )
    if not path.is_file():
        raise DataError("there is no file of answers here", place=path)
    try:
        if ending == ".parquet":
            yield from _parquet_rows(path)
        elif ending in (".csv", ".tsv"):
            yield from _delimited_rows(path, "\t" if ending == ".tsv" else ",")
        else:
            yield from _json_rows(path)
    except UnicodeDecodeError as error:
        raise DataError("the answers are not UTF-8", place=path, found=error) from None


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
            except json.JSONDecodeError as error:
                raise DataError("a line is not JSON", place=path, line=line, found=error) from None
            if not isinstance(row, dict):
                raise DataError("a line is no JSON object", place=path, line=line)
            yield line, row
