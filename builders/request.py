"""What a build is asked for, and what a family's builder gives back."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..schemas.errors import DataError, UsageError
from ..schemas.families import find_family
from ..schemas.manifest import check_name, check_version
from ..schemas.release import check_target, created_now
from .stages import ENGINES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..schemas.manifest import EnvironmentEntry, ParentEntry, SourceEntry

UNKNOWN_LICENSE = "unknown"
_CONFIG_KEYS = ("name", "version", "license", "seed", "preset", "options", "mapping")


@dataclass(frozen=True)
class BuildRequest:
    """Everything a build is asked for, resolved and checked."""

    family: str
    sources: tuple[Path, ...]
    target: Path
    options: Mapping[str, Any]
    """The family's own parameters, still as given."""
    mapping: Mapping[str, Any] | None
    """Columns of table sources, by the canonical field they hold."""
    name: str
    version: str
    license: str
    seed: int
    engine: str
    overwrite: bool

    @classmethod
    def assemble(
        cls,
        family: str,
        sources: Sequence[str | Path],
        output: str | Path,
        *,
        options: Mapping[str, Any],
        config: str | Path | None,
        name: str | None,
        version: str | None,
        license: str | None,  # noqa: A002 - the manifest's word
        seed: int | None,
        engine: str,
        overwrite: bool,
    ) -> BuildRequest:
        """Merge the call with the configuration file; the call wins.

        Raises:
            UsageError: an unknown family, engine or key, a version that is no CalVer, an output
                that exists.
            DataError: the configuration file does not parse.
        """
        find_family(family)
        if engine not in ENGINES:
            raise UsageError.from_unknown_name("engine", engine, ENGINES)
        given = _read_config(Path(config)) if config is not None else {}
        merged = dict(given.get("options", {}))
        if "preset" in given:
            merged["preset"] = given["preset"]
        merged.update(options)
        request = cls(
            family=family,
            sources=tuple(Path(source) for source in sources),
            target=Path(output),
            options=merged,
            mapping=given.get("mapping"),
            name=check_name(name or given.get("name", family)),
            version=check_version(version or given.get("version") or _this_month()),
            license=license or given.get("license", UNKNOWN_LICENSE),
            seed=seed if seed is not None else given.get("seed", 0),
            engine=engine,
            overwrite=overwrite,
        )
        check_target(request.target, overwrite=overwrite)
        return request


@dataclass(frozen=True)
class BuiltTables:
    """What a family's builder hands to the release writer."""

    tables: Mapping[str, Mapping[str, Path]]
    """Table → split → Parquet file in the release's schema, sorted by key."""
    sources: Sequence[SourceEntry]
    parameters: Mapping[str, Any]
    """Every parameter with the value used, as JSON values."""
    rejects: Path | None = None
    """JSON lines of rejected records."""
    documents: Mapping[str, str] = field(default_factory=dict[str, str])
    """Name → text of files beside the tables."""
    dropped: Mapping[str, int] = field(default_factory=dict[str, int])
    languages: Sequence[str] = ()
    license: str | None = None
    """That of the sources together, where they say it and the call does not."""
    parent: ParentEntry | None = None
    environments: Mapping[str, EnvironmentEntry] = field(
        default_factory=dict[str, "EnvironmentEntry"]
    )


def _read_config(path: Path) -> dict[str, Any]:
    try:
        config = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError("there is no such configuration file", place=path) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError("the configuration is not TOML", place=path, found=error) from None
    for key in config:
        if key not in _CONFIG_KEYS:
            raise UsageError.from_unknown_name(f"key in {path}:", key, _CONFIG_KEYS)
    return config


def _this_month() -> str:
    return created_now()[:7].replace("-", ".")
