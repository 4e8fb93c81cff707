"""USPTO weekly files: both layouts of classes and of citations, texts, families, broken records."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from domainbench.builders.sources import open_patents
from domainbench.builders.sources.record import Publication, Reject, Skip

if TYPE_CHECKING:
    from pathlib import Path

PROLOG = '<?xml version="1.0" encoding="UTF-8"?>\n'
DOCTYPE = '<!DOCTYPE us-patent-grant SYSTEM "us-patent-grant-v40-2004-12-02.dtd" [ ]>\n'

OLD = (
    PROLOG
    + DOCTYPE
    + """<us-patent-grant lang="EN" file="US06836899-20050104.XML" country="US">
<us-bibliographic-data-grant>
<publication-reference><document-id><country>US</country><doc-number>06836899</doc-number>
<kind>B1</kind><date>20050104</date></document-id></publication-reference>
<application-reference appl-type="utility"><document-id><country>US</country>
<doc-number>10339710</doc-number><date>20030109</date></document-id></application-reference>
<classification-ipc><edition>7</edition><main-classification>A45F  504</main-classification>
<further-classification>A47J 3704</further-classification></classification-ipc>
<invention-title id="d0e53">Absorbent H<sub>2</sub>O <i>napkin</i></invention-title>
<references-cited>
<citation><patcit num="1"><document-id><country>US</country><doc-number>675108</doc-number>
<kind>A</kind><date>19010500</date></document-id></patcit><category>cited by examiner</category>
<classification-ipc><main-classification>B65D 8518</main-classification></classification-ipc>
</citation>
<citation><nplcit num="2"><othercit>A book</othercit></nplcit><category>cited by other</category>
</citation>
<citation><patcit num="3"><document-id><country>US</country><doc-number>2004/0045858</doc-number>
<kind>A1</kind></document-id></patcit><category>cited by
applicant</category></citation>
<citation><patcit num="4"><document-id><country>WO</country><doc-number>PCT/US01/13682</doc-number>
</document-id></patcit><category>cited by other</category></citation>
</references-cited>
</us-bibliographic-data-grant>
<abstract id="abstract"><p num="0000">A holder <b>(10</b>) of two
  pairs.</p><p>Second.</p></abstract>
<description id="description"><?summary end="lead"?>
<heading level="1">BACKGROUND</heading>
<p>Use CO<sub>2</sub> at 10<sup>3</sup> Pa, see <figref>FIGS. 1</figref><i>a</i>.<!-- note -->
<ul><li>first</li><li>second</li></ul>
<tables><table><tgroup><tbody><row><entry>x</entry><entry>y</entry></row></tbody></tgroup></table>
</tables>end</p><p>  </p></description>
<claims id="claims">
<claim id="CLM-00001" num="00001"><claim-text><b>1</b>. A device comprising:
<claim-text>a wheel;</claim-text><claim-text>a rod.</claim-text></claim-text></claim>
<claim id="CLM-00002" num="00002"><claim-text>The device of <claim-ref>claim 1</claim-ref>, new.
</claim-text></claim></claims>
</us-patent-grant>
"""
)

NEW = (
    PROLOG
    + """<us-patent-grant lang="EN" file="US08672134-20140318.XML">
