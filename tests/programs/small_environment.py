"""A virtual environment with pytest and nothing else, made from what is installed here, offline."""

from __future__ import annotations

import importlib.metadata
import shutil
import subprocess
import sys
from pathlib import Path

from domainbench.programs.environments import Environment
from domainbench.programs.interpreters import interpreter

_PACKAGES = ("pytest", "pluggy", "iniconfig", "packaging", "pygments")


def make_small_environment(folder: Path, base: Path | None = None) -> Environment:
    subprocess.run([base or sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin" / "python"
    into = interpreter(python).packages
    for name in _PACKAGES:
        for file in importlib.metadata.files(name) or ():
            if ".." not in file.parts:
                target = into / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(str(file.locate()), target)  # compiled modules go by the date
    return Environment(python)
