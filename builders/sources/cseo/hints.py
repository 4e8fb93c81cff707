"""The domain that the names of a file and its folders tell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

_BETWEEN = re.compile(r"[\W_]+")
_MOST_WORDS = 4


def fold(name: str) -> str:
    """A name without case, blanks and punctuation."""
    return _BETWEEN.sub("", name.casefold())


def known_domain(name: str, known: Collection[str]) -> str | None:
    """The domain that a record names, as ``Video Games`` does videogames; None if it is unknown."""
    folded = {fold(domain): domain for domain in known}
    return folded.get(fold(name))


def path_domain(path: Path, root: Path | None, known: Collection[str]) -> str | None:
    """The domain in the file's name, else in the nearest of its folders below and with ``root``.

    Args:
        path: the file.
        root: folder that it was found in; the file's own folder where None.
        known: names of domains.
    """
    folder = path.parent.resolve()
    top = root.resolve() if root is not None else folder
    folders = [part.name for part in (folder, *folder.parents) if part.is_relative_to(top)]
    for name in (path.name, *folders):
        found = _domain_in(name, known)
        if found is not None:
            return found
    return None


def _domain_in(name: str, known: Collection[str]) -> str | None:
    """The first word, or words in a row, that are the name of a domain."""
    words = [word for word in _BETWEEN.split(name) if word]
    for start in range(len(words)):
        for stop in range(start + 1, min(len(words), start + _MOST_WORDS) + 1):
            found = known_domain(" ".join(words[start:stop]), known)
            if found is not None:
                return found
    return None
