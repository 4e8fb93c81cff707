"""Which commit of a window brought which function.

A commit brings the functions that its version of a file has and none of its parents' versions. Of
these, the following are old all the same:

- what stands at the same place, or elsewhere with the same syntax tree, before the window;
- what another commit of the window has first, by the committer's clock: moved, copied, returned;
- what left another file in the same commit: moved, and perhaps changed on the way;
- what was once removed and now comes back as it was (``git_returned``).

Of what a shallow clone shows at its cut, no date is known.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from .git_history import list_changes, list_tree, python_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from ....schemas.progress import Progress
    from .git_commands import Git
    from .git_functions import BlobReader, Known
    from .git_history import Change, Commit, Entry, History

    Key = tuple[bytes, str]
    """Path and qualified name."""


class Event(NamedTuple):
    """A function that a commit's version of a file has and its parents' have not."""

    commit: Commit
    key: Key
    known: Known
    blob: str


@dataclass
class Findings:
    """The functions that a window brought, and how many of the others are told apart."""

    events: list[Event] = field(default_factory=list[Event])
    """In the order of their commits."""
    gone: int = 0
    """Functions that came within the window, and are not there at its end."""
    undated: int = 0
    """Functions that a shallow clone has at its cut, of which no date is known."""


class _Standing:
    """Places and digests of functions that are there at some commits."""

    def __init__(self) -> None:
        self.places: set[Key] = set()
        self.digests: set[str] = set()

    def add(self, found: Iterable[tuple[Key, Known]]) -> None:
        for key, known in found:
            self.places.add(key)
            if known.digest:
                self.digests.add(known.digest)

    def has(self, key: Key, known: Known) -> bool:
        return key in self.places or known.digest in self.digests


@dataclass
class _Walk:
    """What the commits of a window show, in whatever order they are read."""

    events: list[Event] = field(default_factory=list[Event])
    moves: dict[Key, set[Key]] = field(default_factory=lambda: defaultdict(set))
    """Function → where it was before commits moved it."""
    first: dict[str, tuple[datetime, int]] = field(
        default_factory=dict[str, "tuple[datetime, int]"]
    )
    """Digest → rank of the first commit whose version of a file has it."""
    before: dict[str, bytes] = field(default_factory=dict[str, bytes])
    """Blobs that commits of the window changed, with a path of each."""
    after: set[str] = field(default_factory=set[str])
    """Blobs that they made."""


def find_introductions(
    git: Git, reader: BlobReader, history: History, progress: Progress
) -> Findings:
    """Functions that came within a window and are there at its end, with their commits.

    Args:
        git: commands on the repository.
        reader: of its blobs.
        history: the part of its history that the window is about.
        progress: is shown the files that are read.
    """
    cut = {commit.oid for commit in history.cut}
    commits = {commit.oid: commit for commit in history.inside if commit.oid not in cut}
    changes = list(list_changes(git, list(commits.values())))
    standing = [*history.cut, *([history.base] if history.base else [])]
    trees = {
        commit.oid: list(python_files(list_tree(git, commit.oid)))
        for commit in (*standing, history.end)
    }
    reader.read_all(_blobs(changes, trees.values()), progress)
    walk = _Walk()
    for oid, changed in changes:
        _read_commit(commits[oid], changed, reader, walk)
    cut &= {commit.oid for commit in history.inside}
    undated, old = _Standing(), _Standing()
    for commit in standing:
        found = undated if commit.oid in cut else old
        found.add(_tree_functions(reader, trees[commit.oid]))
    end = list(_tree_functions(reader, trees[history.end.oid]))
    findings = Findings()
    findings.undated = sum(
        known.material and undated.has(key, known) and not old.has(key, known) for key, known in end
    )
    for blob in walk.before.keys() - walk.after:
        # Versions that no commit of the window made, though the main line may not have had them.
        old.digests.update(known.digest for known in reader.functions(blob, walk.before[blob]))
    alive = _alive(end, walk)
    for event in _earliest(walk, old, undated):
        if event.key in alive or event.known.digest in alive:
            findings.events.append(event)
        else:
            findings.gone += 1
    return findings


def _blobs(
    changes: Iterable[tuple[str, Sequence[Change]]], trees: Iterable[Iterable[Entry]]
) -> Iterator[tuple[str, bytes]]:
    """All versions of files that must be read."""
    for _, changed in changes:
        for path, before, after in changed:
            yield from ((blob, path) for blob in (*before, after) if blob)
    for entries in trees:
        yield from ((entry.oid, entry.path) for entry in entries)


def _read_commit(
    commit: Commit, changes: Sequence[Change], reader: BlobReader, walk: _Walk
) -> None:
    left: dict[str, list[bytes]] = defaultdict(list)
    arrived: list[Event] = []
    for path, before, after in changes:
        old = {known.qualname for blob in before for known in reader.functions(blob, path)}
        new = reader.functions(after, path) if after else ()
        for qualname in old - {known.qualname for known in new}:
            left[qualname].append(path)
        for known in new:
            rank = walk.first.setdefault(known.digest, commit.rank)
            walk.first[known.digest] = min(rank, commit.rank)
            if after and known.qualname not in old:
                arrived.append(Event(commit, (path, known.qualname), known, after))
        walk.before.update((blob, path) for blob in before)
        walk.after.update({after} if after else ())
    for event in arrived:
        qualname = event.key[1]
        if qualname in left:
            walk.moves[event.key].update((path, qualname) for path in left[qualname])
        else:
            walk.events.append(event)


def _earliest(walk: _Walk, old: _Standing, undated: _Standing) -> Iterable[Event]:
    """Of each function that is new, the event that brought it."""
    earliest: dict[Key, Event] = {}
    for event in sorted(walk.events, key=lambda event: event.commit.rank):
        known = event.known
        is_first = bool(known.digest) and walk.first[known.digest] == event.commit.rank
        if is_first and not old.has(event.key, known) and not undated.has(event.key, known):
            earliest.setdefault(event.key, event)
    return earliest.values()


def _tree_functions(reader: BlobReader, entries: Iterable[Entry]) -> Iterator[tuple[Key, Known]]:
    for entry in entries:
        for known in reader.functions(entry.oid, entry.path):
            yield (entry.path, known.qualname), known


def _alive(end: Iterable[tuple[Key, Known]], walk: _Walk) -> set[Key | str]:
    """Places and digests of what is there at the end, with the places that it was moved from."""
    alive: set[Key | str] = set()
    waiting: list[Key] = []
    for key, known in end:
        waiting.append(key)
        alive.add(known.digest)
    while waiting:
        key = waiting.pop()
        if key not in alive:
            alive.add(key)
            waiting += sorted(walk.moves.get(key, ()))
    return alive