<us-bibliographic-data-grant>
<publication-reference><document-id><country>US</country><doc-number>08672134</doc-number>
<kind>B2</kind><date>20140318</date></document-id></publication-reference>
<application-reference><document-id><country>US</country><doc-number>13000001</doc-number>
<date>20110120</date></document-id></application-reference>
<classifications-ipcr><classification-ipcr><section>H</section><class>01</class>
<subclass>R</subclass><main-group>13</main-group><subgroup>115</subgroup></classification-ipcr>
</classifications-ipcr>
<classifications-cpc><main-cpc><classification-cpc><section>Y</section><class>02</class>
<subclass>E</subclass><main-group>60</main-group><subgroup>10</subgroup></classification-cpc>
</main-cpc><further-cpc><classification-cpc><section>H</section><class>01</class>
<subclass>R</subclass><main-group>13</main-group><subgroup>11</subgroup></classification-cpc>
</further-cpc></classifications-cpc>
<invention-title>Plug</invention-title>
<us-references-cited><us-citation><patcit><document-id><country>EP</country>
<doc-number>0 890 321</doc-number><kind>A2</kind></document-id></patcit>
<category>cited by third party</category></us-citation></us-references-cited>
{related}</us-bibliographic-data-grant>
<claims><claim num="00001"><claim-text>1. A plug.</claim-text></claim></claims></us-patent-grant>
"""
)
SEQUENCE = (
    PROLOG + "<!DOCTYPE sequence-cwu SYSTEM 's.dtd' [ ]>\n<sequence-cwu><broken></sequence-cwu>\n"
)


def read(path: Path, content: str | bytes, language: str = "en") -> list[object]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(open_patents(path, language=language))


def read_one(path: Path, content: str, language: str = "en") -> Publication:
    (found,) = read(path, content, language)
    assert isinstance(found, Publication)
    return found


def new(related: str = "") -> str:
    return NEW.replace("{related}", related)


def test_a_grant_of_2005(tmp_path: Path) -> None:
    found = read_one(tmp_path / "a.xml", OLD)
    assert found.publication_id == "US-6836899-B1"
    assert found.publication_date == date(2005, 1, 4)
    assert found.filing_date == date(2003, 1, 9)
    assert (found.language, found.title) == ("en", "Absorbent H2O napkin")
    assert found.abstract == "A holder (10) of two pairs.\nSecond."
    assert found.description == (
        "BACKGROUND\nUse CO2 at 103 Pa, see FIGS. 1a. first second x y end"
    )
    assert found.claims == (
        "1. A device comprising: a wheel; a rod.\n2. The device of claim 1, new."
    )
    assert (found.ipc, found.cpc) == (["A45F5/04", "A47J37/04"], [])
    assert [(c.publication_id, c.category, c.phase) for c in found.citations] == [
        ("US-675108-A", "examiner", None),
        ("US-2004045858-A1", "applicant", None),
    ]
    assert found.priorities == ["US-2003339710-A"]
    assert found.priority_date is None
    assert found.offset == 0


def test_a_grant_of_2014(tmp_path: Path) -> None:
    found = read_one(tmp_path / "a.xml", new())
    assert (found.ipc, found.cpc) == (["H01R13/115"], ["H01R13/11", "Y02E60/10"])
    assert [(c.publication_id, c.category) for c in found.citations] == [
        ("EP-0890321-A2", "third_party")
    ]
    assert (found.abstract, found.description) == (None, None)


def test_texts_in_another_language_are_not_taken(tmp_path: Path) -> None:
    found = read_one(tmp_path / "a.xml", OLD, "de")
    assert (found.title, found.abstract, found.claims, found.language) == (None, None, None, None)
    assert found.ipc
    unknown = read_one(tmp_path / "b.xml", OLD.replace('lang="EN" ', ""), "de")
    assert (unknown.title, unknown.language) == ("Absorbent H2O napkin", None)


def test_an_application(tmp_path: Path) -> None:
    content = (
        OLD.replace("us-patent-grant", "us-patent-application")
        .replace("us-bibliographic-data-grant", "us-bibliographic-data-application")
        .replace("06836899", "20130014308")
        .replace("<kind>B1</kind>", "<kind>A1</kind>")
    )
    assert read_one(tmp_path / "a.xml", content).publication_id == "US-2013014308-A1"


def test_a_weekly_file(tmp_path: Path) -> None:
    broken = OLD.replace("</invention-title>", "</title>")
    second = OLD.encode() + SEQUENCE.encode()
    content = second + broken.encode() + new().encode()
    first, listing, reject, last = read(tmp_path / "a.xml", content)
    assert isinstance(first, Publication)
    assert listing == Skip("sequence listing")
    assert isinstance(reject, Reject)
    assert reject.reason == "not well-formed XML"
    assert reject.offset == len(second)
    assert reject.record_id == "US06836899-20050104.XML"
    assert isinstance(last, Publication)
    assert last.offset == len(second) + len(broken)


@pytest.mark.parametrize(
    ("subset", "reason"),
    [
        ('<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">', "declares entities"),
        ('<!ENTITY x SYSTEM "file:///etc/passwd">', "declares entities"),
        ('<!ENTITY % x SYSTEM "http://example.org/x.dtd"> %x;', "declares entities"),
        ('<!ENTITY pic SYSTEM "US1-D1.TIF" NDATA TIF>', None),
        ('<!NOTATION TIF SYSTEM "t"> <!ENTITY pic PUBLIC "p" "1.TIF" NDATA TIF >', None),
    ],
)
def test_declared_entities(tmp_path: Path, subset: str, reason: str | None) -> None:
    content = OLD.replace("[ ]>", f"[ {subset} ]>") + new()
    first, second = read(tmp_path / "a.xml", content)
    if reason:
        assert isinstance(first, Reject)
        assert first.reason == reason
    else:
        assert isinstance(first, Publication)
    assert isinstance(second, Publication)


def test_a_comment_does_not_hide_a_declaration(tmp_path: Path) -> None:
    hidden = '<!-- <x> --><!DOCTYPE y [ <!ENTITY a "aaa"> ]>'
    (found,) = read(tmp_path / "a.xml", OLD.replace(DOCTYPE, hidden))
    assert isinstance(found, Reject)
    assert found.reason == "declares entities"


def test_bytes_entities_and_encodings_that_are_refused(tmp_path: Path) -> None:
    foreign = OLD.replace('encoding="UTF-8"', 'encoding="UTF-7"').encode()
    latin = OLD.encode().replace(b"holder", b"h\xf6lder")
    unnamed = OLD.replace("holder", "h&ouml;lder").encode()
    other = (PROLOG + "<html/>").encode()
    found = read(tmp_path / "a.xml", OLD.encode() + foreign + latin + unnamed + other)
    assert [item.reason if isinstance(item, Reject) else "" for item in found] == [
        "",
        "unsupported encoding",
        "not well-formed XML",
        "undeclared entity",
        "not a patent document",
    ]


def test_a_declared_latin_encoding_is_read(tmp_path: Path) -> None:
    text = OLD.replace('encoding="UTF-8"', 'encoding="ISO-8859-1"').replace("holder", "hölder")
    (found,) = read(tmp_path / "a.xml", text.encode("latin-1"))
    assert isinstance(found, Publication)
    assert found.abstract == "A hölder (10) of two pairs.\nSecond."


def test_a_record_without_a_number(tmp_path: Path) -> None:
    nameless = OLD.replace("<doc-number>06836899</doc-number>", "<doc-number>none</doc-number>")
    bare = OLD.replace("publication-reference", "reference")
    found = read(tmp_path / "a.xml", nameless + bare)
    assert [item.reason for item in found if isinstance(item, Reject)] == [
        "no publication number"
    ] * 2


def relation(kind: str, parent: str, day: str, child: str) -> str:
    return (
        f"<{kind}><relation><parent-doc><document-id><country>US</country>"
        f"<doc-number>{parent}</doc-number><date>{day}</date></document-id></parent-doc>"
        f"<child-doc><document-id><country>US</country><doc-number>{child}</doc-number>"
        f"</document-id></child-doc></relation></{kind}>"
    )


PROVISIONAL = (
    "<us-provisional-application><document-id><country>US</country>"
    "<doc-number>60535641</doc-number><date>20040109</date></document-id>"
    "</us-provisional-application>"
)
FOREIGN = (
    '<priority-claims><priority-claim kind="national"><country>JP</country>'
    "<doc-number>2002-156293</doc-number><date>20020529</date></priority-claim></priority-claims>"
)
PUBLISHED = (
    "<related-publication><document-id><country>US</country>"
    "<doc-number>20110000001</doc-number></document-id></related-publication>"
)
CHAIN = relation("division", "12000002", "20090301", "13000001") + relation(
    "continuation", "11000003", "20070401", "12000002"
)
OWN, ROOT = "US-2011000001-A", "US-2007000003-A"


@pytest.mark.parametrize(
    ("related", "priorities", "first"),
    [
        ("", [OWN], None),
        (FOREIGN, ["JP-2002156293-A"], date(2002, 5, 29)),
        (
            f"<us-related-documents>{PROVISIONAL}</us-related-documents>",
            ["US-2004535641-P"],
            date(2004, 1, 9),
        ),
        (f"<us-related-documents>{CHAIN}</us-related-documents>", [ROOT], date(2007, 4, 1)),
        (
            FOREIGN + f"<us-related-documents>{CHAIN}</us-related-documents>",
            ["JP-2002156293-A"],
            date(2002, 5, 29),
        ),
        (
            "<us-related-documents>"
            + relation("continuation-in-part", "11000003", "20070401", "13000001")
            + "</us-related-documents>",
            [ROOT, OWN],
            date(2007, 4, 1),
        ),
        (
            f"<us-related-documents>{PUBLISHED}</us-related-documents>",
            [OWN],
            None,
        ),
    ],
)
def test_priorities(
    tmp_path: Path, related: str, priorities: list[str], first: date | None
) -> None:
    found = read_one(tmp_path / "a.xml", new(related))
    assert (found.priorities, found.priority_date) == (priorities, first)
