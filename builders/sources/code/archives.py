"""Project archives, written out safely.

An archive may come from anywhere. Its headers are never believed: what counts is the bytes that
really come out of it, and where they would go.
"""

from __future__ import annotations

import bz2
import errno
import gzip
import io
import lzma
import mmap
import re
import shutil
import stat
import struct
import zipfile
import zlib
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, cast

from ....schemas.errors import DataError
from .tar_stream import DamagedError, TarStream

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

    from _typeshed import WriteableBuffer

SUFFIXES = (".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tbz", ".tar.xz", ".txz", ".tar", ".zip")
"""Names of project archives end in one of these."""

DAMAGED = "damaged archive"
TOO_LARGE = "archive unpacks to more than is allowed"

_CHUNK = 1 << 16
_XZ_MEMORY = 256 << 20
_EXPECTED = "a whole .tar.gz, .tar.bz2, .tar.xz, .tar or .zip"

_GZIP, _BZIP2, _XZ = b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0"
_ZIP = (b"PK\3\4", b"PK\5\6")
_TAR = b"ustar"
_HEAD = 262
"""Bytes that tell the kind: the mark of tar comes last."""

UNHOLDABLE = frozenset({errno.ENAMETOOLONG, errno.EINVAL, errno.EEXIST, errno.ENOTDIR})
"""Errors of the disk that are the fault of a file's name."""


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """What an archive may unpack to."""

    file_bytes: int = 256 << 20
    total_bytes: int = 2 << 30
    members: int = 100_000
    ratio: int = 200
    """Bytes that come out for one byte of the archive."""
    ratio_from: int = 64 << 20
    """Bytes that may come out whatever the ratio: small repetitive files pack well."""


LIMITS = ArchiveLimits()
"""What an archive, or a commit, may hold where nobody says otherwise."""


@dataclass(slots=True)
class Extracted:
    """What was written."""

    root: Path
    """The archive's one top folder, or the target where it has several."""
    files: int = 0
    bytes: int = 0
    skipped: Counter[str] = field(default_factory=Counter[str])
    """Members that were left out, by reason."""


class ArchiveError(DataError):
    """An archive that is damaged, or unpacks to more than it may."""

    def __init__(self, reason: str, path: Path, found: object, expected: object = None) -> None:
        super().__init__(reason, place=path, found=found, expected=expected)
        self.reason = reason


def is_archive_name(name: str) -> bool:
    """Whether a file is called as project archives are."""
    return name.lower().endswith(SUFFIXES)


def stem(name: str) -> str:
    """The name of an archive without what tells its kind: ``attrs-25.3.0``."""
    found = max((suffix for suffix in SUFFIXES if name.lower().endswith(suffix)), key=len)
    return name[: -len(found)]


def extract(path: Path, target: Path, limits: ArchiveLimits = LIMITS) -> Extracted:
    """Write the regular files of an archive into a new folder.

    Links, devices and members whose names would lead out of the folder are left out and counted,
    as is a member that is there already: the first one stays. Of the modes only the owner's
    executable bit is kept.

    Args:
        path: a tar file, plain or compressed by gzip, bzip2 or xz, or a zip file; its content
            tells which.
        target: folder that does not exist yet; it is gone again if this fails.
        limits: what it may unpack to.

    Raises:
        ArchiveError: the archive is damaged, of another kind, or unpacks to more than allowed.
    """
    writer = _Writer(path, target, limits)
    try:
        target.mkdir(parents=True)
        with _damage(path), path.open("rb") as file:
            head = file.read(_HEAD)
            file.seek(0)
            if head.startswith(_ZIP):
                _extract_zip(file, writer)
            else:
                _extract_tar(file, head, writer)
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise
    return writer.done()


@contextmanager
def _damage(path: Path) -> Generator[None]:
    """Whatever the libraries say of damage, as one error."""
    try:
        yield
    except (
        ValueError,  # a name in a wrong encoding, a place before the file's start
        EOFError,
        struct.error,
        zlib.error,
        lzma.LZMAError,
        zipfile.BadZipFile,
        NotImplementedError,  # a zip file of a later version
    ) as error:
        raise ArchiveError(DAMAGED, path, error, _EXPECTED) from None
    except OSError as error:
        if error.errno not in (None, errno.EINVAL):
            raise  # the disk's fault, not the archive's
        raise ArchiveError(DAMAGED, path, error, _EXPECTED) from None


