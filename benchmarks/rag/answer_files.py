"""Files of answers: CSV, TSV, JSON lines or Parquet, one row a question and condition.

A row names its question by id (column ``question_id``, ``_id``, ``id`` or ``qid``) or by its text
(``question``), which stands for every question of these words unless a ``domain`` says which. It
has a ``condition``, ``none`` or ``retrieved``, and the answer as the model wrote it (``answer``,
``prediction``, ``response``, ``output``, ``generation`` or ``text``). What it took may stand beside
it: ``seconds``, retrieval included, ``memory_mib`` and ``gpu``, in any unit that is the same all
over; they are numbers of any sign.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from ...schemas.errors import DataError
from ..qa.answer_files import ANSWER_COLUMNS, ID_COLUMNS
from ..row_files import read_rows
from .answers import CONDITIONS, Answer, Condition
from .yes_no import parse_yes_no

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

MEASURED = ("seconds", "memory_mib", "gpu")
_TEXT_COLUMN = "question"

Given = dict[Condition, dict[str, Answer]]


def read_answers(path: Path, questions: Sequence[Mapping[str, Any]]) -> Given:
    """Condition → question → answer; a condition without any answer is left out.

    Args:
        path: the file; its ending tells the format.
        questions: rows of ``questions`` that may be answered.

    Raises:
        DataError: the file is missing or damaged, is of an unknown format, lacks a column, names
            an unknown question or condition, one twice, or has a measurement that is no number.
    """
    known = {row["_id"]: row for row in questions}
    by_text: dict[str, list[str]] = defaultdict(list)
    for row in questions:
        by_text[_folded(row["question"])].append(row["_id"])
    found: Given = {}
    for line, row in read_rows(path, what="answers"):
        names = _questions(row, known, by_text, path, line)
        answers = found.setdefault(_condition(row, path, line), {})
        for name in names:
            if name in answers:
                raise DataError(
                    "a question is answered twice under one condition",
                    place=path,
                    line=line,
                    found=name,
                )
            answers[name] = _answer(row, path, line)
    if not found:
        raise DataError("the file has no answers", place=path)
    return {condition: found[condition] for condition in CONDITIONS if condition in found}


def _questions(
    row: Mapping[str, Any],
    known: Mapping[str, Mapping[str, Any]],
    by_text: Mapping[str, Sequence[str]],
    path: Path,
    line: int,
) -> list[str]:
    column = next((name for name in (*ID_COLUMNS, _TEXT_COLUMN) if row.get(name)), None)
    if column is None:
        raise DataError(
            "no column holds the question",
            place=path,
            line=line,
            found=", ".join(map(str, row)) or "no columns",
            expected="one of " + ", ".join((*ID_COLUMNS, _TEXT_COLUMN)),
        )
    value = str(row[column])
    if column == _TEXT_COLUMN:
        names = list(by_text.get(_folded(value), ()))
        domain = row.get("domain")
        if domain:
            names = [name for name in names if known[name]["pool"] == domain]
    else:
        names = [value] if value in known else []
    if not names:
        raise DataError(
            "the answers name a question that the release lacks",
            place=path,
            line=line,
            found=repr(value),
            expected="an _id or a question of its table `questions`",
        )
    return names


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _condition(row: Mapping[str, Any], path: Path, line: int) -> Condition:
    value = row.get("condition")
    for condition in CONDITIONS:
        if value == condition:
            return condition
    raise DataError(
        "an answer's condition is unknown",
        place=path,
        line=line,
        found=repr(value),
        expected=" or ".join(CONDITIONS),
    )


def _answer(row: Mapping[str, Any], path: Path, line: int) -> Answer:
    column = next((name for name in ANSWER_COLUMNS if name in row), None)
    if column is None:
        raise DataError(
            "no column holds the answer",
            place=path,
            line=line,
            found=", ".join(map(str, row)),
            expected="one of " + ", ".join(ANSWER_COLUMNS),
        )
    value = row[column]
    text = None if value is None or value != value else str(value)  # noqa: PLR0124 - NaN
    seconds, memory, gpu = (_number(row.get(name), name, path, line) for name in MEASURED)
    return Answer(parse_yes_no(text), text, seconds=seconds, memory_mib=memory, gpu=gpu)


def _number(value: Any, name: str, path: Path, line: int) -> float | None:
    if value is None or value == "":
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.inf
    if math.isnan(number):
        return None
    if math.isinf(number):
        raise DataError(
            f"the {name} of an answer is no number", place=path, line=line, found=repr(value)
        )
    return number
