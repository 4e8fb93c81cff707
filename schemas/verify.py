"""Verifying a release: files, schemas, keys, references, texts, leakage, labels."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from .errors import DataError
from .families import find_family
from .findings import Finding, first
from .fingerprint import TableDigest, combined_fingerprint, file_sha256
from .release import Release, count_slices
from .table_files import KeyOrder
from .verify_retrieval import check_retrieval

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .family import Family
    from .manifest import FileEntry
    from .tables import Table


def verify(folder: Path) -> list[Finding]:
    """Every fault and note about the release in ``folder``; without faults it can be trusted.

    Raises:
        UsageError: there is no such folder.
        DataError: there is no manifest, or it cannot be read at all.
    """
    release = Release.open(folder)
    family = find_family(release.manifest.family)
    findings = list(_check_files(release, family))
    if any(finding.level == "fault" for finding in findings):
        return findings  # what the files hold is not worth checking while they are not whole
    for table in family.tables:
        findings += _check_contents(release, table)
    findings += _check_totals(release, family)
    if not any(finding.level == "fault" for finding in findings):
        findings += check_relations(release)
    return findings


def check_relations(release: Release) -> list[Finding]:
    """Findings about what rows say of one another, in a release whose files are whole."""
    family = find_family(release.manifest.family)
    return [*check_retrieval(release), *family.check(release)]


def _check_files(release: Release, family: Family) -> Iterator[Finding]:
    known = {table.name for table in family.tables}
    found = set(release.manifest.tables)
    for name in sorted(known - found):
        yield Finding("fault", "tables", "manifest.json", f"table {name!r} is missing")
    for name in sorted(found - known):
        yield Finding("fault", "tables", "manifest.json", f"table {name!r} is unknown")
    yield from _check_documents(release)
    listed = {"README.md", "manifest.json"}
    for entry in release.manifest.tables.values():
        for files in entry.splits.values():
            for file in files:
                listed.add(file.path)
                yield from _check_file(release.path / file.path, file)
    present = {p.relative_to(release.path).as_posix() for p in release.path.rglob("*.parquet")}
    stray = sorted(present - listed)
    if stray:
        yield Finding(
            "fault", "files", str(release.path), "Parquet files that the manifest does not list",
            len(stray), first(stray),
        )  # fmt: skip


def _check_documents(release: Release) -> Iterator[Finding]:
    for name, digest in release.manifest.documents.items():
        path = release.path / name
        if not path.is_file():
            yield Finding("fault", "files", name, "the file is missing")
        elif file_sha256(path) != digest:
            yield Finding("fault", "digest", name, "SHA-256 is not the manifest's")


def _check_file(path: Path, entry: FileEntry) -> Iterator[Finding]:
    if not path.is_file():
        yield Finding("fault", "files", entry.path, "the file is missing")
    elif path.stat().st_size != entry.bytes:
        message = f"{path.stat().st_size} bytes, but the manifest says {entry.bytes}"
        yield Finding("fault", "digest", entry.path, message)
    elif file_sha256(path) != entry.sha256:
        yield Finding("fault", "digest", entry.path, "SHA-256 is not the manifest's")


def _check_contents(release: Release, table: Table) -> Iterator[Finding]:
    """Schema, order, normal form and fingerprint of one table, split by split."""
    entry = release.manifest.tables[table.name]
    digests: dict[str, str] = {}
    for split, files in entry.splits.items():
        digest = TableDigest(table.schema)
        order = KeyOrder(table, f"{table.name}/{split}")
        for file in files:
            try:
                rows = _scan(release.path / file.path, table, digest, order)
            except DataError as error:
                yield Finding("fault", "schema", file.path, str(error))
                return
            if rows != file.rows:
                message = f"{rows} rows, but the manifest says {file.rows}"
                yield Finding("fault", "rows", file.path, message)
            yield from _check_normal_form(release.path / file.path, file.path)
        digests[split] = digest.hexdigest()
    if combined_fingerprint(digests) != entry.fingerprint:
        yield Finding("fault", "fingerprint", table.name, "rows are not those of the manifest")


def _scan(path: Path, table: Table, digest: TableDigest, order: KeyOrder) -> int:
    rows = 0
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=64 if table.holds_files else 4_096):
            table.check(pa.table(batch), path.name)
            fitted: Any = pa.table(batch).select(table.schema.names).cast(table.schema)
            for piece in fitted.to_batches():
                digest.update(piece)
                order.update(piece)
            rows += batch.num_rows
    return rows


def _check_normal_form(path: Path, place: str) -> Iterator[Finding]:
    with pq.ParquetFile(path) as file:
        # What a source wrote is kept as it wrote it.
        strings = [f.name for f in file.schema_arrow if pa.types.is_string(f.type)]
        names = [name for name in strings if not name.endswith("_original")]
        for name in names:
            for batch in file.iter_batches(batch_size=4096, columns=[name]):
                column = batch.column(0)
                ascii_only = pc.call_function("string_is_ascii", [column.drop_null()])
                if ascii_only.false_count:
                    values = [v for v in column.to_pylist() if v is not None]
                    odd = [v[:60] for v in values if not unicodedata.is_normalized("NFC", v)]
                    if odd:
                        message = f"column {name!r} holds text that is not in Unicode form NFC"
                        yield Finding("fault", "NFC", place, message, len(odd), first(odd))
                        break


def _check_totals(release: Release, family: Family) -> Iterator[Finding]:
    manifest = release.manifest
    parts = {name: entry.fingerprint for name, entry in manifest.tables.items()}
    if combined_fingerprint(parts) != manifest.fingerprint:
        yield Finding("fault", "fingerprint", "manifest.json", "not that of its tables")
    counts = count_slices(release.path, family.slice_columns, manifest.tables)
    wrong = sorted(
        label
        for label in counts.keys() | manifest.slices.keys()
        if counts.get(label) != manifest.slices.get(label)
    )
    if wrong:
        message = "slices whose rows are not those of the tables"
        yield Finding("fault", "slices", "manifest.json", message, len(wrong), first(wrong))
