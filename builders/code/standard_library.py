"""The running Python's own standard library as a source: there without any download."""

from __future__ import annotations

import platform
import sys
import sysconfig
from pathlib import Path

from ...schemas.errors import UsageError

_RELEASED = {
    (3, 11): "2022-10-24",
    (3, 12): "2023-10-02",
    (3, 13): "2024-10-07",
    (3, 14): "2025-10-07",
}
"""Python → day of its first final release, by the release schedules PEP 664, 693, 719 and 745."""


def library_folder() -> Path:
    """Folder of the standard library.

    Raises:
        UsageError: it is not there as files.
    """
    folder = Path(sysconfig.get_path("stdlib"))
    if not (folder / "argparse.py").is_file():
        raise UsageError("this Python has no standard library as files", place=folder)
    return folder


def release_date() -> str:
    """Day of the first release of this Python.

    Raises:
        UsageError: this Python is newer than the package knows.
    """
    found = _RELEASED.get(sys.version_info[:2])
    if found is None:
        raise UsageError(
            "the date of this Python's release is not known",
            found=platform.python_version(),
            hint=f"domainbench build code {library_folder()} --set date=YYYY-MM-DD",
        )
    return found
