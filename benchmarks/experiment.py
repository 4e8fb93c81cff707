"""What an evaluation does with systems: rank for queries, and see where their pairs are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ..retrieval.identifiers import locate
from ..retrieval.measures import Measure
from .data import Documents, Queries, ranking_identity
from .pools import Making, by_partition, make_pools, pairs_within, rank_pools
from .ranking import ranking_depth, runs_folder
from .scoring import per_partition, per_query, split_qrels

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from ..retrieval.measures import PerQuery
    from ..retrieval.qrels import Qrels
    from ..retrieval.run import Run
    from ..retrieval.system import System
    from ..schemas.progress import Progress
    from ..schemas.release import Release
    from .results import Cost
    from .task import Task


@dataclass(frozen=True)
class Setting:
    """A task on a release, and how it is run."""

    release: Release
    task: Task
    split: str
    views: tuple[str, str]
    """Of the queries and of the documents."""
    k: int | None
    """Documents ranked for each query, if it was told."""
    measures: Sequence[str]
    output: Path | None
    """Folder for ``runs/``, where finished rankings are kept."""
    recompute: bool
    progress: Progress


@dataclass(frozen=True)
class Outcome:
    """What one system did."""

    scored: Mapping[str, PerQuery]
    """Partition → figures of each query."""
    cost: Cost
    runs: Mapping[str, Run] = field(default_factory=dict[str, "Run"])
    """Partition → the ranking that its pairs were looked for in; none where options are chosen."""


class Experiment(Protocol):
    """A task that systems are put to."""

    measures: list[Any]
    """What is reported; ``str`` of each is its name."""
    depth: int
    documents: int
    queries: int
    lost: int
    """Relevant pairs whose document is not ranked."""

    @property
    def parts(self) -> Mapping[str, Qrels | None]:
        """Partition → its pairs; None where what is reported is no pair's."""
        ...

    def labels(self, by: Sequence[str]) -> dict[str, dict[str, set[str]]]:
        """Column → label → ids of the queries that have it."""
        ...

    def run(self, systems: Mapping[str, System]) -> dict[str, Outcome]:
        """What each system does, by its specification."""
        ...


class RankingExperiment:
    """Ranking documents for queries, scored by judged pairs.

    Raises:
        UsageError: a view, a measure or the split is unknown, or k is below a cutoff.
        DataError: the release has no query or no document.
    """

    def __init__(self, setting: Setting) -> None:
        task = setting.task
        self._setting = setting
        self._picked = list(dict.fromkeys(map(Measure.parse, setting.measures)))
        self.depth = ranking_depth(setting.k, self._picked, task.depth)
        self._documents = Documents(setting.release, task)
        self._queries = Queries(setting.release, task, setting.split)
        self.documents = len(self._documents.ids)
        self.queries = len(self._queries.ids)
        self.lost = self._queries.lost(self._documents)
        self.parts = split_qrels(pairs_within(task, self._documents, self._queries), task)
        self.measures: list[Any] = [*self._picked, *self._share_name()]

    def _share_name(self) -> list[str]:
        same = self._setting.task.same_column
        return [f"Same {same[0]}@{same[1]}"] if same else []

    def labels(self, by: Sequence[str]) -> dict[str, dict[str, set[str]]]:
        """Column → label → ids of the queries that have it."""
        return self._queries.labels(by)

    def run(self, systems: Mapping[str, System]) -> dict[str, Outcome]:
        """Rank with each system once, and score all pairs and each partition."""
        s = self._setting
        pools = make_pools(s.task, self._documents, self._queries, s.views)
        making = Making(
            identity=ranking_identity(s.release, s.task, self._documents, self._queries, s.views),
            own=self._queries.own(self._documents),
            folder=runs_folder(s.output),
            recompute=s.recompute,
            progress=s.progress,
        )
        ranked = rank_pools(pools, systems, self.depth, making, lambda _, run: run)
        spread = by_partition(s.task, pools, self._queries, list(self.parts))
        found: dict[str, Outcome] = {}
        with s.progress.step("scoring"):
            for spec, (rankings, cost) in ranked.items():
                runs = spread(rankings, self._documents.ids)
                scored = per_partition(runs, self.parts, self._picked)
                found[spec] = Outcome(self._with_share(scored, runs), cost, runs)
        return found

    def _with_share(
        self, scored: dict[str, PerQuery], runs: Mapping[str, Run]
    ) -> dict[str, PerQuery]:
        """The figures with the share of first documents that have the query's value."""
        same = self._setting.task.same_column
        if same is None:
            return scored
        column, k = same
        of_documents, of_queries = self._documents.values(column), self._queries.values(column)
        found: dict[str, PerQuery] = {}
        for name, values in scored.items():
            asked = of_queries.take(locate(self._queries.ids, values.query_ids))
            share = same_value_share(runs[name], of_documents, values.query_ids, asked, k)
            figures: dict[Any, Any] = {m: values.column(m) for m in values.measures}
            found[name] = per_query(values.query_ids, figures | {self._share_name()[0]: share})
        return found


def same_value_share(
    run: Run, of_documents: Any, query_ids: Any, of_queries: Any, k: int
) -> NDArray[np.float64]:
    """Share of the first k documents that have the query's value.

    Args:
        run: the ranking.
        of_documents: ``pyarrow.LargeStringArray`` of the values of its documents.
        query_ids: the same, of n queries.
        of_queries: the same, of their values.
        k: how many documents count; fewer where fewer are ranked.

    Returns:
        (n) shares; NaN where nothing is ranked.
    """
    documents = np.array(of_documents.to_pylist(), dtype=object)
    values = np.array(of_queries.to_pylist(), dtype=object)
    rows = locate(run.query_ids, query_ids)
    first = np.full((len(rows), min(k, run.depth)), -1, np.int32)
    first[rows >= 0] = run.docs[rows[rows >= 0], :k]
    ranked = (first >= 0).sum(axis=1)
    equal = ((first >= 0) & (documents[first] == values[:, None])).sum(axis=1)
    return np.where(ranked > 0, equal / np.maximum(ranked, 1), np.nan)
