"""Where figures were computed: packages, Python, machine."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from os import cpu_count
from pathlib import Path
from typing import Any

_PACKAGES = (
    "domainbench", "numpy", "numba", "pyarrow", "scipy", "torch",
    "sentence-transformers", "faiss-cpu", "faiss-gpu", "rank-bm25",
)  # fmt: skip


def environment() -> dict[str, Any]:
    """Versions and hardware, as JSON values; null for a package that is not installed."""
    packages: dict[str, Any] = {}
    for name in _PACKAGES:
        try:
            packages[name] = version(name)
        except PackageNotFoundError:
            packages[name] = None
    return {
        "packages": packages,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": _processor(),
        "cores": cpu_count(),
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()
