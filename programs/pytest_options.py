"""How pytest is started on a project: its own configuration, less what serves other ends."""

from __future__ import annotations

import configparser
import shlex
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FILES = (
    "pytest.toml",
    ".pytest.toml",
    "pytest.ini",
    ".pytest.ini",
    "pyproject.toml",
    "tox.ini",
    "setup.cfg",
)
_TEST_FOLDERS = ("tests", "test")
_KEPT_ALONE = {"--ignore", "--ignore-glob", "--deselect", "-m", "-k", "--import-mode"}
_KEPT_WITH = {
    "--asyncio-mode": "pytest_asyncio",
    "--ds": "pytest_django",
    "--dc": "pytest_django",
}
"""Options of plugins → module that must be installed."""
_SHORT = ("-m", "-k", "-p")


@dataclass(frozen=True, slots=True)
class Configuration:
    """What pytest is told of a project."""

    file: Path | None
    """Where its configuration stands."""
    words: tuple[str, ...]
    """Arguments that it adds itself, of those that decide which tests there are."""
    options: tuple[tuple[str, tuple[str, ...]], ...]
    """Module of a plugin → arguments to add if it is installed."""


def read_configuration(root: Path) -> Configuration:
    """Find the configuration of a project, in its root or in its folder of tests.

    The arguments that it adds to every run are sorted out: most are for people or for plugins that
    measure and spread tests, and would end the run where such a plugin is not installed.

    Args:
        root: Root of the project.

    Returns:
        Where it is and what of it is kept.
    """
    for folder in (root, *(root / name for name in _TEST_FOLDERS)):
        for name in _FILES:
            found = _added_words(folder / name)
            if found is not None:
                return Configuration(folder / name, *_sort_out(found))
    return Configuration(None, (), ())


def arguments(root: Path, configuration: Configuration) -> list[str]:
    """Arguments of pytest that hold for every run in a copy of the project."""
    file = configuration.file or Path("/dev/null")  # never one of a folder above
    return [
        *("-c", str(file), "--rootdir", str(root), "--confcutdir", str(root)),
        *("-o", "addopts=", "-o", "required_plugins=", "-o", "minversion="),
        *("-o", "cache_dir=$TMPDIR/pytest-cache"),
        *("-p", "no:randomly"),
        # A newer pytest than the project knew must not make its old ways an error.
        *("-W", "ignore::pytest.PytestConfigWarning"),
        *("-W", "ignore::pytest.PytestDeprecationWarning"),
        *("--tb=short", "--color=no", "-q"),
        *configuration.words,
    ]


def _added_words(file: Path) -> list[str] | None:
    """The option addopts; None if the file configures no pytest."""
    try:
        text = file.read_text(encoding="utf-8")
        section = _toml(text) if file.suffix == ".toml" else _ini(text, file.name)
        if section is None:
            return [] if file.name in {"pytest.ini", ".pytest.ini"} else None
        added = section.get("addopts", "")
        return [str(word) for word in added] if isinstance(added, list) else shlex.split(str(added))
    except (OSError, ValueError, RecursionError, configparser.Error):
        return None


def _toml(text: str) -> dict[str, Any] | None:
    content = tomllib.loads(text)
    tools = content.get("tool")
    found = tools.get("pytest") if isinstance(tools, dict) else None
    tool = content.get("pytest") if found is None else found
    if not isinstance(tool, dict):
        return None
    options = tool.get("ini_options", tool)
    return options if isinstance(options, dict) else None


def _ini(text: str, name: str) -> dict[str, Any] | None:
    parser = configparser.RawConfigParser(strict=False)
    parser.read_string(text)
    section = "tool:pytest" if name == "setup.cfg" else "pytest"
    return dict(parser[section]) if parser.has_section(section) else None


def _sort_out(
    words: list[str],
) -> tuple[tuple[str, ...], tuple[tuple[str, tuple[str, ...]], ...]]:
    """Arguments to keep, and those to keep if a module is installed."""
    kept: list[str] = []
    options: list[tuple[str, tuple[str, ...]]] = []
    waiting = list(words)
    while waiting:
        name, value = _option(waiting)
        if value is None:
            continue
        if name in _KEPT_ALONE or (name == "-p" and value.startswith("no:")):
            kept += [name, value]
        elif name == "-p":
            options.append((value, (name, value)))
        elif name in _KEPT_WITH:
            options.append((_KEPT_WITH[name], (f"{name}={value}",)))
    return tuple(kept), tuple(options)


def _option(waiting: list[str]) -> tuple[str, str | None]:
    """Take the next option with its value, in whichever way it is written."""
    word = waiting.pop(0)
    if word.startswith("--"):
        name, sign, value = word.partition("=")
        takes_value = name in _KEPT_ALONE or name in _KEPT_WITH
        if not sign and takes_value and waiting:
            return name, waiting.pop(0)
        return name, value if sign else None
    for short in _SHORT:
        if word == short:
            return short, waiting.pop(0) if waiting else None
        if word.startswith(short):
            return short, word[len(short) :].removeprefix("=")
    return word, None
