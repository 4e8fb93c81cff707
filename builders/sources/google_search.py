"""Results of a search at patents.google.com, downloaded as CSV: numbers, titles and dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import shapes
from .fields import NO_NUMBER, RecordError, parse_american_date, parse_date, text_in
from .patent_ids import parse_publication
from .record import Publication
from .rows import read_publications
from .texts import fold

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from .record import Reject
    from .shapes import Job, Shape

FORMAT = "google-search"
ABOUT = "search results of patents.google.com, CSV"
CONTAINERS = (shapes.DELIMITED,)


def sniff(shape: Shape) -> bool:
    """Whether the names in a file are those of this format."""
    return {"id", "title", "result link"} <= shape.folded


def read(job: Job) -> Iterator[Publication | Reject]:
    """Read every row."""
    return read_publications(job, _publication, ("id",))


def _publication(row: dict[str, Any]) -> Publication:
    number = text_in(row, "id")
    identity = parse_publication(number) if number else None
    if identity is None:
        raise RecordError(NO_NUMBER, f"id is {number!r}")
    return Publication(
        *identity,
        publication_date=_day(row, "publication date"),
        filing_date=_day(row, "filing/creation date"),
        priority_date=_day(row, "priority date"),
        title=fold(text_in(row, "title")),
    )


def _day(row: dict[str, Any], name: str) -> date | None:
    return parse_date(row.get(name)) or parse_american_date(row.get(name))
