"""Fixtures that every room's tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Shared machines stall; a slow draw says nothing about the code.
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("here")


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real input files; the test skips where the machine has none."""
    named = os.environ.get("DOMAINBENCH_DATA")
    if not named:
        pytest.skip("DOMAINBENCH_DATA is not set: no real input files on this machine")
    folder = Path(named)
    if not folder.is_dir():
        pytest.skip(f"DOMAINBENCH_DATA names {folder}, which is no folder")
    return folder
