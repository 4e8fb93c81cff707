"""EPO: OPS responses and DOCDB files, with either prefix, whole and broken."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from domainbench.builders.sources import open_patents
from domainbench.builders.sources.record import Publication, Reject

if TYPE_CHECKING:
    from pathlib import Path

OPS = """<?xml version="1.0" encoding="UTF-8"?><?xml-stylesheet type="text/xsl" href="/x.xsl"?>
<ops:world-patent-data xmlns="http://www.epo.org/exchange" xmlns:ops="http://ops.epo.org">
<exchange-documents><exchange-document system="ops.epo.org" family-id="19768124" country="EP"
 doc-number="1000000" kind="A1"><bibliographic-data>
<publication-reference><document-id document-id-type="docdb"><country>EP</country>
<doc-number>1000000</doc-number><kind>A1</kind><date>20000517</date></document-id>
<document-id document-id-type="epodoc"><doc-number>EP1000000</doc-number><date>20000517</date>
</document-id></publication-reference>
<classification-ipc><text>B28B5/02</text></classification-ipc>
<classifications-ipcr><classification-ipcr sequence="1">
<text>B28B   1/    29            A I                    </text></classification-ipcr>
</classifications-ipcr>
<patent-classifications><patent-classification>
<classification-scheme office="EP" scheme="CPCI"/><section>B</section><class>28</class>
<subclass>B</subclass><main-group>5</main-group><subgroup>022</subgroup></patent-classification>
<patent-classification><classification-scheme office="JP" scheme="FTERM"/>
<classification-symbol>4G054AA20</classification-symbol></patent-classification>
</patent-classifications>
<application-reference><document-id document-id-type="epodoc">
<doc-number>EP19990203729</doc-number><date>19991108</date></document-id></application-reference>
<priority-claims><priority-claim kind="national"><document-id document-id-type="epodoc">
<doc-number>NL19981010536</doc-number><date>19981112</date></document-id></priority-claim>
</priority-claims>
<invention-title lang="de">Vorrichtung</invention-title>
<invention-title lang="en">Apparatus for <b>green</b> bricks</invention-title>
<references-cited>
<citation cited-phase="national-search-report" cited-by="examiner"><patcit>
<document-id document-id-type="epodoc"><doc-number>DE3546191</doc-number></document-id>
<document-id document-id-type="docdb"><country>DE</country><doc-number>3546191</doc-number>
<kind>A1</kind></document-id></patcit><category>Y</category><category>X</category></citation>
<citation cited-phase="applicant" cited-by="applicant"><patcit>
<document-id document-id-type="epodoc"><doc-number>EP0680812</doc-number></document-id></patcit>
</citation>
<citation cited-phase="ISR"><nplcit><text>A book</text></nplcit></citation>
</references-cited></bibliographic-data>
<abstract lang="fr"><p>Un appareil</p></abstract>
<abstract lang="en"><p>An apparatus (1)
 for bricks.</p><p>More.</p></abstract></exchange-document></exchange-documents>
</ops:world-patent-data>
"""

DOCDB_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<exch:exchange-documents xmlns:exch="http://www.epo.org/exchange" no-of-documents="3">
"""
DOCDB_RECORD = """<exch:exchange-document country="JP" doc-number="H09240426" kind="A"
 doc-id="1" date-publ="19970916" family-id="42" is-representative="NO" status="A">
<exch:bibliographic-data>
<exch:publication-reference data-format="docdb"><document-id><country>JP</country>
<doc-number>H09240426</doc-number><kind>A</kind><date>19970916</date></document-id>
</exch:publication-reference>
<exch:classifications-ipcr><classification-ipcr><text>B01J  25/00        20060101AFI20051220RMJP
</text></classification-ipcr></exch:classifications-ipcr>
<exch:application-reference data-format="docdb"><document-id><country>JP</country>
<doc-number>4910296</doc-number><kind>A</kind><date>19960306</date></document-id>
</exch:application-reference>
<exch:priority-claims><exch:priority-claim data-format="docdb"><document-id><country>JP</country>
<doc-number>4910296</doc-number><kind>A</kind><date>19960306</date></document-id>
</exch:priority-claim></exch:priority-claims>
<exch:patent-classifications><patent-classification>
<classification-scheme office="EP" scheme="CPCI"/>
<classification-symbol>B01J  25/00</classification-symbol></patent-classification>
</exch:patent-classifications>
<exch:invention-title lang="en" data-format="docdba">CATALYST</exch:invention-title>
<exch:references-cited><exch:citation cited-phase="SEA"><patcit><document-id><country>US</country>
<doc-number>2004045858</doc-number><kind>A1</kind></document-id></patcit></exch:citation>
</exch:references-cited></exch:bibliographic-data>
<exch:abstract lang="ja"><exch:p>x</exch:p></exch:abstract></exch:exchange-document>
"""
FAMILY = """<?xml version="1.0" encoding="UTF-8"?>
<ops:world-patent-data xmlns="http://www.epo.org/exchange" xmlns:ops="http://ops.epo.org">
<ops:patent-family legal="false" total-result-count="1">
<ops:publication-reference><document-id document-id-type="docdb"><country>EP</country>
<doc-number>1000000</doc-number><kind>A1</kind></document-id></ops:publication-reference>
<ops:family-member family-id="19768124"><publication-reference>
<document-id document-id-type="docdb"><country>US</country><doc-number>6093011</doc-number>
<kind>A</kind><date>20000725</date></document-id></publication-reference>
<application-reference><document-id document-id-type="docdb"><country>US</country>
<doc-number>20685698</doc-number><kind>A</kind><date>19981208</date></document-id>
</application-reference>
<priority-claim sequence="1"><document-id document-id-type="docdb"><country>NL</country>
<doc-number>1010536</doc-number><kind>A</kind><date>19981112</date></document-id>
<priority-active-indicator>YES</priority-active-indicator></priority-claim>
{document}</ops:family-member></ops:patent-family></ops:world-patent-data>
"""


