"""Exports of The Lens that hold bibliographic data only: CSV, and JSON lines with its columns.

Lists are split at ``;;`` in CSV. Titles may be translated and say nothing of it: their language is
unknown.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from . import shapes
from .application_ids import parse_application
from .fields import (
    NO_NUMBER,
    WRONG_TYPE,
    RecordError,
    earliest,
    parse_american_date,
    parse_date,
    text_in,
)
from .ipc import normalise_symbols
from .patent_ids import parse_publication
from .record import Publication
from .rows import read_publications
from .texts import fold

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from .record import Reject
    from .shapes import Job, Shape

FORMAT = "lens-export"
ABOUT = "exports of The Lens, CSV (Lens ID, Publication Number …) or JSON lines (lensId …)"
CONTAINERS = shapes.TABLES

# Canonical field → column of the CSV, key of the JSON lines.
_CSV = {
    "number": "Publication Number",
    "published": "Publication Date",
    "published_year": "Publication Year",
    "filed": "Application Date",
    "priorities": "Priority Numbers",
    "title": "Title",
    "ipc": "IPCR Classifications",
    "cpc": "CPC Classifications",
}
_JSON = {
    "number": "displayKey",
    "published": "publicationDate",
    "published_year": "publicationYear",
    "filed": "filingDate",
    "priorities": "priorityFilingKeysActive",
    "title": "title",
    "ipc": "ipcrClassifications",
    "cpc": "cpcClassifications",
}
_PRIORITY_DAY = re.compile(r"\s([0-9]{8})$")


def sniff(shape: Shape) -> bool:
    """Whether the names in a file are those of this format."""
    return {"Lens ID", "Publication Number"} <= {*shape.names} or {"lensId", "displayKey"} <= {
        *shape.names
    }


def read(job: Job) -> Iterator[Publication | Reject]:
    """Read every row."""
    names = _CSV if "Lens ID" in job.shape.names else _JSON
    return read_publications(
        job, lambda row: _publication(row, names), ("Lens ID", "lensId", names["number"])
    )


def _publication(row: dict[str, Any], names: dict[str, str]) -> Publication:
    number = text_in(row, names["number"])
    identity = parse_publication(number) if number else None
    if identity is None:
        raise RecordError(NO_NUMBER, f"{names['number']} is {number!r}")
    year = text_in(row, names["published_year"])
    published = _day(row.get(names["published"]), int(year) if year and year.isdecimal() else None)
    priorities = _listed(row, names["priorities"])
    days = [parse_date(found[1]) for text in priorities if (found := _PRIORITY_DAY.search(text))]
    return Publication(
        *identity,
        publication_date=published,
        filing_date=_day(row.get(names["filed"]), published.year if published else None),
        priority_date=earliest([*days, parse_date(row.get("earliestPriorityDate"))]),
        priorities=sorted({name for text in priorities if (name := parse_application(text))}),
        title=fold(text_in(row, names["title"])),
        ipc=normalise_symbols(_listed(row, names["ipc"])),
        cpc=normalise_symbols(_listed(row, names["cpc"])),
    )


def _listed(row: dict[str, Any], name: str) -> list[str]:
    value = row.get(name)
    if value is None:
        return []
    if isinstance(value, str):
        return [part.strip() for part in value.split(";;") if part.strip()]
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise RecordError(WRONG_TYPE, f"{name} is neither text nor a list of texts")
    return value


def _day(value: object, latest: int | None) -> date | None:
    return parse_date(value) or parse_american_date(value, latest)
