"""The Lens patent API: one JSON object a line, with full text, families and citations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import shapes
from .application_ids import application_id
from .fields import (
    NO_NUMBER,
    WRONG_TYPE,
    RecordError,
    citation_category,
    earliest,
    list_in,
    object_in,
    objects_in,
    parse_date,
    text_in,
    unique_citations,
)
from .ipc import normalise_symbols
from .patent_ids import publication_from_parts
from .record import Citation, Publication
from .rows import read_publications
from .texts import choose_language, fold, fold_paragraphs, join_lines, number_claim

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .record import Reject
    from .shapes import Job, Shape

FORMAT = "lens-jsonl"
ABOUT = "records of The Lens patent API, JSON lines or a JSON array"


def sniff(shape: Shape) -> bool:
    """Whether a file begins like one of this format."""
    return (
        shape.container in (shapes.JSON_LINES, shapes.JSON_ARRAY)
        and "lens_id" in shape.names
        and "doc_number" in shape.names
    )


def read(job: Job) -> Iterator[Publication | Reject]:
    """Read every record."""
    return read_publications(
        job, lambda record: _publication(record, job.language), ("lens_id", "doc_key")
    )


def _publication(record: dict[str, Any], wanted: str) -> Publication:
    identity = _identity(record)
    if identity is None:
        raise RecordError(NO_NUMBER, "jurisdiction and doc_number name no publication")
    data = object_in(record, "biblio")
    filing = object_in(data, "application_reference")
    priorities, priority_date = _priorities(object_in(data, "priority_claims"))
    publication = Publication(
        *_parts(identity),
        publication_date=parse_date(record.get("date_published")),
        filing_date=parse_date(filing.get("date")),
        priority_date=priority_date,
        members=_members(record, identity),
        priorities=priorities,
        ipc=_symbols(data, "classifications_ipcr"),
        cpc=_symbols(data, "classifications_cpc"),
        citations=_citations(data),
    )
    _add_texts(publication, record, data, wanted)
    return publication
