"""The changelog of a release, written from its chain of parents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...schemas.diff import diff
from ...schemas.errors import DataError, UsageError
from ...schemas.manifest import MANIFEST_NAME
from ...schemas.progress import SILENT
from ...schemas.release import Release
from .diff_markdown import rows_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from ...schemas.manifest import ParentEntry
    from ...schemas.progress import Progress


def changelog(
    release: Release, parents: Iterable[Path] = (), *, progress: Progress = SILENT
) -> str:
    """``CHANGELOG.md`` of a release: what each release of its chain changed, the newest first.

    A parent is the release with the fingerprint that a manifest names. It is looked for beside the
    release and in ``parents``; the chain ends at one that is not there, which is said.

    Args:
        release: the newest release.
        parents: releases, or folders that hold some.
        progress: shown while tables are compared.

    Raises:
        UsageError: a folder to search does not exist, or a parent is of another family.
        DataError: a release of the chain is damaged.
    """
    known = _releases([release.path.resolve().parent, *map(_existing, parents)])
    parts = [f"# Changelog of {release.manifest.name}\n"]
    seen = {release.path.resolve()}
    while True:
        parts.append(_heading(release))
        entry = release.manifest.parent
        if entry is None:
            parts.append(_first(release))
            break
        parent = _find(entry, [other for other in known if other.path.resolve() not in seen])
        if parent is None:
            parts.append(_missing(entry))
            break
        found = diff(parent, release, progress)
        parts.append(f"From {found.old.name} {found.old.version}. {found.verdict}\n")
        parts.append(rows_table(found))
        seen.add(parent.path.resolve())
        release = parent
    return "\n".join(parts)


def _existing(folder: Path) -> Path:
    if not folder.is_dir():
        raise UsageError("there is no such folder to look for parents in", place=folder)
    return folder


def _releases(folders: Sequence[Path]) -> list[Release]:
    """Releases among the folders and directly below them; damaged ones are passed over."""
    places = dict.fromkeys(
        place.resolve()
        for folder in folders
        for place in [folder, *sorted(folder.iterdir())]
        if (place / MANIFEST_NAME).is_file()
    )
    found: list[Release] = []
    for place in places:
        try:
            found.append(Release.open(place))
        except DataError:
            continue
    return found


def _find(entry: ParentEntry, releases: Iterable[Release]) -> Release | None:
    """The release of that fingerprint; of several the one that has the name and version too."""

    def others(release: Release) -> bool:
        manifest = release.manifest
        return (manifest.name, manifest.version) != (entry.name, entry.version)

    same = [r for r in releases if r.manifest.fingerprint == entry.fingerprint]
    return min(same, key=others, default=None)


def _heading(release: Release) -> str:
    manifest = release.manifest
    return f"## {manifest.name} {manifest.version} ({manifest.created[:10]})\n"


def _first(release: Release) -> str:
    tables = release.manifest.tables
    rows = ", ".join(f"{name} {tables[name].rows}" for name in sorted(tables))
    return f"The first release. Rows: {rows}.\n"


def _missing(entry: ParentEntry) -> str:
    return (
        f"Its parent, {entry.name} {entry.version} (fingerprint `{entry.fingerprint}`), is not "
        "among the folders searched, so earlier changes are not listed.\n"
    )
