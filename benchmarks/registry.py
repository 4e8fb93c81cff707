"""Tasks of each family, the main one first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..schemas.errors import DataError, UsageError
from . import patents, retrieval
from .code import tasks as code
from .cseo import tasks as cseo
from .data import only
from .qa import tasks as qa
from .rag import tasks as rag

if TYPE_CHECKING:
    from ..schemas.release import Release
    from .task import Task

TASKS: dict[str, tuple[Task, ...]] = {
    "code": code.TASKS,
    "cseo": cseo.TASKS,
    "patents": (patents.RETRIEVAL,),
    "qa": qa.TASKS,
    "rag": rag.TASKS,
    "retrieval": (retrieval.RETRIEVAL, retrieval.RETRIEVAL_WITH_SELF),
}


def find_task(family: str, name: str | None) -> Task:
    """The family's task of that name, or its main one.

    Raises:
        UsageError: the family or the task is unknown.
    """
    if family not in TASKS:
        raise UsageError.from_unknown_name("family", family, TASKS)
    tasks = {task.name: task for task in TASKS[family]}
    if name is not None and name not in tasks:
        raise UsageError.from_unknown_name(f"task of {family}:", name, tasks)
    return tasks[name] if name is not None else TASKS[family][0]


def choose_task(release: Release, name: str | None, split: str) -> Task:
    """The task of that name, or the first of the release's family that it has pairs for.

    Raises:
        UsageError: the family, the task or the split is unknown.
        DataError: the release has no pair for the task.
    """
    family = release.manifest.family
    task = find_task(family, name)
    if all(not other.pairs for other in TASKS[family]):
        return task
    columns = sorted({column for other in TASKS[family] for column in other.pairs})
    pairs = release.table("qrels", split, columns)
    possible = [other for other in TASKS[family] if len(only(pairs, other.pairs))]
    if name is None and possible:
        return possible[0]
    if task not in possible:
        raise DataError(
            f"the release has no pair for the task {task.name!r} in its split {split!r}",
            place=release.path,
            hint=f"it has some for {', '.join(other.name for other in possible)}"
            if possible
            else "it has no judged pair of any task",
        )
    return task
