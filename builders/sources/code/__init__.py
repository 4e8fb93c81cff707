"""Sources of code: git repositories, source distributions, folders, the package index."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ....schemas.code import FOLDER, GIT, SDIST
from ....schemas.progress import SILENT
from .dates import Sidecar, Window, read_sidecar, stated_moment
from .finding import INDEX, find_sources
from .folder import open_folder
from .git import open_repository
from .index import PREFIX, PackageIndex
from .index_cache import IndexCache
from .sdists import ArchiveOpener, Dating, Release
from .snapshots import NO_DATE, OUTSIDE, TWICE, Introduction, Rejected, Snapshot, SourceReport

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from ....schemas.progress import Progress
    from .finding import Found
    from .index_cache import Archive

__all__ = [
    "FOLDER",
    "GIT",
    "PREFIX",
    "SDIST",
    "Introduction",
    "Opened",
    "Rejected",
    "Snapshot",
    "SourceReport",
    "open_sources",
]

UNREADABLE = "source that cannot be read"


class Opened(NamedTuple):
    """What sources gave."""

    snapshots: list[Snapshot]
    """Of the window, by repository, date and version."""
    reports: list[SourceReport]
    """What became of each source."""
    earlier: list[Snapshot]
    """Releases from before the window, in the same order: what they hold is old."""


def open_sources(
    sources: Sequence[str | Path],
    *,
    since: str | datetime | None = None,
    until: str | datetime | None = None,
    dates: Path | None = None,
    stated_date: str | None = None,
    work_dir: Path,
    progress: Progress = SILENT,
    index_url: str | None = None,
    cache: Path | None = None,
) -> Opened:
    """Open sources of code, whatever each of them is.

    Args:
        sources: repositories, archives, folders of either, plain folders, and packages of an index
            as ``pypi:NAME``.
        since: first moment of the window, a day or a time of RFC 3339; None has no bound.
        until: first moment behind the window.
        dates: file that dates archives, see ``dates.read_sidecar``.
        stated_date: date of plain folders, and of archives that nothing else dates.
        work_dir: folder that snapshots are written to.
        progress: is shown how far it is.
        index_url: address of the package index; else ``PIP_INDEX_URL``, else PyPI.
        cache: folder that keeps archives of the index; else one in the package's cache.

    Raises:
        UsageError: a date is none, the window is empty, or a source or a package does not exist.
        DataError: the file of dates is wrong, or the package index cannot be read.
    """
    window = Window.parse(since, until)
    sidecar = read_sidecar(dates) if dates is not None else Sidecar()
    stated = stated_moment(stated_date) if stated_date is not None else None
    found, reports = find_sources(sources)
    work_dir.mkdir(parents=True, exist_ok=True)
    index_cache = IndexCache(cache)
    opener = _Opener(
        window,
        ArchiveOpener(window, Dating(sidecar, index_cache, stated), work_dir, taken={}),
        PackageIndex(index_url, index_cache, sidecar, progress),
        progress,
    )
    opener.reports = reports
    with progress.step("opening sources", len(found)) as advance:
        for item in found:
            opener.open(item)
            advance(1)
    return Opened(_sorted(opener.snapshots), opener.reports, _sorted(opener.earlier))


def _sorted(snapshots: list[Snapshot]) -> list[Snapshot]:
    return sorted(snapshots, key=lambda item: (item.repository, item.date, item.version))


class _Opener:
    """Opens one source after the other."""

    def __init__(
        self, window: Window, archives: ArchiveOpener, index: PackageIndex, progress: Progress
    ) -> None:
        self._window = window
        self._archives = archives
        self._index = index
        self._progress = progress
        self.snapshots: list[Snapshot] = []
        self.earlier: list[Snapshot] = []
        self.reports: list[SourceReport] = []

    def open(self, found: Found) -> None:
        """Open a source, and keep what it gives."""
        try:
            if found.kind == INDEX:
                self._open_index(found.source)
            elif found.kind == SDIST:
                self._keep(*self._archives.open(found.path, found.source))
            elif found.kind == GIT:
                self._open_repository(found)
            else:
                self._open_folder(found)
        except PermissionError as error:
            report = SourceReport(found.source, found.kind)
            report.reject(found.source, UNREADABLE, error)
            self.reports.append(report)

    def _keep(self, snapshot: Snapshot | None, report: SourceReport) -> None:
        self.reports.append(report)
        if snapshot is not None:
            (self.snapshots if report.records else self.earlier).append(snapshot)

    def _open_index(self, source: str) -> None:
        fetched = self._index.fetch(source, self._window)
        report = SourceReport(source, INDEX, skipped=fetched.skipped)
        for reason, detail in fetched.rejected.items():
            report.reject(source, reason, detail)
        if report.skipped or report.rejected:
            self.reports.append(report)
        for archive in (*fetched.archives, *fetched.earlier):
            self._open_archive(archive)

    def _open_archive(self, archive: Archive) -> None:
        known = Release(archive.name, archive.version)
        source = f"{PREFIX}{archive.name}=={archive.version}"
        self._keep(*self._archives.open(archive.path, source, known, archive.uploaded))

    def _open_repository(self, found: Found) -> None:
        snapshots, report = open_repository(
            found.path,
            found.source,
            window=self._window,
            work_dir=self._archives.work_dir,
            progress=self._progress,
        )
        self.reports.append(report)
        self.snapshots += [item for item in snapshots if self._is_new(item, report)]

    def _is_new(self, snapshot: Snapshot, report: SourceReport) -> bool:
        taken = self._archives.taken
        if snapshot.id in taken:
            report.records -= 1
            report.reject(report.path, TWICE, f"{snapshot.id} is {taken[snapshot.id]} already")
            return False
        taken[snapshot.id] = report.path
        return True

    def _open_folder(self, found: Found) -> None:
        dating = self._archives.dating
        moment = dating.sidecar.find(found.path.resolve().name, None, None) or dating.stated
        report = SourceReport(found.source, FOLDER)
        if moment is None:
            detail = "expected a date stated for plain folders, or one in a file of dates"
            report.reject(found.source, NO_DATE, detail)
        elif moment not in self._window:
            report.skipped[OUTSIDE] += 1
        else:
            snapshot, report = open_folder(found.path, found.source, moment)
            if self._is_new(snapshot, report):
                self.snapshots.append(snapshot)
        self.reports.append(report)
