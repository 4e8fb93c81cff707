"""Where the modules of a repository are imported from, what they are called, and what tests are."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_TEST_FOLDERS = {"test", "tests", "testing", "_tests", "idle_test", "test_suite"}
_OTHER_FOLDERS = {
    "doc", "docs", "example", "examples", "bench", "benches", "benchmark", "benchmarks", "demo",
    "demos", "scripts", "script", "tools", "tool", "ci", "build", "dist", "tasks", "utils",
}  # fmt: skip
"""Folders at the top that hold scripts if they are no packages."""
_TEST_FILE = re.compile(r"test_.*|.*_tests?|tests?|conftest|noxfile")


def is_test_path(path: str) -> bool:
    """Whether a file is a test or serves tests, by the names of its folders and its own."""
    parts = PurePosixPath(path).parts
    if any(part.lower() in _TEST_FOLDERS for part in parts[:-1]):
        return True
    return _TEST_FILE.fullmatch(PurePosixPath(path).stem.lower()) is not None


def import_roots(paths: Sequence[str]) -> tuple[str, ...]:
    """Folders that imports start from: those that hold a package or a module by itself.

    A folder with ``__init__.py`` is a package if the folder around it is none; the folder around it
    is a root. So is ``src``, and the top, from which tests import one another.

    Args:
        paths: of the Python files, below the repository's root.

    Returns:
        ``.`` last, others by name.
    """
    packages = {
        str(PurePosixPath(p).parent) for p in paths if PurePosixPath(p).name == "__init__.py"
    }
    roots: set[str] = set()
    for folder in packages:
        above = PurePosixPath(folder).parent
        outermost = str(above) not in packages and folder != "."
        if outermost and not is_test_path(f"{folder}/x.py") and _is_source(str(above)):
            roots.add(str(above))
    roots.update(
        folder for folder in ("src", "lib") if any(p.startswith(f"{folder}/") for p in paths)
    )
    roots.discard(".")
    return (*sorted(roots), ".")


def _is_source(folder: str) -> bool:
    parts = PurePosixPath(folder).parts
    return not parts or parts[0] not in _OTHER_FOLDERS


def module_name(path: str, roots: Sequence[str]) -> str:
    """Dotted name of a module as imports name it, by the longest root that it is in.

    Args:
        path: of its file, below the repository's root.
        roots: as ``import_roots`` gives them.
    """
    holding = [root for root in roots if root != "." and path.startswith(f"{root}/")]
    root = max(holding, key=len, default="")
    parts = list(PurePosixPath(path[len(root) :].lstrip("/")).with_suffix("").parts)
    if len(parts) > 1 and parts[-1] == "__init__":
        parts.pop()
    return ".".join(parts)
