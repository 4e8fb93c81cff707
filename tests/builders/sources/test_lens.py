"""The Lens: API records, and exports as CSV and JSON lines."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from domainbench.builders.sources import open_patents
from domainbench.builders.sources.record import Publication, Reject

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENT = {"jurisdiction": "US", "doc_number": "9785570", "kind": "B2", "date": "2017-10-10"}
APPLICATION = {"jurisdiction": "US", "doc_number": "2016/0266975", "kind": "A1"}
RECORD: dict[str, Any] = {
    "lens_id": "186-488-232-022-055",
    "jurisdiction": "US",
    "doc_number": "9785570",
    "kind": "B2",
    "date_published": "2017-10-10",
    "lang": "en",
    "biblio": {
        "application_reference": {"doc_number": "201514862145", "date": "2015-09-23"},
        "priority_claims": {
            "claims": [
                {"jurisdiction": "US", "doc_number": "201562130600", "kind": "P"},
                {"jurisdiction": "US", "doc_number": "201514862145", "kind": "A"},
            ],
            "earliest_claim": {"date": "2015-03-09"},
        },
        "invention_title": [{"text": "Speicher", "lang": "DE"}, {"text": "Memory", "lang": "en"}],
        "parties": {},
        "classifications_ipcr": {"classifications": [{"symbol": "G06F12/10"}, {"symbol": "?"}]},
        "classifications_cpc": {"classifications": [{"symbol": "G06F11/1048"}]},
        "references_cited": {
            "citations": [
                {
                    "patcit": {"document_id": APPLICATION},
                    "cited_phase": "sea",
                    "category": ["Y", "X"],
                },
                {
                    "patcit": {"document_id": APPLICATION},
                    "cited_phase": "SEA",
                    "category": ["X", "Y"],
                },
                {"patcit": {"document_id": APPLICATION}, "cited_phase": "APP"},
                {"nplcit": {"text": "A book"}, "cited_phase": "APP"},
            ]
        },
        "cited_by": {"patents": [{"document_id": DOCUMENT | {"doc_number": "10000001"}}]},
    },
    "families": {"simple_family": {"members": [{"document_id": APPLICATION}], "size": 1}},
    "abstract": [{"text": "A  memory.", "lang": "en"}],
    "claims": [
        {
            "claims": [
                {"claim_text": ["1 . A memory comprising:", "a cell."]},
                {"claim_text": ["2. The memory of claim 1."]},
            ],
            "lang": "en",
        }
    ],
    "description": {"text": "FIELD\n\nThis  is.", "lang": "en"},
}


def read(path: Path, *records: Any, language: str = "en") -> list[Any]:
    lines = [record if isinstance(record, str) else json.dumps(record) for record in records]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    reader = open_patents(path, language=language)
    assert reader.format == "lens-jsonl"
    return list(reader)


def test_a_record_of_the_api(tmp_path: Path) -> None:
    (found,) = read(tmp_path / "a.jsonl", RECORD)
    assert found.publication_id == "US-9785570-B2"
    assert found.members == ["US-2016266975-A1", "US-9785570-B2"]
    assert found.priorities == ["US-2015130600-P", "US-2015862145-A"]
    assert (found.filing_date, found.priority_date) == (date(2015, 9, 23), date(2015, 3, 9))
    assert (found.title, found.abstract, found.language) == ("Memory", "A memory.", "en")
    assert found.claims == "1. A memory comprising: a cell.\n2. The memory of claim 1."
    assert found.description == "FIELD\nThis is."
    assert (found.ipc, found.cpc) == (["G06F12/10"], ["G06F11/1048"])
    assert [(c.publication_id, c.forward, c.category, c.phase) for c in found.citations] == [
        ("US-2016266975-A1", False, "XY", "SEA"),
        ("US-2016266975-A1", False, None, "APP"),
        ("US-10000001-B2", True, None, None),
    ]


def test_texts_in_another_language_only(tmp_path: Path) -> None:
    (found,) = read(tmp_path / "a.jsonl", RECORD, language="de")
    assert (found.title, found.abstract, found.claims) == ("Speicher", None, None)
    assert (found.description, found.language) == (None, "de")


def test_a_minimal_record(tmp_path: Path) -> None:
    bare = {key: RECORD[key] for key in ("lens_id", "jurisdiction", "doc_number")}
    (found,) = read(tmp_path / "a.jsonl", bare | {"biblio": {"parties": {}}, "families": {}})
    assert found.publication_id == "US-9785570"
    assert (found.members, found.citations, found.title) == ([], [], None)


def test_claims_in_one_piece_are_split_at_their_numbers(tmp_path: Path) -> None:
    texts = ["What is claimed is:", "1 . A gel,", "with water.", "2. The gel of claim 1."]
    claims = [{"claims": [{"claim_text": texts}], "lang": "en"}]
    (found,) = read(tmp_path / "a.jsonl", RECORD | {"claims": claims})
    assert found.claims == "What is claimed is:\n1. A gel, with water.\n2. The gel of claim 1."


@pytest.mark.parametrize(
    ("change", "reason", "detail"),
    [
        ({"families": "none"}, "field of the wrong type", "families is text, expected an object"),
        ({"abstract": {"text": "A"}}, "field of the wrong type", "abstract is an object"),
        ({"claims": ["1. A"]}, "field of the wrong type", "claims lists text, expected objects"),
        ({"kind": ["B2"]}, "field of the wrong type", "kind is a list, expected text"),
        ({"doc_number": None}, "no publication number", "'US', None"),
        ({"jurisdiction": "USA"}, "no publication number", "'USA', '9785570'"),
    ],
)
def test_malformed_records(
    tmp_path: Path, change: dict[str, Any], reason: str, detail: str
) -> None:
    first, reject, last = read(tmp_path / "a.jsonl", RECORD, RECORD | change, RECORD)
    assert isinstance(first, Publication)
    assert isinstance(reject, Reject)
    assert (reject.reason, reject.line, reject.record_id) == (reason, 2, "186-488-232-022-055")
    assert detail in reject.detail
    assert isinstance(last, Publication)
    assert last.line == 3


CSV = """#,Jurisdiction,Kind,Publication Number,Lens ID,Publication Date,Publication Year,\
Application Number,Application Date,Priority Numbers,Title,CPC Classifications,IPCR Classifications
1,US,A1,US 2015/0094896 A1,005-062-224-513-936,{published},{year},US 201314041364 A,{filed},\
US 201314042670 A 20130930;;US 53564104 P 20040109,A  Vehicle,B60W30/00;;B60K37/04,H04N21/414
2,XX,A,,1,2000-01-01,2000,,,,,,
"""


@pytest.mark.parametrize(
    ("published", "year", "filed", "days"),
    [
        ("2015-04-02", "2015", "2013-09-30", (date(2015, 4, 2), date(2013, 9, 30))),
        ("4/2/15", "2015", "9/30/13", (date(2015, 4, 2), date(2013, 9, 30))),
        ("4/2/15", "1915", "9/30/13", (date(1915, 4, 2), date(1913, 9, 30))),
        ("4/2/2015", "", "9/30/97", (date(2015, 4, 2), date(1997, 9, 30))),
        ("", "2015", "13/13/13", (None, None)),
    ],
)
def test_an_export_as_csv(
    tmp_path: Path, published: str, year: str, filed: str, days: tuple[date | None, date | None]
) -> None:
    path = tmp_path / "a.csv"
    content = CSV.format(published=published, year=year, filed=filed)
    path.write_text(content, encoding="utf-8", newline="")
    reader = open_patents(path)
    found, reject = list(reader)
    assert reader.format == "lens-export"
    assert isinstance(found, Publication)
    assert found.publication_id == "US-2015094896-A1"
    assert (found.publication_date, found.filing_date) == days
    assert found.priority_date == date(2004, 1, 9)
    assert found.priorities == ["US-2004535641-P", "US-2013042670-A"]
    assert (found.title, found.language) == ("A Vehicle", None)
    assert (found.ipc, found.cpc) == (["H04N21/414"], ["B60K37/04", "B60W30/00"])
    assert isinstance(reject, Reject)
    assert (reject.reason, reject.line, reject.record_id) == ("no publication number", 3, "1")


def test_an_export_as_json_lines(tmp_path: Path) -> None:
    record = {
        "publicationKey": "WO_2005_056584_A3_20050825",
        "lensId": "022",
        "displayKey": "WO 2005/056584 A3",
        "publicationDate": "2005-08-25",
        "filingDate": "2004-12-02",
        "priorityFilingKeysActive": ["GB 0711858 A 20031202"],
        "earliestPriorityDate": "2003-12-01",
        "title": "Vaccines",
        "cpcClassifications": ["A61K39/12"],
        "ipcrClassifications": [],
    }
    path = tmp_path / "a.jsonl"
    wrong = record | {"ipcrClassifications": [1]}
    path.write_text("\n".join(map(json.dumps, (record, wrong))), encoding="utf-8")
    found, reject = list(open_patents(path))
    assert isinstance(found, Publication)
    assert found.publication_id == "WO-2005056584-A3"
    assert found.priority_date == date(2003, 12, 1)
    assert (found.ipc, found.cpc, found.priorities) == ([], ["A61K39/12"], ["GB-711858-A"])
    assert isinstance(reject, Reject)
    assert reject.reason == "field of the wrong type"
