"""What a source of code gives: repositories as of one moment, and what became of the rest."""

from __future__ import annotations

import os
import re
import shutil
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

from ....schemas.code import FOLDER, snapshot_id
from ....schemas.manifest import SourceEntry

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .metadata import Metadata


NO_DATE = "no date"
OUTSIDE = "outside the window"
TWICE = "same snapshot twice"

NOTHING = sha256().hexdigest()
"""Digest of a source that has no bytes of its own."""


class Contents(Protocol):
    """Files that can be written out, any number of times."""

    def write(self, target: Path) -> None:
        """Write them into a folder that does not exist yet."""
        ...


@dataclass(frozen=True, slots=True)
class Introduction:
    """When a function came into its repository."""

    date: str
    """Committer date, UTC, ISO 8601."""
    author_date: str | None
    """Author date of the same commit, which a rebase leaves as it was."""


@dataclass(frozen=True)
class Snapshot:
    """A repository as of one moment."""

    repository: str
    """Normalised name of the project, or of the folder where it has none."""
    version: str
    """Commit, release, or the date stated."""
    kind: str
    """git, sdist or folder."""
    date: str
    """UTC, ISO 8601."""
    root: Path
    """Folder of its files; it is there once ``materialise`` has run."""
    source: str
    """The source as it was given."""
    license: str | None = None
    """SPDX expression."""
    license_from: str | None = None
    """What says so: metadata, classifier, or the name of a file."""
    classifiers: tuple[str, ...] = ()
    requires_python: str | None = None
    dependencies: tuple[str, ...] = ()
    test_dependencies: tuple[str, ...] = ()
    introduced: Mapping[tuple[str, str], Introduction] | None = None
    """(path, qualified name) → when it came; None where all of it came with the snapshot."""
    contents: Contents | None = field(default=None, repr=False, compare=False)
    """What ``materialise`` writes; None where the files lie at ``root`` for good."""

    @property
    def id(self) -> str:
        """Its identifier in the tables."""
        return snapshot_id(self.repository, self.version)

    def materialise(self) -> Path:
        """Write the files, if they are not there yet, and return their folder.

        Raises:
            DataError: the source cannot be read any more.
        """
        if self.contents is None or self.root.is_dir():
            return self.root
        partial = self.root.with_name(self.root.name + ".partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.parent.mkdir(parents=True, exist_ok=True)
        self.contents.write(partial)
        partial.rename(self.root)
        return self.root

    def discard(self) -> None:
        """Free the disk of the files that ``materialise`` wrote; it can write them again."""
        if self.contents is not None:
            shutil.rmtree(self.root, ignore_errors=True)

    def paths(self) -> list[str]:
        """Paths of its regular files below ``root``, sorted, once they are there.

        Of a folder, what installed packages, environments, builds and caches put there is left
        out. Links and names that are not UTF-8 are left out everywhere.
        """
        from .folder import source_paths

        return source_paths(self.root, whole=self.kind != FOLDER)


def describe(
    metadata: Metadata,
    *,
    repository: str,
    version: str,
    kind: str,
    date: str,
    root: Path,
    source: str,
    introduced: Mapping[tuple[str, str], Introduction] | None = None,
    contents: Contents | None = None,
) -> Snapshot:
    """A snapshot with what the metadata of its project says."""
    return Snapshot(
        repository=repository,
        version=version,
        kind=kind,
        date=date,
        root=root,
        source=source,
        license=metadata.license.expression,
        license_from=metadata.license.said_by,
        classifiers=metadata.classifiers,
        requires_python=metadata.requires_python,
        dependencies=metadata.dependencies,
        test_dependencies=metadata.test_dependencies,
        introduced=introduced,
        contents=contents,
    )


def normalise_name(text: str | None) -> str | None:
    """A project's or a folder's name as PEP 503 has it, without what no project's name holds."""
    folded = unicodedata.normalize("NFC", text or "").lower()
    return re.sub(r"[\W_]+", "-", folded).strip("-") or None


def snapshot_folder(work_dir: Path, repository: str, version: str) -> Path:
    """Where the files of a snapshot are written; the name is safe whatever the version holds."""
    name = f"{repository}@{version}"
    safe = re.sub(r"[^A-Za-z0-9._+!@-]", "_", name)[:120]
    if safe != name:
        safe += "-" + sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return work_dir / "snapshots" / safe


@dataclass(frozen=True, slots=True)
class Rejected:
    """Something in a source that could not be used."""

    place: str
    reason: str
    """A short fixed phrase, so that rejects can be counted by it."""
    detail: str


@dataclass
class SourceReport:
    """One source and what became of it."""

    path: str
    """As it was given, or found in a folder that was."""
    format: str
    bytes: int = 0
    sha256: str = NOTHING
    records: int = 0
    """Snapshots that it gave."""
    rejected: list[Rejected] = field(default_factory=list[Rejected])
    skipped: Counter[str] = field(default_factory=Counter[str])
    """What is well-formed but no material, by reason."""

    def reject(self, place: str | Path, reason: str, detail: object) -> None:
        """Record something that could not be used."""
        self.rejected.append(Rejected(os.fspath(place), reason, str(detail)))

    def entry(self) -> SourceEntry:
        """The source as the manifest lists it."""
        return SourceEntry(
            path=self.path,
            bytes=self.bytes,
            sha256=self.sha256,
            format=self.format,
            records=self.records,
            rejected=dict(sorted(Counter(item.reason for item in self.rejected).items())),
            skipped=dict(sorted(self.skipped.items())),
        )
