"""Running a grid: every text is read, every index built and every ranking made once."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ...retrieval.measures import Measure
from ...schemas.errors import UsageError
from ...schemas.progress import SILENT, Progress
from ..data import Documents, Queries
from ..environment import environment
from ..ranking import runs_folder
from ..registry import choose_task
from ..results import ReleaseEntry
from ..scoring import LEVEL, RESAMPLES, Scorer, per_partition, split_qrels
from .figures import gap_names, grid_figures
from .group import Group, Source
from .plan import plan
from .results import CellEntry, GridFigure, GridResults, GridSummary, Outcome, TuneEntry, WorkEntry
from .selection import no_selection, select

if TYPE_CHECKING:
    from pathlib import Path

    from ...schemas.release import Release
    from .config import GridConfig


def run_grid(
    release: Release,
    config: GridConfig,
    output: Path,
    *,
    seed: int = 0,
    recompute: bool = False,
    progress: Progress = SILENT,
) -> GridResults:
    """Rank and score every cell of a grid on a release.

    A cell that cannot be ranked says why in its outcome; the others go on. Rankings are kept as
    they are made, so that a grid that was interrupted goes on where it stopped.

    Args:
        release: the release.
        config: as ``read_config`` gives it.
        output: folder for ``grid.json``, ``cells.parquet`` and ``runs/``; finished rankings in it
            are used again, those of ``evaluate`` too.
        seed: of the intervals.
        recompute: rank again even so.
        progress: shown while it works.

    Raises:
        UsageError: a view, the task or the reported split is unknown, or ``output`` is a file.
        DataError: the release has no document, or a split no query.
    """
    if seed < 0:
        raise UsageError("the seed is negative", found=seed, expected="0 or more")
    start = time.perf_counter()
    task = choose_task(release, config.task, config.split)
    if task.pools is not None or task.chooses:
        raise UsageError(
            f"a grid cannot run the task {task.name!r}: it has more than one ranking",
            place=config.path,
            hint="evaluate runs it, or set task = in the grid to one with a single ranking",
        )
    documents = Documents(release, task)
    splits = _splits(release, config)
    queries = {split: Queries(release, task, split) for split in splits}
    source = Source(release, task, documents, queries, runs_folder(output), recompute, progress)
    groups = [Group(source, jobs) for jobs in plan(config, task, documents, queries).values()]
    measures = [Measure.parse(measure) for measure in config.measures]
    parts = {split: split_qrels(found.qrels, task) for split, found in queries.items()}
    scorer = Scorer({}, seed)
    outcomes: list[Outcome] = []
    figures: list[GridFigure] = []
    computed = reused = built = 0
    with progress.step(f"grid {config.name}", sum(g.missing() for g in groups)) as advance:
        while groups:
            group = groups.pop(0)  # its rankings are let go with it
            for outcome, run in group.outcomes(advance):
                outcomes.append(outcome)
                if run is not None:
                    pairs = parts[outcome.split]
                    scored = per_partition(dict.fromkeys(pairs, run), pairs, measures)
                    figures += grid_figures(outcome, scored, scorer, task.gap)
            computed, reused = computed + group.computed, reused + group.reused
            built += group.indexes.built
    outcomes.sort(key=lambda o: (o.cell, splits.index(o.split)))
    figures.sort(key=lambda f: (f.cell, splits.index(f.split)))
    summary = GridSummary(
        name=config.name,
        release=ReleaseEntry.of(release),
        task=task.name,
        self_match_rule=task.self_match_rule,
        define=dict(config.define),
        split=config.split,
        depth=config.depth,
        measures=list(config.measures),
        partitions=list(dict.fromkeys(name for qrels in parts.values() for name in qrels)),
        gap=list(gap_names(task.gap)) if task.gap else [],
        axes=config.axes,
        merged=config.merged,
        seed=seed,
        interval={"level": LEVEL, "resamples": RESAMPLES},
        documents=len(documents.ids),
        queries={split: len(found.ids) for split, found in queries.items()},
        cells=_entries(config),
        outcomes=outcomes,
        tune=_tune(config, splits, figures),
        work=WorkEntry(
            rankings_computed=computed,
            rankings_reused=reused,
            indexes_built=built,
            seconds=time.perf_counter() - start,
        ),
        environment=environment(),
    )
    results = GridResults(summary, tuple(figures))
    results.write(output)
    return results


def _splits(release: Release, config: GridConfig) -> list[str]:
    """The split to choose on, if the release has it, then the one that is reported."""
    chosen = [config.tune.split] if config.tune else []
    return [*(s for s in chosen if s in release.splits("queries")), config.split]


def _entries(config: GridConfig) -> list[CellEntry]:
    return [
        CellEntry(
            number=number,
            name=cell.name,
            label=cell.label,
            query_view=cell.query_view,
            corpus_view=cell.corpus_view,
            system=cell.system,
            axes=dict(cell.axes),
        )
        for number, cell in enumerate(config.cells, 1)
    ]


def _tune(config: GridConfig, splits: list[str], figures: list[GridFigure]) -> TuneEntry | None:
    if config.tune is None:
        return None
    if config.tune.split in splits:
        return select(config.tune, config.cells, figures)
    return no_selection(
        config.tune, f"the release has no split {config.tune.split!r} of queries to choose on"
    )
