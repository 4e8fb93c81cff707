"""Files of answers: CSV, TSV, JSON lines or Parquet, one row a question.

A row holds the question's id (column ``question_id``, ``_id``, ``id`` or ``qid``), its answer
(``answer``, ``prediction``, ``response``, ``output``, ``generation`` or ``text``; a letter, a
number, the text of an option or what a model wrote) and, where there are any, the probabilities of
its choices (``probabilities``, a list in their order; in CSV and TSV as JSON). A row with
probabilities needs no answer: the most probable choice is taken, the first of equals.

Numbers count from 1, unless every answer of the file is a number and one of them is 0.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...schemas.errors import DataError
from ..row_files import read_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ID_COLUMNS = ("question_id", "_id", "id", "qid")
ANSWER_COLUMNS = ("answer", "prediction", "response", "output", "generation", "text")
PROBABILITY_COLUMN = "probabilities"
_SUM_TOLERANCE = 1e-2


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
    for line, row in read_rows(path, what="answers"):
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
