"""What each source is read as: texts, PDFs, questions, triples, Wikidata."""

import gzip
import io
import json
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pypdf import PdfReader, PdfWriter

from domainbench.builders.sources import UnknownFormatError
from domainbench.builders.sources.rag import open_rag
from domainbench.builders.sources.rag.hints import is_cleaned, path_domain
from domainbench.builders.sources.rag.records import Asked, Document, Paragraph, Triple
from domainbench.builders.sources.record import Reject, Skip
from domainbench.schemas.errors import DataError, UsageError


def read(path, **more):
    return list(open_rag(path, **more))


def put(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def pdf(*pages):
    """A PDF of pages with a line of text each, written object by object; None is an empty page."""
    kids = " ".join(f"{4 + 2 * place} 0 R" for place in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for place, text in enumerate(pages):
        drawn = f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET" if text else ""
        page = "/Type /Page /Parent 2 0 R /MediaBox [0 0 400 200]"
        objects += [
            f"<< {page} /Resources << /Font << /F1 3 0 R >> >> /Contents {5 + 2 * place} 0 R >>",
            f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
        ]
    out = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    out_end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n"
    out_end += f"<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + out_end.encode("latin-1")


# --------------------------------------------------------------------------- texts


def test_a_text_is_taken_as_it_is(tmp_path):
    found = read(put(tmp_path / "a.txt", "\ufeffOne\r\ntwo \u0065\u0301\rthree"))
    assert found == [Document(None, "One\ntwo \u00e9\nthree", lined=True)]


def test_a_text_may_be_utf_16_gzipped_or_in_an_archive(tmp_path):
    wide = put(tmp_path / "wide.txt", "naïve".encode("utf-16"))
    packed = put(tmp_path / "packed.txt.gz", gzip.compress(b"packed"))
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("culture/a.txt", "first")
        out.writestr("b.md", "# second")
        out.writestr("c.bin", b"\0\1")
    assert [item.text for item in read(wide) + read(packed)] == ["naïve", "packed"]
    assert read(archive) == [
        Document("b.md", "second", "second"),
        Skip("archive member in no known format"),
        Document("culture/a.txt", "first", lined=True),
    ]


@pytest.mark.parametrize(
    ("content", "reason", "detail"),
    [
        (b" \n ", "empty document", "no text"),
        (b"one\nb\xffd", "not valid UTF-8", "byte 0xff in line 2"),
        (b"one\0two", "not a text", "offset 3"),
    ],
)
def test_a_text_that_is_none_is_rejected(tmp_path, content, reason, detail):
    [found] = read(put(tmp_path / "a.txt", content))
    assert isinstance(found, Reject)
    assert found.reason == reason
    assert detail in found.detail


def test_markdown_is_read_without_its_marks(tmp_path):
    text = (
        "# The *Title*\n\nA [link](u.html) and `code`,\nsoft  \nhard.\n\n- one\n- two\n\n"
        "> quoted\n\n```py\nx = 1\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n"
        "<div>raw <b>html</b></div>\n\n<!-- nothing -->\n\n![picture](p.png)\n"
    )
    [found] = read(put(tmp_path / "a.md", text))
    assert found.title == "The Title"
    assert found.text == (
        "The Title\nA link and code, soft\nhard.\none\ntwo\nquoted\nx = 1\na\nb\n1\n2\n"
        "raw html\npicture"
    )


def test_a_page_is_read_as_it_is_shown(tmp_path):
    page = (
        "<!DOCTYPE html><html><head><title>The\n title</title><style>p {}</style></head><body>"
        "<nav>menu</nav><h1>Head</h1><p>A<b>b</b>c <i>d</i>\n e<br>f</p><script>x()</script>"
        "<!-- comment --><p hidden>secret</p><table><tr><td>1</td><td>2</td></tr></table>"
        "tail &amp; &eacute;</body></html>"
    )
    [found] = read(put(tmp_path / "a.html", page))
    assert (found.title, found.text) == ("The title", "Head\nAbc d e\nf\n1 2\ntail & é")
    # A page is known without its ending, too.
    assert read(put(tmp_path / "b", page)) == [found]


def test_the_encoding_of_a_page_is_its_own_word(tmp_path):
    latin = '<html><head><meta charset="iso-8859-2"></head><body>Łódź</body></html>'
    [found] = read(put(tmp_path / "a.html", latin.encode("iso-8859-2")))
    assert found.text == "Łódź"
    [found] = read(put(tmp_path / "b.html", "<p>Łódź"))
    assert found.text == "Łódź"
    [found] = read(put(tmp_path / "c.html", "<p>Łódź".encode("utf-16")))
    assert found.text == "Łódź"


def test_a_page_without_text_is_rejected(tmp_path):
    for content in ("<html><script>x()</script></html>", "<!-- only this -->", "  "):
        [found] = read(put(tmp_path / "a.html", content))
        assert found.reason == "empty document"


def test_a_deep_page_is_read(tmp_path):
    [found] = read(put(tmp_path / "a.html", "<div>" * 1500 + "deep" + "</div>" * 1500))
    assert found.text == "deep"


# --------------------------------------------------------------------------- PDF


def test_a_pdf_is_read_page_by_page(tmp_path):
    [found] = read(put(tmp_path / "a.pdf", pdf("First page", None, "Third page")))
    assert found == Document(None, "First page\nThird page", pages=(0, 11), numbers=(1, 3))
    assert read(put(tmp_path / "named_otherwise", pdf("Text")))[0].text == "Text"


def locked(content, user, owner):
    writer = PdfWriter(PdfReader(io.BytesIO(content)))
    writer.encrypt(user, owner, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.filterwarnings("ignore")
def test_a_pdf_that_asks_for_a_password_is_rejected(tmp_path):
    [found] = read(put(tmp_path / "a.pdf", locked(pdf("Secret"), "key", "owner")))
    assert (found.reason, found.line) == ("encrypted PDF", None)
    [found] = read(put(tmp_path / "b.pdf", locked(pdf("Open"), "", "owner")))
    assert found.text == "Open"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (pdf(None, None), "PDF without text"),
        (pdf("Text")[:60], "damaged PDF"),
        (b"%PDF-1.4\nnothing of the kind\n", "damaged PDF"),
        (b"not a PDF at all", "damaged PDF"),
        (pdf("Text").replace(b"/Kids [4 0 R]", b"/Kids [9 0 R]"), "damaged PDF"),
    ],
)
def test_a_pdf_without_text_or_damaged_is_rejected(tmp_path, content, reason, caplog):
    [found] = read(put(tmp_path / "a.pdf", content))
    assert isinstance(found, Reject)
    assert found.reason == reason
    assert found.detail
    assert caplog.records == []


def test_a_page_that_cannot_be_read_is_told_and_others_stay(tmp_path):
    told, found = read(put(tmp_path / "a.pdf", pdf("One", "Two").replace(b"Two) Tj", b"Two] Tj")))
    assert (found.text, found.numbers) == ("One", (1,))
    assert told.reason == "page that cannot be read"
    assert told.detail.startswith("page 2: ")
    [none] = read(put(tmp_path / "b.pdf", pdf("Two").replace(b"Two) Tj", b"Two] Tj")))
    assert none.reason == "damaged PDF"
    assert "page 1" in none.detail


# --------------------------------------------------------------------------- questions


RECORD = {
    "category": "Culture",
    "reasoning": "Inverse Function Inference",
    "description": "Ann bakes.\n\n Bo  sails.\nAnn bakes.",
    "subject": "Ann",
    "predicate": "child of",
    "object": "Bo",
    "evidence": [["Bo", "parent of", "Ann"], ["Bo", "parent of", "Ann"]],
    "question": "Is  Ann a child of Bo?",
    "answer": "Yes.",
}


def test_a_record_is_read_with_its_paragraphs(tmp_path):
    [found] = read(put(tmp_path / "culture_qa.json", json.dumps([RECORD], indent=1)))
    assert found == Asked(
        "Is Ann a child of Bo?",
        "yes",
        "inverse",
        "Ann",
        "child of",
        "Bo",
        (("Bo", "parent of", "Ann"),),
        ("Ann bakes.", "Bo sails."),
        "Culture",
        1,
    )


@pytest.mark.parametrize(
    ("change", "reason", "detail"),
    [
        ({"question": " "}, "field that is missing", "question"),
        ({"subject": None, "object": ""}, "field that is missing", "subject, object"),
        ({"answer": "Perhaps."}, "answer that is neither yes nor no", "'Perhaps.'"),
        ({"reasoning": "Magic"}, "unknown reasoning", "'Magic'"),
        ({"evidence": []}, "no evidence", "follows from"),
        ({"evidence": [["a", "b"]]}, "evidence that is no list of triples", "['a', 'b']"),
        ({"evidence": [["a", "b", 3]]}, "evidence that is no list of triples", "three texts"),
        ({"evidence": [["a", " ", "c"]]}, "evidence that is no list of triples", "three texts"),
        ({"evidence": "a b c"}, "field of the wrong type", "evidence is no list"),
        ({"question": ["a"]}, "field of the wrong type", "question is a list"),
    ],
)
def test_a_record_with_a_fault_is_rejected_alone(tmp_path, change, reason, detail):
    rows = [RECORD, {**RECORD, **change}, RECORD]
    found = read(put(tmp_path / "qa.json", json.dumps(rows)))
    assert [type(item) for item in found] == [Asked, Reject, Asked]
    assert found[1].reason == reason
    assert found[1].detail.startswith("record 2: ")
    assert detail in found[1].detail


def test_broken_json_is_rejected_where_it_breaks(tmp_path):
    content = json.dumps([RECORD, RECORD]).replace('"answer": "Yes."', '"answer": Yes.', 1)
    found = read(put(tmp_path / "qa.json", content))
    assert [type(item) for item in found] == [Reject, Asked]
    assert found[0].reason == "not valid JSON"
    cut = json.dumps([RECORD, RECORD])[:-40]
    assert [type(item) for item in read(put(tmp_path / "qa.json", cut))] == [Asked, Reject]


def test_an_empty_array_holds_nothing(tmp_path):
    assert read(put(tmp_path / "people_qa.json", "[]")) == [Skip("array without records")]


# --------------------------------------------------------------------------- triples


ROWS = [
    {"subject": "Ann", "predicate": "parent of", "object": "Bo", "domain": "people",
     "subject_text": "Ann  bakes.", "object_text": ""},
    {"subject": "Bo", "predicate": "born in", "object": "1900", "domain": "", "subject_text": "",
     "object_text": ""},
]  # fmt: skip
FOUND = [
    Triple("Ann", "parent of", "Bo", "people", 2),
    Paragraph("Ann", "Ann bakes.", "people", 2),
    Triple("Bo", "born in", "1900", None, 3),
]


def delimited(mark):
    lines = [ROWS[0].keys(), *(row.values() for row in ROWS)]
    return "".join(mark.join(line) + "\n" for line in lines)


def at(places):
    numbered = iter(places)
    return [
        item.__class__(*[getattr(item, n) for n in item.__slots__[:-1]], next(numbered))
        for item in FOUND
    ]


@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl", "json", "parquet", "csv.gz"])
def test_triples_are_read_from_any_table(tmp_path, kind):
    path = tmp_path / f"facts.{kind}"
    places = [2, 2, 3]
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist(ROWS), path)
        places = [1, 1, 2]
    elif kind == "jsonl":
        put(path, "".join(json.dumps(row) + "\n" for row in ROWS))
        places = [1, 1, 2]
    elif kind == "json":
        put(path, json.dumps(ROWS))
        places = [1, 1, 2]
    else:
        text = delimited("\t" if kind == "tsv" else ",")
        put(path, gzip.compress(text.encode()) if kind.endswith("gz") else text)
    assert read(path) == at(places)
    assert open_rag(path).format == "triples"


