"""What a Python interpreter is made of, so that a sandbox can show it to a program."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..schemas.errors import UsageError

_ASK = """
import json, platform, sys, sysconfig
print(json.dumps({
    "version": platform.python_version(),
    "implementation": sys.implementation.cache_tag,
    "packages": sysconfig.get_path("purelib"),
    "folders": [sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix, *sys.path],
}))
"""
_SYSTEM = (Path("/"), Path("/usr"), Path("/usr/local"))


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python as it describes itself."""

    version: str
    implementation: str
    """As cpython-311."""
    packages: Path
    """Folder that packages are installed in."""
    folders: tuple[Path, ...]
    """All that it reads besides the folders of the system."""


@cache
def interpreter(python: Path) -> Interpreter:
    """Ask an interpreter about itself, once.

    Args:
        python: Its executable; a link to it in a virtual environment is not followed.

    Returns:
        What it says.

    Raises:
        UsageError: It cannot be run.
    """
    try:
        answer = subprocess.run(  # noqa: S603 - the interpreter that the caller names
            [python, "-I", "-c", _ASK],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        told = json.loads(answer.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise UsageError("a Python interpreter cannot be run", place=python, found=error) from error
    folders = [Path(folder) for folder in told["folders"] if folder]
    folders += [python.parent, python.resolve().parent]
    return Interpreter(
        told["version"],
        told["implementation"],
        Path(told["packages"]),
        tuple(_outermost(folders)),
    )


def _outermost(folders: list[Path]) -> list[Path]:
    """Existing folders that lie in no other of them, nor in those of the system."""
    known = {
        folder.absolute()
        for folder in folders
        if folder.exists() and not folder.is_relative_to(_SYSTEM[1]) and folder not in _SYSTEM
    }
    return sorted(folder for folder in known if known.isdisjoint(folder.parents))
