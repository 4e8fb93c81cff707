"""A table of float32 rows on disk that says which of them are finished.

It is three files::

    NAME.npy    the rows; ``np.load(path, mmap_mode="r")`` opens them
    NAME.keys   16 bytes for each row: the digest of what the row was computed from
    NAME.done   records, one for each group of finished rows: their numbers and a checksum

A record is appended behind its rows, and its checksum covers their numbers, keys and values. What
an interruption or a fault of the disk leaves is therefore taken only where a record vouches for it.
"""

from __future__ import annotations

import hashlib
import os
from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ...schemas.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

KEY_BYTES = 16
_COUNT_BYTES = 8
_CHECKSUM_BYTES = 32
_COPIED = 4_096
"""Rows copied from one table to another at a time."""


class Table:
    """One table, open for writing.

    Args:
        folder: where it lies, or shall lie.
        keys: (n, 16) bytes, n at least 1; they also name the table.
        width: numbers of a row.

    Raises:
        UsageError: the folder cannot be written, or has no space for the rows.
    """

    def __init__(self, folder: Path, keys: NDArray[np.uint8], width: int) -> None:
        self._keys = keys
        self._base = folder / hashlib.sha256(keys.tobytes()).hexdigest()[:32]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._values = self._open(width)
            self._drop_damage()
        except OSError as error:
            raise unwritable(folder, error) from None

    def _path(self, suffix: str) -> Path:
        return self._base.with_name(self._base.name + suffix)

    def _open(self, width: int) -> Any:
        path, shape = self._path(".npy"), (len(self._keys), width)
        values = _map(path, shape, "r+")
        if values is None:
            self._path(".done").unlink(missing_ok=True)
            stage = path.with_name(f".{path.name}.{os.getpid()}")
            with stage.open("wb") as file:
                _reserve(file, shape)
            stage.replace(path)  # a process that has the old file open keeps it
            values = _map(path, shape, "r+")
        keys = self._path(".keys")
        if not keys.is_file() or keys.stat().st_size != self._keys.size:
            _replace(keys, self._keys.tobytes())
        return values

    def _drop_damage(self) -> None:
        """Keep the valid records only, so that those to come follow a whole one."""
        self.done = np.zeros(len(self._keys), bool)
        path, kept = self._path(".done"), list[bytes]()
        for rows, record in valid_records(path, self._keys, self._values):
            self.done[rows] = True
            kept.append(record)
        size = sum(map(len, kept))
        if path.is_file() and path.stat().st_size != size:
            _replace(path, b"".join(kept))

    def put(self, rows: NDArray[np.int64], values: NDArray[np.float32]) -> None:
        """Write finished rows; they are kept from now on.

        Args:
            rows: m row numbers.
            values: (m, width).
        """
        self._values[rows] = values
        record = _record(rows, self._keys, values)
        try:
            with self._path(".done").open("ab") as file:
                file.write(record)
        except OSError as error:
            raise unwritable(self._base.parent, error) from None
        self.done[rows] = True

    def take(self, wanted: NDArray[np.bool_]) -> None:
        """Copy wanted rows that other tables of the folder have finished under the same keys."""
        for path in sorted(self._base.parent.glob("*.keys")):
            missing = np.flatnonzero(wanted & ~self.done)
            if not len(missing):
                return
            if path != self._path(".keys"):
                self._take_from(path, missing)

    def _take_from(self, path: Path, missing: NDArray[np.int64]) -> None:
        try:
            keys = np.fromfile(path, np.uint8)
            keys = keys[: len(keys) // KEY_BYTES * KEY_BYTES].reshape(-1, KEY_BYTES)
        except OSError:
            return
        values = _map(path.with_suffix(".npy"), (len(keys), self._values.shape[1]), "r")
        if values is None:
            return
        there = locate_keys(keys, self._keys[missing])
        needed = np.zeros(len(keys), bool)
        needed[there[there >= 0]] = True
        valid = np.zeros(len(keys), bool)
        for rows, _ in valid_records(path.with_suffix(".done"), keys, values, needed):
            valid[rows] = True
        found = (there >= 0) & valid[there]
        here, there = missing[found], there[found]
        for first in range(0, len(here), _COPIED):
            part = slice(first, first + _COPIED)
            self.put(here[part], values[there[part]])

    def repeat(self, first: NDArray[np.int64]) -> None:
        """Fill the rows that are not finished with those of the same text.

        Args:
            first: for each row of the table, the finished row to copy.
        """
        rest = np.flatnonzero(~self.done)
        for start in range(0, len(rest), _COPIED):
            rows = rest[start : start + _COPIED]
            self.put(rows, self._values[first[rows]])

    def values(self) -> NDArray[np.float32]:
        """The rows, mapped from the file and not writable."""
        self._values.flush()
        values = _map(self._path(".npy"), self._values.shape, "r")
        return self._values if values is None else values


def valid_records(
    path: Path,
    keys: NDArray[np.uint8],
    values: NDArray[np.float32],
    needed: NDArray[np.bool_] | None = None,
) -> Iterator[tuple[NDArray[np.int64], bytes]]:
    """Row numbers of each record whose checksum agrees, with the record.

    Args:
        path: the records.
        keys: (n, 16) bytes.
        values: (n, width).
        needed: n flags; a record without any of these rows is passed over.
    """
    try:
        stored = path.read_bytes()
    except OSError:
        return
    at = 0
    while at + _COUNT_BYTES <= len(stored):
        size = 8 * int.from_bytes(stored[at : at + _COUNT_BYTES], "little")
        end = at + _COUNT_BYTES + size + _CHECKSUM_BYTES
        if end > len(stored):
            return
        rows = np.frombuffer(stored, "<i8", size // 8, at + _COUNT_BYTES).astype(np.int64)
        within = not size or (rows.min() >= 0 and rows.max() < len(keys))
        if within and (needed is None or needed[rows].any()):
            record = stored[at:end]
            if record == _record(rows, keys, values[rows]):
                yield rows, record
        at = end


def _record(rows: NDArray[np.int64], keys: NDArray[np.uint8], values: NDArray[np.float32]) -> bytes:
    head = len(rows).to_bytes(_COUNT_BYTES, "little") + rows.astype("<i8").tobytes()
    digest = hashlib.sha256(head)
    digest.update(keys[rows].tobytes())
    digest.update(values.astype("<f4", copy=False).tobytes())
    return head + digest.digest()


def first_rows(keys: NDArray[np.uint8]) -> NDArray[np.int64]:
    """For each of n keys (n, 16) the lowest row with the same key."""
    return locate_keys(keys, keys)


def locate_keys(keys: NDArray[np.uint8], wanted: NDArray[np.uint8]) -> NDArray[np.int64]:
    """For each of m wanted keys (m, 16) its lowest row among keys (n, 16), -1 where it has none.

    Keys are looked up by their first 8 bytes and compared whole: of two keys that agree in these
    (once in 2^64 pairs) the second counts as missing, unless it is looked up in itself.
    """
    prefixes, lowest = np.unique(_prefixes(keys), return_index=True)
    if not len(prefixes):
        return np.full(len(wanted), -1, np.int64)
    place = np.minimum(np.searchsorted(prefixes, _prefixes(wanted)), len(prefixes) - 1)
    rows = lowest[place].astype(np.int64)
    same = (keys[rows] == wanted).all(axis=1)
    own = np.arange(len(wanted)) if keys is wanted else -1
    return np.where(same, rows, own)


def _prefixes(keys: NDArray[np.uint8]) -> NDArray[np.uint64]:
    return np.ascontiguousarray(keys).view(np.uint64)[:, 0] if len(keys) else np.zeros(0, np.uint64)


def _head(shape: tuple[int, int]) -> bytes:
    """What a NumPy file of float32 begins with."""
    head = BytesIO()
    facts = {"descr": "<f4", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(head, facts)
    return head.getvalue()


def _map(path: Path, shape: tuple[int, int], mode: Literal["r", "r+"]) -> Any:
    """The rows of a NumPy file; None unless it is whole and of this shape.

    NumPy's own reader would raise a dozen kinds of errors at a damaged head.
    """
    head = _head(shape)
    try:
        with path.open("rb") as file:
            whole = file.read(len(head)) == head
        if not whole or path.stat().st_size != len(head) + 4 * shape[0] * shape[1]:
            return None
        return np.memmap(path, "<f4", mode, len(head), shape)
    except OSError:
        return None


def _reserve(file: Any, shape: tuple[int, int]) -> None:
    """Write the head of the rows and claim their space now: a full disk is said before the work."""
    head = _head(shape)
    file.write(head)
    file.flush()
    size = len(head) + 4 * shape[0] * shape[1]
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file.fileno(), 0, size)
    else:  # macOS has no such call
        file.truncate(size)


def _replace(path: Path, content: bytes) -> None:
    stage = path.with_name(f".{path.name}.{os.getpid()}")
    stage.write_bytes(content)
    stage.replace(path)


def unwritable(place: Path, error: OSError) -> UsageError:
    """The error of a cache that cannot be written."""
    return UsageError(
        "the cache cannot be written",
        place=place,
        found=error.strerror,
        hint="set DOMAINBENCH_CACHE to a folder of yours with space, or say cache=off",
    )
