"""The snapshots of a release laid out again: their files, and the environments of their tests."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from ...programs.copies import write_tree
from ...programs.environments import (
    add_generated,
    current_environment,
    install_project,
    make_environment,
)
from ...programs.layout import import_roots
from ...retrieval.cache import cache_folder
from ...schemas.code import installed_version
from ...schemas.errors import DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import Literal

    from ...programs.environments import Environment
    from ...schemas.release import Release

    EnvironmentKind = Literal["venv", "current"]

_BATCH = 64


@dataclass(frozen=True)
class Repository:
    """A snapshot laid out in a folder."""

    snapshot: str
    tree: Path
    import_roots: tuple[str, ...]
    environment: Environment


class Repositories:
    """Lays out snapshots of a release, each once, below a folder of its own."""

    def __init__(self, release: Release, folder: Path, kind: EnvironmentKind) -> None:
        """Take a release.

        Args:
            release: of the family ``code``.
            folder: where snapshots are laid out.
            kind: ``venv`` makes the environment that the manifest pins; ``current`` takes the
                running Python's packages.
        """
        self._release = release
        self._folder = folder
        self._kind = kind
        self._found: dict[str, Repository] = {}

    def open(self, snapshot: str) -> Repository:
        """Lay out a snapshot and make its environment.

        Raises:
            DataError: the release lacks its files or environment, or the environment cannot be
                made.
            UsageError: the environment is pinned for another Python.
        """
        if snapshot not in self._found:
            tree = self._folder / str(len(self._found))
            roots = import_roots(self._lay_out(snapshot, tree))
            environment = self._environment(snapshot, tree)
            add_generated(tree, environment, roots)
            self._found[snapshot] = Repository(snapshot, tree, roots, environment)
        return self._found[snapshot]

    def _lay_out(self, snapshot: str, tree: Path) -> Sequence[str]:
        paths: list[str] = []

        def files() -> Iterator[tuple[str, bool, bytes]]:
            for row in _files(self._release, snapshot):
                paths.append(row["path"])
                yield row["path"], row["executable"], row["content"]

        write_tree(files(), tree)
        if not paths:
            raise DataError(
                "the release has no files of a snapshot",
                place=self._release.path,
                found=snapshot,
                hint="build it with files=all",
            )
        return sorted(paths)

    def _environment(self, snapshot: str, tree: Path) -> Environment:
        if self._kind == "current":
            return current_environment()
        entry = self._release.manifest.environments.get(snapshot)
        if entry is None:
            raise DataError(
                "the manifest pins no environment of a snapshot",
                place=self._release.path,
                found=snapshot,
                hint="build the release with tests=run",
            )
        if _minor(entry.python) != _minor(platform.python_version()):
            raise UsageError(
                "the release's tests were confirmed with another Python",
                found=f"Python {platform.python_version()}",
                expected=f"Python {_minor(entry.python)}",
                hint="run this command with it, or pass environment=current to try even so",
            )
        folder = cache_folder() / "environments"
        made = make_environment(entry.requirements, (), folder=folder)
        row = self._rows[snapshot]
        version = installed_version(row["kind"], row["version"])
        return install_project(made, tree, folder=folder, version=version)

    @cached_property
    def _rows(self) -> dict[str, dict[str, Any]]:
        table = self._release.table("snapshots", columns=["_id", "version", "kind"])
        return {row["_id"]: row for row in table.to_pylist()}


def _files(release: Release, snapshot: str) -> Iterator[dict[str, Any]]:
    for path in release.files("files"):
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=_BATCH):
                mine = pc.call_function("equal", [batch.column("snapshot"), snapshot])
                yield from batch.filter(mine).to_pylist()


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])
