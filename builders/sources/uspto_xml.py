"""USPTO full text: weekly files of grants (2005 on, DTD v4.0 to v4.5) and of applications.

A weekly file is many XML documents in a row; sequence listings stand between them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from . import shapes, xml_records
from .application_ids import application_id, us_application_id
from .fields import (
    NO_NUMBER,
    RecordError,
    citation_category,
    earliest,
    parse_date,
    unique_citations,
)
from .ipc import join_parts, normalise_symbols
from .patent_ids import publication_from_parts
from .record import Citation, Publication, Reject, Skip
from .texts import fold, join_lines, number_claim
from .xml_records import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from lxml.etree import XMLParser

    from .shapes import Job, Shape
    from .xml_records import Element, Record

FORMAT = "uspto-xml"
ABOUT = "USPTO full-text XML, grants and applications, as published weekly since 2005"
CONTAINERS = (shapes.XML,)

_ROOTS = {
    "us-patent-grant": "us-bibliographic-data-grant",
    "us-patent-application": "us-bibliographic-data-application",
}
_SEQUENCES = "sequence-cwu"
_FILE_NAME = re.compile(rb'\sfile="([^"]{1,80})"')

_PARAGRAPHS = ("p", "heading")
_SPACED = (
    *("li", "row", "entry", "br", "dt", "dd", "maths", "tables", "chemistry", "claim-text"),
    *("mfrac", "mtr", "mtd", "mspace"),
)
"""Elements whose text is a word of its own; all others (sub, sup, b, figref …) glue."""
_BREAK = "\u2029"  # PARAGRAPH SEPARATOR: legal in XML and white space for str.split

_PARTS = ("section", "class", "subclass", "main-group", "subgroup")
_DERIVED = ("continuation", "division", "continuation-in-part", "reissue", "us-divisional-reissue")


def sniff(shape: Shape) -> bool:
    """Whether the names in a file are those of this format."""
    return not {*_ROOTS, _SEQUENCES}.isdisjoint(shape.names)


def read(job: Job) -> Iterator[Publication | Reject | Skip]:
    """Read every document of a weekly file."""
    parser = xml_records.parser()
    with job.source.open(job.meter) as stream:
        for record in xml_records.split_documents(stream):
            root = xml_records.root_name(record.head)
            if root is None and not record.head.strip(b"\xef\xbb\xbf\r\n\t "):
                continue
            if root == _SEQUENCES:
                yield Skip("sequence listing")
                continue
            try:
                yield _convert(record, root, parser, job.language)
            except RecordError as error:
                named = _FILE_NAME.search(record.head)
                record_id = named[1].decode("ascii", "replace") if named else None
                yield Reject(error.reason, error.detail, None, record.offset, record_id)


def _convert(record: Record, root: str | None, parser: XMLParser, wanted: str) -> Publication:
    if root not in _ROOTS:
        expected = " or ".join(_ROOTS)
        raise RecordError("not a patent document", f"found {root}, expected {expected}")
    xml_records.check_prolog(record.head)
    publication = _publication(xml_records.parse(xml_records.whole(record), parser), wanted)
    publication.offset = record.offset
    return publication


def _publication(root: Element, wanted: str) -> Publication:
    data = root.find(_ROOTS[root.tag])
    own = None if data is None else data.find("publication-reference/document-id")
    if data is None or own is None:
        raise RecordError(NO_NUMBER, "no publication-reference")
    number = own.findtext("doc-number") or ""
    identity = publication_from_parts(own.findtext("country") or "", number, own.findtext("kind"))
    if identity is None:
        raise RecordError(NO_NUMBER, f"found {number!r}")
    filing = data.find("application-reference/document-id")
    filed = None if filing is None else parse_date(filing.findtext("date"))
    priorities, priority_date = _priorities(data, filing, filed)
    language = (root.get("lang") or "").lower() or None
    publication = Publication(
        *identity,
        publication_date=parse_date(own.findtext("date")),
        filing_date=filed,
        priority_date=priority_date,
        priorities=priorities,
        ipc=_ipc(data),
        cpc=_cpc(data),
        citations=_citations(data),
    )
    if language in (None, wanted):
        publication.language = language
        _add_texts(publication, root, data)
    return publication


# --------------------------------------------------------------------------- texts


def _add_texts(publication: Publication, root: Element, data: Element) -> None:
    title = data.find("invention-title")
    publication.title = None if title is None else _flatten(title)
    abstract = root.find("abstract")
    publication.abstract = None if abstract is None else _flatten(abstract)
    description = root.find("description")
    publication.description = None if description is None else _flatten(description)
    publication.claims = join_lines(_claim(claim) for claim in root.iterfind("claims/claim"))


def _claim(claim: Element) -> str | None:
    digits = claim.get("num") or ""
    return number_claim(_flatten(claim), int(digits) if digits.isdecimal() else None)


def _flatten(element: Element) -> str | None:
    """Text of an element, one paragraph a line; inline markup leaves no trace."""
    for names, mark in ((_PARAGRAPHS, _BREAK), (_SPACED, " ")):
        for inner in element.iter(*names):
            inner.text = mark + (inner.text or "")
            inner.tail = mark + (inner.tail or "")
    return join_lines(text_of(element).split(_BREAK))


# --------------------------------------------------------------------------- classes and citations


def _ipc(data: Element) -> list[str]:
    symbols = [
        join_parts(*(part.findtext(name) for name in _PARTS))
        for part in data.iterfind("classifications-ipcr/classification-ipcr")
    ]
    # v4.0: only the document's own; each citation may hold one as well.
    fixed = data.find("classification-ipc")
    if fixed is not None:
        symbols += [
            child.text or ""
            for child in fixed.iter("main-classification", "further-classification")
        ]
    return normalise_symbols(symbols)


def _cpc(data: Element) -> list[str]:
    block = data.find("classifications-cpc")
    if block is None:
        return []
    return normalise_symbols(
        join_parts(*(part.findtext(name) for name in _PARTS))
        for part in block.iter("classification-cpc")
    )


def _citations(data: Element) -> list[Citation]:
    found: list[Citation] = []
    for path in ("references-cited/citation", "us-references-cited/us-citation"):
        for item in data.iterfind(path):
            cited = item.find("patcit/document-id")
            if cited is None:
                continue
            identity = publication_from_parts(
                cited.findtext("country") or "",
                cited.findtext("doc-number") or "",
                cited.findtext("kind"),
            )
            if identity is not None:
                category = _category(item.findtext("category"))
                found.append(Citation(str(identity), category=category))
    return unique_citations(found)


def _category(text: str | None) -> str | None:
    return citation_category([fold(text)]) if text else None


# --------------------------------------------------------------------------- priorities


def _priorities(
    data: Element, filing: Element | None, filed: date | None
) -> tuple[list[str], date | None]:
    """Applications that a document's family follows from, and the earliest date among all named.

    The foreign priorities and provisional applications claimed; where there are none, the
    applications at the root of the chain of continuations and divisions; where there is none, the
    application itself, as DOCDB has it. A continuation in part counts its own application too.
    """
    related = data.find("us-related-documents")
    days: list[date | None] = []
    named: set[str | None] = set()
    for claim in data.iterfind("priority-claims/priority-claim"):
        days.append(parse_date(claim.findtext("date")))
        country, number = claim.findtext("country") or "", claim.findtext("doc-number") or ""
        kind = "W" if claim.get("kind") == "international" else None
        named.add(application_id(country, number, kind))
    own = _application(filing, filed)
    if related is not None:
        for item in related.iterfind("us-provisional-application/document-id"):
            days.append(parse_date(item.findtext("date")))
            named.add(_application(item, days[-1]))
        roots, root_days = _roots(related)
        days += root_days
        named |= roots if not named - {None} else set()
        if related.find("continuation-in-part") is not None:
            named.add(own)
    if not named - {None}:
        named = {own}
    return sorted(name for name in named if name), earliest(days)


def _application(item: Element | None, filed: date | None) -> str | None:
    return None if item is None else us_application_id(item.findtext("doc-number") or "", filed)


def _roots(related: Element) -> tuple[set[str | None], list[date | None]]:
    """Parents in the chain that are no other's child, and the filing dates of all parents."""
    parents: dict[str, str | None] = {}
    children: set[str] = set()
    days: list[date | None] = []
    for kind in _DERIVED:
        for relation in related.iterfind(f"{kind}//relation"):
            parent = relation.find("parent-doc/document-id")
            if parent is None:
                continue
            days.append(parse_date(parent.findtext("date")))
            number = parent.findtext("doc-number") or ""
            parents[number] = _application(parent, days[-1])
            children.add(relation.findtext("child-doc/document-id/doc-number") or "")
    return {parents[number] for number in parents if number not in children}, days
