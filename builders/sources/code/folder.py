"""Plain folders of source, as the standard library, which stay where they are."""

from __future__ import annotations

import os
import platform
import sysconfig
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from ....schemas.code import FOLDER
from ....schemas.fingerprint import file_sha256
from .dates import format_moment
from .licenses import License
from .metadata import Metadata, read_metadata
from .snapshots import SourceReport, describe, normalise_name
from .trees import FolderTree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from .snapshots import Snapshot

_INSTALLED = frozenset({"site-packages", "dist-packages", "node_modules"})
_MADE = frozenset({"__pycache__", "build", "dist", "__pypackages__"})
_ENVIRONMENT = "pyvenv.cfg"

_STDLIB = "cpython"
_STDLIB_LICENSE = License("PSF-2.0", "standard library")


def source_paths(root: Path, *, whole: bool) -> list[str]:
    """Paths of the regular files below a folder, with forward slashes, sorted.

    Args:
        root: the folder; links in it are not followed.
        whole: whether all of it is source. Otherwise installed packages, environments, hidden
            folders and what tools have made are left out.
    """
    return sorted(_walk(os.fspath(root), "", whole=whole))


def _walk(folder: str, prefix: str, *, whole: bool) -> Iterator[str]:
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        if not _is_utf8(entry.name):
            continue
        if entry.is_file(follow_symlinks=False):
            yield prefix + entry.name
        elif entry.is_dir(follow_symlinks=False) and (whole or _is_source(entry, prefix)):
            yield from _walk(entry.path, f"{prefix}{entry.name}/", whole=whole)


def _is_source(entry: os.DirEntry[str], prefix: str) -> bool:
    name = entry.name
    if name.startswith(".") or name in _INSTALLED or name == "__pycache__":
        return False
    if name in _MADE and not prefix:
        return False  # deeper down these are names of packages as good as others
    return not os.path.lexists(f"{entry.path}/{_ENVIRONMENT}")


def _is_utf8(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def open_folder(path: Path, source: str, moment: datetime) -> tuple[Snapshot, SourceReport]:
    """A folder as of a stated date.

    The version is that of Python for its own standard library, and the date otherwise.

    Args:
        path: the folder.
        source: how the call named it.
        moment: its date.
    """
    root = path.resolve()
    metadata = read_metadata(FolderTree(root))
    name = metadata.name or normalise_name(root.name) or FOLDER
    version = format_moment(moment)[:10]
    if root == _standard_library():
        name, version = _STDLIB, platform.python_version()
        metadata = Metadata(
            requires_python=f"=={version.rpartition('.')[0]}.*", license=_STDLIB_LICENSE
        )
    report = SourceReport(source, FOLDER, records=1)
    report.bytes, report.sha256 = _digest(root)
    snapshot = describe(
        metadata,
        repository=name,
        version=version,
        kind=FOLDER,
        date=format_moment(moment),
        root=root,
        source=source,
    )
    return snapshot, report


def _standard_library() -> Path:
    return Path(sysconfig.get_path("stdlib")).resolve()


def _digest(root: Path) -> tuple[int, str]:
    """Bytes of the source files, and a digest of their paths and contents."""
    total = 0
    digest = sha256()
    for path in source_paths(root, whole=False):
        total += (root / path).stat().st_size
        digest.update(f"{path}\0{file_sha256(root / path)}\n".encode())
    return total, digest.hexdigest()
