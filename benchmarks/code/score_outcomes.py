"""Scores of outcomes: pass@k, recall of dependencies, Domain-Specific Improvement."""

from __future__ import annotations

from collections import Counter
from math import fsum, inf
from typing import TYPE_CHECKING

import numpy as np

from ...schemas.errors import DataError, UsageError
from ...schemas.fingerprint import file_sha256
from ..environment import environment
from ..specialization import (
    THRESHOLD,
    domain_specific_improvement,
    improvement_intervals,
    verdict,
)
from ..statistics import LEVEL
from .outcomes import check_numbers, read_outcomes
from .pass_at_k import pass_at_k
from .recall import recall_at_k
from .scores import CodeScores, Improvement, ImprovementTable, ModelEntry, Source
from .slices import Slicer, Values, columns_to_slice, label_places, task_clusters
from .task_metadata import DOMAIN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pydantic import JsonValue

    from ..results import ReleaseEntry
    from .outcomes import Outcome
    from .scores import IntervalKind, Memorization
    from .task_metadata import CodeTask

KS = (1, 3, 5, 10)

_ByTask = dict[str, list["Outcome"]]


def score_outcomes(
    outcomes: Mapping[str, Sequence[Outcome]],
    tasks: Sequence[CodeTask],
    *,
    ks: Sequence[int] = KS,
    by: Sequence[str] | None = None,
    interval: IntervalKind = "repository",
    seed: int = 0,
    threshold: float = THRESHOLD,
    undefined: float | None = None,
    sources: Mapping[str, Source] | None = None,
    release: ReleaseEntry | None = None,
    memorization: Memorization | None = None,
    isolation: dict[str, JsonValue] | None = None,
    limits: dict[str, JsonValue] | None = None,
) -> CodeScores:
    """Work out every figure of some models' outcomes.

    A model is scored on the tasks that it has outcomes of. Of several models, DSI is worked out
    over the tasks that all of them have, domain by domain.

    Args:
        outcomes: model → outcomes of its completions, which are numbered from 0 in each task.
        tasks: those that may have outcomes.
        ks: numbers of completions tried.
        by: columns that slice the tasks; None: domain, dependencies and repository, where they
            part the tasks.
        interval: what the bootstrap draws: repositories with all their tasks, or single tasks.
        seed: seed of the draws.
        threshold: DSI beyond which a domain is a comfort or a strange one.
        undefined: what stands for DSI where pass@1 is 0; None: nothing does.
        sources: model → where its outcomes come from; None: its name says it.
        release: whose tasks they are.
        memorization: what was found about the same models.
        isolation: what kept the completions apart while they ran.
        limits: what they could use at most.

    Raises:
        UsageError: no model or task; a k below 1, none or one twice; a negative seed or threshold;
            an unknown column or interval.
        DataError: a model without outcomes, outcomes of an unknown task, or numbers of completions
            with gaps.
    """
    _check(outcomes, tasks, ks, seed, threshold)
    ordered = sorted(tasks, key=lambda task: task.name)
    grouped = {model: _by_task(found, ordered) for model, found in outcomes.items()}
    answered = {name for found in grouped.values() for name in found}
    columns = columns_to_slice([task for task in ordered if task.name in answered], by)
    entries: list[ModelEntry] = []
    figures = []
    for model, found in grouped.items():
        chosen = [task for task in ordered if task.name in found]
        source = (sources or {}).get(model) or Source(name=model)
        entries.append(_entry(model, source, found, len(ordered)))
        slicer = Slicer(chosen, columns, interval, seed)
        figures += slicer.figures(model, _measures(found, chosen, ks))
    improvements = []
    if len(grouped) > 1:
        improvements.append(
            _improvements(grouped, ordered, interval, seed, threshold, undefined),
        )
    return CodeScores(
        release=release,
        tasks=len(ordered),
        repositories=len({task.repository for task in ordered}),
        models=entries,
        seed=seed,
        interval=interval,
        level=LEVEL,
        ks=list(ks),
        by=columns,
        figures=figures,
        improvements=improvements,
        memorization=memorization,
        isolation=isolation,
        limits=limits,
        environment=environment(),
    )


def score_recorded(
    files: Mapping[str, Path],
    tasks: Sequence[CodeTask],
    *,
    ks: Sequence[int] = KS,
    by: Sequence[str] | None = None,
    interval: IntervalKind = "repository",
    seed: int = 0,
    threshold: float = THRESHOLD,
    undefined: float | None = None,
    release: ReleaseEntry | None = None,
    memorization: Memorization | None = None,
) -> CodeScores:
    """Score outcomes that files record, see ``outcomes``.

    Args:
        files: model → file of its outcomes.
        tasks: those that may have outcomes.
        ks: as in ``score_outcomes``, and so are all others.
        by: columns.
        interval: what is drawn.
        seed: of the draws.
        threshold: of DSI.
        undefined: what stands for DSI.
        release: whose tasks they are.
        memorization: what was found about the same models.

    Raises:
        UsageError: as ``score_outcomes``.
        DataError: a file is missing or damaged, or does not fit the tasks.
    """
    return score_outcomes(
        {model: read_outcomes(path, tasks) for model, path in files.items()},
        tasks,
        ks=ks,
        by=by,
        interval=interval,
        seed=seed,
        threshold=threshold,
        undefined=undefined,
        sources={
            model: Source(name=path.name, parameters={"sha256": file_sha256(path)})
            for model, path in files.items()
        },
        release=release,
        memorization=memorization,
    )


