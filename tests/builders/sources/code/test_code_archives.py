"""Archives: whole ones give their files, hostile and damaged ones do no harm."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import stat
import tarfile
import tempfile
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.builders.sources.code.archives import (
    DAMAGED,
    TOO_LARGE,
    ArchiveError,
    ArchiveLimits,
    extract,
)
from domainbench.builders.sources.code.tar_stream import DamagedError, TarStream

FILES = {
    "proj-1.0/PKG-INFO": b"Name: proj\n",
    "proj-1.0/src/proj/__init__.py": b"x = 1\n",
    "proj-1.0/run.sh": b"#!/bin/sh\n",
    "proj-1.0/empty.py": b"",
    "proj-1.0/large.bin": bytes(range(256)) * 700,
}


def add(archive: tarfile.TarFile, name: str, data: bytes = b"", **fields: object) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    info.mode = 0o755 if name.endswith(".sh") else 0o600
    for key, value in fields.items():
        setattr(info, key, value)
    archive.addfile(info, io.BytesIO(data))


def tar_bytes(files: dict[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        add(archive, "proj-1.0", type=tarfile.DIRTYPE)
        for name, data in files.items():
            add(archive, name, data)
    return out.getvalue()


def zip_bytes(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (0o755 if name.endswith(".sh") else 0o600) << 16
            archive.writestr(info, data)
    return out.getvalue()


MAKERS = {
    "proj-1.0.tar.gz": lambda files: gzip.compress(tar_bytes(files)),
    "proj-1.0.tar.bz2": lambda files: bz2.compress(tar_bytes(files)),
    "proj-1.0.tar.xz": lambda files: lzma.compress(tar_bytes(files)),
    "proj-1.0.tar": tar_bytes,
    "proj-1.0.zip": zip_bytes,
}


def read(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def write(tmp_path: Path, name: str, data: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("name", MAKERS)
def test_the_files_come_out_below_the_one_top_folder(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, name, MAKERS[name](FILES))
    found = extract(path, tmp_path / "out")
    assert found.root == tmp_path / "out" / "proj-1.0"
    assert read(tmp_path / "out") == FILES
    assert found.files == len(FILES)
    assert found.bytes == sum(map(len, FILES.values()))
    assert not found.skipped


@pytest.mark.parametrize("name", MAKERS)
def test_only_the_executable_bit_is_kept(tmp_path: Path, name: str) -> None:
    old = os.umask(0o077)
    try:
        root = extract(write(tmp_path, name, MAKERS[name](FILES)), tmp_path / "out").root
    finally:
        os.umask(old)
    assert stat.S_IMODE((root / "run.sh").stat().st_mode) == 0o755
    assert stat.S_IMODE((root / "PKG-INFO").stat().st_mode) == 0o644


def test_without_one_top_folder_the_target_is_the_root(tmp_path: Path) -> None:
    path = write(tmp_path, "a.zip", zip_bytes({"a/x.py": b"", "b/y.py": b""}))
    assert extract(path, tmp_path / "out").root == tmp_path / "out"
    path = write(tmp_path, "b.zip", zip_bytes({"x.py": b""}))
    assert extract(path, tmp_path / "out2").root == tmp_path / "out2"


def hostile_tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        add(archive, "p/good.py", b"good")
        add(archive, "/etc/absolute.py", b"bad")
        add(archive, "p/../../up.py", b"bad")
        add(archive, "..", b"bad")
        add(archive, "p\\..\\windows.py", b"bad")
        add(archive, "p/link", type=tarfile.SYMTYPE, linkname="/etc")
        add(archive, "p/link/passwd", b"through a link")
        add(archive, "p/hard", type=tarfile.LNKTYPE, linkname="/etc/passwd")
        add(archive, "p/pipe", type=tarfile.FIFOTYPE)
        add(archive, "p/disk", type=tarfile.BLKTYPE)
        add(archive, "p/good.py", b"overwritten")
        add(archive, "./p//good.py", b"overwritten")
        add(archive, "p", b"a file where a folder is")
        add(archive, "p/good.py/deeper.py", b"a folder where a file is")
        add(archive, "p/" + "n" * 300 + ".py", b"no disk holds it")
        add(archive, "p/Good.py", b"differs by case")
    return out.getvalue()


def test_members_that_lead_elsewhere_are_left_out_and_counted(tmp_path: Path) -> None:
    path = write(tmp_path, "p.tar.gz", gzip.compress(hostile_tar()))
    (tmp_path / "inside").mkdir()
    found = extract(path, tmp_path / "inside" / "out")
    assert read(found.root)["good.py"] == b"good"
    assert read(found.root)["link/passwd"] == b"through a link"  # the link itself is not there
    assert not any(entry.is_symlink() for entry in found.root.rglob("*"))
    assert read(tmp_path / "inside").keys() == {
        f"out/p/{name}" for name in ("good.py", "Good.py", "link/passwd")
    }
    assert found.skipped == {
        "name that leads out of the archive": 4,
        "link": 2,
        "device": 2,
        "member that is there already": 2,
        "file where a folder is": 2,
        "name that the disk cannot hold": 1,
    }


def test_a_hostile_zip_is_harmless(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("p/good.py", b"good")
        archive.writestr("../up.py", b"bad")
        archive.writestr("/etc/absolute.py", b"bad")
        link = zipfile.ZipInfo("p/link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, b"/etc")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("p/good.py", b"overwritten")
        archive.writestr("p/packed.py", b"x" * 100, compress_type=zipfile.ZIP_LZMA)
    found = extract(write(tmp_path, "p.zip", out.getvalue()), tmp_path / "out")
    assert read(tmp_path / "out") == {"p/good.py": b"good"}
    assert found.skipped == {
        "name that leads out of the archive": 2,
        "link": 1,
        "member that is there already": 1,
        "member compressed by another method than deflate": 1,
    }


def test_an_encrypted_member_is_left_out(tmp_path: Path) -> None:
    data = bytearray(zip_bytes({"p/a.py": b"a", "p/b.py": b"b"}))
    directory = data.index(b"PK\1\2")
    data[directory + 8] |= 1  # the flag of the first member
    found = extract(write(tmp_path, "p.zip", bytes(data)), tmp_path / "out")
    assert found.skipped == {"encrypted member": 1}
    assert read(found.root) == {"b.py": b"b"}


@pytest.mark.parametrize("name", [name for name in MAKERS if name != "proj-1.0.tar"])
def test_a_bomb_ends_by_its_ratio(tmp_path: Path, name: str) -> None:
    zeros = {"proj-1.0/zeros.bin": bytes(40 << 20)}
    path = write(tmp_path, name, MAKERS[name](zeros))
    with pytest.raises(ArchiveError) as caught:
        extract(path, tmp_path / "out", ArchiveLimits(ratio_from=1 << 20))
    assert caught.value.reason == TOO_LARGE
    assert "at most 200 times as many" in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_a_bomb_ends_long_before_it_is_all_out(tmp_path: Path) -> None:
    # Ten gigabytes of zeros, as a stream that never was in memory: gzip members one after another.
    head = gzip.compress(tar_bytes({})[:512] + tarfile_header("proj-1.0/zeros.bin", 10 << 30))
    block = gzip.compress(bytes(16 << 20))
    path = write(tmp_path, "bomb.tar.gz", head + block * 640)
    with pytest.raises(ArchiveError, match="unpacks to more than is allowed"):
        extract(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def tarfile_header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size = size
    return info.tobuf(tarfile.GNU_FORMAT)


def test_what_overlaps_in_a_zip_counts_as_often_as_it_comes_out(tmp_path: Path) -> None:
    """Entries of a directory that share one member's bytes: a bomb without nesting."""
    data = zip_bytes({"p/a.bin": bytes(3 << 20)})
    start, end = data.index(b"PK\1\2"), data.rindex(b"PK\5\6")
    entries = b"".join(data[start:end].replace(b"a.bin", b"%05d" % n) for n in range(300))
    tail = bytearray(data[end:])
    tail[8:12] = (300).to_bytes(2, "little") * 2
    tail[12:16] = len(entries).to_bytes(4, "little")
    local = data[:start]
    path = write(tmp_path, "p.zip", local + entries + bytes(tail))
    with pytest.raises(ArchiveError) as caught:
        extract(path, tmp_path / "out")
    assert caught.value.reason in (TOO_LARGE, DAMAGED)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (ArchiveLimits(members=3), "at most 3"),
        (ArchiveLimits(file_bytes=1000), "at most 1000 bytes"),
        (ArchiveLimits(total_bytes=2000), "at most 2000"),
    ],
)
@pytest.mark.parametrize("name", MAKERS)
def test_limits_hold_for_every_kind(
    tmp_path: Path, name: str, limits: ArchiveLimits, said: str
) -> None:
    path = write(tmp_path, name, MAKERS[name](FILES))
    with pytest.raises(ArchiveError, match=said) as caught:
        extract(path, tmp_path / "out", limits)
    assert caught.value.reason == TOO_LARGE
    assert not (tmp_path / "out").exists()


