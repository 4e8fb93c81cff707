"""Where the modules of a project lie: roots of imports, names of modules, tests."""

from __future__ import annotations

from collections import Counter
from itertools import takewhile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_CONTAINERS = {"src", "lib", "Lib", "python", "py", "source", "sources"}
"""Folders that packages lie in without being packages themselves."""
_APART = {
    *("benchmark", "benchmarks", "bench", "bin", "build", "ci", "contrib", "demo", "demos"),
    *("dist", "doc", "docs", "etc", "example", "examples", "misc", "notebooks", "recipes"),
    *("requirements", "samples", "scripts", "tools", "tutorial", "tutorials"),
}
"""Folders whose modules are scripts: on the import path, they could hide others."""
_PROJECT = {"pyproject.toml", "setup.py", "setup.cfg"}
_NO_MODULES = {
    *("build.py", "conf.py", "conftest.py", "dodo.py", "fabfile.py", "hatch_build.py"),
    *("manage.py", "noxfile.py", "setup.py", "tasks.py"),
}
_TEST_FOLDERS = {"test", "tests", "testsuite", "testsuites", "unittests", "_test", "_tests"}
_TEST_FILES = {"conftest.py", "test.py", "tests.py"}


def import_roots(paths: Sequence[str]) -> tuple[str, ...]:
    """Folders that must be on the import path for the modules of a project to be found.

    Above regular packages lies their root; folders without ``__init__.py`` between a project and
    its modules are namespace packages, unless they are known to hold packages, as ``src`` is.

    Args:
        paths: all files of the project, below its root, with slashes.

    Returns:
        Folders below the project's root, which is "" itself; those with more modules come first.
    """
    files = [PurePosixPath(path) for path in paths]
    packages = {file.parent for file in files if file.name == "__init__.py"}
    packages.discard(PurePosixPath())
    projects = {file.parent for file in files if file.name in _PROJECT} | {PurePosixPath()}
    found: Counter[str] = Counter()
    for file in files:
        is_module = file.suffix == ".py" and file.name not in _NO_MODULES
        if is_module and not is_test_path(str(file)):
            root = _root(file.parent, packages, projects)
            if root.parts[:1] and root.parts[0] in _APART:
                continue
            found[str(root)] += 1
    roots = sorted(found, key=lambda root: (-found[root], root))
    return tuple("" if root == "." else root for root in roots) or ("",)


def module_name(path: str, roots: Sequence[str]) -> str:
    """Dotted name of a module: ``pkg.sub.mod``, and ``pkg.sub`` for a package's own file.

    Args:
        path: path of the module below the project's root.
        roots: folders of the import path; the longest that holds the module counts.
    """
    file = PurePosixPath(path)
    holding = [PurePosixPath(root) for root in roots if file.is_relative_to(root)]
    root = max(holding, key=lambda folder: len(folder.parts), default=PurePosixPath())
    parts = file.relative_to(root).with_suffix("").parts
    if len(parts) > 1 and parts[-1] == "__init__":
        parts = parts[:-1]
    return ".".join(parts)


def is_test_path(path: str) -> bool:
    """Whether a file is a test or a help for tests, by its name or a folder's."""
    file = PurePosixPath(path)
    if file.name in _TEST_FILES or file.stem.startswith("test_"):
        return True
    if file.suffix == ".py" and file.stem.endswith(("_test", "_tests")):
        return True
    return any(_is_test_folder(folder) for folder in file.parts[:-1])


def _is_test_folder(name: str) -> bool:
    return (
        name in _TEST_FOLDERS
        or name.startswith(("test_", "tests_"))
        or name.endswith(("_test", "_tests"))
    )


def _root(
    folder: PurePosixPath, packages: set[PurePosixPath], projects: set[PurePosixPath]
) -> PurePosixPath:
    """The folder that the modules in a folder are imported from."""
    while folder in packages:
        folder = folder.parent
    project = next(parent for parent in (folder, *folder.parents) if parent in projects)
    between = folder.relative_to(project).parts
    if between and between[0] in _APART:
        return folder
    holding = len(list(takewhile(_CONTAINERS.__contains__, between)))
    for depth, name in enumerate(between, 1):
        if not name.isidentifier():
            holding = depth
    return project.joinpath(*between[:holding])
