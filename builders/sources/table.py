"""Any table of patents whose columns a mapping names: Parquet, CSV, TSV, JSON lines, JSON array.

The mapping goes from canonical field to column, ``{"publication_id": "pn", "title": "ti"}``; where
a column holds a list as text, it is ``{"column": "cites", "separator": "|"}`` (default ``;``).
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from ...schemas.errors import DataError, UsageError
from . import shapes
from .application_ids import parse_application
from .fields import (
    NO_NUMBER,
    WRONG_TYPE,
    RecordError,
    parse_american_date,
    parse_date,
    text_in,
    unique_citations,
)
from .ipc import normalise_symbols
from .patent_ids import parse_publication, publication_from_parts, publication_id
from .record import Citation, Publication
from .rows import read_publications
from .texts import TextPicker

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from .record import Reject
    from .shapes import Job, Shape

FORMAT = "table"
ABOUT = "any Parquet, CSV, TSV or JSON table with a column mapping, or with publication_id"
CONTAINERS = shapes.TABLES

_ID = "publication_id"
_LISTS = ("members", "priorities", "ipc", "cpc", "citations", "cited_by")
_DAYS = ("publication_date", "filing_date", "priority_date")
_TEXTS = ("title", "abstract", "claims", "description")
FIELDS = (_ID, "country", "kind", "family_id", *_DAYS, "language", *_TEXTS, *_LISTS)
"""Canonical fields that a mapping may name."""


@dataclass(frozen=True)
class _Column:
    name: str
    separator: str = ";"


def sniff(shape: Shape) -> bool:
    """Whether a table has the one canonical column that is needed."""
    return _ID in shape.names


def read(job: Job) -> Iterator[Publication | Reject]:
    """Read every row.

    Raises:
        UsageError: the mapping names an unknown field, or no publication_id.
        DataError: the table lacks a column that the mapping names.
    """
    columns = parse_mapping(job.mapping) if job.mapping else _identity_mapping(job.shape)
    _check_columns(columns, job)
    return read_publications(
        job,
        lambda row: _publication(row, columns, job.language),
        (columns[_ID].name,),
        columns={column.name for column in columns.values()},
    )


def parse_mapping(mapping: Mapping[str, Any]) -> dict[str, _Column]:
    """Check a mapping from canonical field to column.

    Raises:
        UsageError: an unknown field, a value that names no column, or no publication_id.
    """
    columns: dict[str, _Column] = {}
    for field, value in mapping.items():
        if field not in FIELDS:
            raise UsageError.from_unknown_name("field in the mapping", field, FIELDS)
        given = {"column": value} if isinstance(value, str) else value
        if not isinstance(given, dict) or not {"column"} <= {*given} <= {"column", "separator"}:
            raise UsageError(
                f"the mapping of {field} names no column",
                found=value,
                expected='a column, or {"column": …, "separator": …}',
            )
        columns[field] = _Column(str(given["column"]), str(given.get("separator") or ";"))
    if _ID not in columns:
        raise UsageError(
            "the mapping names no column for publication_id",
            found=", ".join(mapping) or "an empty mapping",
            expected='for example {"publication_id": "pn", "title": "ti"}',
        )
    return columns


def _identity_mapping(shape: Shape) -> dict[str, _Column]:
    return {name: _Column(name) for name in FIELDS if name in shape.names}


def _check_columns(columns: dict[str, _Column], job: Job) -> None:
    # JSON records may leave fields out; the other tables name all their columns.
    if job.shape.container not in (shapes.PARQUET, shapes.DELIMITED):
        return
    for field, column in columns.items():
        if column.name not in job.shape.names:
            near = get_close_matches(column.name, job.shape.names, n=3)
            raise DataError(
                f"no column {column.name!r}, which the mapping names for {field}",
                place=job.source.name,
                found=", ".join(job.shape.names),
                hint=f"did you mean {' or '.join(near)}?" if near else None,
            )


def _publication(row: dict[str, Any], columns: dict[str, _Column], wanted: str) -> Publication:
    def text(field: str) -> str | None:
        return text_in(row, columns[field].name) if field in columns else None

    def day(field: str) -> date | None:
        value = row.get(columns[field].name) if field in columns else None
        return parse_date(value) or parse_american_date(value)

    def listed(field: str) -> list[str]:
        return _listed(row, columns[field]) if field in columns else []

    number, country = text(_ID), text("country")
    identity = parse_publication(number) if number else None
    if number and country:
        identity = publication_from_parts(country, number, text("kind"))
    if identity is None:
        raise RecordError(NO_NUMBER, f"{columns[_ID].name} is {number!r}")
    language = text("language")
    picker = TextPicker(wanted)
    return Publication(
        *identity,
        publication_date=day("publication_date"),
        filing_date=day("filing_date"),
        priority_date=day("priority_date"),
        family_id=text("family_id"),
        members=_ids(listed("members")),
        priorities=sorted(
            {name for item in listed("priorities") if (name := parse_application(item))}
        ),
        title=picker.pick([(text("title"), language)]),
        abstract=picker.pick_paragraphs([(text("abstract"), language)]),
        claims=picker.pick_claims([(text("claims"), language)]),
        description=picker.pick_paragraphs([(text("description"), language)]),
        language=picker.language,
        ipc=normalise_symbols(listed("ipc")),
        cpc=normalise_symbols(listed("cpc")),
        citations=unique_citations(
            [Citation(name) for name in _ids(listed("citations"))]
            + [Citation(name, forward=True) for name in _ids(listed("cited_by"))]
        ),
    )


def _ids(texts: list[str]) -> list[str]:
    return sorted({name for text in texts if (name := publication_id(text))})


def _listed(row: dict[str, Any], column: _Column) -> list[str]:
    value = row.get(column.name)
    if value is None:
        return []
    if isinstance(value, str):
        return [part.strip() for part in value.split(column.separator) if part.strip()]
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise RecordError(WRONG_TYPE, f"{column.name} is neither text nor a list of texts")
    return value
