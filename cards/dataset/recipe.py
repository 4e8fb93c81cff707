"""The command and the configuration that make a release again from its sources."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from os.path import commonpath
from typing import TYPE_CHECKING

from .licenses import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import JsonValue

    from ...schemas.manifest import Manifest

CONFIG_NAME = "build.toml"
_FEW = 4
"""Sources that are named one by one; of more, their folder is."""
_MAPPING = "mapping"
_IMPORTS = ("beir", "dapfam")
"""Builders that bring data sets of others into the form of a release."""


@dataclass(frozen=True)
class Recipe:
    """How to make a release again."""

    command: str | None
    """None where no command made it."""
    config: str | None
    """Text of the file that the command names; None where it names none."""


def recipe(manifest: Manifest) -> Recipe:
    """The command that made a release, as far as its manifest tells.

    Sources are named as they were given to the build, or by the folder that holds them all.
    """
    output = f"{manifest.name}-{manifest.version}"
    if manifest.builder.name in _IMPORTS:
        words = ["domainbench", "import", manifest.builder.name, _folder(_sources(manifest))]
        words += ["-o", output, "--name", manifest.name, "--version", manifest.version]
        if manifest.license != UNKNOWN:
            words += ["--license", manifest.license]
        return Recipe(shlex.join(words), None)
    if manifest.builder.name != manifest.family:
        return Recipe(None, None)
    words = ["domainbench", "build", manifest.family, *_given(_sources(manifest))]
    words += ["--config", CONFIG_NAME, "-o", output]
    return Recipe(shlex.join(words), _config(manifest))


def _sources(manifest: Manifest) -> list[str]:
    """Paths of the sources, but for those that a parameter names."""
    named = set(_strings(manifest.builder.parameters))
    paths = [source.path for source in manifest.sources]
    return [path for path in paths if path not in named] or paths


def _strings(value: JsonValue) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)


def _given(paths: list[str]) -> list[str]:
    """Few paths themselves; of more, their common folder if they have one."""
    if len(paths) <= _FEW:
        return paths or ["SOURCE"]
    folder = _folder(paths)
    return [folder] if folder not in {"", "/"} else paths


def _folder(paths: list[str]) -> str:
    folders = [path.rpartition("/")[0] for path in paths]
    try:
        return commonpath(folders) or "."
    except ValueError:  # absolute and relative ones, or none at all
        return "SOURCE"


def _config(manifest: Manifest) -> str:
    parameters = dict(manifest.builder.parameters)
    mapping = parameters.pop(_MAPPING, None)
    lines = [f"name = {_toml(manifest.name)}", f"version = {_toml(manifest.version)}"]
    if manifest.license != UNKNOWN:
        lines.append(f"license = {_toml(manifest.license)}")
    lines += [f"seed = {manifest.builder.seed}", "", "[options]"]
    lines += _pairs(parameters)
    if isinstance(mapping, dict) and mapping:
        lines += ["", f"[{_MAPPING}]", *_pairs(mapping)]
    return "\n".join(lines) + "\n"


def _pairs(values: Mapping[str, JsonValue]) -> list[str]:
    """``key = value`` lines; TOML has no null, and leaving an option out is none to the build."""
    return [
        f"{_key(key)} = {_toml(value)}"
        for key, value in sorted(values.items())
        if value is not None
    ]


def _key(key: str) -> str:
    bare = key.isascii() and key.replace("_", "").replace("-", "").isalnum()
    return key if bare else _toml(key)


def _toml(value: JsonValue) -> str:
    """A value as TOML writes it; JSON's strings are TOML's."""
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item) for item in value if item is not None) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(_pairs(value)) + " }" if value else "{}"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
