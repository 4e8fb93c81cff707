"""Bytes of source files: packing, lines, damage."""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.builders.sources.streams import BOM, Meter, Source, find_sources, lines
from domainbench.schemas.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

TEXT = b"".join(b"line %d of the file\n" % number for number in range(20_000))


def _written(path: Path, content: bytes) -> list[Source]:
    path.write_bytes(content)
    return find_sources(path)


def _zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def _content(source: Source, meter: Meter | None = None) -> bytes:
    with source.open(meter or Meter(0)) as stream:
        return stream.read()


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_content_comes_unpacked_and_is_counted(tmp_path: Path, packed: bool) -> None:  # noqa: FBT001 - a case
    raw = gzip.compress(TEXT) if packed else TEXT
    (source,) = _written(tmp_path / "file", raw)
    assert source.packed is packed
    assert TEXT.startswith(source.head())
    meter = Meter(len(raw))
    assert _content(source, meter) == TEXT
    assert meter.read == meter.total == len(raw)
    assert _content(source) == TEXT  # a second pass is whole


def test_gzip_members_follow_one_another_and_padding_is_ignored(tmp_path: Path) -> None:
    raw = gzip.compress(b"one\n") + gzip.compress(b"two\n") + bytes(512)
    (source,) = _written(tmp_path / "file.gz", raw)
    assert _content(source) == b"one\ntwo\n"


def test_each_member_of_a_zip_is_a_source_by_name(tmp_path: Path) -> None:
    path = _zipped(tmp_path / "file.zip", {"z/b.txt": b"two\n", "a.txt": TEXT, "empty/": b""})
    first, second = find_sources(path)
    assert (first.member, second.member) == ("a.txt", "z/b.txt")
    assert str(path) in first.name
    assert "a.txt" in first.name
    meter = Meter(path.stat().st_size)
    assert (_content(first, meter), _content(second, meter)) == (TEXT, b"two\n")
    assert 0 < meter.read <= meter.total


def test_the_head_has_no_byte_order_mark(tmp_path: Path) -> None:
    (source,) = _written(tmp_path / "file", BOM + b"first")
    assert source.head() == b"first"


@given(st.lists(st.binary(max_size=30).map(lambda raw: raw.replace(b"\n", b""))))
def test_lines_cover_the_stream_without_gap(parts: list[bytes]) -> None:
    content = b"\n".join(parts)
    found = list(lines(io.BytesIO(content)))
    assert [line.number for line in found] == list(range(1, len(found) + 1))
    assert sum(line.length for line in found) == len(content)
    for line in found:
        raw = content[line.offset : line.offset + line.length]
        assert line.content == (raw.removeprefix(BOM) if line.number == 1 else raw)


def test_a_line_over_the_limit_is_reported_by_its_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("domainbench.builders.sources.streams.MAX_RECORD", 8)
    found = list(lines(io.BytesIO(b"short\n" + b"x" * 20 + b"\nend")))
    assert [line.content for line in found] == [b"short\n", b"", b"end"]
    assert [line.length for line in found] == [6, 21, 3]


def test_truncated_gzip_gives_lines_and_then_says_so(tmp_path: Path) -> None:
    raw = gzip.compress(TEXT)
    (source,) = _written(tmp_path / "file.gz", raw[: len(raw) // 2])
    found: list[bytes] = []
    with pytest.raises(DataError, match="cut short"), source.open(Meter(0)) as stream:
        found.extend(line.content for line in lines(stream))
    whole = TEXT.splitlines(keepends=True)
    assert found == whole[: len(found)]


@pytest.mark.parametrize("place", [-6, 12])
def test_damaged_gzip_is_refused(tmp_path: Path, place: int) -> None:
    raw = bytearray(gzip.compress(TEXT))
    raw[place] ^= 0xFF
    (source,) = _written(tmp_path / "file.gz", bytes(raw))
    with pytest.raises(DataError, match="damaged"):
        _content(source)


def test_truncated_zip_is_refused(tmp_path: Path) -> None:
    raw = _zipped(tmp_path / "whole.zip", {"a": TEXT}).read_bytes()
    with pytest.raises(DataError, match="damaged"):
        _written(tmp_path / "cut.zip", raw[: len(raw) // 2])


def test_empty_and_absent_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="empty"):
        _written(tmp_path / "file", b"")
    with pytest.raises(DataError, match="cannot be read"):
        find_sources(tmp_path / "absent")
    with pytest.raises(DataError, match="empty"):
        find_sources(_zipped(tmp_path / "file.zip", {}))
