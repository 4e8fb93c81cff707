"""Folders that appear complete or not at all."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Generator


@contextmanager
def new_folder(target: Path) -> Generator[Path]:
    """A folder that takes the place of ``target`` once it is written.

    Raises:
        UsageError: the target holds something.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError("the output exists already", place=target, hint="choose another folder")
    target.parent.mkdir(parents=True, exist_ok=True)
    stage = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        stage.chmod(0o755)  # mkdtemp's is for the owner alone
        yield stage
        stage.replace(target)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
