"""The rolling view: all samples of several releases as one release, nothing built anew."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from ...schemas.code_family import CODE
from ...schemas.errors import DataError, UsageError
from ...schemas.fingerprint import file_sha256
from ...schemas.manifest import MANIFEST_NAME, SourceEntry
from ...schemas.release import Release
from ..request import UNKNOWN_LICENSE, BuiltTables
from ..sources.code.licenses import all_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...schemas.progress import Progress
    from ...schemas.tables import Table
    from ..request import BuildRequest
    from .options import CodeOptions

_SPLIT = "test"


def build_full(
    request: BuildRequest, options: CodeOptions, work_dir: Path, progress: Progress
) -> BuiltTables:
    """Join releases of the family.

    A snapshot, a definition or a file that several releases have stands once; a sample must not be
    in two of them.

    Raises:
        UsageError: a source is no release of the family.
        DataError: two releases have a sample in common, or differ in what they both have.
    """
    releases = [_opened(Path(source)) for source in request.sources]
    with progress.step("joining releases", len(CODE.tables)) as advance:
        tables: dict[str, dict[str, Path]] = {}
        for table in CODE.tables:
            path = work_dir / f"full-{table.name}.parquet"
            _write(_joined(table, releases), table, path)
            tables[table.name] = {_SPLIT: path}
            advance(1)
    return BuiltTables(
        tables=tables,
        sources=[_entry(release) for release in releases],
        parameters=options.parameters(),
        license=all_of(name for release in releases for name in _licenses(release)),
        environments={
            snapshot: entry
            for release in releases
            for snapshot, entry in release.manifest.environments.items()
        },
    )


def _opened(folder: Path) -> Release:
    release = Release.open(folder)
    if release.manifest.family != CODE.name:
        raise UsageError(
            "the full view joins releases of the family code",
            place=folder,
            found=f"family {release.manifest.family}",
        )
    return release


def _licenses(release: Release) -> list[str | None]:
    """The licences of the samples' repositories, or the one that was stated for the release."""
    stated = release.manifest.license
    found = release.table("samples", columns=["license"]).column("license").to_pylist()
    if stated == (all_of(found) or UNKNOWN_LICENSE):
        return found
    return [stated]


def _entry(release: Release) -> SourceEntry:
    manifest = release.path / MANIFEST_NAME
    return SourceEntry(
        path=str(release.path),
        bytes=manifest.stat().st_size,
        sha256=file_sha256(manifest),
        format="release",
        records=release.manifest.tables["samples"].rows,
    )


def _joined(table: Table, releases: Sequence[Release]) -> pl.DataFrame:
    parts = [release.polars(table.name) for release in releases]
    key = list(table.key)
    if table.name == "samples":
        _check_apart(parts, releases)
    if table.name == "corpus":
        return _merged(parts, key, pl.col("snapshots").explode().unique().sort())
    if table.name == "snapshots":
        return _merged(parts, key, pl.col("samples").sum())
    rows = pl.concat(parts).unique(key, keep="first", maintain_order=True).sort(key)
    for part, release in zip(parts, releases, strict=True):
        _check_same(part, rows, key, table.name, release)
    return rows


def _merged(parts: Sequence[pl.DataFrame], key: list[str], merged: pl.Expr) -> pl.DataFrame:
    """Rows of one key as one: its own values of the first release, and what is merged of all."""
    name = merged.meta.output_name()
    rest = [column for column in parts[0].columns if column not in {*key, name}]
    rows = pl.concat(parts)
    found = rows.group_by(key, maintain_order=True).agg(*(pl.col(c).first() for c in rest), merged)
    return found.select(rows.columns).sort(key)


def _check_apart(parts: Sequence[pl.DataFrame], releases: Sequence[Release]) -> None:
    owners: dict[str, Release] = {}
    for part, release in zip(parts, releases, strict=True):
        for name in part["_id"].to_list():
            other = owners.setdefault(name, release)
            if other is not release:
                raise DataError(
                    "a sample stands in two releases, so they do not follow one another",
                    place=release.path,
                    found=f"{name}, also in {other.path}",
                    hint="build the later one with the earlier as its parent",
                )


def _check_same(
    part: pl.DataFrame, rows: pl.DataFrame, key: list[str], table: str, release: Release
) -> None:
    kept = rows.join(part.select(key), on=key, how="semi").sort(key)
    if not kept.equals(part.sort(key)):
        raise DataError(
            f"releases differ in rows of {table} that they both have", place=release.path
        )


def _write(rows: pl.DataFrame, table: Table, path: Path) -> None:
    found: Any = rows.to_arrow()
    pq.write_table(pa.table(found).select(table.schema.names).cast(table.schema), path)
