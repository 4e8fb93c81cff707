"""Functions that come back after they were removed, perhaps years before.

The whole history before the window is searched for them, but no more of it is parsed than has to
be: a version of a file is looked into only where it holds a definition of the name and, word for
word, the longest line of the body.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from .git_history import list_changes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .git_commands import Git
    from .git_functions import BlobReader
    from .git_history import History
    from .git_introductions import Event

_DEFINED = re.compile(rb"\bdef\s+([^\s(\[]+)")


def find_returned(
    git: Git,
    reader: BlobReader,
    history: History,
    events: Sequence[Event],
    advance: Callable[[int], None],
) -> set[str]:
    """Digests, of those of some functions, that a version of a file before the window has.

    Args:
        git: commands on the repository.
        reader: of its blobs.
        history: the part of its history that the window is about.
        events: functions that seem new.
        advance: called with the number of commits just read.
    """
    wanted: dict[bytes, list[bytes]] = defaultdict(list)
    for event in events:
        name = event.key[1].rpartition(".")[2].encode()
        wanted[name].append(_longest_line(reader.text(event.blob), event))
    found: set[str] = set()
    seen: set[str] = set()
    for _, changes in list_changes(git, history.outside if wanted else ()):
        for change in changes:
            if change.after is None or change.after in seen:
                continue
            seen.add(change.after)
            data = reader.text(change.after)
            if _may_hold(data, wanted):
                known = reader.functions(change.after, change.path)
                found.update(item.digest for item in known)
        advance(1)
    return found & {event.known.digest for event in events}


def _longest_line(data: bytes, event: Event) -> bytes:
    lines = re.split(rb"\r\n|\r|\n", data)[event.known.start - 1 : event.known.end]
    return max((line.strip() for line in lines), key=len, default=b"")


def _may_hold(data: bytes, wanted: dict[bytes, list[bytes]]) -> bool:
    names = wanted.keys() & set(_DEFINED.findall(data))
    return any(line in data for name in names for line in wanted[name])
