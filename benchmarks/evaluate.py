"""Evaluating systems on a release: each is put to a task once, and every figure is from that."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from ..retrieval.systems import parse_system
from ..retrieval.trec import write_qrels, write_run
from ..schemas.errors import UsageError
from ..schemas.progress import SILENT, Progress
from .environment import environment
from .experiment import RankingExperiment, Setting
from .qa.choices import ChoiceExperiment
from .registry import choose_task
from .results import ReleaseEntry, Results, SystemEntry
from .scoring import LEVEL, RESAMPLES, Scorer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ..retrieval.measures import PerQuery
    from ..retrieval.qrels import Qrels
    from ..retrieval.system import System
    from ..schemas.release import Release
    from .experiment import Experiment, Outcome
    from .task import Task

_LONGEST_NAME = 80
"""Characters of a system that name its file."""


def evaluate(
    release: Release,
    systems: Sequence[str],
    *,
    task: str | None = None,
    by: Sequence[str] = (),
    k: int | None = None,
    measures: Sequence[str] | None = None,
    query_view: str | None = None,
    corpus_view: str | None = None,
    split: str = "test",
    seed: int = 0,
    output: Path | None = None,
    recompute: bool = False,
    trec: Path | None = None,
    progress: Progress = SILENT,
) -> Results:
    """Put each system to a task once, and score all queries, each partition and each slice.

    Args:
        release: the release.
        systems: specifications, as ``bm25``, ``dense``, ``rrf:bm25+dense,k=60``.
        task: one of the family's tasks; by default the first that the release has pairs for.
        by: columns of ``queries`` that slice them.
        k: documents ranked for each query; the task's own depth by default (100 in most), or as
            many as the deepest cutoff needs.
        measures: as ``nDCG@10``; the task's own by default. The first is the one that systems are
            compared by, unless the task's primary measure is among them.
        query_view: text of a query; the task's default.
        corpus_view: text of a document; the task's default.
        split: split of the queries.
        seed: seed of intervals and tests.
        output: folder for ``results.json``, ``per_query.parquet`` and ``runs/``; finished rankings
            in it are used again.
        recompute: rank again even so.
        trec: folder for runs and judgements as TREC files.
        progress: shown while it works.

    Raises:
        UsageError: an unknown system, view, measure, column, task or split.
        DataError: the release has no query, no document or no pair for the task.
    """
    chosen = choose_task(release, task, split)
    if seed < 0:
        raise UsageError("the seed is negative", found=seed, expected="0 or more")
    setting = Setting(
        release=release,
        task=chosen,
        split=split,
        views=(query_view or chosen.query_view, corpus_view or chosen.corpus_view),
        k=k,
        measures=measures or chosen.measures,
        output=output,
        recompute=recompute,
        progress=progress,
    )
    if trec is not None:
        _make_folder(trec, chosen)
    pool: dict[str, System] = {}
    named = {system.spec: system for system in (parse_system(text, pool) for text in systems)}
    experiment: Experiment = (ChoiceExperiment if chosen.chooses else RankingExperiment)(setting)
    slices = experiment.labels(by)
    outcomes = experiment.run(named)
    scored = {spec: outcome.scored for spec, outcome in outcomes.items()}
    scorer = Scorer(slices, seed)
    with progress.step("scoring"):
        figures = [f for spec in named for f in scorer.figures(spec, scored[spec])]
        picked = experiment.measures
        primary = next((m for m in picked if str(m) == chosen.primary), picked[0])
        comparisons = scorer.comparisons(scored, primary)
        gaps = [g for s in named if chosen.gap for g in scorer.gaps(s, scored[s], *chosen.gap)]
    results = Results(
        release=ReleaseEntry.of(release),
        task=chosen.name,
        split=split,
        query_view=setting.views[0],
        corpus_view=setting.views[1],
        depth=experiment.depth,
        self_match_rule=chosen.self_match_rule,
        seed=seed,
        interval={"level": LEVEL, "resamples": RESAMPLES},
        partitions=list(experiment.parts),
        by=list(by),
        measures=[str(measure) for measure in picked],
        primary=str(primary),
        queries=experiment.queries,
        documents=experiment.documents,
        relevant_outside_corpus=experiment.lost,
        systems=[SystemEntry(spec=s, parameters=named[s].parameters) for s in named],
        figures=figures,
        comparisons=comparisons,
        gaps=gaps,
        environment=environment(),
        costs=[outcome.cost for outcome in outcomes.values()],
    )
    if output is not None:
        _write_per_query(output / "per_query.parquet", scored)
        results.write(output)
    if trec is not None:
        _write_trec(trec, outcomes, experiment.parts)
    return results


def _write_per_query(path: Path, scored: Mapping[str, Mapping[str, PerQuery]]) -> None:
    """One row for each system, partition, query and measure."""
    parts: list[Any] = []
    for spec, partitions in scored.items():
        for partition, values in partitions.items():
            for measure in values.measures:
                n = len(values.query_ids)
                parts.append(
                    pa.table(
                        {
                            "system": pa.array([spec] * n, pa.string()),
                            "partition": pa.array([partition] * n, pa.string()),
                            "query_id": values.query_ids.cast(pa.string()),
                            "measure": pa.array([str(measure)] * n, pa.string()),
                            "value": pa.array(values.column(measure)),
                        }
                    )
                )
    pq.write_table(pa.concat_tables(parts), path, compression="zstd")


def _make_folder(folder: Path, task: Task) -> None:
    if task.chooses:
        raise UsageError(f"the task {task.name!r} has no ranking to write as TREC files")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise UsageError("the folder for TREC files is a file", place=folder) from None


def _write_trec(
    folder: Path, outcomes: Mapping[str, Outcome], parts: Mapping[str, Qrels | None]
) -> None:
    """A run for each system, or for each of its rankings where partitions have their own."""
    for spec, outcome in outcomes.items():
        slug = "".join(c if c.isalnum() or c in ".=-" else "_" for c in spec)
        if len(slug) > _LONGEST_NAME:
            slug = f"{slug[:_LONGEST_NAME]}-{hashlib.sha256(spec.encode()).hexdigest()[:8]}"
        first = next(iter(outcome.runs.values()))
        if all(run is first for run in outcome.runs.values()):
            write_run(first, folder / f"{slug}.run", tag=spec)
            continue
        for partition, run in outcome.runs.items():
            write_run(run, folder / f"{slug}.{partition}.run", tag=spec)
    for partition, qrels in parts.items():
        if qrels is not None:
            write_qrels(qrels, folder / f"{partition}.qrels")
