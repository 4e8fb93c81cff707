"""Outcomes of completions, and the tasks that they belong to, as files record them.

Outcomes come in two layouts, as JSON lines or Parquet, one row a completion:

- EvoCodeBench's: ``namespace``, ``sample`` (from 0), ``passed`` and ``generated_dependency``, an
  object of the lists ``intra_class``, ``intra_file`` and ``cross_file``, or null where the
  completion does not parse or is empty;
- ours: ``task``, ``sample``, ``outcome``, ``passed``, the same three lists as columns, null where
  the completion does not parse, and ``completion``, the SHA-256 of its text.

Either may lack the dependencies: then nobody looked for them, and there is no recall.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from ...programs.pytest_runs import OUTCOMES
from ...schemas.code import DEPENDENCY_KINDS
from ...schemas.errors import DataError
from ..row_files import JSON_LINES, PARQUET, read_rows
from .task_metadata import dependency_lists, task_names, wrong_field

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from .completions import Completion
    from .task_metadata import CodeTask

PASSED = "passed"
FAILED = "failed"
"""Class of what did not pass where the record does not say why."""
FORMATS = (*JSON_LINES, PARQUET)
SCHEMA = pa.schema(
    [
        pa.field("task", pa.string(), nullable=False),
        pa.field("sample", pa.int32(), nullable=False),
        pa.field("outcome", pa.string()),
        pa.field("passed", pa.bool_(), nullable=False),
        *(pa.field(kind, pa.list_(pa.string())) for kind in DEPENDENCY_KINDS),
        pa.field("completion", pa.string()),
    ]
)
_RECORDED = "generated_dependency"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one completion."""

    task: str
    sample: int
    """Its number among the completions of the task, from 0."""
    passed: bool
    outcome: str | None = None
    """One of programs.pytest_runs.OUTCOMES; None where the record does not say."""
    dependencies: Mapping[str, tuple[str, ...]] | None = None
    """Kind → names that it uses; empty where it does not parse, None where nobody looked."""
    completion: str | None = None
    """SHA-256 of its text."""

    @property
    def label(self) -> str:
        """Its class, or passed or failed."""
        return self.outcome or (PASSED if self.passed else FAILED)

    @property
    def names(self) -> frozenset[str] | None:
        """Dependencies of all kinds; None where nobody looked."""
        if self.dependencies is None:
            return None
        return frozenset(name for names in self.dependencies.values() for name in names)


def read_outcomes(path: Path, tasks: Iterable[CodeTask]) -> list[Outcome]:
    """Read recorded outcomes.

    Args:
        path: the file, in either layout.
        tasks: those that may have outcomes; rows name them by name or namespace.

    Returns:
        By task and sample, tasks under their names.

    Raises:
        DataError: the file is missing or damaged, a row names an unknown task, or a completion
            twice, or has a field of a wrong type, or the numbers of a task's completions have
            gaps.
    """
    known = task_names(tasks)
    found: dict[tuple[str, int], Outcome] = {}
    for line, row in read_rows(path, what="outcomes", formats=FORMATS):
        outcome = _outcome(row, known, path, line)
        key = (outcome.task, outcome.sample)
        if key in found:
            raise DataError(
                "a completion has two outcomes",
                place=path,
                line=line,
                found=f"{outcome.task}, sample {outcome.sample}",
            )
        found[key] = outcome
    if not found:
        raise DataError("the file has no outcomes", place=path)
    ordered = [found[key] for key in sorted(found)]
    check_numbers(ordered, path)
    return ordered


def check_numbers(completions: Iterable[Outcome | Completion], place: Path | None = None) -> None:
    """See that the completions of each task are numbered from 0 without gaps.

    Raises:
        DataError: they are not.
    """
    numbers: dict[str, list[int]] = {}
    for one in completions:
        numbers.setdefault(one.task, []).append(one.sample)
    for task, samples in numbers.items():
        if sorted(samples) != list(range(len(samples))):
            missing = sorted(set(range(max(samples) + 1)) - set(samples))
            raise DataError(
                "completions of a task are missing or twice there",
                place=place,
                found=f"{task}: no sample {', '.join(map(str, missing[:5])) or 'is missing'}",
                expected=f"samples 0 to {len(samples) - 1}, one row each",
            )


def _outcome(row: Mapping[str, Any], known: Mapping[str, str], path: Path, line: int) -> Outcome:
    key = "task" if "task" in row else "namespace"
    if key not in row:
        raise DataError(
            "a row names no task",
            place=path,
            line=line,
            found=", ".join(map(str, row)) or "no fields",
            expected="a field task or namespace",
        )
    name = row[key]
    if not isinstance(name, str) or name not in known:
        raise DataError(
            "the outcomes name a task that is unknown",
            place=path,
            line=line,
            found=repr(name),
            expected="a name or namespace of the tasks",
        )
    sample, passed, label = row.get("sample"), row.get("passed"), row.get("outcome")
    if isinstance(sample, bool) or not isinstance(sample, int) or sample < 0:
        raise wrong_field("sample", sample, "a whole number from 0", path, line)
    if not isinstance(passed, bool):
        raise wrong_field("passed", passed, "true or false", path, line)
    if label is not None and (label not in OUTCOMES or (label == PASSED) != passed):
        others = [one for one in OUTCOMES if (one == PASSED) == passed]
        raise wrong_field(
            "outcome", label, f"with passed {passed}, one of {', '.join(others)}", path, line
        )
    digest = row.get("completion")
    if digest is not None and not isinstance(digest, str):
        raise wrong_field("completion", digest, "the SHA-256 of a text", path, line)
    return Outcome(
        task=known[name],
        sample=sample,
        passed=passed,
        outcome=label,
        dependencies=_dependencies(row, path, line),
        completion=digest,
    )


def _dependencies(
    row: Mapping[str, Any], path: Path, line: int
) -> Mapping[str, tuple[str, ...]] | None:
    if _RECORDED in row:
        given = row[_RECORDED]
    elif any(kind in row for kind in DEPENDENCY_KINDS):
        lists = {kind: row.get(kind) for kind in DEPENDENCY_KINDS}
        given = None if all(value is None for value in lists.values()) else lists
    else:
        return None
    if given is None:
        return {}
    return dependency_lists(given, path, line)


def write_outcomes(path: Path, outcomes: Sequence[Outcome]) -> Path:
    """Write outcomes in our layout, as a Parquet table that appears whole or not at all.

    The columns of dependencies are left out where nobody looked for any.

    Args:
        path: the file.
        outcomes: in all or none of them, dependencies were looked for.
    """
    import pyarrow.parquet as pq

    columns: dict[str, list[Any]] = {
        "task": [one.task for one in outcomes],
        "sample": [one.sample for one in outcomes],
        "outcome": [one.outcome for one in outcomes],
        "passed": [one.passed for one in outcomes],
        "completion": [one.completion for one in outcomes],
    }
    looked = [one.dependencies for one in outcomes if one.dependencies is not None]
    if looked:
        if len(looked) < len(outcomes):
            raise ValueError("dependencies were looked for in some completions only")
        for kind in DEPENDENCY_KINDS:
            columns[kind] = [list(one[kind]) if one else None for one in looked]
    schema = pa.schema([field for field in SCHEMA if field.name in columns])
    arrays = [pa.array(columns[field.name], type=field.type) for field in schema]
    stage = path.with_name(f".{path.name}.partial")
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), stage, compression="zstd")
    stage.replace(path)
    return path
