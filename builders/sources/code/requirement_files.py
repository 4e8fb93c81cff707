"""Requirement files of pip, read without following anything that leaves the project."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from .declared import requirements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .trees import Tree

TEST_FILES = (
    "requirements-test.txt",
    "requirements-tests.txt",
    "requirements_test.txt",
    "requirements_tests.txt",
    "test-requirements.txt",
    "test_requirements.txt",
    "tests-requirements.txt",
    "requirements-dev.txt",
    "requirements_dev.txt",
    "dev-requirements.txt",
    "dev_requirements.txt",
    "requirements/test.txt",
    "requirements/tests.txt",
    "requirements/testing.txt",
    "requirements/dev.txt",
    "requirements/test.in",
    "requirements/tests.in",
    "requirements/dev.in",
    "tests/requirements.txt",
    "test/requirements.txt",
)
"""Files that say what tests need, by custom."""

_INCLUDE = re.compile(r"(?:-r|--requirement)(?:\s+|=)?(\S+)")
_COMMENT = re.compile(r"(^|\s)#.*$")
_OPTION = re.compile(r"\s--\w[\w-]*(?:=|\s).*$")


def read_requirements(tree: Tree, path: str) -> tuple[str, ...]:
    """Requirements that a file lists, with those of files that it includes.

    Addresses, local paths and options of pip are left out.
    """
    return requirements(_lines(tree, path, set()))


def test_file_requirements(tree: Tree) -> tuple[str, ...]:
    """Requirements of all files that hold those of tests by custom."""
    found = (item for path in TEST_FILES for item in read_requirements(tree, path))
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