class _Writer:
    """Writes members below a folder and keeps count."""

    def __init__(self, path: Path, target: Path, limits: ArchiveLimits) -> None:
        self._path = path
        self._target = target
        self._limits = limits
        self._size = path.stat().st_size
        self._out = 0
        self._members = 0
        self._folders: set[str] = set()
        self._files: set[str] = set()
        self._extracted = Extracted(target)

    def skip(self, reason: str) -> None:
        self._extracted.skipped[reason] += 1

    def count_members(self, count: int) -> None:
        self._members += count
        if self._members > self._limits.members:
            self._refuse("more members", f"at most {self._limits.members}")

    def count_out(self, count: int) -> None:
        """Count bytes that came out of the archive."""
        self._out += count
        limits = self._limits
        if self._out > limits.total_bytes:
            self._refuse("more bytes in all", f"at most {limits.total_bytes}")
        if self._out > max(limits.ratio_from, limits.ratio * self._size):
            found = f"more than {self._out - count} bytes out of {self._size}"
            self._refuse(found, f"at most {limits.ratio} times as many")

    def write(self, raw: bytes, read: Callable[[int], bytes], *, executable: bool) -> None:
        """Write a member's bytes, if its name leads to a place that is free."""
        place = self._place(raw)
        if place is None:
            return
        target = self._target / place
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            out = target.open("xb")
        except UnicodeEncodeError:
            self.skip("name that the disk cannot hold")
            return
        except OSError as error:
            # Too long a name, or one that differs from another by case alone on some disks.
            if error.errno not in UNHOLDABLE:
                raise
            self.skip("name that the disk cannot hold")
            return
        with out:
            self._copy(read, out)
        target.chmod(0o755 if executable else 0o644)
        self._files.add(place)
        self._folders.update(_parents(place))
        self._extracted.files += 1

    def _copy(self, read: Callable[[int], bytes], out: IO[bytes]) -> None:
        written = 0
        while data := read(_CHUNK):
            written += len(data)
            if written > self._limits.file_bytes:
                self._refuse("a larger file", f"at most {self._limits.file_bytes} bytes")
            out.write(data)
        self._extracted.bytes += written

    def _place(self, raw: bytes) -> str | None:
        """Path below the target that a member's name stands for."""
        try:
            name = raw.decode("utf-8")
        except UnicodeDecodeError:
            self.skip("name that is not UTF-8")
            return None
        parts = [part for part in name.split("/") if part not in ("", ".")]
        place = "/".join(parts)
        if not parts or name.startswith("/") or ".." in parts or "\\" in name or "\0" in name:
            self.skip("name that leads out of the archive")
        elif place in self._files:
            self.skip("member that is there already")
        elif place in self._folders or any(above in self._files for above in _parents(place)):
            self.skip("file where a folder is")
        else:
            return place
        return None

    def _refuse(self, found: str, expected: str) -> None:
        raise ArchiveError(TOO_LARGE, self._path, found, expected)

    def done(self) -> Extracted:
        """What was written, and its root."""
        tops = {place.split("/", 1)[0] for place in self._files}
        if len(tops) == 1 and not tops & self._files:
            self._extracted.root = self._target / tops.pop()
        return self._extracted


def _parents(place: str) -> Iterator[str]:
    parts = place.split("/")[:-1]
    return ("/".join(parts[:end]) for end in range(1, len(parts) + 1))


def _extract_tar(file: IO[bytes], head: bytes, writer: _Writer) -> None:
    def read(count: int) -> bytes:
        data = stream.read(count)
        writer.count_out(len(data))
        return data

    with _decompressed(file, head) as stream:
        members = TarStream(read)
        for member in members:
            writer.count_members(1)
            if member.kind == "file":
                writer.write(member.name, members.read, executable=member.executable)
            elif member.kind != "folder":
                writer.skip(member.kind)
        while read(_CHUNK):  # the checksum of the whole stands at the very end
            pass


def _decompressed(file: IO[bytes], head: bytes) -> IO[bytes]:
    if head.startswith(_GZIP):
        return cast("IO[bytes]", gzip.GzipFile(fileobj=file, mode="rb"))
    if head.startswith(_BZIP2):
        return bz2.BZ2File(file)
    if head.startswith(_XZ):
        return io.BufferedReader(_XzStream(file), _CHUNK)
    if not head.endswith(_TAR):
        raise DamagedError(f"no archive; it begins with {head[:16]!r}")
    return file


class _XzStream(io.RawIOBase):
    """An xz file read in bounded memory, which the standard library's does not offer."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._decompressor = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        data = b""
        while not data:
            more = b""
            if self._decompressor.eof:
                more = self._next_stream()
                if not more:
                    break
            elif self._decompressor.needs_input:
                more = self._file.read(_CHUNK)
                if not more:
                    raise EOFError("the compressed stream ends early")
            data = self._decompressor.decompress(more, len(view))
        view[: len(data)] = data
        return len(data)

    def _next_stream(self) -> bytes:
        """The start of a further stream, if one follows; zeros may stand before it."""
        rest = self._decompressor.unused_data.lstrip(b"\0")
        while not rest and (more := self._file.read(_CHUNK)):
            rest = more.lstrip(b"\0")
        if rest:
            self._decompressor = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)
        return rest


def _extract_zip(file: IO[bytes], writer: _Writer) -> None:
    # The library reads the whole directory at once, so its entries are counted before.
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        writer.count_members(sum(1 for _ in re.finditer(re.escape(b"PK\1\2"), mapped)))
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            mode = info.external_attr >> 16
            if info.orig_filename.endswith("/"):
                continue
            if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
                writer.skip("link" if stat.S_ISLNK(mode) else "device")
            elif info.flag_bits & 1:
                writer.skip("encrypted member")
            elif info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                # Of other methods the library unpacks as much as there is at once.
                writer.skip("member compressed by another method than deflate")
            else:
                _write_member(archive, info, writer, executable=bool(mode & 0o100))


def _write_member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, writer: _Writer, *, executable: bool
) -> None:
    with archive.open(info) as member:

        def read(count: int) -> bytes:
            data = member.read(count)
            writer.count_out(len(data))
            return data

        writer.write(info.orig_filename.encode("utf-8"), read, executable=executable)
