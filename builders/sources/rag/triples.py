"""Triples in a table: subject, predicate, object, and paragraphs on subject and object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....schemas.errors import UsageError
from ..fields import RecordError, text_in
from ..record import Reject
from ..rows import read_rows
from ..texts import fold
from .records import Paragraph, Triple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..rows import Row
    from ..shapes import Job

FORMAT = "triples"
_NEEDED = ("subject", "predicate", "object")
FIELDS = (*_NEEDED, "domain", "subject_text", "object_text")
NO_PART = "triple without subject, predicate or object"


def check_mapping(mapping: Mapping[str, Any] | None) -> dict[str, str]:
    """The mapping as field → column.

    Raises:
        UsageError: there is no such field, or one is given no column.
    """
    for field, column in (mapping or {}).items():
        if field not in FIELDS:
            raise UsageError.from_unknown_name("field of the mapping", field, FIELDS)
        if not isinstance(column, str):
            raise UsageError(
                f"the mapping of {field!r} names no column", found=column, expected="a name"
            )
    return {field: str(column) for field, column in (mapping or {}).items()}


def find_columns(names: Sequence[str], mapping: Mapping[str, str]) -> dict[str, str] | None:
    """Field → column of a table; None where one of the three parts of a triple is missing.

    A column that the mapping names wins where the table has it.
    """
    folded = {name.strip().casefold(): name for name in reversed(names)}
    found = {field: folded[field] for field in FIELDS if field in folded}
    found.update({field: name for field, name in mapping.items() if name in names})
    return found if all(field in found for field in _NEEDED) else None


def read_triples(job: Job, columns: Mapping[str, str]) -> Iterator[Triple | Paragraph | Reject]:
    """Every row as its triple, and the paragraphs in it."""
    wanted = set(columns.values())
    for number, row in enumerate(read_rows(job, wanted), 1):
        if isinstance(row, Reject):
            yield row
            continue
        line = row.line or row.ordinal or number
        try:
            yield from _records(row, columns, line)
        except RecordError as error:
            yield Reject(error.reason, error.detail, line, row.offset)


def _records(row: Row, columns: Mapping[str, str], line: int) -> list[Triple | Paragraph]:
    if row.fault is not None:
        raise row.fault
    text = {field: fold(text_in(row.values, name)) for field, name in columns.items()}
    subject, predicate, other = (text[field] for field in _NEEDED)
    if subject is None or predicate is None or other is None:
        missing = ", ".join(columns[field] for field in _NEEDED if text[field] is None)
        raise RecordError(NO_PART, f"no value in {missing}")
    domain = text.get("domain")
    records: list[Triple | Paragraph] = [Triple(subject, predicate, other, domain, line)]
    for entity, field in ((subject, "subject_text"), (other, "object_text")):
        paragraph = text.get(field)
        if paragraph is not None:
            records.append(Paragraph(entity, paragraph, domain, line))
    return records
