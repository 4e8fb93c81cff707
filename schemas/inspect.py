"""A release at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .release import Release

if TYPE_CHECKING:
    from pathlib import Path

CELL = 120
"""Characters of a text that are shown."""


def inspect(folder: Path) -> dict[str, Any]:
    """What the release in ``folder`` holds, as plain values.

    Returns:
        ``name``, ``family``, ``version``, ``created``, ``fingerprint``, ``license``,
        ``parameters``, ``sources`` (read and rejected), ``dropped``, ``slices``, and ``tables``:
        for each its rows per split, its columns and its first three rows, long texts cut.
    """
    release = Release.open(folder)
    manifest = release.manifest
    return {
        "path": str(folder),
        "name": manifest.name,
        "family": manifest.family,
        "version": manifest.version,
        "created": manifest.created,
        "fingerprint": manifest.fingerprint,
        "license": manifest.license,
        "languages": manifest.languages,
        "parameters": manifest.builder.parameters,
        "seed": manifest.builder.seed,
        "sources": [source.model_dump(mode="json") for source in manifest.sources],
        "dropped": manifest.dropped,
        "slices": manifest.slices,
        "tables": {name: _table(release, name) for name in release.tables},
    }


def _table(release: Release, name: str) -> dict[str, Any]:
    entry = release.manifest.tables[name]
    head = release.head(name, 3)
    return {
        "rows": {split: sum(f.rows for f in files) for split, files in entry.splits.items()},
        "bytes": entry.bytes,
        "columns": {field.name: str(field.type) for field in head.schema},
        "head": [{key: _short(value) for key, value in row.items()} for row in head.to_pylist()],
    }


def _short(value: object) -> object:
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, str) and len(value) > CELL:
        return value[: CELL - 1] + "…"
    if isinstance(value, list):
        return [_short(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
