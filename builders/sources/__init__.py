"""Patent sources: every format that can be read, behind one function.

A new format is one module that offers what ``Format`` says, and one line below.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ...schemas.errors import DataError, UsageError
from . import epo_xml, google_patents, google_search, lens_jsonl, lens_table, table, uspto_xml
from .record import Skip
from .shapes import Job, find_shape
from .streams import Meter, find_sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from .record import Publication, Reject
    from .shapes import Shape
    from .streams import Source


class Format(Protocol):
    """What a module that reads one format offers."""

    @property
    def FORMAT(self) -> str:  # noqa: N802 - a constant of the module
        """Its name in calls and manifests."""
        ...

    @property
    def ABOUT(self) -> str:  # noqa: N802
        """What it is, for messages."""
        ...

    @property
    def CONTAINERS(self) -> tuple[str, ...]:  # noqa: N802
        """Containers that it comes in."""
        ...

    def sniff(self, shape: Shape) -> bool:
        """Whether the names in a file are those of this format."""
        ...

    def read(self, job: Job) -> Iterator[Publication | Reject | Skip]:
        """Read one source of this format."""
        ...


# In the order they are tried; the more particular ones come first.
_MODULES: tuple[Format, ...] = (
    uspto_xml,
    epo_xml,
    lens_jsonl,
    lens_table,
    google_patents,
    google_search,
    table,
)
FORMATS: dict[str, Format] = {module.FORMAT: module for module in _MODULES}
"""Formats by name."""


class UnknownFormatError(DataError):
    """A file whose content is in no format that can be read."""


class PatentReader:
    """Records of one file; every iteration reads it anew from its start."""

    def __init__(
        self,
        path: Path,
        parts: Sequence[tuple[Source, Shape, Format | None]],
        language: str,
        mapping: Mapping[str, Any] | None,
    ) -> None:
        self.path = path
        self.format = next(module.FORMAT for _, _, module in parts if module is not None)
        """Name of the format; of an archive, that of its first member in a known one."""
        self.bytes_total = path.stat().st_size
        """Size of the file on disk."""
        self._meter = Meter(self.bytes_total)
        self._parts = parts
        self._language = language
        self._mapping = mapping

    @property
    def bytes_read(self) -> int:
        """Bytes of the file on disk that the running iteration has read, for progress."""
        return self._meter.read

    def __iter__(self) -> Iterator[Publication | Reject | Skip]:
        """Read the file.

        Raises:
            DataError: the compressed file is damaged or cut short.
        """
        self._meter.read = 0
        for source, shape, module in self._parts:
            if module is None:
                yield Skip("archive member in no known format")
            else:
                yield from module.read(
                    Job(source, shape, self._meter, self._language, self._mapping_for(module))
                )

    def _mapping_for(self, module: Format) -> Mapping[str, Any] | None:
        return self._mapping if module is table else None


def open_patents(
    path: str | Path,
    *,
    language: str = "en",
    format: str | None = None,  # noqa: A002 - the manifest's word
    mapping: Mapping[str, Any] | None = None,
) -> PatentReader:
    """Open a file of patents, plain, gzipped or in a zip archive.

    Args:
        path: the file; format and compression are recognised by its content.
        language: ISO 639-1 code; texts in it are taken, those in other languages are not.
        format: a name in ``FORMATS``, where the content is not to be looked at for it.
        mapping: canonical field → column, see ``table``; files that have the column it names for
            publication_id are read by it, as are files in no known format.

    Raises:
        UsageError: no such file or format, or a wrong mapping.
        UnknownFormatError: the content is in no known format.
        DataError: the file is empty or damaged, or cannot be of the format named.
    """
    file = Path(path)
    if not file.is_file():
        raise UsageError("no such file", place=file, expected="a file of patents")
    identity = table.parse_mapping(mapping)["publication_id"].name if mapping else None
    if format is not None and format not in FORMATS:
        raise UsageError.from_unknown_name("source format", format, FORMATS)
    parts = [_part(source, format, identity) for source in find_sources(file)]
    if all(module is None for _, _, module in parts):
        raise _unrecognised(file, parts[0][1])
    return PatentReader(file, parts, language.lower(), mapping)


def _part(
    source: Source, named: str | None, identity: str | None
) -> tuple[Source, Shape, Format | None]:
    shape = find_shape(source)
    if named is not None:
        module = FORMATS[named]
        if shape.container in module.CONTAINERS:
            return source, shape, module
        raise DataError(
            f"the content cannot be {named}",
            place=source.name,
            found=shape.describe(),
            expected=" or ".join(module.CONTAINERS),
        )
    mappable = identity is not None and shape.container in table.CONTAINERS
    if mappable and identity in shape.names:
        return source, shape, table
    fitting = (module for module in _MODULES if shape.container in module.CONTAINERS)
    found = next((module for module in fitting if module.sniff(shape)), None)
    if found is None and mappable:
        found = table  # which says what column it lacks
    return source, shape, found


def _unrecognised(path: Path, shape: Shape) -> UnknownFormatError:
    known = "\n".join(f"            {name}: {module.ABOUT}" for name, module in FORMATS.items())
    return UnknownFormatError(
        "the content is in no format that can be read",
        place=path,
        found=shape.describe(),
        expected="one of\n" + known,
        hint="a table of another layout can be read with a column mapping, "
        'for example {"publication_id": "pn", "title": "ti", "abstract": "ab"}',
    )


def expand(paths: Iterable[str | Path]) -> list[Path]:
    """Files to read: those named, and those in the folders named, sorted within each folder.

    Hidden files and folders below a folder named are left out.

    Raises:
        UsageError: a path does not exist, or no file is left.
    """
    files: list[Path] = []
    for given in paths:
        path = Path(given)
        if path.is_dir():
            files += sorted(
                found
                for found in path.rglob("*")
                if found.is_file()
                and not any(part.startswith(".") for part in found.relative_to(path).parts)
            )
        elif path.is_file():
            files.append(path)
        else:
            raise UsageError("no such file or folder", place=path)
    if not files:
        raise UsageError(
            "there is no file to read", expected="files, or folders with files in them"
        )
    return list(dict.fromkeys(files))
