"""Results as the Hub shows them: ``eval.yaml`` of a data set, ``.eval_results`` of models.

A benchmark of the Hub has one value for each task id, so that each subset is a task of its own. Ids
and values, which are percentages, are those that MTEB would publish.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from ...benchmarks.registry import find_task
from ...schemas.errors import UsageError
from ...schemas.folders import new_folder
from .mteb_names import find_counterpart, model_names, task_id, task_name
from .mteb_results import main_score, subset_scores

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ...benchmarks.results import Results, SystemEntry

EVAL_NAME = "eval.yaml"
_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_PLACES = 5


def eval_yaml(name: str, description: str, tasks: Iterable[tuple[str, str, str]]) -> str:
    """``eval.yaml`` at the root of a data set, which makes it a benchmark of the Hub.

    Args:
        name: name of the benchmark.
        description: a sentence on it.
        tasks: MTEB's task, subset and split of each; their config is that of the subset's pairs.
    """
    fields = {
        "name": name,
        "description": description,
        "evaluation_framework": "mteb",
        "tasks": [
            {"id": task_id(task, subset, split), "config": f"{subset}-qrels", "split": split}
            for task, subset, split in tasks
        ],
    }
    return _dump(fields)


def write_eval_results(results: Results, folder: Path, *, repository: str, revision: str) -> Path:
    """Write ``eval.yaml`` and, for each system, ``<org__model>/.eval_results/<Task>.yaml``.

    The first belongs into the data set's repository, the others into those of the models.

    Args:
        results: of ``domainbench evaluate``.
        folder: must not exist, or be empty.
        repository: the release on the Hub, as ``ORG/NAME``.
        revision: the commit that was evaluated.

    Returns:
        The folder.

    Raises:
        UsageError: the repository or the commit has another form, MTEB has no such task, or these
            figures are not those of its subsets; the folder holds something.
    """
    check_repository(repository)
    if not _COMMIT.fullmatch(revision):
        raise UsageError(
            "a result belongs to a commit", found=revision, expected="40 hexadecimal digits"
        )
    release, split = results.release, results.split
    task = task_name(release.name, find_counterpart(release.family, results.task).task)
    scores = subset_scores(results)
    subsets = dict.fromkeys(row["hf_subset"] for rows in scores.values() for row in rows)
    description = find_task(release.family, results.task).description
    models = model_names(results.systems)
    with new_folder(folder) as stage:
        tasks = [(task, subset, split) for subset in subsets]
        text = eval_yaml(release.name, description, tasks)
        (stage / EVAL_NAME).write_text(text, encoding="utf-8")
        for system in results.systems:
            entries = [
                _entry(results, system, repository, revision, task, row)
                for row in scores[system.spec]
            ]
            place = stage / models[system.spec][0].replace("/", "__") / ".eval_results"
            place.mkdir(parents=True)
            (place / f"{task}.yaml").write_text(_entries(entries), encoding="utf-8")
    return folder


def check_repository(repository: str) -> str:
    """Return the name of a repository of the Hub, or raise ``UsageError``."""
    if not _REPOSITORY.fullmatch(repository):
        raise UsageError(
            "this is no repository of the Hub", found=repr(repository), expected="ORG/NAME"
        )
    return repository


def _entry(
    results: Results,
    system: SystemEntry,
    repository: str,
    revision: str,
    task: str,
    row: dict[str, Any],
) -> Any:
    from huggingface_hub import EvalResultEntry

    release = results.release
    packages = results.environment.get("packages")
    version = packages.get("domainbench") if isinstance(packages, dict) else None
    notes = [main_score(results), f"{release.name} {release.version}", system.spec]
    notes += [f"domainbench {version}"] if version else []
    return EvalResultEntry(
        dataset_id=repository,
        task_id=task_id(task, row["hf_subset"], results.split),
        value=round(row["main_score"] * 100, _PLACES),
        dataset_revision=revision,
        source_url=f"https://huggingface.co/datasets/{repository}",
        source_name=repository,
        notes=", ".join(notes),
    )


def _entries(entries: list[Any]) -> str:
    from huggingface_hub import eval_result_entries_to_yaml

    return _dump(eval_result_entries_to_yaml(entries))


def _dump(fields: object) -> str:
    return yaml.safe_dump(fields, sort_keys=False, allow_unicode=True, width=1_000)
