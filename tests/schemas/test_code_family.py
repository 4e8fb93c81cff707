"""Verifying, inspecting and loading code releases; each fault is planted by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from datasets import load_dataset

from domainbench.benchmarks.registry import TASKS
from domainbench.schemas.code import FILES, document_id
from domainbench.schemas.code_files import is_inside, source_lines, source_text
from domainbench.schemas.families import FAMILIES
from domainbench.schemas.inspect import inspect
from domainbench.schemas.tables import logical_type
from domainbench.schemas.verify import verify
from tests.benchmarks.code.releases import BOOK, LEDGER, code_rows, write_code_release

Rows = dict[str, list[dict[str, Any]]]
ADD = "textkit/textkit.counts.WordCounter.add"


def row(rows: Rows, table: str, **wanted: Any) -> dict[str, Any]:
    """The first row with these values."""
    return next(r for r in rows[table] if all(r[k] == v for k, v in wanted.items()))


def faults(folder: Path, rows: Rows) -> list[tuple[str, str, str]]:
    found = verify(write_code_release(folder / "made", rows).path)
    return [(f.check, f.place, f.message) for f in found if f.level == "fault"]


def test_a_good_release_has_one_note(tmp_path: Path) -> None:
    (note,) = verify(write_code_release(tmp_path / "code").path)
    # Questions of two tasks in the same words are no duplicates.
    assert (note.level, note.check, note.count) == ("note", "self matches", 5)


def changed(table: str, change: dict[str, Any], **wanted: Any) -> Callable[[Rows], None]:
    return lambda rows: row(rows, table, **wanted).update(change)


FAULTS: list[tuple[Callable[[Rows], None], str, str, str]] = [
    (
        changed("snapshots", {"version": "1.3"}, _id="ledger@1.2"),
        "snapshots",
        "snapshots",
        "the id is not that of repository and version",
    ),
    (
        changed("snapshots", {"date": "2025-06-30"}, _id="ledger@1.2"),
        "snapshots",
        "snapshots",
        "the date is not in UTC",
    ),
    (
        changed("snapshots", {"domain": ["Cooking"]}, _id="ledger@1.2"),
        "snapshots",
        "snapshots",
        "a domain is of no known name",
    ),
    (
        changed("snapshots", {"samples": 2}, _id="ledger@1.2"),
        "snapshots",
        "snapshots",
        "the number of samples",
    ),
    (
        changed("samples", {"namespace": "x.add"}, _id=ADD),
        "samples",
        "samples",
        "the id is not that of repository and namespace",
    ),
    (changed("samples", {"type": "lambda"}, _id=ADD), "samples", "samples", "the type"),
    (
        changed("samples", {"license": "MIT-0"}, _id=ADD),
        "samples",
        "samples",
        "the snapshot is not there, or of another repository or licence",
    ),
    (
        changed("samples", {"date": "2025-07-01T00:00:00Z"}, _id=ADD),
        "samples",
        "samples",
        "the date does not lie in the window",
    ),
    (
        changed("samples", {"window": "2025"}, _id=ADD),
        "samples",
        "samples",
        "the date does not lie in the window",
    ),
    (
        changed("samples", {"standalone": True}, _id=ADD),
        "samples",
        "samples",
        "standalone does not follow",
    ),
    (
        changed("samples", {"dependency_kinds": ["cross_file", "intra_class"]}, _id=ADD),
        "samples",
        "samples",
        "dependency_kinds do not follow",
    ),
    (
        changed("samples", {"locations": ["textkit/words.py"] * 3}, _id=ADD),
        "samples",
        "samples",
        "locations are not path:line",
    ),
    (
        changed("samples", {"tests_from": None}, _id=ADD),
        "samples",
        "samples",
        "tests and where they are from",
    ),
    (
        changed("samples", {"tests_from": "static"}, _id=ADD),
        "samples",
        "samples",
        "it is said to be executable",
    ),
    (changed("samples", {"digest": "ff"}, _id=ADD), "samples", "samples", "the digest"),
    (
        lambda rows: row(rows, "samples", _id=ADD).update(digest=rows["samples"][0]["digest"]),
        "duplicates",
        "samples",
        "1 function(s) are several samples each",
    ),
    (
        changed("samples", {"body_end": 19}, _id=ADD),
        "spans",
        "samples",
        "lines are out of order, or not those of the code",
    ),
    (
        changed("samples", {"signature_end": 40}, _id=ADD),
        "spans",
        "samples",
        "lines are out of order",
    ),
    (
        changed("samples", {"signature_start": 13}, _id=ADD),
        "spans",
        "samples",
        "lines are out of order",
    ),
    (
        changed("files", {"content": b"# Moved.\n" + BOOK.encode()}, path="ledger/book.py"),
        "spans",
        "samples",
        "the code is not what the file has there, in 2 row(s)",
    ),
    (
        changed("files", {"content": b"\xff\xfe"}, path="ledger/book.py"),
        "spans",
        "samples",
        "the code is not what the file has there, in 2 row(s)",
    ),
    (
        changed("files", {"path": "../etc/passwd"}, path="LICENSE"),
        "paths",
        "files",
        "1 path(s) that do not name a file below",
    ),
    (
        changed("files", {"path": "textkit"}, path="LICENSE"),
        "paths",
        "files",
        "1 path(s) that do not name a file below",
    ),
    (
        changed("files", {"snapshot": "textkit@0"}, path="LICENSE"),
        "references",
        "files",
        "1 file(s) of snapshots that are not there",
    ),
    (
        changed("corpus", {"kind": "lambda"}, title="ledger.book.FEE"),
        "documents",
        "corpus",
        "the kind is of no known name",
    ),
    (
        changed("corpus", {"text": "FEE = 26"}, title="ledger.book.FEE"),
        "documents",
        "corpus",
        "the id does not follow from repository and text",
    ),
    (
        changed("corpus", {"snapshots": []}, title="ledger.book.FEE"),
        "documents",
        "corpus",
        "a snapshot is not there",
    ),
    (
        changed("queries", {"task": "guess"}, sample=ADD, task="requirement"),
        "labels",
        "queries",
        "the task is of no known name",
    ),
    (
        changed("queries", {"domain": ["Database"]}, sample=ADD, task="requirement"),
        "labels",
        "queries",
        "its sample is not there, or has other labels",
    ),
    (
        changed("qrels", {"task": "description"}, task="requirement"),
        "labels",
        "qrels",
        "the task is not that of query and document",
    ),
    (
        changed("qrels", {"partition": "intra_file"}, task="requirement"),
        "labels",
        "qrels",
        "the partition is not a kind",
    ),
    (
        changed("qrels", {"partition": None}, task="context"),
        "labels",
        "qrels",
        "the partition is not a kind",
    ),
]


@pytest.mark.parametrize(
    ("plant", "check", "place", "message"), FAULTS, ids=[f"{f[1]}-{f[3][:30]}" for f in FAULTS]
)
def test_a_fault_is_found(
    tmp_path: Path, plant: Callable[[Rows], None], check: str, place: str, message: str
) -> None:
    rows = code_rows()
    plant(rows)
    found = faults(tmp_path, rows)
    assert any(f[:2] == (check, place) and message in f[2] for f in found), found


def test_context_of_another_moment_is_found(tmp_path: Path) -> None:
    rows = code_rows()
    text = "FEE = 30"
    document = row(rows, "corpus", title="ledger.book.FEE") | {"text": text}
    document["_id"] = document_id("ledger", "ledger.book.FEE", text)
    document["snapshots"] = ["ledger@1.1"]
    rows["corpus"].append(document)
    pair = next(r for r in rows["qrels"] if r["corpus-id"].startswith("ledger/ledger.book.FEE"))
    pair["corpus-id"] = document["_id"]
    ((_, place, message),) = faults(tmp_path, rows)
    assert (place, message) == ("qrels", "the context is not of the sample's snapshot, in 1 row(s)")


def test_a_requirement_that_does_not_find_its_function_is_found(tmp_path: Path) -> None:
    rows = code_rows()
    pair = row(rows, "qrels", task="requirement")
    pair["corpus-id"] = row(rows, "corpus", title="ledger.book.with_fee")["_id"]
    ((check, _, message),) = faults(tmp_path, rows)
    assert check == "labels"
    assert message == "1 quer(ies) whose own function or docstring is not relevant"


def test_a_context_query_has_the_id_of_its_function(tmp_path: Path) -> None:
    rows = code_rows()
    query = row(rows, "queries", task="context", sample=ADD)
    other = row(rows, "corpus", title="textkit.words.WORD")["_id"]
    for pair in rows["qrels"]:
        if pair["query-id"] == query["_id"]:
            pair["query-id"] = other
    query["_id"] = other
    assert ("labels", "queries", "the id is not that of task and sample, in 1 row(s)") in faults(
        tmp_path, rows
    )


@pytest.mark.parametrize("window", ["../2025-07-01", "2025-06-30T23:59:59Z/..", "../.."])
def test_a_window_may_be_open(tmp_path: Path, window: str) -> None:
    rows = code_rows()
    sample = "ledger/ledger.money.parse_amount"
    row(rows, "samples", _id=sample)["window"] = window
    for query in rows["queries"]:
        if query["sample"] == sample:
            query["window"] = window
    assert faults(tmp_path, rows) == []


def test_lines_are_those_of_python(tmp_path: Path) -> None:
    assert source_lines("a\x0cb\r\nc\rd\u2028e\n") == ["a\x0cb", "c", "d\u2028e"]
    assert source_lines("a\n\n") == ["a", ""]
    rows = code_rows()
    # An encoding of its own, other line ends, a byte order mark: the lines stay the same.
    latin = b"# -*- coding: latin-1 -*- \xe9\r\n" + BOOK.encode().replace(b"\n", b"\r\n")
    latin = latin.replace(b'"""A book of accounts."""\r\n', b"")
    row(rows, "files", path="ledger/book.py")["content"] = latin
    marked = b"\xef\xbb\xbf" + dict(LEDGER.files)["ledger/money.py"].encode()
    row(rows, "files", path="ledger/money.py")["content"] = marked
    assert faults(tmp_path, rows) == []


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"# coding: latin-1 \xe9\nx", "# coding: latin-1 é\nx"),
        (b"#!/usr/bin/python\r\n# vim: set fileencoding=cp1252 :\r\n\x80", None),
        (b"\xef\xbb\xbfx = 1", "x = 1"),
        ("x = 'é'\n# coding: latin-1\n".encode(), "x = 'é'\n# coding: latin-1\n"),
        (b"", ""),
    ],
)
def test_a_file_is_read_as_it_declares(data: bytes, text: str | None) -> None:
    found = source_text(data)
    assert found == text if text is not None else found.endswith("€")
    # As Python itself reads it.
    compile(data.replace(b"\x80", b"1"), "module.py", "exec")


def test_an_unknown_encoding_is_no_text() -> None:
    with pytest.raises(LookupError):
        source_text(b"# coding: klingon\n")


@pytest.mark.parametrize(
    ("path", "inside"),
    [
        ("a/b.py", True),
        ("a/..b/c d.py", True),
        ("/a", False),
        ("a//b", False),
        ("a/../b", False),
        ("./a", False),
        ("a\\b", False),
        ("c:a", False),
        ("a\0", False),
        ("", False),
    ],
)
def test_paths_stay_below_the_root(path: str, *, inside: bool) -> None:
    assert is_inside(path) is inside


def test_every_table_loads_with_datasets(tmp_path: Path) -> None:
    release = write_code_release(tmp_path / "code")
    for name in release.tables:
        rows = load_dataset(
            str(release.path), name, split="test", cache_dir=str(tmp_path / "cache")
        )
        assert len(rows) == release.manifest.tables[name].rows
        if name == "files":
            loaded = {r["path"]: r["content"] for r in rows if r["snapshot"] == "ledger@1.2"}
            assert loaded["ledger/book.py"] == BOOK.encode()


def test_a_release_may_hold_no_file(tmp_path: Path) -> None:
    release = write_code_release(tmp_path / "bare", code_rows() | {"files": []})
    assert [f for f in verify(release.path) if f.level == "fault"] == []
    assert "config_name: files" not in (release.path / "README.md").read_text()
    assert inspect(release.path)["tables"]["files"]["head"] == []


def test_bytes_are_shown_by_their_number(tmp_path: Path) -> None:
    shown = inspect(write_code_release(tmp_path / "code").path)
    sizes = [r["content"] for r in shown["tables"]["files"]["head"]]
    assert sizes[:2] == ["0 bytes", f"{len(BOOK)} bytes"]
    assert shown["slices"]["samples.executable=true"] == 5


def test_large_files_are_written_and_verified(tmp_path: Path) -> None:
    rows = code_rows()
    content = bytes(range(256)) * 4096
    rows["files"] += [
        {"snapshot": "ledger@1.2", "path": f"data/{i:03}.bin", "executable": i == 1}
        | {"content": content}
        for i in range(40)
    ]
    release = write_code_release(tmp_path / "large", rows)
    assert [f for f in verify(release.path) if f.level == "fault"] == []


def test_a_large_binary_column_is_as_good(tmp_path: Path) -> None:
    assert logical_type(pa.large_binary()) == logical_type(pa.binary())
    files = FILES.schema.empty_table().set_column(3, "content", pa.array([], pa.large_binary()))
    FILES.check(files, "files")


def test_each_family_has_tasks() -> None:
    assert set(TASKS) == set(FAMILIES)
    assert FAMILIES["code"].table("samples").key == ("_id",)
