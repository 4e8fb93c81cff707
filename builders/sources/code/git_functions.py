"""The functions in blobs of a repository, each blob read once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from ....programs.functions import read_module
from ....programs.layout import is_test_path

if TYPE_CHECKING:
    from .git_commands import Objects

SOURCE_BYTES = 4 << 20
"""Most bytes of a Python file; larger ones are data that somebody called so."""


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
        self._known: dict[tuple[str, bytes], tuple[Known, ...]] = {}

    def functions(self, oid: str, path: bytes) -> tuple[Known, ...]:
        """Functions of a Python file; none of one whose path is not UTF-8 or that is too large."""
        key = oid, path
        if key not in self._known:
            name = decode_path(path)
            self._known[key] = () if name is None else _functions(self.text(oid), name)
        return self._known[key]

    def text(self, oid: str) -> bytes:
        """A blob's bytes; none if they are too many."""
        return self._objects.read(oid, SOURCE_BYTES) or b""


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
