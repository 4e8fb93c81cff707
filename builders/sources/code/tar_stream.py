"""Tar archives as a stream of members, read with bounds and with nothing taken on trust.

The standard library's reader takes a damaged header for the end of the archive, and holds extended
headers of any length in memory. This one tells a damaged archive from a whole one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BLOCK = 512
_EXTENDED_BYTES = 1 << 20
"""Longest extended header; the longest path that a system knows is a few thousand bytes."""

_FILES = b"0\0" + b"7"
_DIRECTORY = b"5"
_LINKS = b"12"
_DEVICES = b"346"
_SPARSE = b"S"
_PAX, _PAX_GLOBAL = b"x", b"g"
_LONG_NAME, _LONG_LINK = b"L", b"K"


class DamagedError(ValueError):
    """The archive breaks off or holds what no archive holds."""


@dataclass(slots=True)
class Member:
    """One member; its bytes must be read, by ``TarStream.read``, before the next one."""

    name: bytes
    kind: str
    """file, folder, link, device, sparse file or unknown kind."""
    size: int
    executable: bool


class TarStream:
    """Members of an uncompressed tar stream in their order."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read_raw = read
        self._left = 0
        self._padding = 0

    def __iter__(self) -> Iterator[Member]:
        """Read the members.

        Raises:
            DamagedError: a header is none, or the stream ends within a member.
        """
        extended: dict[str, bytes] = {}
        first = True
        while True:
            self._skip()
            header = self._header(first=first)
            if header is None:
                return
            first = False
            kind, size = header[156:157], _number(header[124:136], "size")
            if kind in (_PAX, _PAX_GLOBAL, _LONG_NAME, _LONG_LINK):
                payload = self._extended(size)
                if kind == _PAX:
                    extended.update(_pax(payload))
                elif kind == _LONG_NAME:
                    extended["path"] = payload.split(b"\0", 1)[0]
                continue
            member = _member(header, kind, size, extended)
            extended = {}
            self._open(member.size)
            yield member

    def read(self, count: int) -> bytes:
        """Up to ``count`` bytes of the member that was given last; none at its end."""
        data = self._exactly(min(count, self._left)) if self._left else b""
        self._left -= len(data)
        return data

    def _open(self, size: int) -> None:
        self._left = size
        self._padding = -size % BLOCK

    def _skip(self) -> None:
        while self._left:
            self.read(1 << 16)
        self._exactly(self._padding)
        self._padding = 0

    def _extended(self, size: int) -> bytes:
        if size > _EXTENDED_BYTES:
            raise DamagedError(f"an extended header of {size} bytes")
        self._open(size)
        payload = self.read(size)
        self._skip()
        return payload

    def _header(self, *, first: bool) -> bytes | None:
        block = self._upto(BLOCK)
        if not block and not first:
            return None  # some writers leave the blocks of zeros at the end out
        if len(block) < BLOCK:
            raise DamagedError("it ends within a header")
        if not any(block):
            return None
        stated = _number(block[148:156], "checksum")
        blank = block[:148] + b" " * 8 + block[156:]
        signed = sum(blank) - 256 * sum(byte > 127 for byte in blank)
        if stated not in (sum(blank), signed):  # writers once added up signed bytes
            raise DamagedError("a header has a wrong checksum")
        return block

    def _exactly(self, count: int) -> bytes:
        data = self._upto(count)
        if len(data) < count:
            raise DamagedError("it ends within a member")
        return data

    def _upto(self, count: int) -> bytes:
        data = self._read_raw(count) if count else b""
        while len(data) < count and (more := self._read_raw(count - len(data))):
            data += more
        return data


def _member(header: bytes, kind: bytes, size: int, extended: dict[str, bytes]) -> Member:
    name = header[:100].split(b"\0", 1)[0]
    if header[257:262] == b"ustar" and header[262:265] != b"  \0":
        prefix = header[345:500].split(b"\0", 1)[0]
        name = prefix + b"/" + name if prefix else name
    name = extended.get("path", name)
    if "size" in extended:
        size = _decimal(extended["size"])
    what = _kind(kind, name)
    if what == "file" and any(key.startswith("GNU.sparse.") for key in extended):
        what = "sparse file"
    try:
        mode = _number(header[100:108], "mode")
    except DamagedError:  # some writers leave it blank or decimal
        mode = 0
    if what not in ("file", "sparse file", "unknown kind"):
        size = 0  # links state the size of what they name, and have no bytes
    return Member(name, what, size, executable=bool(mode & 0o100))


def _kind(kind: bytes, name: bytes) -> str:
    if kind == _DIRECTORY or (kind in (b"\0", b"0") and name.endswith(b"/")):
        return "folder"
    for kinds, what in ((_FILES, "file"), (_LINKS, "link"), (_DEVICES, "device")):
        if kind in kinds:
            return what
    return "sparse file" if kind == _SPARSE else "unknown kind"


def _number(field: bytes, what: str) -> int:
    """An octal number, or one of base 256 as GNU tar writes large ones."""
    if field[0] & 0x80:
        value = int.from_bytes(bytes([field[0] & 0x7F]) + field[1:], "big")
        if field[0] & 0x40:
            raise DamagedError(f"a negative {what}")
        return value
    digits = field.split(b"\0", 1)[0].strip()
    if not digits:
        return 0
    if digits.strip(b"01234567"):
        raise DamagedError(f"a {what} that is no octal number: {digits!r}")
    return int(digits, 8)


def _decimal(digits: bytes) -> int:
    if not digits.isdigit() or len(digits) > 20:
        raise DamagedError(f"a size that is no number: {digits[:40]!r}")
    return int(digits)


def _pax(payload: bytes) -> dict[str, bytes]:
    """Records ``length key=value``, the length counting its whole record."""
    records: dict[str, bytes] = {}
    place = 0
    while place < len(payload) and payload[place]:
        digits, space, _ = payload[place : place + 21].partition(b" ")
        if not space or not digits.isdigit():
            raise DamagedError("an extended header has no records")
        end = place + int(digits)
        record = payload[place + len(digits) + 1 : end]
        if end > len(payload) or not record.endswith(b"\n") or b"=" not in record:
            raise DamagedError("an extended header has a broken record")
        key, _, value = record[:-1].partition(b"=")
        records[key.decode("utf-8", "replace")] = value
        place = end
    return records
