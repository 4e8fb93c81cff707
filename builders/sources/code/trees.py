"""The files of a project, wherever they lie."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

METADATA_BYTES = 4 << 20
"""Most bytes of a file that says something of its project."""


class Tree(Protocol):
    """Files of a project as its metadata is read from them."""

    def names(self, folder: str = "") -> Sequence[str]:
        """Names of the regular files in a folder, sorted; none if there is no such folder."""
        ...

    def folders(self, folder: str = "") -> Sequence[str]:
        """Names of the folders in a folder, sorted."""
        ...

    def read(self, path: str) -> bytes | None:
        """A file's bytes; None if there is no such file, or it is too large to be metadata."""
        ...


class FolderTree:
    """Files below a folder; links are no files of it."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def names(self, folder: str = "") -> list[str]:
        """See ``Tree``."""
        return [entry.name for entry in self._entries(folder) if _is_file(entry)]

    def folders(self, folder: str = "") -> list[str]:
        """See ``Tree``."""
        entries = self._entries(folder)
        return [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]

    def read(self, path: str) -> bytes | None:
        """See ``Tree``."""
        file = self._root / path
        try:
            if not file.is_file() or file.is_symlink() or ".." in file.parts:
                return None
        except OSError:  # a name that no disk holds, of a file that another one names
            return None
        if not file.resolve().is_relative_to(self._root.resolve()):
            return None
        return file.read_bytes() if file.stat().st_size <= METADATA_BYTES else None

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self._root / folder) as entries:
                return sorted(entries, key=lambda entry: entry.name)
        except OSError:
            return []


def _is_file(entry: os.DirEntry[str]) -> bool:
    return entry.is_file(follow_symlinks=False)
