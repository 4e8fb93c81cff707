"""EPO bibliographic XML: DOCDB exchange files, and OPS responses (biblio, abstract, family)."""

from __future__ import annotations

import re
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
from .xml_records import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from .patent_ids import PatentId
    from .shapes import Job, Shape
    from .xml_records import Element, Record

FORMAT = "epo-xml"
ABOUT = "EPO XML: DOCDB exchange-documents files and OPS responses"
CONTAINERS = (shapes.XML,)

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
    """Whether the names in a file are those of this format."""
    return not {_DOCUMENT, _MEMBER}.isdisjoint(shape.names)


def read(job: Job) -> Iterator[Publication | Reject]:
    """Read every exchange document, or every member of a family response."""
    names = (_MEMBER,) if _MEMBER in job.shape.names else (_DOCUMENT,)
    parser = xml_records.parser()
    with job.source.open(job.meter) as stream:
        records = xml_records.split_elements(stream, names)
        prolog = next(records)
        try:
            xml_records.check_prolog(prolog.head)
        except RecordError as error:  # nothing behind a refused prolog is read
            yield Reject(error.reason, error.detail, None, prolog.offset)
            return
        opened = xml_records.opening(prolog.head)
        for record in records:
            try:
                yield _convert(record, opened, parser, job.language)
            except RecordError as error:
                yield Reject(error.reason, error.detail, None, record.offset, _record_id(record))


def _convert(record: Record, opened: bytes, parser: etree.XMLParser, wanted: str) -> Publication:
    xml_records.whole(record)
    document = xml_records.parse(xml_records.cut_element(record, opened), parser)[0]
    publication = _publication(_without_namespaces(document), wanted)
    publication.offset = record.offset
    return publication


def _record_id(record: Record) -> str | None:
    tag = record.head.partition(b">")[0].decode("ascii", "replace")
    found = [re.search(rf'\s{name}="([^"]*)"', tag) for name in ("country", "doc-number", "kind")]
    return "-".join(match[1] for match in found if match) or None


def _without_namespaces(document: Element) -> Element:
    """Take the namespaces off: OPS and DOCDB place the same elements in different ones."""
    for element in document.iter(etree.Element):
        element.tag = etree.QName(element).localname
    return document


def _publication(element: Element, wanted: str) -> Publication:
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
    family = element.get("family-id") or (
        document.get("family-id") if document is not None else None
    )
    publication.family_id = f"docdb:{family}" if family else None
    for block in (member, data):
        if block is not None:
            _add_applications(publication, block)
    if document is not None and data is not None:
        _add_classes(publication, data)
        publication.citations = _citations(data)
        picker = TextPicker(wanted)
        publication.title = picker.pick(
            [(text_of(item), item.get("lang")) for item in data.iter("invention-title")]
        )
        publication.abstract = picker.pick_paragraphs(
            [
                (join_lines(text_of(p) for p in item.iter("p")), item.get("lang"))
                for item in document.iterfind("abstract")
            ]
        )
        publication.language = picker.language
    return publication


# --------------------------------------------------------------------------- identity and dates


def _own_identity(document: Element | None, reference: Element | None) -> PatentId | None:
    if document is not None and document.get("doc-number"):
        return publication_from_parts(
            document.get("country") or "", document.get("doc-number") or "", document.get("kind")
        )
    return None if reference is None else _identity(reference)


def _identity(holder: Element) -> PatentId | None:
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


def _date(holder: Element | None) -> date | None:
    if holder is None:
        return None
    return earliest(parse_date(item.text) for item in holder.iterfind("document-id/date"))


def _add_applications(publication: Publication, block: Element) -> None:
    filing = [_date(item) for item in block.iterfind("application-reference")]
    claims = [*block.iterfind("priority-claim"), *block.iterfind("priority-claims/priority-claim")]
    days = [publication.priority_date, *(_date(claim) for claim in claims)]
    named = {name for claim in claims for item in claim if (name := _application(item))}
    publication.filing_date = earliest([publication.filing_date, *filing])
    publication.priority_date = earliest(days)
    publication.priorities = sorted(named | {*publication.priorities})


def _application(item: Element) -> str | None:
    """Number of a DOCDB document-id; epodoc's and the original have no country of their own."""
    country = item.findtext("country")
    if item.tag != "document-id" or not country:
        return None
    return application_id(country, item.findtext("doc-number") or "", item.findtext("kind"))


# --------------------------------------------------------------------------- classes and citations


def _add_classes(publication: Publication, data: Element) -> None:
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


def _citations(data: Element) -> list[Citation]:
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
