"""Project archives: one snapshot each, dated by its release."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from packaging.utils import InvalidSdistFilename, parse_sdist_filename

from ....schemas.code import SDIST
from ....schemas.fingerprint import file_sha256
from .archives import LIMITS, ArchiveError, extract, stem
from .dates import format_moment
from .folder import source_paths
from .metadata import read_metadata
from .snapshots import (
    NO_DATE,
    OUTSIDE,
    TWICE,
    SourceReport,
    describe,
    normalise_name,
    snapshot_folder,
)
from .trees import FolderTree

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from .archives import ArchiveLimits
    from .dates import Sidecar, Window
    from .index_cache import IndexCache
    from .metadata import Metadata
    from .snapshots import Snapshot

NO_PYTHON = "archive without Python files"
BEFORE = "before the window, read for what is old"

_NO_DATE_DETAIL = (
    "its release date is not known; expected it in a file of dates, in the cache of the package "
    "index, or stated for all sources"
)


class Release(NamedTuple):
    """What is known of an archive from its name or from the index."""

    name: str | None
    version: str | None


@dataclass(frozen=True, slots=True)
class Dating:
    """Where dates of archives come from, the first that knows one."""

    sidecar: Sidecar
    cache: IndexCache
    stated: datetime | None

    def find(self, path: Path, release: Release, uploaded: datetime | None) -> datetime | None:
        """The date of an archive of its own, apart from the one stated for all; it is not guessed.

        Args:
            path: the archive.
            release: its name and version.
            uploaded: its upload time, where an index has just stated it.
        """
        moment = self.sidecar.find(path.name, release.name, release.version) or uploaded
        if moment is None and release.name is not None:
            moment = self.cache.upload_time(path, release.name)
        return moment


@dataclass(frozen=True)
class ArchiveFiles:
    """The files of an archive, to be written out again when they are needed."""

    path: Path
    limits: ArchiveLimits

    def write(self, target: Path) -> None:
        """Write them into a folder that does not exist yet.

        Raises:
            ArchiveError: the archive is damaged, or unpacks to more than allowed.
        """
        unpacked = target.with_name(target.name + ".unpacked")
        extract(self.path, unpacked, self.limits).root.rename(target)
        shutil.rmtree(unpacked, ignore_errors=True)


def release_of(filename: str) -> Release:
    """Name and version that an archive's own name states, where it is named as sdists are."""
    try:
        name, version = parse_sdist_filename(f"{stem(filename)}.tar.gz")
    except InvalidSdistFilename:
        return Release(None, None)
    return Release(name, str(version))


@dataclass(frozen=True, slots=True)
class ArchiveOpener:
    """Opens archives for one release of a benchmark."""

    window: Window
    dating: Dating
    work_dir: Path
    taken: dict[str, str]
    """Snapshots that there are already → their sources."""
    limits: ArchiveLimits = LIMITS

    def open(
        self,
        path: Path,
        source: str,
        known: Release | None = None,
        moment: datetime | None = None,
    ) -> tuple[Snapshot | None, SourceReport]:
        """The snapshot of an archive, and what became of it.

        An archive from before the window has a snapshot, too; one from behind it has none.

        Args:
            path: the archive.
            source: how the call named it.
            known: name and version, where an index states them.
            moment: its upload time, where an index states it.
        """
        report = SourceReport(source, SDIST)
        report.bytes, report.sha256 = path.stat().st_size, file_sha256(path)
        release = known or release_of(path.name)
        date = self.dating.find(path, release, moment)
        if date is not None and self.window.is_after(date):
            report.skipped[OUTSIDE] += 1
            return None, report
        unpacked = self.work_dir / "unpacking"
        shutil.rmtree(unpacked, ignore_errors=True)
        try:
            extracted = extract(path, unpacked, self.limits)
            report.skipped.update(extracted.skipped)
            metadata = read_metadata(FolderTree(extracted.root))
            release = Release(metadata.name or release.name, metadata.version or release.version)
            date = date or self.dating.find(path, release, moment) or self.dating.stated
            if not _has_python(extracted.root):
                report.skipped[NO_PYTHON] += 1
            elif date is None:
                report.reject(source, NO_DATE, _NO_DATE_DETAIL)
            elif self.window.is_after(date):
                report.skipped[OUTSIDE] += 1
            else:
                return self._snapshot(path, release, date, extracted.root, metadata, report), report
        except ArchiveError as error:
            report.reject(source, error.reason, error)
        finally:
            shutil.rmtree(unpacked, ignore_errors=True)
        return None, report

    def _snapshot(
        self,
        path: Path,
        release: Release,
        date: datetime,
        unpacked: Path,
        metadata: Metadata,
        report: SourceReport,
    ) -> Snapshot | None:
        name = release.name or normalise_name(stem(path.name)) or SDIST
        version = release.version or format_moment(date)[:10]
        snapshot = describe(
            metadata,
            repository=name,
            version=version,
            kind=SDIST,
            date=format_moment(date),
            root=snapshot_folder(self.work_dir, name, version),
            source=report.path,
            contents=ArchiveFiles(path, self.limits),
        )
        if snapshot.id in self.taken:
            report.reject(report.path, TWICE, f"{snapshot.id} is {self.taken[snapshot.id]} already")
            return None
        self.taken[snapshot.id] = report.path
        if self.window.is_before(date):
            report.skipped[BEFORE] += 1
        else:
            report.records = 1
        shutil.rmtree(snapshot.root, ignore_errors=True)
        snapshot.root.parent.mkdir(parents=True, exist_ok=True)
        unpacked.rename(snapshot.root)
        return snapshot


def _has_python(root: Path) -> bool:
    return any(path.endswith(".py") for path in source_paths(root, whole=True))
