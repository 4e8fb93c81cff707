"""The manifest of a release: what it is, what it was made of, and what its files must hash to."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints, ValidationError

from .errors import DataError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 1
MANIFEST_NAME = "manifest.json"

_CALVER = re.compile(r"\d{4}\.(0[1-9]|1[0-2])(\.(0|[1-9]\d*))?")

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
Name = Annotated[str, StringConstraints(pattern=_NAME)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FileEntry(_Model):
    """One file of a table."""

    path: str
    """Relative to the release folder, with forward slashes."""
    rows: int
    bytes: int
    sha256: Sha256


class TableEntry(_Model):
    """One table: its rows, files and contents."""

    rows: int
    bytes: int
    fingerprint: Sha256
    """Over the rows' contents: independent of row groups, compression and machine."""
    splits: dict[str, list[FileEntry]]


class SourceEntry(_Model):
    """One raw file that the release was made from."""

    path: str
    """As it was given to the build."""
    bytes: int
    sha256: Sha256
    format: str
    records: int
    """Records read and used."""
    rejected: dict[str, int] = Field(default_factory=dict)
    """Records that could not be read, by reason."""
    skipped: dict[str, int] = Field(default_factory=dict)
    """Well-formed records that are no material for this family, by reason."""


class BuilderEntry(_Model):
    """What made the release."""

    name: str
    package: str
    version: str
    parameters: dict[str, JsonValue]
    """Every parameter with the value it had, defaults included."""
    seed: int


class ParentEntry(_Model):
    """The release that this one evolves."""

    name: str
    version: str
    fingerprint: Sha256


class EnvironmentEntry(_Model):
    """Packages that tests of a repository ran with."""

    python: str
    """Version of Python."""
    requirements: list[str]
    """Pinned, as ``attrs==25.3.0``."""


class Manifest(_Model):
    """Everything that must be known to trust, rebuild or compare a release."""

    format: int = FORMAT
    name: Name
    family: Name
    version: str
    created: str
    """UTC, ISO 8601; from SOURCE_DATE_EPOCH where that is set."""
    parent: ParentEntry | None = None
    builder: BuilderEntry
    sources: list[SourceEntry]
    dropped: dict[str, int] = Field(default_factory=dict)
    """Material that was read and left out on purpose, by reason."""
    tables: dict[str, TableEntry]
    documents: dict[str, Sha256] = Field(default_factory=dict)
    """Files beside the tables, as ``quality.json``, with their digests."""
    environments: dict[str, EnvironmentEntry] = Field(default_factory=dict)
    """Snapshot of a repository → what its tests ran with, where they ran."""
    slices: dict[str, int]
    """Rows per label: ``table.column=value`` → rows."""
    license: str
    """SPDX identifier or the words of the source; ``unknown`` where nobody stated one."""
    languages: list[str]
    fingerprint: Sha256
    """Over the fingerprints of all tables."""

    def to_json(self) -> str:
        """The file's text: sorted keys, two spaces, a newline at the end."""
        payload = self.model_dump(mode="json")
        return json.dumps(payload, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def check_name(name: str) -> str:
    """Return a release's name, or raise ``UsageError``."""
    if not re.fullmatch(_NAME, name):
        raise UsageError(
            "the release's name has other characters than it may",
            found=repr(name),
            expected="ASCII letters, digits, '.', '_' and '-', a letter or digit first",
        )
    return name


def check_version(version: str) -> str:
    """Return a CalVer version (``YYYY.MM`` or ``YYYY.MM.N``) or raise ``UsageError``."""
    if not _CALVER.fullmatch(version):
        raise UsageError(
            "the version is not a calendar version",
            found=repr(version),
            expected="YYYY.MM or YYYY.MM.N, as 2026.11 or 2026.11.1",
        )
    return version


def read_manifest(folder: Path) -> Manifest:
    """Read and check ``manifest.json`` of a release folder.

    Raises:
        UsageError: there is no such folder.
        DataError: the folder has no manifest, or it does not parse, has unknown or missing keys,
            or is of another format.
    """
    path = folder / MANIFEST_NAME
    if not folder.is_dir():
        raise UsageError("there is no such release folder", place=folder)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DataError(
            "the folder is no release: it has no manifest.json",
            place=folder,
            hint="a release is made by `domainbench build` or `domainbench sample`",
        ) from None
    except UnicodeDecodeError as error:
        raise DataError("the manifest is not UTF-8", place=path, found=str(error)) from None
    return parse_manifest(text, path)


def parse_manifest(text: str, path: Path) -> Manifest:
    """Parse the manifest's text; ``path`` is named in errors."""
    try:
        payload = json.loads(text)
    except json.JSONDecodeError as error:
        raise DataError(
            "the manifest is not JSON", place=path, line=error.lineno, found=error.msg
        ) from None
    found = payload.get("format") if isinstance(payload, dict) else None
    if found != FORMAT:
        newer = isinstance(found, int) and found > FORMAT
        raise DataError(
            "the release has a format that this version does not read",
            place=path,
            found=found,
            expected=FORMAT,
            hint="install a newer domainbench" if newer else None,
        )
    try:
        return Manifest.model_validate(payload)
    except ValidationError as error:
        first = error.errors()[0]
        raise DataError(
            f"the manifest's {'.'.join(str(part) for part in first['loc'])} is wrong",
            place=path,
            found=first.get("input"),
            expected=first["msg"],
        ) from None
