"""A release folder: writing it whole or not at all, opening it, reading its tables.

Layout::

    README.md       its YAML lists the tables as configs, so that ``load_dataset`` works
    manifest.json
    corpus/test-00000-of-00001.parquet, …
    rejects.jsonl stands beside the folder, as <name>.rejects.jsonl
    origin.json stands beside a folder that was pulled, as <name>.origin.json
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import version as package_version
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from .errors import DataError, UsageError
from .fingerprint import combined_fingerprint, file_sha256
from .manifest import (
    MANIFEST_NAME,
    BuilderEntry,
    EnvironmentEntry,
    FileEntry,
    Manifest,
    ParentEntry,
    SourceEntry,
    TableEntry,
    check_version,
    read_manifest,
)
from .origin import Origin, origin_path, read_origin
from .readme import write_readme
from .subsets import partition_subsets
from .table_files import write_table_files

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
    from pathlib import Path

    from pydantic import JsonValue

    from .subsets import Reader, Subset
    from .tables import Table


@dataclass(frozen=True)
class ReleaseInfo:
    """What a build knows about its release besides the tables."""

    name: str
    family: str
    version: str
    builder: str
    parameters: Mapping[str, JsonValue]
    seed: int
    sources: Sequence[SourceEntry] = ()
    dropped: Mapping[str, int] | None = None
    slice_columns: Sequence[tuple[str, str]] = ()
    """(table, column) whose labels are counted in the manifest."""
    subsets: Callable[[Reader], Iterable[Subset]] = partition_subsets
    """Subsets that other tools load; those of the family."""
    license: str = "unknown"
    languages: Sequence[str] = ()
    parent: ParentEntry | None = None
    environments: Mapping[str, EnvironmentEntry] | None = None


@dataclass(frozen=True)
class TableData:
    """One table to be written: its schema and, for each split, its rows in key order."""

    table: Table
    splits: Mapping[str, Any]
    """Split → ``pyarrow.Table``, or the path of a Parquet file that is streamed."""


def created_now() -> str:
    """UTC now, or SOURCE_DATE_EPOCH where that is set, to the second."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is not None and not epoch.isdigit():
        raise UsageError(
            "SOURCE_DATE_EPOCH is not a number of seconds", found=repr(epoch), expected="digits"
        )
    moment = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def check_target(target: Path, *, overwrite: bool) -> None:
    """Raise ``UsageError`` where a release must not be written to ``target``."""
    if not target.exists():
        return
    if not overwrite:
        raise UsageError(
            "the output folder exists already",
            place=target,
            hint="choose another folder, or pass --overwrite to replace the release in it",
        )
    if not (target / MANIFEST_NAME).is_file() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(
            "the output exists and is no release, so it is not overwritten",
            place=target,
            hint="move it away, or choose another folder",
        )


def rejects_path(target: Path) -> Path:
    """Where the rejected records of the release at ``target`` are listed."""
    return target.with_name(target.name + ".rejects.jsonl")


def write_release(
    target: Path,
    data: Sequence[TableData],
    info: ReleaseInfo,
    *,
    rejects: Path | None = None,
    documents: Mapping[str, str] | None = None,
    report: Callable[[Release], Mapping[str, str]] | None = None,
    overwrite: bool = False,
) -> Release:
    """Write a release; ``target`` appears complete or not at all.

    Args:
        target: folder of the release; its parent is created.
        data: the tables; every split's rows must be sorted by the table's key and unique in it.
        info: what the manifest says besides the tables.
        rejects: JSON lines of rejected records, moved beside the release; None if there are none.
        documents: name → text of files that stand beside the tables, as ``quality.json``.
        report: makes further documents of the tables as they are written.
        overwrite: replace a release that stands at ``target``.

    Raises:
        UsageError: ``target`` exists (and is not to be overwritten), or the version is no CalVer.
        DataError: rows are out of order, repeat a key, or do not fit the schema.
    """
    check_version(info.version)
    check_target(target, overwrite=overwrite)
    target.parent.mkdir(parents=True, exist_ok=True)
    with staged(target) as stage:
        entries = {item.table.name: _write_table(stage, item) for item in data}
        manifest = _manifest(stage, info, entries)
        written = dict(documents or {})
        if report is not None:
            written |= report(Release(stage, manifest))
        for name, text in written.items():
            (stage / name).write_text(text, encoding="utf-8")
        digests = {name: file_sha256(stage / name) for name in sorted(written)}
        manifest = manifest.model_copy(update={"documents": digests})
        write_readme(stage, manifest, info.subsets)
        (stage / MANIFEST_NAME).write_text(manifest.to_json(), encoding="utf-8")
        put_in_place(stage, target)
    origin_path(target).unlink(missing_ok=True)  # that of a pulled release which stood here
    beside = rejects_path(target)
    if rejects is not None:
        shutil.move(rejects, beside)
    else:
        beside.unlink(missing_ok=True)
    return Release.open(target)


@contextmanager
def staged(target: Path) -> Generator[Path]:
    """An empty folder beside ``target``, gone at the end unless it was put in its place."""
    stage = target.with_name(f".{target.name}.{os.getpid()}.partial")
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir()
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def put_in_place(stage: Path, target: Path) -> None:
    """Put the stage in the target's place; a release already there is dropped last."""
    old = stage.with_name(stage.name.removesuffix(".partial") + ".old")
    if target.exists():
        target.rename(old)
    try:
        stage.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _write_table(stage: Path, item: TableData) -> TableEntry:
    (stage / item.table.name).mkdir()
    files: dict[str, list[FileEntry]] = {}
    digests: dict[str, str] = {}
    for split in sorted(item.splits):
        shards, digests[split] = write_table_files(
            stage / item.table.name, split, item.table, item.splits[split]
        )
        files[split] = [
            FileEntry(
                path=shard.path.relative_to(stage).as_posix(),
                rows=shard.rows,
                bytes=shard.path.stat().st_size,
                sha256=file_sha256(shard.path),
            )
            for shard in shards
        ]
    entries = [entry for split in files.values() for entry in split]
    return TableEntry(
        rows=sum(entry.rows for entry in entries),
        bytes=sum(entry.bytes for entry in entries),
        fingerprint=combined_fingerprint(digests),
        splits=files,
    )


