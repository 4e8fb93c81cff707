"""Recognising files: by content, whatever their name, plain or packed."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path

import pytest

from domainbench.builders.sources import FORMATS, expand, open_patents
from domainbench.builders.sources.record import Publication, Skip
from domainbench.schemas.errors import DataError, UsageError

LINE = json.dumps({"publication_number": "US-4058776-A", "abstract_en": "A circuit."}) + "\n"
LENS = json.dumps(
    {"lens_id": "1", "jurisdiction": "US", "doc_number": "2", "kind": "A", "biblio": {}}
)


def ids(path: Path) -> list[str]:
    return [item.publication_id for item in open_patents(path) if isinstance(item, Publication)]


def test_the_name_of_a_file_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(LINE, encoding="utf-8")
    reader = open_patents(str(path))
    assert (reader.format, reader.path) == ("google-patents", path)
    assert ids(path) == ["US-4058776-A"]


def test_gzip_and_progress(tmp_path: Path) -> None:
    path = tmp_path / "a"
    lines = [LINE.replace("4058776", str(4_000_000 + n)) for n in range(20_000)]
    path.write_bytes(gzip.compress("".join(lines).encode(), mtime=0))
    reader = open_patents(path)
    assert reader.bytes_read == 0
    assert sum(1 for _ in reader) == 20_000
    assert reader.bytes_read == reader.bytes_total == path.stat().st_size
    assert sum(1 for _ in reader) == 20_000


def test_an_archive_of_several_members(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("2.txt", LENS)
        archive.writestr("1.txt", "read me\n")
        archive.writestr("3/4.txt", LINE * 2)
        archive.mkdir("5")
    reader = open_patents(path)
    assert reader.format == "lens-jsonl"
    found = list(reader)
    assert found[0] == Skip("archive member in no known format")
    assert ids(path) == ["US-2-A", "US-4058776-A", "US-4058776-A"]
    assert 0 < reader.bytes_read <= reader.bytes_total


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "the file is empty"),
        (b" \n", "the file is empty"),
        (gzip.compress(b"", mtime=0), "the file is empty"),
        (gzip.compress(LINE.encode() * 99, mtime=0)[:-20], "the compressed file is cut short"),
        (
            gzip.compress(LINE.encode() * 99, mtime=0)[:40] + b"\xff" * 99,
            "the compressed file is damaged",
        ),
        (b"PK\x03\x04 no archive", "the compressed file is damaged"),
        (b"PAR1 no table", "damaged Parquet file"),
        (b"<html><body/></html>", "in no format that can be read"),
        (b'{"query": "x", "results": []}', "in no format that can be read"),
        (b"a plain text\n", "in no format that can be read"),
        ("größer,kleiner\n1,2\n".encode("utf-16"), "in no format that can be read"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(DataError, match=problem) as caught:
        list(open_patents(path))
    assert caught.value.place is not None
    assert caught.value.place.startswith(str(path))


def test_what_was_seen_is_named(tmp_path: Path) -> None:
    path = tmp_path / "search_result.xml"
    path.write_text('{\n  "query": "ti = plastic",\n  "num_results": 10\n}', encoding="utf-8")
    with pytest.raises(DataError) as caught:
        open_patents(path)
    assert caught.value.found == "JSON with query, num_results"
    assert all(name in str(caught.value.expected) for name in FORMATS)
    assert "column mapping" in str(caught.value.hint)


def test_records_before_the_end_of_a_cut_file_are_given(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    lines = [LINE.replace("4058776", str(n * 7919 % 9_000_000 + 1)) for n in range(40_000)]
    path.write_bytes(gzip.compress("".join(lines).encode())[:-1000])
    records = iter(open_patents(path))
    assert isinstance(next(records), Publication)
    with pytest.raises(DataError, match="cut short"):
        list(records)


def test_a_format_given_by_name(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text(LINE, encoding="utf-8")
    assert open_patents(path, format="lens-jsonl").format == "lens-jsonl"
    with pytest.raises(UsageError, match="unknown source format 'lens-json'") as caught:
        open_patents(path, format="lens-json")
    assert caught.value.hint == "did you mean lens-jsonl or lens-export?"
    with pytest.raises(DataError, match="the content cannot be uspto-xml"):
        open_patents(path, format="uspto-xml")
    with pytest.raises(UsageError, match="no such file"):
        open_patents(tmp_path / "b")


def test_every_format_is_described() -> None:
    for name, module in FORMATS.items():
        assert name == module.FORMAT
        assert module.ABOUT
        assert module.CONTAINERS


def test_expanding_folders(tmp_path: Path) -> None:
    for name in ("b/2", "b/1", "b/.hidden", "b/.git/x", "a"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    folder = tmp_path / "b"
    assert expand([folder, tmp_path / "a", folder / "1"]) == [
        folder / "1",
        folder / "2",
        tmp_path / "a",
    ]
    with pytest.raises(UsageError, match="no such file or folder"):
        expand([tmp_path / "c"])
    (tmp_path / "d").mkdir()
    with pytest.raises(UsageError, match="no file to read"):
        expand([tmp_path / "d"])
