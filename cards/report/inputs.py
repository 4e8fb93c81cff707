"""What a report is made of: results, and beside them per-query values, rankings and releases."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...benchmarks.json_files import read_json
from ...benchmarks.results import FORMAT, RESULTS_NAME, Results
from ...schemas.errors import DataError, UsageError
from ...schemas.release import Release

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_COMMAND = "domainbench evaluate"
_OTHERS = ("scores.json", "grid.json")
"""What other commands write; reports are not made of it."""


@dataclass(frozen=True)
class Evaluation:
    """One evaluation, with where its details are."""

    results: Results
    folder: Path | None
    """Holds ``per_query.parquet`` and ``runs/``, if they are kept; None where it is not known."""
    release: Release | None = None
    """What was measured, if it is at hand."""


def read_evaluations(paths: Sequence[Path], releases: Sequence[Path]) -> list[Evaluation]:
    """Read results, and find the release of each among those given.

    Args:
        paths: folders with ``results.json``, or such files.
        releases: release folders.

    Raises:
        UsageError: nothing is given, a path does not exist, is of another command, or a release is
            none that was measured.
        DataError: results or a manifest cannot be read.
    """
    if not paths:
        raise UsageError("there are no results to report", expected="a folder or results.json")
    found = [_read(path) for path in paths]
    opened = {release.manifest.fingerprint: release for release in map(Release.open, releases)}
    measured = {results.release.fingerprint for results, _ in found}
    for fingerprint, release in opened.items():
        if fingerprint not in measured:
            raise UsageError(
                "the release is none that the results were measured on",
                place=release.path,
                found=f"fingerprint {fingerprint}",
                expected=", ".join(sorted(measured)),
            )
    return [
        Evaluation(results, folder, opened.get(results.release.fingerprint))
        for results, folder in found
    ]


def _read(path: Path) -> tuple[Results, Path | None]:
    if not path.exists():
        raise UsageError("there are no such results", place=path, hint=f"`{_COMMAND}` makes them")
    file = path / RESULTS_NAME if path.is_dir() else path
    if not file.exists():
        other = next((name for name in _OTHERS if (path / name).exists()), None)
        if other is not None:
            raise _unsupported(path / other)
    elif file.name in _OTHERS or _is_other(file):
        raise _unsupported(file)
    results = read_json(Results, file, what="results", command=_COMMAND, version=FORMAT)
    if not results.partitions or not results.systems:
        raise DataError("the results hold no system or no partition", place=file)
    return results, file.parent if file.name == RESULTS_NAME else None


def _is_other(file: Path) -> bool:
    """Whether a file is JSON of another kind: results alone have a self-match rule."""
    try:
        payload = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False  # whoever reads it says what is wrong
    return isinstance(payload, dict) and "self_match_rule" not in payload and "format" in payload


def _unsupported(file: Path) -> UsageError:
    return UsageError(
        "reports are made of results of `domainbench evaluate` only",
        place=file,
        found=f"{file.name}, of another command",
        expected=f"a folder with {RESULTS_NAME}, or such a file",
        hint="scores of `domainbench score` and grids are shown by the commands that make them",
    )
