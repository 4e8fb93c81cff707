"""A row of a choice table to a raw question."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ...qa.language_names import language_code
from ...qa.record import RawQuestion, RawReject

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .columns import Columns
    from .hints import Hints

FORMAT = "mcq_table"
_SEPARATORS = ("\n", " | ", "|", ";;", ";")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
UNKNOWN_LANGUAGE = "unknown_language"
UNKNOWN_OPTIONS = "options in an unknown form"


class _BadRow(Exception):  # noqa: N818 - ends the work on a row, is no error of the program
    """A row that gives no question."""

    def __init__(self, reason: str, detail: str) -> None:
        self.reason = reason
        self.detail = detail


def read_row(
    row: Mapping[str, Any], line: int, columns: Columns, hints: Hints
) -> RawQuestion | RawReject:
    """Take the fields out of a row.

    Args:
        row: column → value.
        line: line or row of the file.
        columns: where the fields stand.
        hints: what the file's name says where the row says nothing.
    """
    key = _text(_value(row, columns, "source_id"))
    try:
        return _question(row, line, key, columns, hints)
    except _BadRow as bad:
        return RawReject(bad.reason, bad.detail[:200], line, key)


def _question(
    row: Mapping[str, Any], line: int, key: str | None, columns: Columns, hints: Hints
) -> RawQuestion:
    stem = _value(row, columns, "question")
    nested = stem if isinstance(stem, dict) else {}
    text = _text(nested.get("stem", nested.get("text")) if nested else stem)
    if text is None:
        raise _BadRow("no_question", f"the column {columns.fields['question']!r} is empty")
    options, labels = _options(row, columns, nested.get("choices"))
    domain = _text(_value(row, columns, "domain"))
    base = columns.constants.get("answer_base")
    return RawQuestion(
        question=text,
        options=options,
        answer=_answer(_value(row, columns, "answer"), labels),
        answer_base=base,
        source_id=key,
        language=_language(_text(_value(row, columns, "language"))) or hints.language,
        domain=domain or hints.domain,
        domain_from="source" if domain else "folder",
        subdomain=_text(_value(row, columns, "subdomain")),
        topic=_text(_value(row, columns, "topic")),
        level=_text(_value(row, columns, "level")),
        type=_text(_value(row, columns, "type")),
        parallel_id=_text(_value(row, columns, "parallel_id")),
        context=_text(_value(row, columns, "context")),
        license=_text(_value(row, columns, "license")),
        line=line,
    )


def _value(row: Mapping[str, Any], columns: Columns, field: str) -> Any:
    if field in columns.constants:
        return columns.constants[field]
    column = columns.fields.get(field)
    return None if column is None else row.get(column)


def _text(value: Any) -> str | None:
    """A value as text; None where there is none."""
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = value if isinstance(value, str) else str(value)
    return text if text.strip() else None


def _language(name: str | None) -> str | None:
    if name is None:
        return None
    code = language_code(name)
    if code is None:
        raise _BadRow(UNKNOWN_LANGUAGE, f"language {name!r} is no known name or code")
    return code


def _options(
    row: Mapping[str, Any], columns: Columns, nested: Any
) -> tuple[list[str], list[str] | None]:
    """Texts of the options, and their labels where they have some."""
    if columns.options:
        texts = [_text(row.get(name)) or "" for name in columns.options]
        while texts and not texts[-1]:
            texts.pop()  # a question with fewer options than the table has columns
        return texts, None
    value = nested if nested is not None else _value(row, columns, "options")
    return ([], None) if value is None or value == "" else _listed(value)


def _listed(value: Any) -> tuple[list[str], list[str] | None]:
    if isinstance(value, str):
        value = _parsed(value)
    if isinstance(value, dict):
        texts, labels = value.get("text"), value.get("label")
        if isinstance(texts, list):
            return [_text(item) or "" for item in texts], _labels(labels, len(texts))
        return [_text(item) or "" for item in value.values()], [str(name) for name in value]
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        texts = [_text(item.get("text", item.get("option"))) or "" for item in value]
        return texts, _labels([item.get("label", item.get("id")) for item in value], len(texts))
    if isinstance(value, list):
        return [_text(item) or "" for item in value], None
    raise _BadRow(UNKNOWN_OPTIONS, f"found {str(value)[:150]!r}")


def _labels(labels: Any, count: int) -> list[str] | None:
    if isinstance(labels, list) and len(labels) == count and None not in labels:
        return [str(label) for label in labels]
    return None


def _parsed(text: str) -> Any:
    """A list that is written as text: JSON, or with one of the usual separators."""
    start = text.lstrip()[:1]
    if start in ("[", "{"):
        for candidate in (text, text.replace("'", '"')):
            try:
                return json.loads(candidate)
            except ValueError:
                continue
    parts = next((text.split(mark) for mark in _SEPARATORS if text.count(mark)), None)
    if parts is None:
        raise _BadRow(UNKNOWN_OPTIONS, f"found {text[:150]!r}")
    return [part.strip() for part in parts if part.strip()]


def _answer(value: Any, labels: Sequence[str] | None) -> str | None:
    """The answer as text; a label of an option becomes the letter of its place."""
    if isinstance(value, list):
        value = value[0] if len(value) == 1 else ", ".join(map(str, value))
    if isinstance(value, bool):
        value = str(value)
    text = _text(value)
    if text is not None and labels is not None and text.strip() in labels:
        return _LETTERS[labels.index(text.strip())]
    return text
