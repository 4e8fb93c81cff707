"""Source files as bytes: unpacked on the way, in chunks or in lines, never whole."""

from __future__ import annotations

import zipfile
import zlib
from typing import TYPE_CHECKING, BinaryIO

from ...schemas.errors import DataError
from ...schemas.fingerprint import file_sha256

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BOM = b"\xef\xbb\xbf"
_GZIP = b"\x1f\x8b"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_GZIP_WINDOW = 31
"""zlib's window bits for a gzip header and trailer around the data."""


class ByteSource:
    """A file as readers see it: plain, gzip or zip, told apart by its first bytes.

    The members of a zip follow one another in the order of their names, each from a new line.
    Every call of ``chunks`` or ``lines`` starts from the beginning.

    Raises:
        DataError: the file is empty or not there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.bytes_read = 0
        """Bytes of the file itself, as it lies on disk, that the latest pass has consumed."""
        try:
            self.bytes_total = path.stat().st_size
            with path.open("rb") as handle:
                magic = handle.read(4)
        except OSError as error:
            raise DataError("the file cannot be read", place=path, found=error.strerror) from None
        if not magic:
            raise DataError("the file is empty", place=path)
        self.packing = "zip" if magic in _ZIP else "gzip" if magic[:2] == _GZIP else None

    def sha256(self) -> str:
        """Hex digest of the file as it lies on disk."""
        return file_sha256(self.path)

    def head(self, n: int = 65536) -> bytes:
        """The first ``n`` unpacked bytes; what a damaged file still gives, if it gives any.

        Raises:
            DataError: nothing of the file can be unpacked, or it unpacks to nothing.
        """
        consumed, start = self.bytes_read, b""
        chunks = self.chunks(n)
        try:
            for chunk in chunks:
                start += chunk
                if len(start) >= n:
                    break
        except DataError:
            if not start:
                raise
        finally:
            self.bytes_read = consumed
        if not start:
            raise DataError("the compressed file holds nothing", place=self.path)
        return start[:n]

    def chunks(self, size: int = 1 << 20) -> Iterator[bytes]:
        """Unpacked bytes, at most ``size`` at a time.

        Raises:
            DataError: the compressed file is truncated or damaged; all that could be unpacked
                has come before.
        """
        self.bytes_read = 0
        with self.path.open("rb") as handle:
            if self.packing == "gzip":
                yield from self._gzip(handle, size)
            elif self.packing == "zip":
                yield from self._zip(handle, size)
            else:
                while chunk := handle.read(size):
                    self.bytes_read += len(chunk)
                    yield chunk

    def lines(self) -> Iterator[tuple[int, int, bytes]]:
        """Lines that are not blank: number from 1, offset in the unpacked bytes, content.

        A byte order mark on the first line is taken off, as are the line ends.

        Raises:
            DataError: as ``chunks``; the line that the damage cuts short is not given.
        """
        number = offset = 0
        pending: list[bytes] = []
        for chunk in self.chunks():
            *whole, rest = chunk.split(b"\n")
            if whole:
                whole[0] = b"".join(pending) + whole[0]
                pending.clear()
            for line in whole:
                number += 1
                content = _content(line, number)
                if content:
                    yield number, offset, content
                offset += len(line) + 1
            pending.append(rest)
        content = _content(b"".join(pending), number + 1)
        if content:
            yield number + 1, offset, content

    def _gzip(self, handle: BinaryIO, size: int) -> Iterator[bytes]:
        inflate = zlib.decompressobj(_GZIP_WINDOW)
        packed = b""
        while True:
            if not packed:
                packed = handle.read(size)
                self.bytes_read += len(packed)
            if inflate.eof:  # another member may follow, or zeros that fill a block
                packed = packed.lstrip(b"\0")
                if packed:
                    inflate = zlib.decompressobj(_GZIP_WINDOW)
                elif self.bytes_read >= self.bytes_total:
                    return
                else:
                    continue
            elif not packed:
                if rest := inflate.flush():
                    yield rest
                raise self._damaged("the file ends within the compressed data")
            try:
                unpacked = inflate.decompress(packed, size)
            except zlib.error as error:
                raise self._damaged(error) from None
            packed = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
            if unpacked:
                yield unpacked

    def _zip(self, handle: BinaryIO, size: int) -> Iterator[bytes]:
        broken_line = False
        done = 0
        try:
            with zipfile.ZipFile(handle) as archive:
                files = [member for member in archive.infolist() if not member.is_dir()]
                for member in sorted(files, key=lambda member: member.filename):
                    with archive.open(member) as content:
                        first = True
                        while chunk := content.read(size):
                            if first and done:
                                chunk = b"\n" * broken_line + chunk.removeprefix(BOM)  # noqa: PLW2901 - members are joined
                            first = False
                            broken_line = not chunk.endswith(b"\n")
                            within = handle.tell() - member.header_offset
                            self.bytes_read = done + min(max(within, 0), member.compress_size)
                            yield chunk
                    done += member.compress_size
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise self._damaged(error) from None
        except (RuntimeError, NotImplementedError) as error:  # a password, an unknown method
            raise DataError(
                "the zip file cannot be unpacked", place=self.path, found=error
            ) from None
        self.bytes_read = self.bytes_total

    def _damaged(self, found: object) -> DataError:
        return DataError(
            "the compressed file is truncated or damaged", place=self.path, found=found
        )


def _content(line: bytes, number: int) -> bytes:
    return (line.removeprefix(BOM) if number == 1 else line).strip(b" \t\r\n")
