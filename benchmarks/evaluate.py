"""Evaluating systems on a release: one ranking each, and every figure from it."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from os import cpu_count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from ..retrieval.measures import Measure, PerQuery
from ..retrieval.systems import parse_system
from ..retrieval.texts import Texts
from ..retrieval.trec import write_qrels, write_run
from ..schemas.errors import DataError, UsageError
from ..schemas.progress import SILENT, Progress
from .ranking import Ranker
from .registry import find_task
from .results import ReleaseEntry, Results, SystemEntry
from .scoring import LEVEL, RESAMPLES, Scorer, query_labels, split_qrels
from .task import Task, compose

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..retrieval.qrels import Qrels
    from ..retrieval.run import Run
    from ..retrieval.system import System
    from ..schemas.release import Release

_PACKAGES = (
    "domainbench", "numpy", "numba", "pyarrow", "scipy", "torch",
    "sentence-transformers", "faiss-cpu", "faiss-gpu", "rank-bm25",
)  # fmt: skip
DEPTH = 100
"""Documents ranked for each query unless told; DAPFAM's."""


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
    picked = [Measure.parse(text) for text in measures or chosen.measures]
    depth = _depth(k, picked)
    pool: dict[str, System] = {}
    named = {system.spec: system for system in (parse_system(text, pool) for text in systems)}
    data = _Data(release, chosen, split, query_view, corpus_view)
    slices = query_labels(data.queries, by)
    ranker = Ranker(
        data.corpus_texts(), data.query_texts(), data.own(), data.identity(),
        _runs_folder(output), recompute, progress,
    )  # fmt: skip
    ranked = {spec: ranker.rank(system, depth) for spec, system in named.items()}
    parts = split_qrels(data.qrels, chosen.partition_column, chosen.partitions)
    scorer = Scorer(parts, slices, picked, seed)
    with progress.step("scoring"):
        scored = {spec: scorer.per_query(run) for spec, (run, _) in ranked.items()}
        figures = [f for spec in named for f in scorer.figures(spec, scored[spec])]
        primary = next((m for m in picked if str(m) == chosen.primary), picked[0])
        comparisons = scorer.comparisons(scored, primary)
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
        query_view=data.query_view,
        corpus_view=data.corpus_view,
        depth=depth,
        self_match_rule=chosen.self_match_rule,
        seed=seed,
        interval={"level": LEVEL, "resamples": RESAMPLES},
        partitions=list(parts),
        by=list(by),
        measures=[str(measure) for measure in picked],
        primary=str(primary),
        queries=len(data.queries),
        documents=len(data.corpus),
        relevant_outside_corpus=data.lost(),
        systems=[SystemEntry(spec=s, parameters=named[s].parameters) for s in named],
        figures=figures,
        comparisons=comparisons,
        environment=_environment(),
        costs=[cost for _, cost in ranked.values()],
    )
    if output is not None:
        _write_per_query(output / "per_query.parquet", scored)
        results.write(output)
    if trec is not None:
        _write_trec(trec, {spec: run for spec, (run, _) in ranked.items()}, parts)
    return results


class _Data:
    """The release's tables as one evaluation sees them."""

    def __init__(
        self,
        release: Release,
        task: Task,
        split: str,
        query_view: str | None,
        corpus_view: str | None,
    ) -> None:
        self._release = release
        self._task = task
        self._split = split
        self.query_view = query_view or task.query_view
        self.corpus_view = corpus_view or task.corpus_view
        for view, views in (
            (self.query_view, task.query_views),
            (self.corpus_view, task.corpus_views),
        ):
            if view not in views:
                raise UsageError.from_unknown_name("view", view, views)
        self.queries = release.table("queries", split)
        self.qrels = release.table("qrels", split)
        if not len(self.queries):
            raise DataError(
                "the release has no query to evaluate",
                place=release.path,
                hint="no citation has both of its families in the collection: add sources",
            )
        columns = ("_id", *task.corpus_views[self.corpus_view])
        self.corpus = release.table("corpus", columns=columns)
        if not len(self.corpus):
            raise DataError("the release has no document to rank", place=release.path)

    def corpus_texts(self) -> Texts:
        texts = compose(self.corpus, self._task.corpus_views, self.corpus_view)
        return Texts.from_arrays(self.corpus.column("_id"), texts, what="corpus")

    def query_texts(self) -> Texts:
        texts = compose(self.queries, self._task.query_views, self.query_view)
        return Texts.from_arrays(self.queries.column("_id"), texts, what="queries")

    def own(self) -> dict[str, list[str]]:
        """Documents to take out of each query's ranking, by the task's rule."""
        if not self._task.drop_self:
            return {}
        documents = set(self.corpus.column("_id").to_pylist())
        return {q: [q] for q in self.queries.column("_id").to_pylist() if q in documents}

    def identity(self) -> dict[str, Any]:
        return {
            "release": self._release.manifest.fingerprint,
            "package": version("domainbench"),
            "task": self._task.name,
            "self_match_rule": self._task.self_match_rule,
            "split": self._split,
            "query_view": self.query_view,
            "corpus_view": self.corpus_view,
        }

    def lost(self) -> int:
        """Relevant pairs whose document is not in the corpus."""
        documents = set(self.corpus.column("_id").to_pylist())
        rows = zip(
            self.qrels.column("corpus-id").to_pylist(),
            self.qrels.column("score").to_pylist(),
            strict=True,
        )
        return sum(score > 0 and document not in documents for document, score in rows)


def _depth(k: int | None, measures: Sequence[Measure]) -> int:
    needed = max((measure.cutoff or 0 for measure in measures), default=0)
    if k is None:
        return max(DEPTH, needed)
    if k < 1:
        raise UsageError("k is below 1", found=k)
    if k < needed:
        raise UsageError(
            "k is smaller than a measure's cutoff", found=k, expected=f"{needed} or more"
        )
    return k


def _runs_folder(output: Path | None) -> Path | None:
    if output is None:
        return None
    folder = output / "runs"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise UsageError("the output is a file, not a folder", place=output) from None
    return folder


def _environment() -> dict[str, Any]:
    packages: dict[str, Any] = {}
    for name in _PACKAGES:
        try:
            packages[name] = version(name)
        except PackageNotFoundError:
            packages[name] = None
    return {
        "packages": packages,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": _processor(),
        "cores": cpu_count(),
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()


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


def _write_trec(folder: Path, runs: Mapping[str, Run], parts: Mapping[str, Qrels]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for spec, run in runs.items():
        slug = "".join(c if c.isalnum() or c in ".=-" else "_" for c in spec)
        write_run(run, folder / f"{slug}.run", tag=spec)
    for partition, qrels in parts.items():
        write_qrels(qrels, folder / f"{partition}.qrels")