def test_an_archive_within_an_archive_stays_packed(tmp_path: Path) -> None:
    inner = gzip.compress(bytes(10 << 20))
    path = write(tmp_path, "p.tar.gz", gzip.compress(tar_bytes({"p/inner.tar.gz": inner})))
    extract(path, tmp_path / "out")
    assert read(tmp_path / "out") == {"p/inner.tar.gz": inner}


@pytest.mark.parametrize("name", MAKERS)
def test_an_archive_that_breaks_off_is_damaged(tmp_path: Path, name: str) -> None:
    whole = MAKERS[name](FILES)
    path = write(tmp_path, name, whole[: len(whole) // 2])
    with pytest.raises(ArchiveError) as caught:
        extract(path, tmp_path / "out")
    assert caught.value.reason == DAMAGED
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "data", [b"", b"<html>not found</html>", b"PK\3\4", b"\x1f\x8b", bytes(9999)]
)
def test_what_is_no_archive_is_damaged(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(ArchiveError) as caught:
        extract(write(tmp_path, "p.tar.gz", data), tmp_path / "out")
    assert caught.value.reason == DAMAGED


def test_a_damaged_header_is_not_the_end(tmp_path: Path) -> None:
    """The standard library reads such an archive as a whole one with fewer files."""
    data = bytearray(tar_bytes(FILES))
    second = data.index(b"proj-1.0/run.sh")
    data[second + 148] = 0x39
    path = write(tmp_path, "p.tar.gz", gzip.compress(bytes(data)))
    with tarfile.open(path) as archive:
        assert len(archive.getmembers()) < 1 + len(FILES)
    with pytest.raises(ArchiveError, match="damaged archive"):
        extract(path, tmp_path / "out")


def test_a_wrong_checksum_of_the_whole_is_damage(tmp_path: Path) -> None:
    data = bytearray(gzip.compress(tar_bytes(FILES)))
    data[-6] ^= 1
    with pytest.raises(ArchiveError, match="CRC"):
        extract(write(tmp_path, "p.tar.gz", bytes(data)), tmp_path / "out")


def test_an_xz_file_that_wants_the_memory_of_the_machine_is_refused(tmp_path: Path) -> None:
    packer = lzma.LZMACompressor(lzma.FORMAT_XZ, filters=[{"id": lzma.FILTER_LZMA2, "preset": 0}])
    small = packer.compress(tar_bytes(FILES)) + packer.flush()
    # The dictionary's size is one byte of the block's header; its checksum follows.
    data = bytearray(small)
    size = (data[12] + 1) * 4
    place = data.index(b"\x21\x01", 12) + 2
    data[place] = 38  # 2 GiB
    data[12 + size - 4 : 12 + size] = zlib.crc32(data[12 : 12 + size - 4]).to_bytes(4, "little")
    with pytest.raises(ArchiveError, match=r"[Mm]emory"):
        extract(write(tmp_path, "p.tar.xz", bytes(data)), tmp_path / "out")


def test_several_xz_streams_are_one_file(tmp_path: Path) -> None:
    data = tar_bytes(FILES)
    packed = lzma.compress(data[:3000]) + bytes(8) + lzma.compress(data[3000:])
    extract(write(tmp_path, "p.tar.xz", packed), tmp_path / "out")
    assert read(tmp_path / "out") == FILES


def test_an_extended_header_may_not_fill_the_memory() -> None:
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 5 << 30
    stream = io.BytesIO(info.tobuf(tarfile.GNU_FORMAT) + bytes(1000))
    with pytest.raises(DamagedError, match="extended header of 5368709120 bytes"):
        list(TarStream(stream.read))


def test_a_sparse_file_is_left_out(tmp_path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("p/sparse.bin")
        info.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.realsize": str(10 << 30)}
        archive.addfile(info)
        add(archive, "p/a.py", b"a")
    found = extract(write(tmp_path, "p.tar.gz", gzip.compress(out.getvalue())), tmp_path / "out")
    assert found.skipped == {"sparse file": 1}
    assert read(found.root) == {"a.py": b"a"}


def test_a_disk_that_cannot_be_written_is_not_the_archives_fault(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root writes everywhere")
    path = write(tmp_path, "p.tar.gz", gzip.compress(tar_bytes(FILES)))
    (tmp_path / "closed").mkdir(mode=0o500)
    with pytest.raises(PermissionError):
        extract(path, tmp_path / "closed" / "out")


NAMES = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="/\0\\"), min_size=1, max_size=60),
    min_size=1,
    max_size=4,
).map("/".join)


@given(
    st.dictionaries(NAMES, st.binary(max_size=1500), max_size=6),
    st.sampled_from([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]),
)
def test_members_are_those_that_the_standard_library_reads(
    files: dict[str, bytes], form: int
) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form, encoding="utf-8") as archive:
        for name, data in files.items():
            try:
                add(archive, name, data)
            except ValueError:  # too long for ustar
                return
    with tarfile.open(fileobj=io.BytesIO(out.getvalue()), encoding="utf-8") as archive:
        expected = [
            (item.name, archive.extractfile(item).read()) for item in archive if item.isreg()
        ]
    stream = TarStream(io.BytesIO(out.getvalue()).read)
    found = [
        (member.name.decode().rstrip("/"), stream.read(1 << 20))
        for member in stream
        if member.kind == "file"
    ]
    assert found == expected


def refused(path: Path) -> str | None:
    """Why an archive is refused; None if it is not."""
    try:
        extract(path, path.parent / "out")
    except ArchiveError as error:
        return error.reason
    return None


@given(st.binary(max_size=3000) | st.integers(0, 5000).map(lambda cut: tar_bytes(FILES)[cut:]))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), "p.tar.gz", data)
        assert refused(path) in (None, DAMAGED, TOO_LARGE)


@given(st.integers(0, 1000), st.integers(0, 255))
def test_a_zip_with_a_changed_byte_is_read_or_refused(place: int, byte: int) -> None:
    data = bytearray(zip_bytes({"p/a.py": b"abc" * 50, "p/b.py": b"xyz"}))
    data[place % len(data)] = byte
    with tempfile.TemporaryDirectory() as folder:
        assert refused(write(Path(folder), "p.zip", bytes(data))) in (None, DAMAGED, TOO_LARGE)


def test_a_zip_member_without_a_name_is_left_out(tmp_path: Path) -> None:
    data = zip_bytes({"p/a.py": b"a"}).replace(b"p/a.py", b"\0/a.py")
    found = extract(write(tmp_path, "p.zip", data), tmp_path / "out")
    assert found.skipped == {"name that leads out of the archive": 1}
