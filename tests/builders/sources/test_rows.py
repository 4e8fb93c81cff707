"""Rows: JSON arrays cut from any pieces, broken lines and cells, Parquet."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given
from hypothesis import strategies as st

from domainbench.builders.sources.record import Reject
from domainbench.builders.sources.rows import Row, _json_array, read_rows
from domainbench.builders.sources.shapes import Job, find_shape
from domainbench.builders.sources.streams import Meter, Source

if TYPE_CHECKING:
    from pathlib import Path


def rows(path: Path, content: bytes) -> list[Row | Reject]:
    path.write_bytes(content)
    source = Source(path)
    return list(read_rows(Job(source, find_shape(source), Meter(len(content)), "en")))


class Trickle(io.BytesIO):
    """A stream that gives only a few bytes a time."""

    step = 3

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(self.step)


VALUES = st.dictionaries(
    st.text(max_size=4),
    st.one_of(st.text(max_size=8), st.integers(), st.lists(st.none())),
    max_size=3,
)


@given(st.lists(VALUES, max_size=6), st.integers(1, 40), st.sampled_from([None, 2]))
def test_an_array_is_the_same_from_any_pieces(
    objects: list[dict[str, Any]], step: int, indent: int | None
) -> None:
    content = json.dumps(objects, indent=indent, ensure_ascii=False).encode()
    stream = Trickle(content)
    stream.step = step
    found = list(_json_array(stream))
    assert [row.values for row in found if isinstance(row, Row)] == objects
    assert len(found) == len(objects)
    for row in found:
        assert row.offset is not None
        assert content[row.offset : row.offset + 1] == b"{"


def test_a_broken_element_harms_no_other(tmp_path: Path) -> None:
    first, second, third = rows(tmp_path / "a.json", b'[{"a": 1}, {"a": }, {"a": "}]{"}]')
    assert isinstance(first, Row)
    assert isinstance(second, Reject)
    assert (second.reason, second.offset) == ("not valid JSON", 11)
    assert isinstance(third, Row)
    assert third.values == {"a": "}]{"}


def test_an_array_that_is_cut_short(tmp_path: Path) -> None:
    inside = rows(tmp_path / "a.json", b'[{"a": 1}, {"a": 2')
    assert [type(row) for row in inside] == [Row, Reject]
    assert isinstance(inside[1], Reject)
    assert (inside[1].reason, inside[1].offset) == ("record cut short", 11)
    between = rows(tmp_path / "b.json", b'[{"a": 1},\n')
    assert isinstance(between[-1], Reject)
    assert between[-1].detail == "the array is not closed"


def test_lines_of_json(tmp_path: Path) -> None:
    content = (
        b'\xef\xbb\xbf{"a": 1}\n\n{"a": "\xff"}\n[1]\n'
        b'{"a": "\\ud800"}\n{"a"\n{"a": "\\ud83d\\ude00"}'
    )
    found = rows(tmp_path / "a.jsonl", content)
    assert [row.reason if isinstance(row, Reject) else row.values for row in found] == [
        {"a": 1},
        "not valid UTF-8",
        "not a JSON object",
        "not valid UTF-8",
        "not valid JSON",
        {"a": "\U0001f600"},
    ]
    assert [row.line for row in found] == [1, 3, 4, 5, 6, 7]
    assert [row.offset for row in found] == [0, 13, 24, 28, 44, 49]


def test_json_too_deep_is_a_reject(tmp_path: Path) -> None:
    deep = b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    (found,) = rows(tmp_path / "a.jsonl", deep)
    assert isinstance(found, Reject)
    assert found.reason == "not valid JSON"


def test_cells_across_lines_and_rows_of_the_wrong_length(tmp_path: Path) -> None:
    content = b'id;text\n1;"two\nlines"\n2\n\n3;\xe9t\xe9\n4;"a""b"\n'
    found = rows(tmp_path / "a.csv", content)
    assert all(isinstance(row, Row) for row in found)
    table = [row for row in found if isinstance(row, Row)]
    assert [row.values["id"] for row in table] == ["1", "2", "3", "4"]
    assert table[0].values["text"] == "two\nlines"
    assert table[3].values["text"] == 'a"b'
    faults = [row.fault and (row.fault.reason, row.fault.detail) for row in table]
    assert faults == [
        None,
        ("wrong number of cells", "1 cells, expected 2"),
        ("not valid UTF-8", "text holds byte 0xe9 behind ''"),
        None,
    ]
    assert [(row.line, row.offset) for row in table] == [(2, 8), (4, 22), (6, 25), (7, 31)]


def test_an_open_quote_ends_with_the_file(tmp_path: Path) -> None:
    found = rows(tmp_path / "a.csv", b'id,text\n1,"open\n2,b\n')
    assert [row.values for row in found if isinstance(row, Row)] == [
        {"id": "1", "text": "open\n2,b\n"}
    ]


def test_parquet_reads_only_the_columns_wanted(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"id": [f"{n}" for n in range(600)], "x": list(range(600))}), path)
    source = Source(path)
    meter = Meter(path.stat().st_size)
    found = list(read_rows(Job(source, find_shape(source), meter, "en"), {"id"}))
    assert [row.values for row in found if isinstance(row, Row)] == [
        {"id": f"{n}"} for n in range(600)
    ]
    assert meter.read == meter.total