def _manifest(stage: Path, info: ReleaseInfo, entries: Mapping[str, TableEntry]) -> Manifest:
    """What the manifest says before there are documents."""
    return Manifest(
        name=info.name,
        family=info.family,
        version=info.version,
        created=created_now(),
        parent=info.parent,
        builder=BuilderEntry(
            name=info.builder,
            package="domainbench",
            version=package_version("domainbench"),
            parameters=dict(info.parameters),
            seed=info.seed,
        ),
        sources=list(info.sources),
        dropped=dict(info.dropped or {}),
        tables=dict(entries),
        environments=dict(info.environments or {}),
        slices=count_slices(stage, info.slice_columns, entries),
        license=info.license,
        languages=sorted(info.languages),
        fingerprint=combined_fingerprint({n: e.fingerprint for n, e in entries.items()}),
    )


def count_slices(
    folder: Path, columns: Iterable[tuple[str, str]], entries: Mapping[str, TableEntry]
) -> dict[str, int]:
    """Rows per label (``table.column=value``) of the tables below ``folder``."""
    counts: dict[str, int] = {}
    for name, column in columns:
        for split in entries[name].splits.values():
            for file in split:
                values = pq.read_table(folder / file.path, columns=[column]).column(0)
                if pa.types.is_list(values.type):
                    values = pc.call_function("list_flatten", [values])
                for pair in values.drop_null().value_counts().to_pylist():
                    label = f"{name}.{column}={label_text(pair['values'])}"
                    counts[label] = counts.get(label, 0) + pair["counts"]
    return dict(sorted(counts.items()))


def label_text(value: object) -> str:
    """A label as it is named: truth values in small letters, as JSON writes them."""
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True)
class Release:
    """A release on disk, opened: its manifest, and its tables as they are asked for."""

    path: Path
    manifest: Manifest

    @classmethod
    def open(cls, folder: Path) -> Release:
        """Open the release in ``folder``; raises as ``read_manifest`` does."""
        return cls(folder, read_manifest(folder))

    @cached_property
    def origin(self) -> Origin | None:
        """Where it was pulled from; None where it was not, or was changed since.

        Raises:
            DataError: the record beside the release cannot be read.
        """
        return read_origin(self.path)

    @cached_property
    def tables(self) -> list[str]:
        """Names of the tables, sorted."""
        return sorted(self.manifest.tables)

    def splits(self, table: str) -> list[str]:
        """Names of the splits of a table, sorted."""
        return sorted(self._entry(table).splits)

    def files(self, table: str, split: str | None = None) -> list[Path]:
        """Parquet files of a table: of one split, or of all in the order of their names."""
        entry = self._entry(table)
        if split is not None and split not in entry.splits:
            raise UsageError.from_unknown_name(f"split of table {table!r}:", split, entry.splits)
        chosen = [split] if split is not None else sorted(entry.splits)
        return [self.path / file.path for name in chosen for file in entry.splits[name]]

    def table(
        self, name: str, split: str | None = None, columns: Sequence[str] | None = None
    ) -> Any:
        """Rows of a table as a ``pyarrow.Table``: of one split, or of all.

        Raises:
            UsageError: the release has no such table or split.
            DataError: a file is missing or is no Parquet.
        """
        parts: list[Any] = []
        for path in self.files(name, split):
            try:
                parts.append(pq.read_table(path, columns=list(columns) if columns else None))
            except FileNotFoundError:
                raise DataError(
                    "a file of the release is missing", place=path, hint="run `domainbench verify`"
                ) from None
            except pa.ArrowInvalid as error:
                raise DataError(
                    "the file is no readable Parquet", place=path, found=error
                ) from None
        return pa.concat_tables(parts)

    def head(self, name: str, count: int) -> Any:
        """The first rows of a table, read without reading the rest."""
        parts: list[Any] = []
        for path in self.files(name):
            with pq.ParquetFile(path) as file:
                missing = count - sum(len(part) for part in parts)
                batch = next(file.iter_batches(batch_size=missing), None) if missing else None
                rows = [] if batch is None else [batch]
                parts.append(pa.Table.from_batches(rows, file.schema_arrow))
        return pa.concat_tables(parts)

    def polars(self, name: str, split: str | None = None) -> Any:
        """Rows of a table as a ``polars.DataFrame`` that shares the Arrow buffers."""
        import polars as pl

        return pl.from_arrow(self.table(name, split))

    def dataset(self, name: str, split: str | None = None) -> Any:
        """Rows of a table as a ``datasets.Dataset`` around the Arrow buffers, without a copy.

        The release's own fingerprint is handed on, as hashing the rows again is what makes
        wrapping a large table slow.
        """
        from datasets import Dataset
        from datasets.table import InMemoryTable

        table = self.table(name, split)
        key = combined_fingerprint(
            {"table": name, "split": split or "", "rows": self._entry(name).fingerprint}
        )
        return Dataset(InMemoryTable(table), fingerprint=key[:16])

    def _entry(self, table: str) -> TableEntry:
        try:
            return self.manifest.tables[table]
        except KeyError:
            raise UsageError.from_unknown_name("table", table, self.tables) from None
