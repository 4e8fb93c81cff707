"""A release as MTEB's retrieval tasks: a Python module with one class for each kind of ranking."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from ...benchmarks.registry import TASKS, find_task
from ...schemas.errors import DataError, UsageError
from ...schemas.families import find_family
from ...schemas.folders import new_folder
from .eval_results import EVAL_NAME, check_repository, eval_yaml
from .mteb_names import find_counterpart, measure_name, subset_languages, task_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ...benchmarks.task import Task
    from ...schemas.release import Release

MODULE_NAME = "mteb_tasks.py"
_LICENSES = {
    "afl-3.0", "apache-2.0", "bsd-3-clause", "cc-by-2.0", "cc-by-3.0", "cc-by-4.0", "cc-by-nc-3.0",
    "cc-by-nc-4.0", "cc-by-nc-nd-4.0", "cc-by-nc-sa-3.0", "cc-by-nc-sa-4.0", "cc-by-nd-4.0",
    "cc-by-sa-3.0", "cc-by-sa-4.0", "cc0-1.0", "cdla-sharing-1.0", "gpl-3.0", "lgpl-3.0", "mit",
    "mpl-2.0", "odc-by",
}  # fmt: skip
"""Those that MTEB knows by the name that we give."""


@dataclass(frozen=True)
class MtebTask:
    """One class of the module."""

    name: str
    description: str
    splits: list[str]
    subsets: dict[str, list[str]]
    """Subset → MTEB's names of its languages."""
    main_score: str
    drops_self: bool


def write_mteb_task(
    release: Release,
    folder: Path,
    *,
    repository: str | None = None,
    revision: str | None = None,
    task: str | None = None,
    languages: Sequence[str] = (),
    splits: Sequence[str] | None = None,
) -> Path:
    """Write ``mteb_tasks.py``, whose ``TASKS`` MTEB evaluates, and ``eval.yaml`` for the Hub.

    The tasks read the release where it lies, or a copy of it on the Hub.

    Args:
        release: the release.
        folder: must not exist, or be empty.
        repository: the release on the Hub, as ``ORG/NAME``.
        revision: its commit or tag there.
        task: only this task of the family; by default those of all subsets.
        languages: codes of the texts' languages, where the release does not say them.
        splits: splits of the queries; ``test``, or the first of others.

    Returns:
        The folder.

    Raises:
        UsageError: one of repository and revision is missing, there is no such task or split, or
            the folder holds something.
        DataError: no subset has a relevant pair in every split.
    """
    if (repository is None) != (revision is None):
        raise UsageError("a release on the Hub is named by repository and revision")
    if repository is not None:
        check_repository(repository)
    manifest = release.manifest
    known = release.splits("queries")
    chosen = list(splits or (["test"] if "test" in known else known[:1]))
    found = _tasks(release, task, list(languages) or manifest.languages, chosen)
    license_name = manifest.license.lower()
    text = _render(
        release=manifest,
        path=repository or str(release.path.resolve()),
        revision=revision or manifest.fingerprint,
        reference=f"https://huggingface.co/datasets/{repository}" if repository else None,
        license=license_name if license_name in _LICENSES else None,
        tasks=found,
    )
    ids = [(t.name, subset, split) for t in found for subset in t.subsets for split in t.splits]
    description = " ".join(one.description for one in found)
    with new_folder(folder) as stage:
        (stage / MODULE_NAME).write_text(text, encoding="utf-8")
        entry = eval_yaml(manifest.name, description, ids)
        (stage / EVAL_NAME).write_text(entry, encoding="utf-8")
    return folder


def _tasks(
    release: Release, only: str | None, languages: Sequence[str], splits: Sequence[str]
) -> list[MtebTask]:
    family = release.manifest.family
    grouped: dict[str, list[str]] = {}
    for subset in _subsets(release, splits):
        grouped.setdefault(_ranked_by(family, subset), []).append(subset)
    if only is not None:
        grouped = _chosen(family, only, grouped)
    if not grouped:
        raise DataError(
            "no subset of the release has a relevant pair in every split",
            place=release.path,
            found=", ".join(splits),
        )
    made: list[MtebTask] = []
    for name, subsets in grouped.items():
        task = find_task(family, name)
        made.append(
            MtebTask(
                name=task_name(release.manifest.name, name),
                description=task.description,
                splits=list(splits),
                subsets={s: subset_languages(family, s, languages) for s in subsets},
                main_score=_main_score(task),
                drops_self=task.drop_self,
            )
        )
    return made


def _chosen(family: str, only: str, grouped: dict[str, list[str]]) -> dict[str, list[str]]:
    """The subsets that a task ranks, alone."""
    find_task(family, only)
    ranked = find_counterpart(family, only).task
    if len(grouped) == 1 and ranked not in grouped and not _named_by_task(family):
        return {ranked: next(iter(grouped.values()))}
    return {name: subsets for name, subsets in grouped.items() if name == ranked}


def _subsets(release: Release, splits: Sequence[str]) -> list[str]:
    """Names of the subsets that have relevant pairs in every split."""
    named: list[list[str]] = []
    for split in splits:

        def read(table: str, columns: Sequence[str], split: str = split) -> Any:
            return release.table(table, split, list(columns) or None)

        family = find_family(release.manifest.family)
        named.append([subset.name for subset in family.subsets(read)])
    first, *others = named
    return [name for name in first if all(name in other for other in others)]


def _named_by_task(family: str) -> bool:
    """Whether subsets of the family are named by the tasks that rank them."""
    return any(task.pairs for task in TASKS[family])


def _ranked_by(family: str, subset: str) -> str:
    """The task of ours that ranks what a subset holds."""
    if not _named_by_task(family):
        return TASKS[family][0].name
    return subset.partition("-")[0]


def _main_score(task: Task) -> str:
    name = measure_name(task.primary, task.depth)
    if name is None:
        raise UsageError(f"MTEB has no measure as {task.primary}, by which {task.name} compares")
    return name


def _render(**values: Any) -> str:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(  # Python is written, no HTML
        autoescape=False,  # noqa: S701
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["literal"] = _literal
    source = files(__package__ or "").joinpath("mteb_task.py.jinja").read_text(encoding="utf-8")
    return environment.from_string(source).render(**values)


def _literal(value: Any) -> str:
    """A text or a list of texts as Python writes it; JSON writes them the same way."""
    return json.dumps(value, ensure_ascii=False)
