"""Answers about dependencies on disk, each under all that it hangs on."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from .dependency_processes import CRASH, TIME_LIMIT, Answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .dependencies import DependencyRequest

VERSION: Final = 1
"""Raised when answers change: those of earlier versions are kept, and not read any more."""


class Store:
    """Answers about one state of a repository.

    Args:
        folder: Where they are kept, each in a file of its own.
        root: Folder of the repository.
        paths: Its Python files.
        options: What else bears on the answers.
    """

    def __init__(
        self, folder: Path, root: Path, paths: Iterable[str], options: Sequence[object]
    ) -> None:
        self._folder = folder
        versions = (VERSION, version("jedi"), version("parso"), *sys.version_info[:2])
        self._key = hashlib.sha256(json.dumps([*versions, *options]).encode())
        for path in paths:
            content = hashlib.sha256((root / path).read_bytes()).hexdigest()
            self._key.update(json.dumps([path, content]).encode())

    def load(self, requests: Iterable[DependencyRequest]) -> dict[DependencyRequest, Answer]:
        """Answers that are there."""
        read = ((request, _read(self._file(request))) for request in requests)
        return {request: answer for request, answer in read if answer is not None}

    def save(self, answers: Mapping[DependencyRequest, Answer]) -> None:
        """Keep answers, apart from those that another run could find."""
        for request, answer in answers.items():
            if answer.problem not in {TIME_LIMIT, CRASH}:
                _write(self._file(request), json.dumps(asdict(answer)))

    def _file(self, request: DependencyRequest) -> Path:
        key = self._key.copy()
        key.update(json.dumps(asdict(request), sort_keys=True).encode())
        name = key.hexdigest()
        return self._folder / name[:2] / f"{name[2:]}.json"


def _read(file: Path) -> Answer | None:
    try:
        read: dict[str, Any] = json.loads(file.read_bytes())
        return Answer.from_json(read)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None  # absent, or not whole


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=file.parent, suffix=".part")
    with os.fdopen(descriptor, "w", encoding="ascii") as out:
        out.write(text)
    Path(name).replace(file)
