"""Evaluating systems on a release: one ranking each, and every figure from it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from ..retrieval.measures import Measure, PerQuery
from ..retrieval.systems import parse_system
from ..retrieval.trec import write_qrels, write_run
from ..schemas.errors import UsageError
from ..schemas.progress import SILENT, Progress
from .data import Documents, Queries, ranking_identity
from .environment import environment
from .ranking import Indexes, Ranker, ranking_depth, runs_folder
from .registry import find_task
from .results import ReleaseEntry, Results, SystemEntry
from .scoring import LEVEL, RESAMPLES, Scorer, split_qrels

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ..retrieval.qrels import Qrels
    from ..retrieval.run import Run
    from ..retrieval.system import System
    from ..schemas.release import Release

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
    """Rank with each system once, and score all pairs, each partition and each slice.

    Args:
        release: the release.
        systems: specifications, as ``bm25``, ``dense``, ``rrf:bm25+dense,k=60``.
        task: one of the family's tasks; its main one by default.
        by: columns of ``queries`` that slice them.
        k: documents ranked for each query; 100, or as many as the deepest cutoff needs.
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
        DataError: the release has no query or no document.
    """
    chosen = find_task(release.manifest.family, task)
    picked = list(dict.fromkeys(Measure.parse(text) for text in measures or chosen.measures))
    if seed < 0:
        raise UsageError("the seed is negative", found=seed, expected="0 or more")
    if trec is not None:
        _make_folder(trec)
    depth = ranking_depth(k, picked)
    pool: dict[str, System] = {}
    named = {system.spec: system for system in (parse_system(text, pool) for text in systems)}
    views = query_view or chosen.query_view, corpus_view or chosen.corpus_view
    documents, queries = Documents(release, chosen), Queries(release, chosen, split)
    slices = queries.labels(by)
    ranker = Ranker(
        indexes=Indexes(documents.ids, lambda: documents.texts(views[1]), progress),
        queries=queries.texts(views[0]),
        own=queries.own(documents),
        identity=ranking_identity(release, chosen, documents, queries, views),
        folder=runs_folder(output),
        recompute=recompute,
        progress=progress,
    )
    ranked = {spec: ranker.rank(system, depth) for spec, system in named.items()}
    parts = split_qrels(queries.qrels, chosen.partition_column, chosen.partitions)
    scorer = Scorer(parts, slices, picked, seed)
    with progress.step("scoring"):
        scored = {spec: scorer.per_query(run) for spec, (run, _) in ranked.items()}
        figures = [f for spec in named for f in scorer.figures(spec, scored[spec])]
        primary = next((m for m in picked if str(m) == chosen.primary), picked[0])
        comparisons = scorer.comparisons(scored, primary)
        gaps = [g for s in named if chosen.gap for g in scorer.gaps(s, scored[s], *chosen.gap)]
    manifest = release.manifest
    results = Results(
        release=ReleaseEntry(
            name=manifest.name,
            family=manifest.family,
            version=manifest.version,
            fingerprint=manifest.fingerprint,
        ),
        task=chosen.name,
        split=split,
        query_view=views[0],
        corpus_view=views[1],
        depth=depth,
        self_match_rule=chosen.self_match_rule,
        seed=seed,
        interval={"level": LEVEL, "resamples": RESAMPLES},
        partitions=list(parts),
        by=list(by),
        measures=[str(measure) for measure in picked],
        primary=str(primary),
        queries=len(queries.ids),
        documents=len(documents.ids),
        relevant_outside_corpus=queries.lost(documents),
        systems=[SystemEntry(spec=s, parameters=named[s].parameters) for s in named],
        figures=figures,
        comparisons=comparisons,
        gaps=gaps,
        environment=environment(),
        costs=[cost for _, cost in ranked.values()],
    )
    if output is not None:
        _write_per_query(output / "per_query.parquet", scored)
        results.write(output)
    if trec is not None:
        _write_trec(trec, {spec: run for spec, (run, _) in ranked.items()}, parts)
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


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise UsageError("the folder for TREC files is a file", place=folder) from None


def _write_trec(folder: Path, runs: Mapping[str, Run], parts: Mapping[str, Qrels]) -> None:
    for spec, run in runs.items():
        slug = "".join(c if c.isalnum() or c in ".=-" else "_" for c in spec)
        if len(slug) > _LONGEST_NAME:
            slug = f"{slug[:_LONGEST_NAME]}-{hashlib.sha256(spec.encode()).hexdigest()[:8]}"
        write_run(run, folder / f"{slug}.run", tag=spec)
    for partition, qrels in parts.items():
        write_qrels(qrels, folder / f"{partition}.qrels")
