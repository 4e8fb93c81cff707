"""What the sources that a call names are: archives, repositories, plain folders, lists of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ....schemas.code import FOLDER, GIT, SDIST
from ....schemas.errors import UsageError
from .archives import is_archive_name
from .git_commands import find_git_folder
from .git_functions import show_path
from .index import PREFIX
from .snapshots import SourceReport

if TYPE_CHECKING:
    from collections.abc import Iterable

INDEX = "index"
LIST = "list"

_PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg", "PKG-INFO", "__init__.py")
_NO_ARCHIVE = "file that is no project archive"
_NO_REPOSITORY = "folder that is no repository"


class Found(NamedTuple):
    """One thing to open."""

    kind: str
    """index, git, sdist or folder."""
    source: str
    """As it was given, or found in a folder that was."""
    path: Path


def find_sources(given: Iterable[str | Path]) -> tuple[list[Found], list[SourceReport]]:
    """Tell what each source is; a folder that holds archives or repositories is a list of them.

    Such a folder has no files of a project at its top; its archives and repositories lie in it or
    in folders in it. Hidden entries are passed over.

    Returns:
        What is to be opened, each thing once, and reports of what else lists hold.

    Raises:
        UsageError: a source does not exist, or is neither an archive nor a folder.
    """
    found: dict[str | Path, Found] = {}
    reports: list[SourceReport] = []
    for item in given:
        if str(item).startswith(PREFIX):
            found.setdefault(str(item), Found(INDEX, str(item), Path()))
            continue
        path = Path(item)
        report = SourceReport(show_path(path), LIST)
        for part in _look(path, report):
            found.setdefault(part.path.resolve(), part)
        if report.skipped:
            reports.append(report)
    return list(found.values()), reports


def _look(path: Path, report: SourceReport) -> list[Found]:
    if path.is_file():
        if not is_archive_name(path.name):
            raise UsageError(
                "the file is no project archive",
                place=show_path(path),
                expected="a .tar.gz, .tar.bz2, .tar.xz, .tar or .zip, a folder, or pypi:NAME",
                hint="a wheel holds no tests; its sdist may" if path.suffix == ".whl" else None,
            )
        return [Found(SDIST, show_path(path), path)]
    if not path.is_dir():
        raise UsageError(
            "no such file or folder",
            place=show_path(path),
            hint=f"a package of an index is named {PREFIX}{path}" if len(path.parts) == 1 else None,
        )
    if find_git_folder(path) is not None:
        return [Found(GIT, show_path(path), path)]
    listed = _list(path, report)
    return listed or [Found(FOLDER, show_path(path), path)]


def _list(path: Path, report: SourceReport) -> list[Found]:
    """Archives and repositories of a folder that is a list; none if it is a plain folder."""
    children = _visible(path)
    if any(child.name in _PROJECT_FILES for child in children):
        return []
    found = [part for child in children if (part := _single(child)) is not None]
    if not any(child.suffix == ".py" for child in children):
        known = {part.path for part in found}
        for folder in (child for child in children if child.is_dir() and child not in known):
            inner = [part for child in _visible(folder) if (part := _single(child)) is not None]
            known.update({folder} if inner else ())
            found += inner
    if found:
        used = {part.path for part in found} | {part.path.parent for part in found}
        for child in children:
            if child not in used:
                report.skipped[_NO_REPOSITORY if child.is_dir() else _NO_ARCHIVE] += 1
    return sorted(found, key=lambda part: part.path)


def _visible(folder: Path) -> list[Path]:
    return sorted(child for child in folder.iterdir() if not child.name.startswith("."))


def _single(path: Path) -> Found | None:
    if path.is_file() and is_archive_name(path.name):
        return Found(SDIST, show_path(path), path)
    if path.is_dir() and find_git_folder(path) is not None:
        return Found(GIT, show_path(path), path)
    return None
