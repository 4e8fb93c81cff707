"""Tasks of each family, the main one first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..schemas.errors import UsageError
from . import patents, retrieval

if TYPE_CHECKING:
    from .task import Task

TASKS: dict[str, tuple[Task, ...]] = {
    "patents": (patents.RETRIEVAL,),
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