def read(path: Path, content: str | bytes, language: str = "en") -> list[Publication | Reject]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    reader = open_patents(path, language=language)
    assert reader.format == "epo-xml"
    found = list(reader)
    return [item for item in found if isinstance(item, Publication | Reject)]


def test_an_ops_response(tmp_path: Path) -> None:
    (found,) = read(tmp_path / "a.xml", OPS)
    assert isinstance(found, Publication)
    assert found.publication_id == "EP-1000000-A1"
    assert found.family_id == "docdb:19768124"
    assert found.publication_date == date(2000, 5, 17)
    assert found.filing_date == date(1999, 11, 8)
    assert found.priority_date == date(1998, 11, 12)
    assert (found.title, found.language) == ("Apparatus for green bricks", "en")
    assert found.abstract == "An apparatus (1) for bricks.\nMore."
    assert (found.ipc, found.cpc) == (["B28B1/29", "B28B5/02"], ["B28B5/022"])
    assert [(c.publication_id, c.category, c.phase) for c in found.citations] == [
        ("DE-3546191-A1", "XY", "SEA"),
        ("EP-0680812", "applicant", "APP"),
    ]
    assert found.offset == OPS.index("<exchange-document ")


def test_the_wanted_language(tmp_path: Path) -> None:
    (found,) = read(tmp_path / "a.xml", OPS, "fr")
    assert isinstance(found, Publication)
    assert (found.title, found.abstract, found.language) == (None, "Un appareil", "fr")


def test_a_docdb_file_goes_on_behind_a_broken_record(tmp_path: Path) -> None:
    broken = DOCDB_RECORD.replace("</exch:priority-claims>", "").replace("H09240426", "H09240427")
    latin = DOCDB_RECORD.encode().replace(b"CATALYST", b"CATALYS\xff")
    content = (
        (DOCDB_HEAD + DOCDB_RECORD + broken).encode()
        + latin
        + (DOCDB_RECORD + "</exch:exchange-documents>\n").encode()
    )
    first, second, third, fourth = read(tmp_path / "a.xml", content)
    assert isinstance(first, Publication)
    assert first.publication_id == "JP-H09240426-A"
    assert first.family_id == "docdb:42"
    assert first.priorities == ["JP-1996049102-A"]
    assert (first.title, first.abstract) == ("CATALYST", None)
    assert (first.ipc, first.cpc) == (["B01J25/00"], ["B01J25/00"])
    assert [(c.publication_id, c.category, c.phase) for c in first.citations] == [
        ("US-2004045858-A1", None, "SEA")
    ]
    for item in (second, third):
        assert isinstance(item, Reject)
        assert item.reason == "not well-formed XML"
    assert isinstance(second, Reject)
    assert second.record_id == "JP-H09240427-A"
    assert second.offset == len(DOCDB_HEAD) + len(DOCDB_RECORD)
    assert isinstance(fourth, Publication)


def test_a_docdb_file_that_is_cut_short(tmp_path: Path) -> None:
    found = read(tmp_path / "a.xml", DOCDB_HEAD + DOCDB_RECORD + DOCDB_RECORD[:400])
    assert isinstance(found[1], Reject)
    assert found[1].reason == "record cut short"


def test_a_document_that_declares_entities(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>\n<exch:exchange-documents'
    content = DOCDB_HEAD.replace("<exch:exchange-documents", bomb) + DOCDB_RECORD
    (found,) = read(tmp_path / "a.xml", content)
    assert isinstance(found, Reject)
    assert found.reason == "declares entities"


def test_a_family_response(tmp_path: Path) -> None:
    (found,) = read(tmp_path / "a.xml", FAMILY.replace("{document}", ""))
    assert isinstance(found, Publication)
    assert found.publication_id == "US-6093011-A"
    assert found.family_id == "docdb:19768124"
    assert found.priorities == ["NL-1010536-A"]
    assert found.filing_date == date(1998, 12, 8)
    assert found.priority_date == date(1998, 11, 12)


def test_a_family_response_with_bibliographic_data(tmp_path: Path) -> None:
    start = OPS.index("<exchange-document ")
    document = OPS[start : OPS.index("</exchange-documents>")]
    (found,) = read(tmp_path / "a.xml", FAMILY.replace("{document}", document))
    assert isinstance(found, Publication)
    assert found.publication_id == "EP-1000000-A1"
    assert found.title == "Apparatus for green bricks"
    assert found.priorities == ["NL-1010536-A"]
