from __future__ import annotations

import json
from datetime import date

import pyarrow.parquet as pq
import pytest

from domainbench.builders.patents import ingest as module
from domainbench.builders.patents.ingest import SourceFile, ingest
from domainbench.builders.patents.keys import ring_place
from domainbench.builders.patents.staged import STAGED
from domainbench.builders.sources.record import Citation, Publication, Reject, Skip
from domainbench.schemas.progress import SILENT


def rows(shard, table):
    return pq.read_table(shard.folder / f"{table}.parquet").to_pylist()


FULL = Publication(
    "EP",
    "1000000",
    "A1",
    publication_date=date(2000, 5, 17),
    members=["US-5-A", "EP-1000000-A1"],
    priorities=["NL-2", "NL-1", "NL-1"],
    language="en",
    title=" Cafe\u0301 table ",
    abstract="   ",
    ipc=["B28B5/00", "B28B1/29", "B28B1/29"],
    citations=[
        Citation("US-7-B2", category="X", phase="SEA"),
        Citation("US-8", forward=True),
    ],
    line=3,
)


def test_publication_is_staged_clean(source, tmp_path):
    (shard,) = ingest([source("a", [FULL])], tmp_path / "work", SILENT)
    (row,) = rows(shard, "publications")
    position, factor = ring_place("fam-EP-1000000-A1")
    assert row["publication_id"] == "EP-1000000-A1"
    assert row["title"] == "Caf\u00e9 table"
    assert row["abstract"] is None
    assert row["ipc"] == ["B28B1/29", "B28B5/00"]
    assert row["priorities"] == ["NL-1", "NL-2"]
    assert (row["family_key"], row["family_rule"]) == ("fam-EP-1000000-A1", "members")
    assert row["order_key"] == "1fam-EP-1000000-A1"
    assert (row["ring"], row["factor"], row["has_text"]) == (position, factor, 1)
    assert (row["source"], row["record"], row["line"], row["offset"]) == (0, 0, 3, None)


def test_citations_are_turned_and_names_listed(source, tmp_path):
    (shard,) = ingest([source("a", [FULL])], tmp_path / "work", SILENT)
    back, forth = rows(shard, "citations")
    assert (back["citing_id"], back["cited_id"]) == ("EP-1000000-A1", "US-7-B2")
    assert (back["category"], back["phase"], back["cited_has_kind"]) == ("X", "SEA", True)
    assert (forth["citing_id"], forth["citing_number"]) == ("US-8", "US-8")
    assert (forth["cited_id"], forth["cited_number"]) == ("EP-1000000-A1", "EP-1000000")
    assert (forth["forward"], forth["category"], forth["record"]) == (True, None, 0)
    names = [(row["publication_id"], row["number_key"]) for row in rows(shard, "names")]
    assert names == [("EP-1000000-A1", "EP-1000000"), ("US-5-A", "US-5")]


def test_staged_tables_have_their_schemas_even_when_empty(source, tmp_path):
    for shard in ingest([source("a", [FULL]), source("b", [])], tmp_path / "work", SILENT):
        for table in STAGED:
            table.check(pq.read_table(shard.folder / f"{table.name}.parquet"), table.name)


def test_rejects_and_skips_are_counted_and_located(source, tmp_path):
    records = [
        Reject("invalid JSON", "Expecting value", line=1),
        FULL,
        Skip("sequence listing"),
        Reject("invalid JSON", "Extra data", line=4, record_id="US-4"),
    ]
    (shard,) = ingest([source("a", records)], tmp_path / "work", SILENT)
    assert (shard.records, shard.rejected) == (1, {"invalid JSON": 2})
    assert shard.skipped == {"sequence listing": 1}
    lines = (shard.folder / "rejects.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[1]) == {
        "file": str(tmp_path / "a"),
        "line": 4,
        "offset": None,
        "id": "US-4",
        "reason": "invalid JSON",
        "detail": "Extra data",
    }


def numbered(count, start=0):
    return [Publication("US", str(start + at), "A", title="t") for at in range(count)]


def test_batches_are_bounded_and_records_numbered_on(source, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_BATCH_RECORDS", 3)
    files = [source("a", numbered(7)), source("b", numbered(2, start=7))]
    first, second = ingest(files, tmp_path / "work", SILENT)
    metadata = pq.read_metadata(first.folder / "publications.parquet")
    assert [metadata.row_group(at).num_rows for at in range(metadata.num_row_groups)] == [3, 3, 1]
    assert [row["record"] for row in rows(second, "publications")] == [7, 8]
    assert [row["source"] for row in rows(second, "publications")] == [1, 1]


def test_file_read_before_is_not_read_again(source, tmp_path):
    good = source("a", numbered(2))

    def broken():
        yield from numbered(1, start=5)
        raise KeyboardInterrupt

    bad = source("b", [])
    with pytest.raises(KeyboardInterrupt):
        ingest([good, SourceFile(bad.path, "memory", broken)], tmp_path / "work", SILENT)
    assert len(list((tmp_path / "work").glob("*.partial"))) == 1

    def never():
        raise AssertionError("read again")

    again = SourceFile(good.path, "memory", never)
    whole = SourceFile(bad.path, "memory", lambda: numbered(3, start=5))
    shards = ingest([again, whole], tmp_path / "work", SILENT)
    assert [shard.records for shard in shards] == [2, 3]
    assert not list((tmp_path / "work").glob("*.partial"))


def test_changed_file_is_read_again(source, tmp_path):
    (before,) = ingest([source("a", numbered(2))], tmp_path / "work", SILENT)
    (tmp_path / "a").write_text("longer than it was", encoding="utf-8")
    changed = SourceFile(tmp_path / "a", "memory", lambda: numbered(3))
    (after,) = ingest([changed], tmp_path / "work", SILENT)
    assert (before.records, after.records) == (2, 3)
