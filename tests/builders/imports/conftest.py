"""The release of six documents and four queries that evaluation is tested on."""

from __future__ import annotations

from tests.benchmarks.conftest import pumps

__all__ = ["pumps"]
