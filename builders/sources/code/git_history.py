"""The history of a repository: its commits, and which of them a window holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .git_commands import GitError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .dates import Window
    from .git_commands import Git

PYTHON_FILES = "*.py"


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit; ``order`` counts up from the oldest, parents before children."""

    oid: str
    parents: tuple[str, ...]
    committed: datetime
    authored: datetime
    order: int

    @property
    def rank(self) -> tuple[datetime, int]:
        """Commits in the order that they were made, by the committer's clock."""
        return self.committed, self.order


class Change(NamedTuple):
    """A Python file that a commit changed; a merge, only if it is as in none of its parents."""

    path: bytes
    before: tuple[str, ...]
    """Blobs of the file in the parents that had it."""
    after: str | None
    """Blob of the file; None if it is gone."""


class Entry(NamedTuple):
    """A file of a commit's tree."""

    path: bytes
    mode: str
    oid: str


def find_head(git: Git) -> str | None:
    """The commit that HEAD stands for; None in a repository that has no commit there."""
    try:
        git.text("rev-parse", "--verify", "--quiet", "HEAD")
    except GitError:
        git.text("symbolic-ref", "HEAD")  # a branch that is not born yet; anything else is raised
        return None
    return git.text("rev-parse", "--verify", "--quiet", "HEAD^{commit}").strip()


def list_commits(git: Git, head: str) -> dict[str, Commit]:
    """All commits that are reachable from one, parents before children."""
    output = git.text(
        "rev-list", "--topo-order", "--reverse", "--pretty=format:%H %ct %at %P", head
    )
    lines = (line for line in output.splitlines() if not line.startswith("commit "))
    commits = (_commit(line, order) for order, line in enumerate(lines))
    return {commit.oid: commit for commit in commits}


def _commit(line: str, order: int) -> Commit:
    # A broken date leaves its place empty.
    oid, committed, authored, *parents = line.split(" ")
    return Commit(oid, tuple(filter(None, parents)), _moment(committed), _moment(authored), order)


def _moment(seconds: str) -> datetime:
    """A time of git; one that no calendar holds is as old as can be, and so in no window."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.min.replace(tzinfo=UTC)


def cut_commits(git: Git) -> frozenset[str]:
    """Commits whose parents a shallow clone lacks; none in a whole one."""
    if git.text("rev-parse", "--is-shallow-repository").strip() != "true":
        return frozenset()
    path = git.text("rev-parse", "--path-format=absolute", "--git-path", "shallow").strip()
    return frozenset(Path(path).read_text(encoding="ascii").split())


@dataclass(frozen=True, slots=True)
class History:
    """The commits of a repository as a window sees them."""

    end: Commit
    """The state of the main line at the window's end."""
    base: Commit | None
    """Its state before the window; None if it began within it, or was cut there."""
    inside: tuple[Commit, ...]
    """Commits behind ``end`` with dates in the window, parents before children."""
    outside: tuple[Commit, ...]
    """The others behind ``end``."""
    cut: tuple[Commit, ...]
    """Those behind ``end`` whose parents a shallow clone lacks."""


def take_window(
    commits: dict[str, Commit], head: str, cut: frozenset[str], window: Window
) -> History | None:
    """The part of a history that a window is about; None if there is no commit before its end.

    The main line is that of first parents, as a merge joins others to it: a commit of a branch
    counts from its own date, but only once its branch is merged.
    """
    end = _newest(commits, head, lambda commit: not window.is_after(commit.committed))
    if end is None:
        return None
    base = _newest(commits, end.oid, lambda commit: window.is_before(commit.committed))
    behind = _behind(commits, end.oid)
    return History(
        end=end,
        base=base,
        inside=tuple(item for item in behind if item.committed in window),
        outside=tuple(item for item in behind if item.committed not in window),
        cut=tuple(item for item in behind if item.oid in cut),
    )


def _newest(
    commits: dict[str, Commit], start: str, accept: Callable[[Commit], bool]
) -> Commit | None:
    """The first commit on the line of first parents that is accepted."""
    commit = commits.get(start)
    while commit is not None and not accept(commit):
        commit = commits.get(commit.parents[0]) if commit.parents else None
    return commit


def _behind(commits: dict[str, Commit], start: str) -> list[Commit]:
    """A commit and all its ancestors, parents before children."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        oid = waiting.pop()
        if oid not in seen:
            seen.add(oid)
            waiting += commits[oid].parents
    return [commit for oid, commit in commits.items() if oid in seen]


def list_changes(git: Git, commits: Iterable[Commit]) -> Iterator[tuple[str, list[Change]]]:
    """What each commit changed in Python files, against all of its parents.

    Yields:
        The commit's id and its changes; commits without any are left out.
    """
    given = "".join(f"{commit.oid}\n" for commit in commits)
    output = git.bytes(
        *("diff-tree", "--stdin", "-r", "-z", "-c", "--root", "--no-renames", "--", PYTHON_FILES),
        given=given.encode(),
    )
    fields = iter(output.split(b"\0"))
    oid, changes = "", list[Change]()
    for field in fields:
        if field.startswith(b":"):
            changes.append(_change(field, next(fields)))
        elif field:
            if changes:
                yield oid, changes
            oid, changes = field.decode(), []
    if changes:
        yield oid, changes


def _change(field: bytes, path: bytes) -> Change:
    """One record: modes of the parents and the commit, their blobs, a letter for each parent."""
    parents = len(field) - len(field.lstrip(b":"))
    words = field.decode().lstrip(":").split(" ")
    pairs = list(zip(words[: parents + 1], words[parents + 1 : -1], strict=True))
    blobs = [oid if _is_file(mode) else None for mode, oid in pairs]
    return Change(path, tuple(oid for oid in blobs[:-1] if oid), blobs[-1])


def _is_file(mode: str) -> bool:
    return mode in ("100644", "100755", "100664")


def list_tree(git: Git, commit: str) -> list[Entry]:
    """All files of a commit's tree, links and submodules among them."""
    output = git.bytes("ls-tree", "-r", "-z", "--full-tree", commit)
    entries: list[Entry] = []
    for record in output.split(b"\0"):
        about, tab, path = record.partition(b"\t")
        if tab:
            mode, _, oid = about.decode().split(" ")
            entries.append(Entry(path, mode, oid))
    return entries


def tree_bytes(git: Git, commit: str) -> int:
    """Bytes of all files of a commit's tree.

    Raises:
        GitError: the repository lacks files of it.
    """
    records = git.bytes("ls-tree", "-r", "-l", "-z", "--full-tree", commit).split(b"\0")
    sizes = (record.partition(b"\t")[0].split()[-1] for record in records if record)
    try:
        return sum(int(size) for size in sizes if size != b"-")
    except ValueError:
        raise GitError(
            "the repository lacks files of a commit",
            found=f"no contents in {commit}",
            expected="a clone with the contents of all files",
        ) from None


def python_files(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Regular Python files among a tree's entries."""
    return (item for item in entries if _is_file(item.mode) and item.path.endswith(b".py"))
