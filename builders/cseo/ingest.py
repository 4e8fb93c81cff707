"""Source files to records, and what became of each record."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from ...schemas.errors import UsageError
from ...schemas.fingerprint import file_sha256
from ...schemas.manifest import SourceEntry
from ..sources import UnknownFormatError, expand
from ..sources.cseo import open_cseo
from ..sources.cseo.columns import check_mapping
from ..sources.cseo.hints import path_domain
from ..sources.cseo.records import Rewritten
from ..sources.record import Reject

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from ...schemas.progress import Progress
    from ..sources.cseo.records import Record

    Read: TypeAlias = "tuple[SourceFile, Record]"


@dataclass
class SourceFile:
    """A file and what became of its records."""

    path: Path
    name: str
    """The path below the folder named, with that folder; the same wherever the folder lies."""
    format: str
    domain: str | None = None
    """What the names of the file and its folders tell."""
    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    """Field → column that it was read from."""
    used: int = 0
    rejects: list[Reject] = field(default_factory=list[Reject])
    skipped: dict[str, int] = field(default_factory=dict[str, int])

    def reject(self, record: Record, reason: str, detail: str) -> None:
        """Count a record among those that cannot be used."""
        if isinstance(record, Rewritten):
            self.rejects.append(Reject(reason, detail, record_id=record.name))
            return
        place = record.place
        self.rejects.append(Reject(reason, place.say(detail), place.line, place.offset))

    def entry(self) -> SourceEntry:
        """The file as the manifest lists it."""
        return SourceEntry(
            path=str(self.path),
            bytes=self.path.stat().st_size,
            sha256=file_sha256(self.path),
            format=self.format,
            records=self.used,
            rejected=dict(sorted(Counter(item.reason for item in self.rejects).items())),
            skipped=self.skipped,
        )


def ingest(
    sources: Sequence[Path],
    mapping: Mapping[str, Any] | None,
    domains: Collection[str],
    progress: Progress,
) -> tuple[list[SourceFile], list[Read]]:
    """Read all sources, files of a folder in the order of their names.

    Raises:
        UsageError: a path does not exist, or the mapping is wrong.
        DataError: a file is damaged or empty, or one that was named is in no known format.
    """
    named = {path: given for given in sources for path in expand([given])}
    files: list[SourceFile] = []
    records: list[Read] = []
    with progress.step("reading sources", len(named)) as done:
        for path, given in named.items():
            file, read = _open(path, given, mapping, domains)
            files.append(file)
            records += read
            done(1)
    _check_columns(files, mapping)
    return files, records


def _open(
    path: Path, given: Path, mapping: Mapping[str, Any] | None, domains: Collection[str]
) -> tuple[SourceFile, list[Read]]:
    root = given if given != path else None
    whole = given.resolve()
    name = "/".join((whole.name, *path.relative_to(given).parts) if root else (whole.name,))
    try:
        reader = open_cseo(path, mapping=mapping)
    except UnknownFormatError:
        if root is None:
            raise
        skipped = {"file in no known format": 1}
        return SourceFile(path, name, "unknown", skipped=skipped), []
    hint = path_domain(path, root, domains)
    file = SourceFile(path, name, reader.format, hint, reader.columns)
    read: list[Read] = []
    for item in reader:
        if isinstance(item, Reject):
            file.rejects.append(item)
        else:
            read.append((file, item))
    return file, read


def _check_columns(files: Sequence[SourceFile], mapping: Mapping[str, Any] | None) -> None:
    for name, column in check_mapping(mapping).items():
        if all(file.columns.get(name) != column for file in files):
            raise UsageError(
                f"the mapping names a column {column!r} that no file has",
                place=", ".join(str(file.path) for file in files[:5]),
                expected=f"the column that holds {name}",
            )
