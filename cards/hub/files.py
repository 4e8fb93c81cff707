"""Files of a release: those in a folder against those in a repository."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from ...schemas.fingerprint import file_sha256

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ...schemas.manifest import FileEntry, Manifest


class RemoteFile(BaseModel):
    """A file of a commit, as the Hub lists it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str
    bytes: int
    blob: str
    """Git's name for what the commit holds: the contents, or a pointer to them."""
    sha256: str | None
    """Of the contents, where the commit holds a pointer."""

    def is_copied_by(self, path: Path, sha256: str | None = None) -> bool:
        """Whether a local file holds the same; ``sha256`` is its digest, where it is known."""
        if path.stat().st_size != self.bytes:
            return False
        if self.sha256 is not None:
            return (sha256 or file_sha256(path)) == self.sha256
        return git_blob(path) == self.blob


@dataclass(frozen=True)
class Change:
    """What a push does to one file of the repository."""

    path: str
    kind: Literal["added", "changed", "removed"]
    bytes: int
    """Size of the file that is added or removed."""


def belongs(path: str) -> bool:
    """Whether a file is part of a release: not one hidden, as ``.gitattributes``."""
    return not any(part.startswith(".") for part in PurePosixPath(path).parts)


def local_files(folder: Path) -> list[str]:
    """Paths of a release's files below its folder, sorted, with forward slashes."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return sorted(filter(belongs, (path.relative_to(folder).as_posix() for path in files)))


def git_blob(path: Path) -> str:
    """Git's name of a file's contents (SHA-1 over a header and the bytes)."""
    digest = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
    with path.open("rb") as handle:
        while block := handle.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def table_files(manifest: Manifest) -> list[FileEntry]:
    """Every file of every table."""
    return [
        file
        for table in manifest.tables.values()
        for files in table.splits.values()
        for file in files
    ]


def listed_digests(manifest: Manifest) -> dict[str, str]:
    """Path → SHA-256 of the files whose digests the manifest states."""
    return {file.path: file.sha256 for file in table_files(manifest)} | dict(manifest.documents)


def find_changes(
    folder: Path, remote: Mapping[str, RemoteFile], digests: Mapping[str, str]
) -> list[Change]:
    """What must change in a repository for it to hold a folder's files, by path.

    Args:
        folder: the release.
        remote: path → file of the repository.
        digests: path → SHA-256 of local files, as far as known.
    """
    local = local_files(folder)
    gone = remote.keys() - set(local)
    found = [Change(path, "removed", remote[path].bytes) for path in gone]
    for path in local:
        size = (folder / path).stat().st_size
        if path not in remote:
            found.append(Change(path, "added", size))
        elif not remote[path].is_copied_by(folder / path, digests.get(path)):
            found.append(Change(path, "changed", size))
    return sorted(found, key=lambda change: change.path)
