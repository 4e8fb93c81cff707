"""The files of a commit, read for their metadata or written out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from .archives import UNHOLDABLE
from .git_commands import Git, GitError, Objects
from .git_functions import decode_path
from .git_history import list_tree
from .trees import METADATA_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .archives import ArchiveLimits
    from .git_history import Entry

SUBMODULE, LINK, BAD_NAME = "submodule", "link", "name that is not UTF-8 or leads out of the tree"

_MODES = {"160000": SUBMODULE, "120000": LINK}
_EXECUTABLE = "100755"


class CommitTree:
    """Files of a commit as a project's metadata is read from them."""

    def __init__(self, objects: Objects, entries: Sequence[Entry]) -> None:
        self._objects = objects
        self._oids = {path: entry.oid for path, entry in safe_entries(entries, Counter())}
        self._names: dict[str, list[str]] = {}
        self._folders: dict[str, set[str]] = {}
        for path in sorted(self._oids):
            folder, _, name = path.rpartition("/")
            self._names.setdefault(folder, []).append(name)
            while folder:
                folder, _, name = folder.rpartition("/")
                self._folders.setdefault(folder, set()).add(name)

    def names(self, folder: str = "") -> list[str]:
        """See ``Tree``."""
        return self._names.get(folder, [])

    def folders(self, folder: str = "") -> list[str]:
        """See ``Tree``."""
        return sorted(self._folders.get(folder, ()))

    def read(self, path: str) -> bytes | None:
        """See ``Tree``."""
        oid = self._oids.get(path)
        return None if oid is None else self._objects.read(oid, METADATA_BYTES)


def safe_entries(entries: Iterable[Entry], skipped: Counter[str]) -> Iterator[tuple[str, Entry]]:
    """Regular files with paths that may be written; the others are counted by reason."""
    for entry in entries:
        path = decode_path(entry.path)
        if entry.mode in _MODES:
            skipped[_MODES[entry.mode]] += 1
        elif path is None or not _is_safe(path):
            skipped[BAD_NAME] += 1
        else:
            yield path, entry


def _is_safe(path: str) -> bool:
    parts = path.split("/")
    return not any(part in ("", ".", "..") or part.lower() == ".git" for part in parts)


@dataclass(frozen=True)
class CommitFiles:
    """The files of a commit, to be written out when they are needed."""

    folder: Path
    """Where git keeps the repository."""
    commit: str
    limits: ArchiveLimits

    def write(self, target: Path) -> None:
        """Write them into a folder that does not exist yet.

        Links, submodules and names that the disk cannot hold, or not twice, are left out. Of the
        modes only the executable bit is kept.

        Raises:
            GitError: the repository lacks files, or they are more or larger than allowed.
        """
        git = Git(self.folder)
        entries = list_tree(git, self.commit)
        if len(entries) > self.limits.members:
            self._refuse(f"{len(entries)} files", f"at most {self.limits.members}")
        target.mkdir(parents=True)
        total = 0
        with Objects(git) as objects:
            for path, entry in safe_entries(entries, Counter()):
                file = target.joinpath(*PurePosixPath(path).parts)
                try:
                    file.parent.mkdir(parents=True, exist_ok=True)
                    out = file.open("xb")
                except OSError as error:
                    if error.errno not in UNHOLDABLE:
                        raise
                    continue
                with out:
                    whole = objects.copy(entry.oid, out, self.limits.file_bytes)
                total += file.stat().st_size
                if not whole or total > self.limits.total_bytes:
                    self._refuse(f"more bytes in {path}", f"{self.limits.file_bytes} in a file")
                file.chmod(0o755 if entry.mode == _EXECUTABLE else 0o644)

    def _refuse(self, found: str, expected: str) -> None:
        raise GitError(
            "a commit has more files, or larger ones, than is allowed",
            place=f"{self.folder}@{self.commit}",
            found=found,
            expected=expected,
        )
