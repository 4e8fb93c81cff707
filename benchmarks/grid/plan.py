"""What a grid needs of a release: which texts, which indexes, which rankings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...retrieval.systems import parse_system
from ...schemas.errors import UsageError
from ..ranking import combines, index_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ...retrieval.system import System
    from ..data import Documents, Queries
    from ..task import Task
    from .config import Cell, GridConfig


@dataclass(frozen=True)
class Wanted:
    """A ranking that a cell is made of: its own, or that of a member of its system."""

    system: str
    """Canonical specification."""
    depth: int
    index: str | None
    """Name of the index that is searched; None for what combines other rankings."""
    members: tuple[Wanted, ...] = ()
    """The rankings that are combined."""


@dataclass(frozen=True)
class Job:
    """One cell on one split."""

    number: int
    """The cell's, from 1."""
    cell: Cell
    split: str
    query_columns: tuple[str, ...]
    """Columns of the cell's query view that hold text."""
    rankings: tuple[Wanted, ...]
    """Members before what combines them; the cell's own ranking last."""
    empty: tuple[str, ...]
    """Columns of its views that hold no text in this release, each with its table."""
    unavailable: bool
    """Whether that leaves it no text to rank, or to rank with."""


def plan(
    config: GridConfig, task: Task, documents: Documents, queries: Mapping[str, Queries]
) -> dict[tuple[str, ...], list[Job]]:
    """The jobs of a grid by the columns of the corpus that they read.

    Args:
        config: the grid.
        task: whose views the cells name.
        documents: the release's.
        queries: those of each split.

    Raises:
        UsageError: a view is not one of the task's.
    """
    groups: dict[tuple[str, ...], list[Job]] = {}
    for number, cell in enumerate(config.cells, 1):
        for view, views in (
            (cell.query_view, task.query_views),
            (cell.corpus_view, task.corpus_views),
        ):
            if view not in views:
                raise _unknown_view(config, view, views)
        wanted = _wanted(parse_system(cell.system), config.depth)
        rankings = tuple(dict.fromkeys(_members_first(wanted)))
        held = documents.columns(cell.corpus_view)
        for split, found in queries.items():
            asked = found.columns(cell.query_view)
            empty = [f"corpus {c}" for c in task.corpus_views[cell.corpus_view] if c not in held]
            empty += [f"queries {c}" for c in task.query_views[cell.query_view] if c not in asked]
            job = Job(
                number=number,
                cell=cell,
                split=split,
                query_columns=asked,
                rankings=rankings,
                empty=tuple(empty),
                unavailable=not (held and asked),
            )
            groups.setdefault(held, []).append(job)
    return groups


def _unknown_view(config: GridConfig, view: str, views: Iterable[str]) -> UsageError:
    error = UsageError.from_unknown_name("view", view, views)
    return UsageError(error.problem, place=config.path, expected=error.expected, hint=error.hint)


def _wanted(system: System, depth: int) -> Wanted:
    if not combines(system):
        return Wanted(system.spec, depth, index_name(system))
    inner = system.member_depth(depth)
    members = tuple(_wanted(member, inner) for member in system.members)
    return Wanted(system.spec, depth, None, members)


def _members_first(wanted: Wanted) -> Iterator[Wanted]:
    for member in wanted.members:
        yield from _members_first(member)
    yield wanted
