"""Tables read by a column mapping."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from domainbench.builders.sources import open_patents
from domainbench.builders.sources.record import Citation, Publication, Reject
from domainbench.schemas.errors import DataError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

MAPPING: dict[str, Any] = {
    "publication_id": "pn",
    "title": "ti",
    "claims": "cl",
    "language": "la",
    "publication_date": "pd",
    "ipc": {"column": "ic", "separator": "|"},
    "citations": "ct",
    "cited_by": "cb",
    "priorities": "pr",
    "members": "fm",
    "family_id": "fid",
}
HEADER = "pn\tti\tcl\tla\tpd\tic\tct\tcb\tpr\tfm\tfid\tother"
ROW = (
    "US8672134B2\tPlug\t1. A plug.\ten\t2014-03-18\tH01R 13/115|H04L\tUS 675108 A; junk\t"
    "EP1000000A1\tUS-53564104-P\tUS8672134B2;EP0890321\tdocdb:7\tx"
)


def test_tab_separated(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text(f"{HEADER}\n{ROW}\n" + "\t" * 11 + "\n-" + "\t" * 11 + "\n", encoding="utf-8")
    reader = open_patents(path, mapping=MAPPING)
    assert reader.format == "table"
    found, reject = list(reader)
    assert isinstance(found, Publication)
    assert found == Publication(
        "US",
        "8672134",
        "B2",
        publication_date=date(2014, 3, 18),
        family_id="docdb:7",
        members=["EP-0890321", "US-8672134-B2"],
        priorities=["US-2004535641-P"],
        language="en",
        title="Plug",
        claims="1. A plug.",
        ipc=["H01R13/115", "H04L"],
        citations=[Citation("US-675108-A"), Citation("EP-1000000-A1", forward=True)],
        line=2,
        offset=len(HEADER) + 1,
    )
    assert isinstance(reject, Reject)
    assert (reject.reason, reject.record_id) == ("no publication number", "-")


def test_parquet_with_lists_dates_and_parts(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    rows = {
        "n": [8672134, 1],
        "c": ["US", "EP"],
        "k": ["B2", None],
        "d": [datetime(2014, 3, 18, tzinfo=UTC), None],
        "i": [["H01R13/115"], None],
    }
    pq.write_table(pa.table(rows), path)
    mapping = {
        "publication_id": "n",
        "country": "c",
        "kind": "k",
        "filing_date": "d",
        "cpc": "i",
    }
    first, second = open_patents(path, mapping=mapping)
    assert isinstance(first, Publication)
    assert isinstance(second, Publication)
    assert (first.publication_id, first.filing_date) == ("US-8672134-B2", date(2014, 3, 18))
    assert (first.cpc, first.line, first.offset) == (["H01R13/115"], None, None)
    assert second.publication_id == "EP-0000001"


def test_json_with_canonical_names_needs_no_mapping(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    record = {"publication_id": "US-8672134-B2", "title": "Plug", "language": "de"}
    path.write_text(json.dumps(record) + "\n" + json.dumps(record | {"title": 1.5}), "utf-8")
    found, reject = open_patents(path)
    assert isinstance(found, Publication)
    assert (found.publication_id, found.title) == ("US-8672134-B2", None)
    assert isinstance(reject, Reject)
    assert reject.detail == "title is a number, expected text"


@pytest.mark.parametrize(
    ("mapping", "problem"),
    [
        ({"publication_id": "pn", "titel": "ti"}, "did you mean title"),
        ({"title": "ti"}, "names no column for publication_id"),
        ({"publication_id": 3}, "the mapping of publication_id names no column"),
        ({"publication_id": {"separator": ","}}, "names no column"),
        ({"publication_id": {"column": "pn", "sep": ","}}, "names no column"),
    ],
)
def test_wrong_mappings(tmp_path: Path, mapping: dict[str, Any], problem: str) -> None:
    path = tmp_path / "a.tsv"
    path.write_text(f"{HEADER}\n{ROW}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=problem):
        open_patents(path, mapping=mapping)


def test_a_column_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text(f"{HEADER}\n{ROW}\n", encoding="utf-8")
    with pytest.raises(DataError, match="no column 'oter'") as caught:
        list(open_patents(path, mapping={"publication_id": "pn", "title": "oter"}))
    assert caught.value.hint == "did you mean other?"
