"""Source files to records, and what became of each record."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from ...schemas.errors import DataError, UsageError
from ...schemas.fingerprint import file_sha256
from ...schemas.manifest import SourceEntry
from ..sources import UnknownFormatError, expand
from ..sources.rag import open_rag
from ..sources.rag.hints import path_domain
from ..sources.rag.triples import FORMAT as TRIPLES
from ..sources.rag.triples import check_mapping
from ..sources.record import Reject, Skip

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from ...schemas.progress import Progress
    from ..sources.rag.records import Record
    from .options import RagOptions

    Read: TypeAlias = "tuple[SourceFile, Record]"

UNREADABLE = "file that cannot be read"
_LICENCES = frozenset({"copying", "licence", "license", "notice"})
"""Names of files that come with data and are none."""


@dataclass
class SourceFile:
    """A file and what became of its records."""

    path: Path
    name: str
    """The path below the folder named, with that folder; the same wherever the folder lies. Where
    two sources are called the same, as much of the path as tells them apart."""
    format: str
    root: Path | None
    number: int
    """Place among the build's files."""
    domain: str | None = None
    """What the names of the file and its folders tell."""
    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    """Field → column that triples were read from."""
    used: int = 0
    rejects: list[Reject] = field(default_factory=list[Reject])
    skipped: Counter[str] = field(default_factory=Counter[str])

    def reject(self, reason: str, detail: str, line: int | None, key: str | None = None) -> None:
        """Count a record that was used so far among those that cannot be used."""
        self.used -= 1
        self.rejects.append(Reject(reason, detail, line, record_id=key))

    def entry(self) -> SourceEntry:
        """The file as the manifest lists it."""
        return SourceEntry(
            path=str(self.path),
            bytes=self.path.stat().st_size,
            sha256=file_sha256(self.path),
            format=self.format,
            records=self.used,
            rejected=dict(sorted(Counter(item.reason for item in self.rejects).items())),
            skipped=dict(sorted(self.skipped.items())),
        )


def ingest(
    sources: Sequence[Path],
    mapping: Mapping[str, Any] | None,
    options: RagOptions,
    properties: Mapping[str, str],
    progress: Progress,
) -> tuple[list[SourceFile], list[Read]]:
    """Read all sources, files of a folder in the order of their names.

    A file that is empty or damaged is a reject of itself.

    Raises:
        UsageError: a path does not exist, or the mapping is wrong.
        UnknownFormatError: a file that was named is in no known format.
    """
    wanted = check_mapping(mapping)
    named = {path: given for given in sources for path in expand([given])}
    files: list[SourceFile] = []
    records: list[Read] = []
    taken: set[str] = set()
    with progress.step("reading sources", len(named)) as done:
        for path, given in named.items():
            root = given if given != path else None
            name = _name(path, given, taken)
            taken.add(name)
            hint = path_domain(path, root)
            file = SourceFile(path, name, "unknown", root, len(files), hint)
            files.append(file)
            if root is not None and path.name.split(".")[0].casefold() in _LICENCES:
                file.skipped["licence"] += 1
            else:
                records += ((file, item) for item in _read(file, wanted, options, properties))
            done(1)
    _check_columns(files, wanted)
    return files, records


def _read(
    file: SourceFile,
    mapping: Mapping[str, str],
    options: RagOptions,
    properties: Mapping[str, str],
) -> Iterator[Record]:
    try:
        reader = open_rag(
            file.path, mapping=mapping, language=options.language, properties=properties
        )
        file.format, file.columns = reader.format, reader.columns
        for item in reader:
            if isinstance(item, Reject):
                file.rejects.append(item)
            elif isinstance(item, Skip):
                file.skipped[item.reason] += 1
            else:
                file.used += 1
                yield item
    except UnknownFormatError:
        if file.root is None:
            raise
        file.skipped["file in no known format"] += 1
    except DataError as error:
        found = f": {error.found}" if error.found is not None else ""
        file.rejects.append(Reject(UNREADABLE, error.problem + found))


def _name(path: Path, given: Path, taken: set[str]) -> str:
    named = given.resolve()
    whole = named if path == given else named / path.relative_to(given)
    parts = len(whole.parts) - len(named.parts) + 1
    while (name := "/".join(whole.parts[-parts:])) in taken and parts < len(whole.parts):
        parts += 1
    return name


def _check_columns(files: Sequence[SourceFile], mapping: Mapping[str, str]) -> None:
    for name, column in mapping.items():
        if all(file.columns.get(name) != column for file in files):
            raise UsageError(
                f"the mapping names a column {column!r} that no table of triples has",
                place=", ".join(str(file.path) for file in files[:5]),
                found=", ".join(f"{f.name}: {f.format}" for f in files[:5])
                + ("" if any(file.format == TRIPLES for file in files) else "; no triples"),
                expected=f"the column that holds {name}",
            )
