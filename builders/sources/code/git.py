"""Git repositories: one snapshot for each commit of the window that brought functions."""

from __future__ import annotations

from hashlib import sha256
from itertools import groupby
from typing import TYPE_CHECKING

from ....schemas.code import GIT
from .archives import LIMITS
from .dates import format_moment
from .git_commands import Git, GitError, Objects, find_git_folder
from .git_functions import BlobReader
from .git_history import cut_commits, find_head, list_commits, list_tree, take_window, tree_bytes
from .git_introductions import find_introductions
from .git_returned import find_returned
from .git_trees import CommitFiles, CommitTree, safe_entries
from .metadata import read_metadata
from .snapshots import Introduction, SourceReport, describe, normalise_name, snapshot_folder

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ....schemas.progress import Progress
    from .archives import ArchiveLimits
    from .dates import Window
    from .git_history import Commit, Entry, History
    from .git_introductions import Event
    from .metadata import Metadata
    from .snapshots import Snapshot

NO_COMMITS = "repository without commits"
UNREADABLE = "repository that git cannot read"
NO_STATE = "no commit before the end of the window"
NO_COMMIT = "no commit within the window"
GONE = "function gone at the end of the window"
RETURNED = "function that was removed before the window and came back"
CUT = "history is cut (shallow clone): function without a known date"
CUT_AT = "history is cut (shallow clone): commit without its parents"
NO_MATERIAL = "commit that brought only tests, trivial or generated functions"


def open_repository(
    path: Path,
    source: str,
    *,
    window: Window,
    work_dir: Path,
    progress: Progress,
    limits: ArchiveLimits = LIMITS,
) -> tuple[list[Snapshot], SourceReport]:
    """The commits of a window that brought functions which are there at its end.

    A function's date is the committer date of the commit that brought it, and its snapshot is the
    repository as of that commit.

    Args:
        path: a repository, bare or with a work tree.
        source: how the call named it.
        window: of the release.
        work_dir: where snapshots are written when they are needed.
        progress: is shown the commits that are read.
        limits: what a snapshot may hold.

    Returns:
        Snapshots in the order of their dates, and what became of the rest.
    """
    report = SourceReport(source, GIT)
    folder = find_git_folder(path)
    if folder is None:
        report.reject(source, UNREADABLE, "the folder is no repository")
        return [], report
    git = Git(folder.resolve())
    try:
        head = find_head(git)
        if head is None:
            report.reject(source, NO_COMMITS, "HEAD names no commit")
            return [], report
        history = take_window(list_commits(git, head), head, cut_commits(git), window)
        if history is None:
            report.skipped[NO_STATE] += 1
            return [], report
        with Objects(git) as objects:
            repository = _Repository(git, folder.resolve(), objects, history)
            repository.describe(report)
            groups = repository.introductions(report, progress)
            name = repository.name(path)
            snapshots = [
                repository.snapshot(name, source, commit, events, work_dir, limits)
                for commit, events in groups
            ]
    except GitError as error:
        report.reject(source, UNREADABLE, error)
        return [], report
    report.records = len(snapshots)
    return snapshots, report


class _Repository:
    """A repository as a window sees it."""

    def __init__(self, git: Git, folder: Path, objects: Objects, history: History) -> None:
        self._git = git
        self._folder = folder
        self._objects = objects
        self._history = history
        self._metadata: dict[tuple[Entry, ...], Metadata] = {}

    def describe(self, report: SourceReport) -> None:
        """Note what the repository holds at the window's end."""
        end = self._history.end.oid
        report.bytes = tree_bytes(self._git, end)
        report.sha256 = sha256(self._objects.read(end) or b"").hexdigest()
        for _ in safe_entries(list_tree(self._git, end), report.skipped):
            pass
        if self._history.cut:
            report.skipped[CUT_AT] += len(self._history.cut)

    def name(self, path: Path) -> str:
        """Name of the project at the window's end, or of the folder."""
        folder = path.resolve().name.removesuffix(".git")
        return self._metadata_at(self._history.end).name or normalise_name(folder) or GIT

    def introductions(
        self, report: SourceReport, progress: Progress
    ) -> list[tuple[Commit, list[Event]]]:
        """Commits that brought material, in the order of their dates, with all they brought."""
        history, reader = self._history, BlobReader(self._objects)
        if not history.inside:
            report.skipped[NO_COMMIT] += 1
            return []
        findings = find_introductions(self._git, reader, history, progress)
        material = [event for event in findings.events if event.known.material]
        with progress.step("searching older commits", len(history.outside)) as advance:
            returned = find_returned(self._git, reader, history, material, advance)
        kept = [event for event in findings.events if event.known.digest not in returned]
        counts = {
            GONE: findings.gone,
            CUT: findings.undated,
            RETURNED: len(findings.events) - len(kept),
        }
        report.skipped.update({reason: count for reason, count in counts.items() if count})
        groups: list[tuple[Commit, list[Event]]] = []
        for commit, found in groupby(kept, key=lambda event: event.commit):
            events = list(found)
            if any(event.known.material for event in events):
                groups.append((commit, events))
            else:
                report.skipped[NO_MATERIAL] += 1
        return groups

    def snapshot(
        self,
        name: str,
        source: str,
        commit: Commit,
        events: Iterable[Event],
        work_dir: Path,
        limits: ArchiveLimits,
    ) -> Snapshot:
        """The repository as of a commit, with what the commit brought."""
        metadata = self._metadata_at(commit)
        dates = Introduction(format_moment(commit.committed), format_moment(commit.authored))
        return describe(
            metadata,
            repository=name,
            version=commit.oid,
            kind=GIT,
            date=dates.date,
            root=snapshot_folder(work_dir, name, commit.oid),
            source=source,
            introduced={(event.key[0].decode(), event.key[1]): dates for event in events},
            contents=CommitFiles(self._folder, commit.oid, limits),
        )

    def _metadata_at(self, commit: Commit) -> Metadata:
        """Metadata at a commit; read once for all commits that have the same files near the top."""
        near = tuple(
            entry
            for entry in list_tree(self._git, commit.oid)
            if entry.path.count(b"/") < 2 and _may_tell(entry.path)
        )
        if near not in self._metadata:
            self._metadata[near] = read_metadata(CommitTree(self._objects, near))
        return self._metadata[near]


def _may_tell(path: bytes) -> bool:
    return not path.endswith(b".py") or path == b"setup.py"
