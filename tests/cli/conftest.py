"""Real processes of the command line, and a sample release that they share."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

Done = subprocess.CompletedProcess[str]


@pytest.fixture(scope="package")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cli")


def domainbench(*arguments: object, cwd: Path) -> Done:
    return subprocess.run(
        [sys.executable, "-m", "domainbench", *map(str, arguments)],
        cwd=cwd,
        env=os.environ | {"DOMAINBENCH_CACHE": str(cwd / "cache"), "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="package")
def sample(home: Path) -> Path:
    done = domainbench("sample", "patents", "-o", "sample", "--size", "60", cwd=home)
    assert done.returncode == 0, done.stderr
    return home / "sample"


def refused(done: Done, code: int, *words: str) -> None:
    """An error that names the problem, with no traceback."""
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr
