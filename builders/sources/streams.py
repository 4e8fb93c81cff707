"""Opening source files: compression by content, progress by raw bytes, lines with their places."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast

from ...schemas.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

MAX_RECORD = 256 << 20
"""Bytes of one record; a longer one is rejected, so that memory stays bounded."""
HEAD = 1 << 16
"""Bytes that a format is recognised from."""
CHUNK = 1 << 20

_GZIP = b"\x1f\x8b"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
BOM = b"\xef\xbb\xbf"


@dataclass
class Meter:
    """Raw bytes read so far of a file on disk."""

    total: int
    read: int = 0


@dataclass(frozen=True)
class Source:
    """A file, or one member of a zip archive."""

    path: Path
    member: str | None = None
    packed: bool = False
    """Whether the content is compressed, so that it can only be read from its start."""

    @property
    def name(self) -> str:
        """The path, with the member behind it; for messages."""
        return f"{self.path}!{self.member}" if self.member else str(self.path)

    def head(self) -> bytes:
        """The first bytes, unpacked, without a byte order mark.

        Raises:
            DataError: the file cannot be read, or what it is packed in is damaged.
        """
        with self.open(Meter(0)) as stream:
            return stream.read(HEAD).removeprefix(BOM)

    @contextmanager
    def open(self, meter: Meter) -> Generator[BinaryIO]:
        """Open the unpacked content.

        Raises:
            DataError: here or while reading: the file cannot be read, or what it is packed in is
                damaged or cut short.
        """
        with _explained(self), io.BufferedReader(_Metered(self.path, meter), CHUNK) as raw:
            if self.member is not None:
                with zipfile.ZipFile(raw) as archive, archive.open(self.member) as content:
                    yield _buffered(content)
            elif self.packed:
                with gzip.GzipFile(fileobj=raw) as content:
                    yield _buffered(content)
            else:
                yield raw


def find_sources(path: Path) -> list[Source]:
    """The readable contents of a file: itself, or the members of a zip archive, sorted.

    Raises:
        DataError: the file is empty, cannot be read, or is a damaged or empty archive.
    """
    plain = Source(path)
    with plain.open(Meter(0)) as stream:
        magic = stream.read(4)
    if not magic:
        raise DataError("the file is empty", place=path)
    if magic.startswith(_GZIP):
        return [Source(path, packed=True)]
    if magic not in _ZIP:
        return [plain]
    with _explained(plain), zipfile.ZipFile(path) as archive:
        names = sorted(info.filename for info in archive.infolist() if not info.is_dir())
    if not names:
        raise DataError("the archive is empty", place=path)
    return [Source(path, member=name, packed=True) for name in names]


def _buffered(content: object) -> BinaryIO:
    # GzipFile and ZipExtFile read short pieces and slow lines; the buffer mends both.
    return cast("BinaryIO", io.BufferedReader(cast("io.RawIOBase", content), CHUNK))


class _Metered(io.RawIOBase):
    """A file whose reads are counted; it can seek, as zip archives need."""

    def __init__(self, path: Path, meter: Meter) -> None:
        super().__init__()
        self._file = path.open("rb", buffering=0)
        self._meter = meter

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        count = self._file.readinto(buffer) or 0
        self._meter.read = min(self._meter.read + count, self._meter.total)
        return count

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        self._file.close()
        super().close()


@contextmanager
def _explained(source: Source) -> Generator[None]:
    try:
        yield
    except EOFError as error:
        raise DataError(
            "the compressed file is cut short",
            place=source.name,
            hint="fetch the file again; its end is missing",
        ) from error
    except (gzip.BadGzipFile, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(
            "the compressed file is damaged",
            place=source.name,
            found=error,
            hint="fetch the file again",
        ) from error
    except (RuntimeError, NotImplementedError) as error:
        # zipfile's words for an encrypted member and for an unknown compression method.
        if source.member is None:
            raise
        raise DataError(
            "the archive member cannot be unpacked",
            place=source.name,
            found=error,
            hint="unpack the archive and give the file in it",
        ) from error
    except OSError as error:
        raise DataError("the file cannot be read", place=source.name, found=error) from error


class Line(NamedTuple):
    """A line with its place in the unpacked content."""

    number: int
    """From 1."""
    offset: int
    """Byte offset of its first byte."""
    content: bytes
    """Without the byte order mark; empty if it was longer than ``MAX_RECORD``."""
    length: int
    """Bytes in the source, the end of line included."""


def lines(stream: BinaryIO) -> Iterator[Line]:
    """Iterate over lines; one longer than ``MAX_RECORD`` is passed over without its content."""
    offset = number = 0
    while content := stream.readline(MAX_RECORD):
        number += 1
        length = len(content)
        if length == MAX_RECORD and not content.endswith(b"\n"):
            content = b""
            while rest := stream.readline(CHUNK):
                length += len(rest)
                if rest.endswith(b"\n"):
                    break
        if number == 1:
            content = content.removeprefix(BOM)
        yield Line(number, offset, content, length)
        offset += length
