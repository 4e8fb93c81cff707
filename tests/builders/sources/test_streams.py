"""Bytes of source files: packing, lines, damage."""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.builders.sources.streams import BOM, ByteSource, Meter, find_sources, lines
from domainbench.schemas.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

TEXT = b"".join(b"line %d of the file\n" % number for number in range(20_000))


def _written(path: Path, content: bytes) -> ByteSource:
    path.write_bytes(content)
    return ByteSource(path)


def _zipped(path: Path, members: dict[str, bytes]) -> ByteSource:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return ByteSource(path)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_content_comes_unpacked_and_is_counted(tmp_path: Path, pack: type[bytes]) -> None:
    packed = pack(TEXT)
    source = _written(tmp_path / "file", packed)
    assert source.head(10) == TEXT[:10]
    assert source.bytes_read == 0
    chunks = list(source.chunks(1000))
    assert b"".join(chunks) == TEXT
    assert max(map(len, chunks)) <= 1000
    assert source.bytes_read == source.bytes_total == len(packed)
    assert source.sha256() == hashlib.sha256(packed).hexdigest()
    assert b"".join(source.chunks()) == TEXT  # a second pass is whole


def test_gzip_members_follow_one_another_and_padding_is_ignored(tmp_path: Path) -> None:
    packed = gzip.compress(b"one\n") + gzip.compress(b"two\n") + bytes(512)
    assert b"".join(_written(tmp_path / "file.gz", packed).chunks()) == b"one\ntwo\n"


def test_zip_members_come_by_name_each_from_a_new_line(tmp_path: Path) -> None:
    members = {"z/b.txt": BOM + b"three\nfour", "a.txt": BOM + b"one\n\ntwo", "empty/": b""}
    source = _zipped(tmp_path / "file.zip", members)
    assert list(source.lines()) == [
        (1, 0, b"one"),
        (3, 8, b"two"),
        (4, 12, b"three"),
        (5, 18, b"four"),
    ]
    assert source.bytes_read == source.bytes_total


def test_lines_lose_mark_ends_and_blanks_but_keep_their_places(tmp_path: Path) -> None:
    source = _written(tmp_path / "file", BOM + b"first\r\n\r\n  \nlast")
    assert list(source.lines()) == [(1, 0, b"first"), (4, 15, b"last")]
    assert source.head() == b"first\r\n\r\n  \nlast"


@given(st.lists(st.binary(max_size=30).map(lambda raw: raw.replace(b"\n", b""))))
def test_lines_cover_the_stream_without_gap(parts: list[bytes]) -> None:
    content = b"\n".join(parts)
    found = list(lines(io.BytesIO(content)))
    assert sum(line.length for line in found) == len(content)
    for line in found:
        raw = content[line.offset : line.offset + line.length]
        assert line.content == (raw.removeprefix(BOM) if line.number == 1 else raw)


def test_a_line_over_the_limit_is_reported_by_its_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("domainbench.builders.sources.streams.MAX_RECORD", 8)
    found = list(lines(io.BytesIO(b"short\n" + b"x" * 20 + b"\nend")))
    assert [(line.content, line.length) for line in found] == [
        (b"short\n", 6),
        (b"", 21),
        (b"end", 3),
    ]


def test_truncated_gzip_gives_its_whole_lines_and_then_says_so(tmp_path: Path) -> None:
    packed = gzip.compress(TEXT)
    source = _written(tmp_path / "file.gz", packed[: len(packed) // 2])
    found: list[bytes] = []
    with pytest.raises(DataError, match="truncated or damaged"):
        found.extend(content for _, _, content in source.lines())
    whole = TEXT.splitlines()
    assert 0 < len(found) < len(whole)
    assert found == whole[: len(found)]
    assert source.head(20) == TEXT[:20]


def test_every_byte_before_the_damage_is_read_first(tmp_path: Path) -> None:
    packed = gzip.compress(TEXT)
    source = _written(tmp_path / "file.gz", packed[:-8])  # all the data, no checksum
    with source.open() as stream:
        assert stream.read() == TEXT
        with pytest.raises(DataError, match="truncated or damaged"):
            stream.read(1)


def test_wrong_gzip_checksum_is_damage(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(TEXT))
    packed[-6] ^= 1
    with pytest.raises(DataError, match="truncated or damaged"):
        list(_written(tmp_path / "file.gz", bytes(packed)).chunks())


def test_bytes_behind_a_gzip_member_are_damage(tmp_path: Path) -> None:
    source = _written(tmp_path / "file.gz", gzip.compress(b"one\n") + b"junk")
    with pytest.raises(DataError, match="truncated or damaged"):
        list(source.chunks())


def test_truncated_zip_is_damage(tmp_path: Path) -> None:
    whole = _zipped(tmp_path / "whole.zip", {"a": TEXT}).path.read_bytes()
    with pytest.raises(DataError, match="truncated or damaged"):
        _written(tmp_path / "cut.zip", whole[: len(whole) // 2]).head()


def test_empty_and_absent_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="empty"):
        _written(tmp_path / "file", b"")
    with pytest.raises(DataError, match="cannot be read"):
        ByteSource(tmp_path / "absent")
    with pytest.raises(DataError, match="holds nothing"):
        _written(tmp_path / "file.gz", gzip.compress(b"")).head()


def test_a_stream_keeps_its_meter(tmp_path: Path) -> None:
    packed = gzip.compress(TEXT)
    source = _written(tmp_path / "file.gz", packed)
    meter = Meter()
    with source.open(meter) as stream:
        parts = iter(lambda: stream.read(1000), b"")
        assert b"".join(parts) == TEXT
    assert meter == Meter(total=len(packed), read=len(packed))


def test_each_member_of_a_zip_is_a_source_and_the_meter_adds_them_up(tmp_path: Path) -> None:
    path = _zipped(tmp_path / "file.zip", {"b": b"two\n", "a": TEXT, "c": b"", "d/": b""}).path
    sources = find_sources(path)
    assert [source.name for source in sources] == [f"{path}:a", f"{path}:b"]
    meter = Meter(path.stat().st_size)
    seen = [meter.read]
    for source, expected in zip(sources, (TEXT, b"two\n"), strict=True):
        with source.open(meter) as stream:
            assert stream.read() == expected
        seen.append(meter.read)
    assert seen == sorted(set(seen))
    assert meter.read <= meter.total


def test_a_file_that_is_no_zip_is_one_source(tmp_path: Path) -> None:
    path = _written(tmp_path / "file.gz", gzip.compress(b"one\n")).path
    assert [source.name for source in find_sources(path)] == [str(path)]


def test_a_zip_without_content_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds nothing"):
        find_sources(_zipped(tmp_path / "file.zip", {"a": b""}).path)