def test_a_mapping_names_columns(tmp_path):
    path = put(tmp_path / "facts.csv", "s,Predicate,o,subject\nAnn,knows,Bo,x\n")
    mapping = {"subject": "s", "object": "o"}
    assert read(path, mapping=mapping) == [Triple("Ann", "knows", "Bo", None, 2)]
    assert open_rag(path, mapping=mapping).columns == {
        "subject": "s",
        "predicate": "Predicate",
        "object": "o",
    }


@pytest.mark.parametrize("mapping", [{"relation": "p"}, {"subject": ["s"]}])
def test_a_wrong_mapping_is_told(tmp_path, mapping):
    path = put(tmp_path / "facts.csv", "subject,predicate,object\na,b,c\n")
    with pytest.raises(UsageError):
        open_rag(path, mapping=mapping)


def test_rows_without_a_part_are_rejected(tmp_path):
    path = put(tmp_path / "facts.csv", "subject,predicate,object\na,b,c\n , b,\nd,e\n")
    found = read(path)
    assert [getattr(item, "reason", None) for item in found] == [
        None,
        "triple without subject, predicate or object",
        "wrong number of cells",
    ]
    assert (found[1].line, found[1].detail) == (3, "no value in subject, object")
    path = put(tmp_path / "facts.jsonl", '{"subject": {}, "predicate": "p", "object": "o"}\n')
    assert [(item.reason, item.line) for item in read(path)] == [("field of the wrong type", 1)]