def _check(
    outcomes: Mapping[str, Sequence[Outcome]],
    tasks: Sequence[CodeTask],
    ks: Sequence[int],
    seed: int,
    threshold: float,
) -> None:
    if not outcomes or not tasks:
        raise UsageError("there is nothing to score", expected="tasks, and a model's outcomes")
    if empty := [model for model, found in outcomes.items() if not found]:
        raise DataError("a model has no outcomes", found=empty[0])
    if not ks or min(ks) < 1 or len(set(ks)) < len(ks):
        found = ", ".join(map(str, ks)) or "none"
        raise UsageError("the values of k are wrong", found=found, expected="1 or more, each once")
    if seed < 0:
        raise UsageError("the seed is negative", found=seed, expected="0 or more")
    if not 0 <= threshold < inf:
        raise UsageError("the threshold is wrong", found=threshold, expected="0 or more")


def _by_task(outcomes: Sequence[Outcome], tasks: Sequence[CodeTask]) -> _ByTask:
    """Task → its outcomes by number."""
    known = {task.name for task in tasks}
    found: _ByTask = {}
    for outcome in outcomes:
        if outcome.task not in known:
            raise DataError("the outcomes name a task that is unknown", found=outcome.task)
        found.setdefault(outcome.task, []).append(outcome)
    check_numbers(outcomes)
    return {name: sorted(found[name], key=lambda one: one.sample) for name in sorted(found)}


def _entry(model: str, source: Source, found: _ByTask, tasks: int) -> ModelEntry:
    everything = [outcome for each in found.values() for outcome in each]
    texts = {(one.task, one.completion) for one in everything if one.completion is not None}
    known = all(one.completion is not None for one in everything)
    return ModelEntry(
        name=model,
        source=source,
        tasks=len(found),
        without=tasks - len(found),
        completions=len(everything),
        distinct=len(texts) if known else None,
        samples_per_task=dict(sorted(Counter(len(each) for each in found.values()).items())),
        outcomes=dict(sorted(Counter(one.label for one in everything).items())),
    )


def _measures(found: _ByTask, tasks: Sequence[CodeTask], ks: Sequence[int]) -> dict[str, Values]:
    """pass@k of each k and, where anybody looked for dependencies, recall@k."""
    lists = [found[task.name] for task in tasks]
    measures: dict[str, Values] = {}
    for k in ks:
        passed = [pass_at_k(len(each), sum(o.passed for o in each), k) for each in lists]
        measures[f"pass@{k}"] = Values(passed, [True] * len(tasks))
    names = [[outcome.names for outcome in each] for each in lists]
    if not any(one is not None for each in names for one in each):
        return measures
    applies = [bool(task.dependencies) for task in tasks]
    for k in ks:
        recalls = [
            recall_at_k(task.dependencies, each, k) for task, each in zip(tasks, names, strict=True)
        ]
        measures[f"recall@{k}"] = Values(recalls, applies)
    return measures


def _improvements(
    grouped: Mapping[str, _ByTask],
    tasks: Sequence[CodeTask],
    interval: IntervalKind,
    seed: int,
    threshold: float,
    undefined: float | None,
) -> ImprovementTable:
    """DSI over the tasks that every model has completions of: all of them, then by domain."""
    shared = [task for task in tasks if all(task.name in found for found in grouped.values())]
    rows = [
        [sum(o.passed for o in found[task.name]) / len(found[task.name]) for task in shared]
        for found in grouped.values()
    ]
    values = np.array(rows, np.float64).T.reshape(len(shared), len(grouped))
    clusters = task_clusters(shared, interval)
    domains: dict[str | None, list[int]] = {None: list(range(len(shared)))}
    domains |= label_places(shared, DOMAIN)
    cells: list[Improvement] = []
    for domain, places in domains.items():
        part = values[places]
        rates = [fsum(column) / len(places) if places else None for column in part.T]
        found = domain_specific_improvement(rates, undefined=undefined)
        bounds = improvement_intervals(part, clusters[places], undefined=undefined, seed=seed)
        cells += [
            Improvement(
                domain=domain,
                model=model,
                n=len(places),
                rate=rate,
                value=value,
                low=low if value is not None else None,
                high=high if value is not None else None,
                verdict=verdict(value, threshold),
            )
            for model, rate, value, (low, high) in zip(grouped, rates, found, bounds, strict=True)
        ]
    return ImprovementTable(
        source=None,
        models=list(grouped),
        domains=list(domains),
        threshold=threshold,
        undefined=undefined,
        cells=cells,
    )
