from __future__ import annotations

from pathlib import Path

import pytest

from domainbench.schemas.release import Release

from .releases import write


@pytest.fixture
def release(tmp_path: Path) -> Release:
    return write(tmp_path / "release")
