"""Tasks as scores need them: whose they are, what their references use, how they are labelled."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...schemas.code import DEPENDENCY_KINDS
from ...schemas.errors import DataError
from ..row_files import JSON_LINES, read_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

REPOSITORY = "repository"
STANDALONE = "standalone"
KINDS = "dependency_kinds"
DOMAIN = "domain"
_NO_LABELS = frozenset({"_id", "namespace", "dependency", "requirement", "tests", "locations"})
"""Fields that tell tasks apart instead of grouping them."""
_LONGEST = 200
"""Characters of a wrong field that a message shows."""


@dataclass(frozen=True, slots=True)
class CodeTask:
    """A function to be written."""

    name: str
    """``_id`` of a sample, or the namespace where there are no samples."""
    namespace: str
    repository: str
    dependencies: frozenset[str]
    """What the reference uses of its repository, all kinds together."""
    labels: Mapping[str, tuple[str, ...]]
    """Column → labels, for slices."""


def read_tasks(path: Path) -> list[CodeTask]:
    """Read EvoCodeBench's ``metadata.jsonl``.

    A row holds ``namespace``, ``completion_path``, whose first component is the repository (unless
    ``project_path`` names it, as in DevEval), and ``dependency``, lists of names by kind. Every
    other field that holds a text, a number, a truth value or a list of texts labels the task, as
    ``domain`` does; ``repository``, ``standalone`` and ``dependency_kinds`` do anyway.

    Returns:
        By namespace.

    Raises:
        DataError: the file is missing or damaged, lacks a field or names a task twice.
    """
    found: dict[str, CodeTask] = {}
    for line, row in read_rows(path, what="tasks", formats=JSON_LINES):
        task = _task(row, path, line)
        if task.name in found:
            raise DataError("a task is there twice", place=path, line=line, found=task.name)
        found[task.name] = task
    if not found:
        raise DataError("the file has no tasks", place=path)
    return [found[name] for name in sorted(found)]


def _task(row: Mapping[str, Any], path: Path, line: int) -> CodeTask:
    namespace = _text(row, "namespace", path, line)
    place = _text(row, "completion_path", path, line)
    project = row.get("project_path")
    repository = project if isinstance(project, str) and project else place.partition("/")[0]
    lists = dependency_lists(row.get("dependency"), path, line)
    own = {
        REPOSITORY: repository,
        STANDALONE: not any(lists.values()),
        KINDS: [kind for kind, names in lists.items() if names],
    }
    return CodeTask(
        name=namespace,
        namespace=namespace,
        repository=repository,
        dependencies=frozenset(name for names in lists.values() for name in names),
        labels=_labels({**row, **own}),
    )


def _text(row: Mapping[str, Any], field: str, path: Path, line: int) -> str:
    value = row.get(field)
    if not isinstance(value, str) or not value:
        raise wrong_field(field, value, "a text", path, line)
    return value


def tasks_of(samples: Any) -> list[CodeTask]:
    """Tasks of a release.

    Args:
        samples: ``pyarrow.Table`` of schemas.code.SAMPLES: ``_id``, ``namespace``, ``repository``,
            the three lists of dependencies and the columns that label tasks.

    Returns:
        By identifier.
    """
    found = [
        CodeTask(
            name=row["_id"],
            namespace=row["namespace"],
            repository=row["repository"],
            dependencies=frozenset(name for kind in DEPENDENCY_KINDS for name in row[kind]),
            labels=_labels(row),
        )
        for row in samples.to_pylist()
    ]
    return sorted(found, key=lambda task: task.name)


def _labels(row: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Column → labels of its value; null and empty lists have none."""
    found: dict[str, tuple[str, ...]] = {}
    for column, value in row.items():
        values = value if isinstance(value, list) else [] if value is None else [value]
        if column not in _NO_LABELS and all(isinstance(one, str | int) for one in values):
            found[column] = tuple(dict.fromkeys(map(str, values)))
    return found


def task_names(tasks: Iterable[CodeTask]) -> dict[str, str]:
    """Name, or namespace where only one task has it, → name of the task."""
    listed = list(tasks)
    counts = Counter(task.namespace for task in listed)
    short = {task.namespace: task.name for task in listed if counts[task.namespace] == 1}
    return short | {task.name: task.name for task in listed}


def dependency_lists(given: Any, path: Path, line: int) -> dict[str, tuple[str, ...]]:
    """Kind → names, as a field holds them.

    Raises:
        DataError: it does not hold just a list of strings for each kind.
    """
    fits = isinstance(given, dict) and given.keys() == set(DEPENDENCY_KINDS)
    if not fits or not all(_strings(names) for names in given.values()):
        expected = f"lists of names under {', '.join(DEPENDENCY_KINDS)}, and nothing else"
        raise wrong_field("dependency", given, expected, path, line)
    return {kind: tuple(given[kind]) for kind in DEPENDENCY_KINDS}


def _strings(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def wrong_field(field: str, found: Any, expected: str, path: Path, line: int) -> DataError:
    """What to raise for a field of a row that does not hold what it must."""
    shown = repr(found)[:_LONGEST]
    return DataError(
        f"the field {field} is wrong", place=path, line=line, found=shown, expected=expected
    )
