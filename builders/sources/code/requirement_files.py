"""Requirement files of pip, read without following anything that leaves the project."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from .declared import requirements

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .trees import Tree

TEST_FILES = (
    *(f"requirements{mark}test{s}.txt" for mark in "-_" for s in ("", "s")),
    *(f"test{s}{mark}requirements.txt" for s in ("", "s") for mark in "-_"),
    "tests/requirements.txt",
    "test/requirements.txt",
    *(f"requirements/{name}.txt" for name in ("test", "tests", "testing")),
)
"""Files that say what tests need, by custom."""

DEV_FILES = (
    "requirements-dev.txt",
    "requirements_dev.txt",
    "dev-requirements.txt",
    "dev_requirements.txt",
    "requirements/dev.txt",
)
"""Files that say it among what else developers need."""

_INCLUDE = re.compile(r"(?:-r|--requirement)(?:\s+|=)?(\S+)")
_COMMENT = re.compile(r"(^|\s)#.*$")
_OPTION = re.compile(r"\s--\w[\w-]*(?:=|\s).*$")


def read_requirements(tree: Tree, path: str) -> tuple[str, ...]:
    """Requirements that a file lists, with those of files that it includes.

    Addresses, local paths and options of pip are left out.
    """
    return requirements(_lines(tree, path, set()))


def file_requirements(tree: Tree, paths: Iterable[str]) -> tuple[str, ...]:
    """Requirements of all of some files that are there."""
    found = (item for path in paths for item in read_requirements(tree, path))
    return tuple(dict.fromkeys(found))


def _lines(tree: Tree, path: str, seen: set[str]) -> Iterator[str]:
    path = posixpath.normpath(path)
    if path in seen or path.startswith(("/", "..")):
        return
    seen.add(path)
    text = (tree.read(path) or b"").decode("utf-8-sig", "replace")
    for raw in re.sub(r"\\\r?\n", " ", text).splitlines():
        line = _COMMENT.sub("", raw).strip()
        if include := _INCLUDE.fullmatch(line):
            yield from _lines(tree, posixpath.join(posixpath.dirname(path), include[1]), seen)
        elif line and not line.startswith("-"):
            yield _OPTION.sub("", line)
