"""The cells of a grid that rank one text of the corpus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...retrieval.systems import parse_system
from ...schemas.errors import DomainbenchError
from ..data import ranking_identity
from ..ranking import Indexes, Ranker
from .costs import cell_cost
from .results import Outcome, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from ...retrieval.run import Run
    from ...retrieval.system import System
    from ...schemas.progress import Progress
    from ...schemas.release import Release
    from ..data import Documents, Queries
    from ..task import Task
    from .plan import Job, Wanted

    Asked = tuple[str, tuple[str, ...]]
    """The queries of a ranking: their split, and the columns that are their text."""
    Search = tuple[Asked, Wanted]


@dataclass(frozen=True)
class Source:
    """What all groups of a grid read and write."""

    release: Release
    task: Task
    documents: Documents
    queries: Mapping[str, Queries]
    """By split."""
    folder: Path | None
    """Of finished rankings."""
    recompute: bool
    progress: Progress


class Group:
    """Jobs that read the same columns of the corpus.

    One index is in memory at a time: everything that searches it is ranked before the next.
    """

    def __init__(self, source: Source, jobs: Sequence[Job]) -> None:
        self._jobs = jobs
        view = jobs[0].cell.corpus_view
        self.indexes = Indexes(
            source.documents.ids, lambda: source.documents.texts(view), source.progress
        )
        self._rankers: dict[Asked, Ranker] = {}
        for job in jobs:
            if not job.unavailable and _asked(job) not in self._rankers:
                self._rankers[_asked(job)] = _ranker(source, job, self.indexes)
        self._failed: dict[Search, str] = {}

    def missing(self) -> int:
        """Rankings that are not there yet."""
        return sum(not self._is_kept(search) for search in self._searches())

    def _is_kept(self, search: Search) -> bool:
        ranker, system = self._rankers[search[0]], parse_system(search[1].system)
        depth = search[1].depth
        return _fault(ranker.path, system, depth) is None and ranker.is_kept(system, depth)

    @property
    def computed(self) -> int:
        """Rankings that have been made."""
        return sum(not cost.reused for ranker in self._rankers.values() for cost in ranker.costs())

    @property
    def reused(self) -> int:
        """Rankings that were there."""
        return sum(cost.reused for ranker in self._rankers.values() for cost in ranker.costs())

    def outcomes(self, advance: Callable[[int], None]) -> Iterator[tuple[Outcome, Run | None]]:
        """Rank everything; what became of each job, with its ranking if there is one.

        Args:
            advance: called with the number of rankings just made.
        """
        by_index: dict[str | None, list[Search]] = {}
        for search in self._searches():
            by_index.setdefault(search[1].index, []).append(search)
        combined = by_index.pop(None, [])
        for searches in by_index.values():
            self._search(searches, advance)
        for search in combined:
            self._combine(search, advance)
        for job in self._jobs:
            yield self._outcome(job)

    def _searches(self) -> list[Search]:
        """Every ranking that the jobs need, members before what combines them."""
        needed = ((_asked(j), w) for j in self._jobs if not j.unavailable for w in j.rankings)
        return list(dict.fromkeys(needed))

    def _search(self, searches: Sequence[Search], advance: Callable[[int], None]) -> None:
        """Make the rankings of one index, which is built if one of them is missing."""
        pool: dict[str, System] = {}  # holds the index; gone when this returns
        broken: str | None = None
        for search in searches:
            (asked, wanted), ranker = search, self._rankers[search[0]]
            system = parse_system(wanted.system, pool)
            fault = _fault(ranker.find, system, wanted.depth)
            if fault is None:
                if ranker.find(system, wanted.depth) is not None:
                    continue
                broken = broken or _fault(self.indexes.open, system)
                fault = broken or _fault(ranker.rank, system, wanted.depth)
            self._note(asked, wanted, fault)
            advance(1)
        for system in pool.values():
            self.indexes.close(system)

    def _combine(self, search: Search, advance: Callable[[int], None]) -> None:
        """Make a ranking of others, unless one of them has failed."""
        (asked, wanted), ranker = search, self._rankers[search[0]]
        system = parse_system(wanted.system)
        failed = [m for m in wanted.members if (asked, m) in self._failed]
        if failed:
            fault = f"{failed[0].system}: {self._failed[asked, failed[0]]}"
        else:
            fault = _fault(ranker.find, system, wanted.depth)
            if fault is None and ranker.find(system, wanted.depth) is not None:
                return
            fault = fault or _fault(ranker.rank, system, wanted.depth)
        self._note(asked, wanted, fault)
        advance(1)

    def _note(self, asked: Asked, wanted: Wanted, fault: str | None) -> None:
        if fault is not None:
            self._failed[asked, wanted] = fault

    def _outcome(self, job: Job) -> tuple[Outcome, Run | None]:
        if job.unavailable:
            reason = f"the release has no text in {', '.join(job.empty)}"
            return _without_run(job, "unavailable", reason), None
        asked, ranker, own = _asked(job), self._rankers[_asked(job)], job.rankings[-1]
        if (asked, own) in self._failed:
            return _without_run(job, "failed", self._failed[asked, own]), None
        run, cost = ranker.rank(parse_system(own.system), own.depth)
        kept = [(w.index, ranker.find(parse_system(w.system), w.depth)) for w in job.rankings]
        outcome = Outcome(
            cell=job.number,
            split=job.split,
            status="done",
            empty=list(job.empty),
            reused=cost.reused,
            cost=cell_cost([(index, found[1]) for index, found in kept if found is not None]),
        )
        return outcome, run


def _without_run(job: Job, status: Status, reason: str) -> Outcome:
    empty = list(job.empty)
    return Outcome(cell=job.number, split=job.split, status=status, reason=reason, empty=empty)


def _asked(job: Job) -> Asked:
    return job.split, job.query_columns


def _ranker(source: Source, job: Job, indexes: Indexes) -> Ranker:
    queries, views = source.queries[job.split], (job.cell.query_view, job.cell.corpus_view)
    return Ranker(
        indexes=indexes,
        queries=queries.texts(job.cell.query_view),
        own=queries.own(source.documents),
        identity=ranking_identity(source.release, source.task, source.documents, queries, views),
        folder=source.folder,
        recompute=source.recompute,
        progress=source.progress,
    )


def _fault(work: Callable[..., object], *arguments: object) -> str | None:
    """Do something; why it cannot be done, in one line."""
    try:
        work(*arguments)
    except DomainbenchError as error:
        found = f" (found {error.found})" if error.found is not None else ""
        return f"{error.problem}{found}"
    except Exception as error:  # noqa: BLE001 - whatever it is, the other cells go on
        text = str(error).strip().splitlines()
        return f"{type(error).__name__}: {text[0]}" if text else type(error).__name__
    return None
