"""Google Patents Public Data: the nested publications table, and flat exports of it.

Nested rows come as JSON lines, a JSON array or Parquet. Flat ones (any table) hold a publication
number and some of abstract, title, description, claims, and citations separated by commas. A column
that ends in a language code (abstract_en) is in that language; other flat texts are of unknown
language.
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
    citation_category,
    earliest,
    objects_in,
    parse_date,
    text_in,
    unique_citations,
)
from .ipc import normalise_symbols
from .patent_ids import parse_publication, publication_id
from .record import Citation, Publication
from .rows import read_publications
from .texts import TextPicker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from .record import Reject
    from .shapes import Job, Shape

FORMAT = "google-patents"
ABOUT = "Google Patents Public Data, nested or flat: JSON, Parquet or CSV with publication_number"
CONTAINERS = shapes.TABLES

_NUMBER = "publication_number"
_LISTS = ("citation", "citations", "ipc", "cpc", "priority_claim")
_TEXTS = ("title", "abstract", "claims", "claim", "description")
_DAYS = ("publication_date", "filing_date", "priority_date")
_FIELDS = frozenset({_NUMBER, "family_id", *_LISTS, *_TEXTS, *_DAYS})
_LANGUAGE = re.compile(r"(title|abstract|claims?|description)_([a-z]{2})")
_NO_FAMILY = ("", "0", "-1")

Pairs = list[tuple[str | None, str | None]]


def sniff(shape: Shape) -> bool:
    """Whether the names in a file are those of this format."""
    names = shape.folded
    return _NUMBER in names and any(_is_read(name) for name in names - {_NUMBER})


def read(job: Job) -> Iterator[Publication | Reject]:
    """Read every row."""
    columns = [name for name in job.shape.names if _is_read(name.lower())]
    identity = next((name for name in columns if name.lower() == _NUMBER), _NUMBER)
    return read_publications(
        job, lambda row: _publication(row, job.language), (identity,), columns=columns
    )


def _is_read(name: str) -> bool:
    return name in _FIELDS or name.endswith("_localized") or bool(_LANGUAGE.fullmatch(name))


def _publication(raw: dict[str, Any], wanted: str) -> Publication:
    row = {name.lower(): value for name, value in raw.items()}
    number = text_in(row, _NUMBER)
    identity = parse_publication(number) if number else None
    if identity is None:
        raise RecordError(NO_NUMBER, f"{_NUMBER} is {number!r}")
    claimed, first_claim = _priorities(row)
    family = text_in(row, "family_id") or ""
    picker = TextPicker(wanted)
    return Publication(
        *identity,
        publication_date=parse_date(row.get("publication_date")),
        filing_date=parse_date(row.get("filing_date")),
        priority_date=parse_date(row.get("priority_date")) or first_claim,
        family_id=None if family in _NO_FAMILY else f"docdb:{family}",
        priorities=claimed,
        title=picker.pick(_texts(row, "title")),
        abstract=picker.pick_paragraphs(_texts(row, "abstract")),
        claims=picker.pick_claims(_texts(row, "claims") + _texts(row, "claim")),
        description=picker.pick_paragraphs(_texts(row, "description")),
        language=picker.language,
        ipc=_symbols(row, "ipc"),
        cpc=_symbols(row, "cpc"),
        citations=_citations(row),
    )


def _texts(row: dict[str, Any], name: str) -> Pairs:
    pairs: Pairs = [
        (text_in(item, "text"), text_in(item, "language"))
        for item in objects_in(row, f"{name}_localized")
    ]
    pairs += [
        (text_in(row, column), match[2])
        for column in row
        if (match := _LANGUAGE.fullmatch(column)) and match[1] == name
    ]
    return [*pairs, (text_in(row, name), None)]


def _symbols(row: dict[str, Any], name: str) -> list[str]:
    value = row.get(name)
    if isinstance(value, str):
        return normalise_symbols(value.split(","))
    return normalise_symbols(text_in(item, "code") or "" for item in objects_in(row, name))


def _priorities(row: dict[str, Any]) -> tuple[list[str], date | None]:
    claims = objects_in(row, "priority_claim")
    named = {parse_application(text_in(claim, "application_number") or "") for claim in claims}
    days = [parse_date(claim.get("filing_date")) for claim in claims]
    return sorted(name for name in named if name), earliest(days)


def _citations(row: dict[str, Any]) -> list[Citation]:
    flat = row.get("citations")
    if flat is not None and not isinstance(flat, str):
        raise RecordError(WRONG_TYPE, "citations is no text; expected numbers and commas")
    listed = (publication_id(text) for text in (flat or "").split(","))
    found = [Citation(name) for name in dict.fromkeys(listed) if name is not None]
    for item in objects_in(row, "citation"):
        name = publication_id(text_in(item, _NUMBER) or "")
        if name is not None:
            phase = text_in(item, "category")
            found.append(
                Citation(
                    name,
                    category=citation_category([text_in(item, "type")]),
                    phase=phase.upper() if phase else None,
                )
            )
    return unique_citations(found)
