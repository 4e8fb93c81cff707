"""The functions in blobs of a repository, each blob read once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from ....programs.functions import read_module
from ....programs.layout import is_test_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ....schemas.progress import Progress
    from .git_commands import Objects

    Blob = tuple[str, bytes]
    """Identifier of a blob, and the path that it has."""

SOURCE_BYTES = 4 << 20
"""Most bytes of a Python file; larger ones are data that somebody called so."""

_CHUNK = 50
_MANY = 1_000
"""Blobs from which starting processes is worth its time."""


class Known(NamedTuple):
    """A function as the search for introductions sees it."""

    qualname: str
    digest: str
    """Of its normalised syntax tree; empty in a file that only the tolerant parser reads."""
    start: int
    end: int
    material: bool
    """Whether it could be a sample: neither trivial, nor a test, nor generated."""


class BlobReader:
    """Functions of blobs, by blob and path."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._known: dict[Blob, tuple[Known, ...]] = {}

    def read_all(self, blobs: Iterable[Blob], progress: Progress) -> None:
        """Read many blobs at once, in several processes where that is worth it."""
        missing = list(dict.fromkeys(blob for blob in blobs if blob not in self._known))
        with progress.step("reading versions of files", len(missing)) as advance:
            for chunk, found in self._read_chunks(missing):
                self._known.update(zip(chunk, found, strict=True))
                advance(len(chunk))

    def _read_chunks(
        self, blobs: Sequence[Blob]
    ) -> Iterator[tuple[Sequence[Blob], list[tuple[Known, ...]]]]:
        chunks = [blobs[start : start + _CHUNK] for start in range(0, len(blobs), _CHUNK)]
        loaded = ([(self.text(oid), path) for oid, path in chunk] for chunk in chunks)
        if len(blobs) < _MANY:
            yield from zip(chunks, map(_read_files, loaded), strict=True)
            return
        # Processes of joblib, as those of the standard library would run the caller's script again.
        from joblib import Parallel, delayed
        from joblib.externals.loky import get_reusable_executor

        pool: Any = Parallel(n_jobs=min(8, os.cpu_count() or 1), return_as="generator")
        try:
            yield from zip(chunks, pool(map(delayed(_read_files), loaded)), strict=True)
        finally:
            # They would stay for minutes, with their memory.
            get_reusable_executor().shutdown(wait=True)

    def functions(self, oid: str, path: bytes) -> tuple[Known, ...]:
        """Functions of a Python file; none of one whose path is not UTF-8 or that is too large."""
        blob = oid, path
        if blob not in self._known:
            (self._known[blob],) = _read_files([(self.text(oid), path)])
        return self._known[blob]

    def text(self, oid: str) -> bytes:
        """A blob's bytes; none if they are too many."""
        return self._objects.read(oid, SOURCE_BYTES) or b""


def _read_files(files: Iterable[tuple[bytes, bytes]]) -> list[tuple[Known, ...]]:
    """Functions of files that are given by contents and path."""
    named = ((data, decode_path(path)) for data, path in files)
    return [() if name is None else _functions(data, name) for data, name in named]


def _functions(data: bytes, path: str) -> tuple[Known, ...]:
    module = read_module(data, path)
    usable = not (module.generated or module.tolerant or is_test_path(path))
    return tuple(
        Known(
            item.qualname,
            "" if module.tolerant else item.digest,
            item.body_start,
            item.body_end,
            material=usable and item.trivial is None,
        )
        for item in module.functions
    )


def decode_path(path: bytes) -> str | None:
    """A path of git as text; None if it is not UTF-8."""
    try:
        return path.decode("utf-8")
    except UnicodeDecodeError:
        return None


def show_path(path: str | os.PathLike[str]) -> str:
    """A path for reports, whatever bytes it holds."""
    return os.fsencode(path).decode("utf-8", "replace")
