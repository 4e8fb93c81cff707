"""Google Patents: nested rows in every container, flat exports, search results."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from domainbench.builders.sources import open_patents
from domainbench.builders.sources.record import Citation, Publication, Reject

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def cited(number: str, **other: str) -> dict[str, Any]:
    empty = {"application_number": "", "npl_text": "", "type": "", "category": ""}
    return {"publication_number": number, **empty, "filing_date": 0, **other}


RECORD: dict[str, Any] = {
    "publication_number": "US-2004215390-A1",
    "application_number": "US-53564104-A",
    "country_code": "US",
    "family_id": "12345",
    "title_localized": [
        {"text": "Rad", "language": "de"},
        {"text": "Wheel", "language": "en"},
    ],
    "abstract_localized": [{"text": "A wheel.\n  Round.", "language": "en"}],
    "claims_localized": [
        {"text": "1 . A wheel\n    with a hub.\n 2. The wheel of claim 1.", "language": "en"}
    ],
    "description_localized": [],
    "publication_date": 20041028,
    "filing_date": 20040109,
    "grant_date": 0,
    "priority_date": 0,
    "priority_claim": [
        cited("", application_number="US-7741103-P") | {"filing_date": 20030401},
    ],
    "ipc": [{"code": "H01R13/115", "inventive": True, "first": True, "tree": []}],
    "cpc": [],
    "citation": [
        cited("US-8672134-B2", category="SEA", type="YX"),
        cited("US-8672134-B2", category="SEA", type="XY"),
        cited("", npl_text="A book", category="APP"),
        cited("EP-890321-A2", category="app"),
    ],
}


def write_lines(path: Path, records: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")


def write_array(path: Path, records: list[dict[str, Any]]) -> None:
    path.write_text(json.dumps(records, indent=2), encoding="utf-8")


def write_parquet(path: Path, records: list[dict[str, Any]]) -> None:
    pq.write_table(pa.Table.from_pylist(records), path)


@pytest.mark.parametrize("write", [write_lines, write_array, write_parquet])
def test_nested_rows(tmp_path: Path, write: Callable[[Path, list[dict[str, Any]]], None]) -> None:
    write(tmp_path / "a", [RECORD, RECORD | {"publication_number": "none", "family_id": "-1"}])
    reader = open_patents(tmp_path / "a")
    assert reader.format == "google-patents"
    found, reject = list(reader)
    assert isinstance(found, Publication)
    assert found.publication_id == "US-2004215390-A1"
    assert found.family_id == "docdb:12345"
    assert (found.title, found.language, found.description) == ("Wheel", "en", None)
    assert found.abstract == "A wheel.\nRound."
    assert found.claims == "1. A wheel with a hub.\n2. The wheel of claim 1."
    assert (found.publication_date, found.filing_date, found.priority_date) == (
        date(2004, 10, 28),
        date(2004, 1, 9),
        date(2003, 4, 1),
    )
    assert found.priorities == ["US-2003077411-P"]
    assert (found.ipc, found.cpc) == (["H01R13/115"], [])
    assert found.citations == [
        Citation("US-8672134-B2", category="XY", phase="SEA"),
        Citation("EP-0890321-A2", phase="APP"),
    ]
    assert isinstance(reject, Reject)
    assert (reject.reason, reject.record_id) == ("no publication number", "none")
    assert reader.bytes_read == reader.bytes_total


def test_another_language(tmp_path: Path) -> None:
    write_lines(tmp_path / "a", [RECORD])
    (found,) = open_patents(tmp_path / "a", language="DE")
    assert isinstance(found, Publication)
    assert (found.title, found.abstract, found.language) == ("Rad", None, "de")


def test_a_flat_export(tmp_path: Path) -> None:
    row = {
        "Publication_Number": "US-4058776-A",
        "abstract_en": "A bias circuit.",
        "Citations": "US-3792375-A, US-3792375-A,,nonsense,KR-20100096263-A",
    }
    write_lines(tmp_path / "a", [row, row | {"Citations": None}, row | {"Citations": ["US"]}])
    first, second, reject = open_patents(tmp_path / "a")
    assert isinstance(first, Publication)
    assert (first.abstract, first.language) == ("A bias circuit.", "en")
    assert first.citations == [Citation("US-3792375-A"), Citation("KR-20100096263-A")]
    assert isinstance(second, Publication)
    assert second.citations == []
    assert isinstance(reject, Reject)
    assert reject.detail == "citations is no text; expected numbers and commas"
    german, *_ = open_patents(tmp_path / "a", language="de")
    assert isinstance(german, Publication)
    assert (german.abstract, german.language) == (None, None)


def test_a_flat_export_as_csv(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "Publication_Number,Abstract,Description,Claim\n"
        'US-2016057569-A1,An app.,"FIELD \n\n  It is.","1. An app.\n  Indeed."\n',
        encoding="utf-8",
    )
    (found,) = open_patents(path, language="fr")
    assert isinstance(found, Publication)
    assert (found.abstract, found.language) == ("An app.", None)
    assert (found.description, found.claims) == ("FIELD\nIt is.", "1. An app. Indeed.")


def test_search_results(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        'search URL:,"https://patents.google.com/?q=x",,,,,,,\n'
        "id,title,assignee,inventor/author,priority date,filing/creation date,publication date,"
        "grant date,result link\n"
        "US20080162996A1,Scanning ,Apple,C. K.,1/3/07,1/3/07,7/3/08,,https://x\n"
        "EP-0131843-A1,Vectors,B,H. A.,1983-07-15,1984-07-03,1985-01-23,,https://x\n",
        encoding="utf-8",
    )
    reader = open_patents(path)
    assert reader.format == "google-search"
    first, second = list(reader)
    assert isinstance(first, Publication)
    assert isinstance(second, Publication)
    assert (first.publication_id, first.title) == ("US-2008162996-A1", "Scanning")
    assert (first.publication_date, first.priority_date) == (date(2008, 7, 3), date(2007, 1, 3))
    assert (second.publication_id, second.filing_date) == ("EP-0131843-A1", date(1984, 7, 3))
