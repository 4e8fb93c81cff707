"""A small patent release."""

from __future__ import annotations

import pytest

from domainbench.schemas.release import write_release
from tests.schemas.conftest import info, tables


@pytest.fixture
def release_of_valves(tmp_path):
    return write_release(tmp_path / "valves", tables(), info())
