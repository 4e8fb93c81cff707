"""What a candidate is required to do: its docstring in two parts, or what a model writes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...programs.docstrings import split_docstring
from .requirements import FunctionCode, write_requirements
from .sample import FROM_DOCSTRING

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping, Sequence

    from ...schemas.progress import Progress
    from .harvest import Candidate
    from .options import CodeOptions

WITHOUT = "function without a requirement"


@dataclass(frozen=True, slots=True)
class Described:
    """The requirement of a function."""

    functionality: str
    arguments: str | None
    source: str
    """``docstring``, or the model that wrote it."""


def describe(
    candidates: Sequence[Candidate],
    options: CodeOptions,
    dropped: Counter[str],
    progress: Progress,
) -> dict[str, Described | None]:
    """Requirements by the candidates' ids, in their order.

    Candidates that must have one and do not are left out.

    Raises:
        UsageError: the model cannot be asked.
        DataError: the model answers nothing, or its recording is damaged.
    """
    found = {item.id: _of_docstring(item) for item in candidates}
    if options.requirement_model is not None:
        bare = [item for item in candidates if found[item.id] is None]
        found |= _written(bare, options, dropped, progress)
    if options.requirements == "optional":
        return found
    kept = {key: value for key, value in found.items() if value is not None}
    if len(kept) < len(found):
        dropped[WITHOUT] += len(found) - len(kept)
    return dict(kept)


def _of_docstring(item: Candidate) -> Described | None:
    split = split_docstring(item.function.docstring) if item.function.docstring else None
    if split is None:
        return None
    return Described(split.functionality, split.arguments or None, FROM_DOCSTRING)


def _written(
    candidates: Sequence[Candidate],
    options: CodeOptions,
    dropped: Counter[str],
    progress: Progress,
) -> Mapping[str, Described | None]:
    if not candidates:
        return {}
    recording = options.requirement_recording
    written = write_requirements(
        [FunctionCode(item.namespace, item.text) for item in candidates],
        str(options.requirement_model),
        None if recording is None else Path(recording),
        progress,
    )
    dropped.update(written.lost)
    return {
        item.id: read and Described(read.functionality, read.arguments, written.model)
        for item, read in zip(candidates, written.requirements, strict=True)
    }