def test_other_content_is_of_no_known_format(tmp_path):
    for content in ("a,b\n1,2\n", '{"a": 1}\n', "<root/>", "just words"):
        with pytest.raises(UnknownFormatError):
            open_rag(put(tmp_path / "other", content))
    with pytest.raises(DataError, match="empty"):
        open_rag(put(tmp_path / "empty.csv", ""))


# --------------------------------------------------------------------------- Wikidata


def entity(key, label, description=None, claims=None, kind="item", language="en"):
    def text(value):
        return {language: {"language": language, "value": value}} if value else {}

    return {
        "type": kind,
        "id": key,
        "labels": text(label),
        "descriptions": text(description) or [],
        "claims": claims or [],
    }


def claim(item, rank="normal", **value):
    inner = {"entity-type": "item", **({"id": item} if item else {}), **value}
    return {
        "mainsnak": {
            "snaktype": "value",
            "datavalue": {"type": "wikibase-entityid", "value": inner},
        },
        "rank": rank,
    }


NO_VALUE = {"mainsnak": {"snaktype": "novalue"}, "rank": "normal"}
YEAR = {"mainsnak": {"datavalue": {"type": "time", "value": {"time": "+1900"}}}, "rank": "normal"}


def test_claims_become_triples_by_the_labels_of_the_file(tmp_path):
    lines = [
        entity("Q1", "Ann", "baker of Ayton", {
            "P40": [claim("Q2"), claim(None, **{"numeric-id": 3}), claim("Q9"), NO_VALUE],
            "P31": [YEAR],
            "P9": [claim("Q2")],
        }),
        entity("Q2", "Bo", None, {"P22": [claim("Q3", "deprecated"), claim("Q1", "preferred"),
               claim("Q3")], "P777": [claim("Q1")]}),
        entity("Q3", "Cy", language="mul"),
        entity("Q4", None, "nameless", {"P40": [claim("Q1")]}),
        entity("P9", "likes", kind="property"),
    ]  # fmt: skip
    text = "[\n" + ",\n".join(json.dumps(line) for line in lines) + "\n]\n"
    properties = {"P40": "parent of", "P22": "father"}
    found = read(put(tmp_path / "dump.json", text), properties=properties)
    assert [item for item in found if not isinstance(item, Skip)] == [
        Paragraph("Ann", "Ann: baker of Ayton", None, 2),
        Triple("Ann", "parent of", "Bo", None, 2),
        Triple("Ann", "parent of", "Cy", None, 2),
        Triple("Ann", "likes", "Bo", None, 2),
        Triple("Bo", "father", "Ann", None, 3),
    ]
    skipped = sorted(item.reason for item in found if isinstance(item, Skip))
    assert skipped == [
        "claim of a lesser rank",
        "claim of a lesser rank",
        "claim whose value is no item",
        "claim whose value is no item",
        "claim with an id that has no label here",
        "claim with an id that has no label here",
        "claim with an id that has no label here",
        "entity without a label in the language",
    ]


