"""Subsets of a code release: one for each ranking that a retrieval task makes.

==========================  ====================================================================
``requirement``             requirements, the functions of all repositories
``requirement-REPOSITORY``  those of one repository
``context-REPOSITORY``      requirements of one repository, its functions, classes and variables;
                            a query's id is that of its own function, which is no answer to it
``description``             functions, the docstrings of all repositories
``description-REPOSITORY``  those of one repository
==========================  ====================================================================

Titles are left out: they hold the name of what is looked for, which a requirement does not know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from .code import CONTEXT, DOCSTRING, RETRIEVAL_TASKS
from .subsets import RELEVANT, Subset, can_name, relevant_pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .subsets import Filter, Reader


def code_subsets(read: Reader) -> list[Subset]:
    """The subsets that have relevant pairs; repositories that cannot name a config are left out.

    Args:
        read: reads the tables of one split.
    """
    pairs = relevant_pairs(read)
    queries = read("queries", ("_id", "task", "repository"))
    found: list[Subset] = []
    for task in RETRIEVAL_TASKS:
        judged = pairs.filter(pc.call_function("equal", [pairs.column("task"), task]))
        asked = pc.call_function(
            "is_in", [queries.column("_id")], pc.SetLookupOptions(judged.column("query-id"))
        )
        if len(judged) and task != CONTEXT:
            whole: tuple[Filter, ...] = (("task", "==", task),)
            found.append(Subset(task, _kinds(task), whole, (RELEVANT, *whole), titled=False))
        found += _by_repository(task, queries.filter(asked))
    return found


def _by_repository(task: str, queries: Any) -> Iterator[Subset]:
    for repository in sorted(queries.column("repository").unique().to_pylist()):
        if can_name(repository):
            own: Filter = ("repository", "==", repository)
            asked: Filter = ("task", "==", task)
            yield Subset(
                f"{task}-{repository}",
                (*_kinds(task), own),
                (asked, own),
                (RELEVANT, asked, *_ids(repository)),
                titled=False,
            )


def _ids(repository: str) -> tuple[Filter, Filter]:
    """Documents of a repository by their ids, which begin with its name and a slash.

    Another repository may hold the very code that is asked for; pairs know no repository.
    """
    behind = chr(ord("/") + 1)
    return ("corpus-id", ">=", f"{repository}/"), ("corpus-id", "<", f"{repository}{behind}")


def _kinds(task: str) -> tuple[Filter, ...]:
    if task == CONTEXT:
        return (("kind", "!=", DOCSTRING),)
    return (("kind", "==", RETRIEVAL_TASKS[task][0]),)
