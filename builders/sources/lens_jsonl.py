"""The Lens patent API: one JSON object a record, with full text, families and citations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import shapes
from .application_ids import application_id
from .fields import (
    NO_NUMBER,
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
from .texts import TextPicker, join_lines, number_claim, split_claims

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from .patent_ids import PatentId
    from .record import Reject
    from .shapes import Job, Shape

FORMAT = "lens-jsonl"
ABOUT = "records of The Lens patent API, JSON lines or a JSON array"
CONTAINERS = (shapes.JSON_LINES, shapes.JSON_ARRAY)


def sniff(shape: Shape) -> bool:
    """Whether the names in a file are those of this format."""
    return {"jurisdiction", "doc_number", "biblio"} <= {*shape.names}


def read(job: Job) -> Iterator[Publication | Reject]:
    """Read every record."""
    return read_publications(
        job, lambda record: _publication(record, job.language), ("lens_id", "doc_key")
    )


def _publication(record: dict[str, Any], wanted: str) -> Publication:
    identity = _identity(record)
    if identity is None:
        found = f"{record.get('jurisdiction')!r}, {record.get('doc_number')!r}"
        raise RecordError(NO_NUMBER, f"jurisdiction and doc_number are {found}")
    data = object_in(record, "biblio")
    priorities, priority_date = _priorities(object_in(data, "priority_claims"))
    picker = TextPicker(wanted)
    return Publication(
        *identity,
        publication_date=parse_date(record.get("date_published")),
        filing_date=parse_date(object_in(data, "application_reference").get("date")),
        priority_date=priority_date,
        members=_members(record, identity),
        priorities=priorities,
        title=picker.pick(_texts(data, "invention_title")),
        abstract=picker.pick_paragraphs(_texts(record, "abstract")),
        claims=picker.pick_paragraphs(_claims(record)),
        description=picker.pick_paragraphs(_description(record)),
        language=picker.language,
        ipc=_symbols(data, "classifications_ipcr"),
        cpc=_symbols(data, "classifications_cpc"),
        citations=_citations(data),
    )


def _identity(document: dict[str, Any]) -> PatentId | None:
    return publication_from_parts(
        text_in(document, "jurisdiction") or "",
        text_in(document, "doc_number") or "",
        text_in(document, "kind"),
    )


def _members(record: dict[str, Any], own: PatentId) -> list[str]:
    family = object_in(object_in(record, "families"), "simple_family")
    identities = [
        _identity(object_in(member, "document_id")) for member in objects_in(family, "members")
    ]
    named = {str(identity) for identity in identities if identity}
    return sorted(named | {str(own)}) if named else []


def _priorities(block: dict[str, Any]) -> tuple[list[str], date | None]:
    claims = objects_in(block, "claims")
    named = {
        application_id(
            text_in(claim, "jurisdiction") or "",
            text_in(claim, "doc_number") or "",
            text_in(claim, "kind"),
        )
        for claim in claims
    }
    days = [parse_date(object_in(block, "earliest_claim").get("date"))]
    days += [parse_date(claim.get("date")) for claim in claims]
    return sorted(name for name in named if name), earliest(days)


# --------------------------------------------------------------------------- texts


def _texts(record: dict[str, Any], key: str) -> list[tuple[str | None, str | None]]:
    return [(text_in(item, "text"), text_in(item, "lang")) for item in objects_in(record, key)]


def _description(record: dict[str, Any]) -> list[tuple[str | None, str | None]]:
    # The documentation's other lists of texts are lists in the data too; this one is an object.
    if isinstance(record.get("description"), list):
        return _texts(record, "description")
    block = object_in(record, "description")
    return [(text_in(block, "text"), text_in(block, "lang"))]


def _claims(record: dict[str, Any]) -> list[tuple[str | None, str | None]]:
    return [
        (_claim_lines(objects_in(block, "claims")), text_in(block, "lang"))
        for block in objects_in(record, "claims")
    ]


def _claim_lines(claims: list[dict[str, Any]]) -> str | None:
    texts = [
        [part for part in list_in(claim, "claim_text") if isinstance(part, str)] for claim in claims
    ]
    if len(texts) == 1:  # WO records hold all claims as one, a line or a part of a claim each
        return split_claims("\n".join(texts[0]))
    return join_lines(number_claim(" ".join(parts), None) for parts in texts)


# --------------------------------------------------------------------------- classes and citations


def _symbols(data: dict[str, Any], key: str) -> list[str]:
    listed = objects_in(object_in(data, key), "classifications")
    return normalise_symbols(text_in(item, "symbol") or "" for item in listed)


def _citations(data: dict[str, Any]) -> list[Citation]:
    found: list[Citation] = []
    for item in objects_in(object_in(data, "references_cited"), "citations"):
        identity = _identity(object_in(object_in(item, "patcit"), "document_id"))
        if identity is not None:
            letters = [letter for letter in list_in(item, "category") if isinstance(letter, str)]
            phase = text_in(item, "cited_phase")
            found.append(
                Citation(
                    str(identity),
                    category=citation_category(letters),
                    phase=phase.upper() if phase else None,
                )
            )
    for item in objects_in(object_in(data, "cited_by"), "patents"):
        identity = _identity(object_in(item, "document_id"))
        if identity is not None:
            found.append(Citation(str(identity), forward=True))
    return unique_citations(found)