def test_lines_without_an_array_and_other_languages_are_read(tmp_path):
    lines = [entity("Q1", "Anna", "Bäckerin", {"P40": [claim("Q2")]}, language="de"),
             entity("Q2", "Bodo", language="de")]  # fmt: skip
    text = "".join(json.dumps(line) + ",\n" for line in lines)
    path = put(tmp_path / "dump.jsonl", text)
    found = read(path, language="de", properties={"P40": "parent of"})
    assert found == [
        Paragraph("Anna", "Anna: Bäckerin", None, 1),
        Triple("Anna", "parent of", "Bodo", None, 1),
    ]
    assert {type(item) for item in read(path)} == {Skip}


def test_entities_of_one_label_are_told_apart(tmp_path):
    lines = [
        entity("Q1", "Paris", "capital of France"),
        entity("Q2", "Paris", "town in Texas"),
        entity("Q3", "Lima", "city"),
        entity("Q4", "Lima", "city"),
        entity("Q5", "Lima"),
    ]
    path = put(tmp_path / "dump.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    assert [item.entity for item in read(path)] == [
        "Paris (capital of France)",
        "Paris (town in Texas)",
        "Lima (Q3)",
        "Lima (Q4)",
    ]


def test_broken_lines_of_a_dump_are_rejected(tmp_path):
    good = json.dumps(entity("Q1", "Ann", "baker"))
    bad = ["{", "3", json.dumps({"type": "item", "labels": {}}), json.dumps(
        {**entity("Q2", "Bo"), "claims": "x"}), '{"id": "\\ud800"}']  # fmt: skip
    found = read(put(tmp_path / "dump.jsonl", "\n".join([good, *bad])))
    assert [(item.reason, item.line) for item in found if isinstance(item, Reject)] == [
        ("not valid JSON", 2),
        ("not a JSON object", 3),
        ("entity without an id", 4),
        ("field of the wrong type", 5),
        ("not valid UTF-8", 6),
    ]


# --------------------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("kb/cleaned_law.txt", "law"),
        ("kb/cleaned_culture.txt", "culture"),
        ("history/culture_qa.json", "culture"),
        ("history/papers/a.pdf", "history"),
        ("Civil Law/papers/a.pdf", "papers"),
        ("Civil Law/a.pdf", "civil_law"),
        ("pdf/a.pdf", None),
        ("composite/a.json", None),
        ("a.txt", None),
    ],
)
def test_names_of_file_and_folders_tell_the_domain(tmp_path, name, domain):
    assert path_domain(tmp_path / name, tmp_path) == domain


def test_the_folder_named_and_members_of_archives_tell_it_too(tmp_path):
    root = tmp_path / "nature"
    assert path_domain(root / "a.txt", root) == "nature"
    assert path_domain(root / "a.txt", None) == "nature"
    assert path_domain(root / "a.zip", root, "health/b.txt") == "health"
    assert path_domain(Path("all.zip"), None, "law/b.txt") == "law"


def test_only_cleaned_files_have_a_chunk_a_line():
    assert is_cleaned("cleaned_culture.txt")
    assert not is_cleaned("culture.txt")
    assert not is_cleaned("cleaned_.txt")
