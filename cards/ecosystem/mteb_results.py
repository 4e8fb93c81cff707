"""Results as the files that MTEB keeps: ``results/<org__model>/<revision>/<Task>.json``.

Of an evaluation, what counts is what MTEB's own task would measure on the release: figures of its
subsets, by the texts that they hold. ``mteb_version`` is null, as MTEB computed none of it; what
did is in ``run_settings.jsonl``.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ...benchmarks.registry import find_task
from ...schemas.errors import UsageError
from ...schemas.folders import new_folder
from ...schemas.subsets import can_name
from .mteb_names import find_counterpart, measure_name, model_names, subset_languages, task_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ...benchmarks.results import Figure, Results, SystemEntry
    from .mteb_names import Counterpart

_META = (
    "release_date", "languages", "n_parameters", "memory_usage_mb", "max_tokens", "embed_dim",
    "license", "open_weights", "public_training_code", "public_training_data", "framework",
    "similarity_fn_name", "use_instructions", "training_datasets",
)  # fmt: skip
"""What MTEB must be told of a model, if only that it is unknown."""


def write_mteb_results(
    results: Results,
    folder: Path,
    *,
    revision: str | None = None,
    languages: Sequence[str] = (),
) -> Path:
    """Write one file for each system, which ``TaskResult.from_disk`` reads.

    ``mteb.ResultCache(folder)`` finds them all.

    Args:
        results: of ``domainbench evaluate``.
        folder: must not exist, or be empty.
        revision: revision of the data set on the Hub; the release's fingerprint by default.
        languages: codes of the release's languages (ISO 639-1), for subsets whose name says none.

    Returns:
        The folder.

    Raises:
        UsageError: MTEB has no such task, or these figures are not those of its subsets; the folder
            holds something.
    """
    task = task_name(results.release.name, _counterpart(results).task)
    scores = subset_scores(results, languages)
    models = model_names(results.systems)
    with new_folder(folder) as stage:
        for system in results.systems:
            model, model_revision = models[system.spec]
            place = stage / "results" / model.replace("/", "__") / model_revision
            place.mkdir(parents=True)
            found = {
                "dataset_revision": revision or results.release.fingerprint,
                "task_name": task,
                "mteb_version": None,
                "evaluation_time": _seconds(results, system),
                "kg_co2_emissions": None,
                "scores": {results.split: scores[system.spec]},
            }
            _write(place / f"{task}.json", found)
            known = {"name": model, "revision": model_revision}
            _write(place / "model_meta.json", known | dict.fromkeys(_META))
            run = _run_settings(results, system, task, scores[system.spec])
            (place / "run_settings.jsonl").write_text(json.dumps(run) + "\n", encoding="utf-8")
    return folder


def subset_scores(
    results: Results, languages: Sequence[str] = ()
) -> dict[str, list[dict[str, Any]]]:
    """What MTEB keeps of each system.

    Args:
        results: of ``domainbench evaluate``.
        languages: codes of the release's languages.

    Returns:
        System → for each subset ``hf_subset``, ``languages``, ``main_score`` and the measures under
        MTEB's names, all as shares of 1. A subset without a query that counts is left out, as are
        measures that MTEB does not have.

    Raises:
        UsageError: MTEB has no such task, or these figures are not those of its subsets.
    """
    counterpart = _counterpart(results)
    main = main_score(results)
    found: dict[str, list[dict[str, Any]]] = {}
    for system in results.systems:
        measured: dict[str, dict[str, float]] = {}
        for figure in results.figures:
            subset = _subset(counterpart, results, figure)
            name = measure_name(figure.measure, results.depth)
            if figure.system == system.spec and subset and name and figure.value is not None:
                measured.setdefault(subset, {})[name] = figure.value
        found[system.spec] = [
            {
                "hf_subset": subset,
                "languages": subset_languages(results.release.family, subset, languages),
                "main_score": values[main],
                **values,
            }
            for subset, values in measured.items()
            if main in values
        ]
    if not any(found.values()):
        raise UsageError(
            "the results have no figure of a subset that MTEB loads",
            hint=f"evaluate with --by {counterpart.column}" if counterpart.column else None,
        )
    return found


def main_score(results: Results) -> str:
    """MTEB's name of the measure that systems are compared by.

    Raises:
        UsageError: the results lack the primary measure of their task.
    """
    task = find_task(results.release.family, results.task)
    wanted = measure_name(task.primary, task.depth)
    measured = {measure_name(measure, results.depth) for measure in results.measures}
    if wanted is None or wanted not in measured:
        raise UsageError(
            "the results lack the measure by which systems are compared on this task",
            found=f"{', '.join(results.measures)} of {results.depth} documents",
            expected=f"{task.primary} of {task.depth} documents",
        )
    return wanted


def _counterpart(results: Results) -> Counterpart:
    counterpart = find_counterpart(results.release.family, results.task)
    used = (results.query_view, results.corpus_view)
    if used != counterpart.views:
        query, corpus = counterpart.views
        raise UsageError(
            "the results are of other texts than those that MTEB reads",
            found=f"queries as {used[0]}, documents as {used[1]}",
            expected=f"queries as {query}, documents as {corpus}",
            hint=f"evaluate with --query-view {query} --corpus-view {corpus}",
        )
    return counterpart


def _subset(counterpart: Counterpart, results: Results, figure: Figure) -> str | None:
    """The subset that a figure is of; partitions that join others are none."""
    if figure.partition in find_task(results.release.family, results.task).unions:
        return None
    subset = counterpart.subset(figure.partition, figure.column, figure.slice)
    return subset if subset is not None and can_name(subset) else None


def _seconds(results: Results, system: SystemEntry) -> float | None:
    """Time of indexing and searching; None where it was not taken."""
    for cost in results.costs:
        if cost.system == system.spec:
            taken = [t for t in (cost.index_seconds, cost.search_seconds) if t is not None]
            return sum(taken) if taken else None
    return None


def _run_settings(
    results: Results, system: SystemEntry, task: str, scores: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """What was run by which packages, as a line of MTEB's file of them."""
    return {
        "task": task,
        "splits": [results.split],
        "subsets": sorted(row["hf_subset"] for row in scores),
        "version": results.environment.get("packages", {}),
        "encode_kwargs": {},
        "system": system.spec,
        "release": results.release.model_dump(mode="json"),
    }


def _write(path: Path, payload: object) -> None:
    path.write_text(json.dumps(payload, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
