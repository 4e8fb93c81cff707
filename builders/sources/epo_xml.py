"""EPO bibliographic XML: DOCDB exchange files, and OPS responses (biblio, abstract, family)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from . import shapes, xml_records
from .application_ids import application_id
from .fields import (
    NO_NUMBER,
    RecordError,
    citation_category,
    earliest,
    parse_date,
    unique_citations,
)
from .ipc import join_parts, normalise_symbols
from .patent_ids import parse_publication, publication_from_parts
from .record import Citation, Publication, Reject
from .texts import TextPicker, join_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from lxml.etree import _Element

    from .patent_ids import PatentId
    from .shapes import Job, Shape

FORMAT = "epo-xml"
ABOUT = "EPO XML: DOCDB exchange-documents files and OPS responses"

_DOCUMENT = "exchange-document"
_MEMBER = "family-member"
_PHASES = {
    "national-search-report": "SEA",
    "search": "SEA",
    "international-search-report": "ISR",
    "supplementary-international-search-report": "SUP",
    "examination": "EXA",
    "opposition": "OPP",
    "appeal": "APL",
    "applicant": "APP",
    "pre-grant/pre-search": "PRS",
}
"""OPS spells out what DOCDB codes with three letters."""
_PARTS = ("section", "class", "subclass", "main-group", "subgroup")


def sniff(shape: Shape) -> bool:
    """Whether a file begins like one of this format."""
    return shape.container == shapes.XML and not {_DOCUMENT, _MEMBER}.isdisjoint(shape.names)


def read(job: Job) -> Iterator[Publication | Reject]:
    """Read every exchange document, or every member of a family response."""
    names = (_MEMBER,) if _MEMBER in job.shape.names else (_DOCUMENT,)
    parser = xml_records.parser()
    opened: bytes | None = None
    with job.source.open(job.meter) as stream:
        for record in xml_records.split_elements(stream, names):
            record_id = None
            try:
                if opened is None:
                    xml_records.check_prolog(record.head)
                    opened = xml_records.opening(record.head)
                    continue
                if not record.content:
                    raise RecordError(xml_records.TOO_LARGE, "more than 256 MiB")
                document = xml_records.parse(xml_records.cut_element(record, opened), parser)[0]
                publication = _publication(_without_namespaces(document), job.language)
            except RecordError as error:
                yield Reject(error.reason, error.detail, None, record.offset, record_id)
                if opened is None:  # nothing behind a refused prolog is read
                    return
            else:
                publication.offset = record.offset
                yield publication


def _without_namespaces(document: _Element) -> _Element:
    """Take the namespaces off: OPS and DOCDB place the same elements in different ones."""
    for element in document.iter(etree.Element):
        element.tag = etree.QName(element).localname
    return document


def _publication(element: _Element, wanted: str) -> Publication:
    document = element if element.tag == _DOCUMENT else element.find(_DOCUMENT)
    member = element if element.tag == _MEMBER else None
    reference = element.find("publication-reference")
    if reference is None:
        reference = element.find(".//publication-reference")
    identity = _own_identity(document, reference)
    if identity is None:
        raise RecordError(NO_NUMBER, "no publication-reference with country and doc-number")
    data = None if document is None else document.find("bibliographic-data")
    publication = Publication(*identity, publication_date=_date(reference))
    family = element.get("family-id") or (document.get("family-id") if document is not None else None)
    publication.family_id = f"docdb:{family}" if family else None
    for block in (member, data):
        if block is not None:
            _add_applications(publication, block)
    if document is not None and data is not None:
        _add_classes(publication, data)
        publication.citations = _citations(data)
        picker = TextPicker(wanted)
        publication.title = picker.pick(
            [("".join(item.itertext()), item.get("lang")) for item in data.iter("invention-title")]
        )
        publication.abstract = picker.pick_paragraphs(
            [
                (join_lines("".join(p.itertext()) for p in item.iter("p")), item.get("lang"))
                for item in document.iterfind("abstract")
            ]
        )
        publication.language = picker.language
    return publication


# --------------------------------------------------------------------------- identity and dates


def _own_identity(document: _Element | None, reference: _Element | None) -> PatentId | None:
    if document is not None and document.get("doc-number"):
        return publication_from_parts(
            document.get("country") or "", document.get("doc-number") or "", document.get("kind")
        )
    return None if reference is None else _identity(reference)


def _identity(holder: _Element) -> PatentId | None:
    """Publication of the DOCDB document-id below an element, else of the first that parses."""
    documents = holder.findall("document-id")
    documents.sort(key=lambda item: item.get("document-id-type", "docdb") != "docdb")
    for item in documents:
        country, number = item.findtext("country"), item.findtext("doc-number") or ""
        identity = (
            publication_from_parts(country, number, item.findtext("kind"))
            if country
            else parse_publication(number)
        )
        if identity is not None:
            return identity
    return None


def _date(holder: _Element | None) -> date | None:
    if holder is None:
        return None
    return earliest(parse_date(item.text) for item in holder.iterfind("document-id/date"))


def _add_applications(publication: Publication, block: _Element) -> None:
    filing = [_date(item) for item in block.iterfind("application-reference")]
    claims = [*block.iterfind("priority-claim"), *block.iterfind("priority-claims/priority-claim")]
    days = [publication.priority_date, *(_date(claim) for claim in claims)]
    named = {name for claim in claims for item in claim if (name := _application(item))}
    publication.filing_date = earliest([publication.filing_date, *filing])
    publication.priority_date = earliest(days)
    publication.priorities = sorted(named | {*publication.priorities})


def _application(item: _Element) -> str | None:
    """Number of a DOCDB document-id; epodoc's and the original have no country of their own."""
    country = item.findtext("country")
    if item.tag != "document-id" or not country:
        return None
    return application_id(country, item.findtext("doc-number") or "", item.findtext("kind"))


# --------------------------------------------------------------------------- classes and citations


def _add_classes(publication: Publication, data: _Element) -> None:
    texts = [item.text or "" for item in data.iterfind("classification-ipc/text")]
    texts += [item.text or "" for item in data.iterfind("classifications-ipcr//text")]
    publication.ipc = normalise_symbols(texts)
    symbols: list[str] = []
    for item in data.iterfind("patent-classifications/patent-classification"):
        scheme = item.find("classification-scheme")
        if scheme is None or not (scheme.get("scheme") or "").startswith("CPC"):
            continue
        whole = item.findtext("classification-symbol")
        symbols.append(whole or join_parts(*(item.findtext(name) for name in _PARTS)))
    publication.cpc = normalise_symbols(symbols)


def _citations(data: _Element) -> list[Citation]:
    found: list[Citation] = []
    for item in data.iterfind("references-cited/citation"):
        cited = item.find("patcit")
        identity = None if cited is None else _identity(cited)
        if identity is None:
            continue
        letters = [category.text for category in item.iter("category")]
        phase = (item.get("cited-phase") or "").strip()
        found.append(
            Citation(
                str(identity),
                category=citation_category(letters) or citation_category([item.get("cited-by")]),
                phase=(_PHASES.get(phase.lower()) or phase.upper()) or None,
            )
        )
    return unique_citations(found)
