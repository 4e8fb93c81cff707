"""Scoring completions of a release's functions: run in sandboxes, their dependencies looked up."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...programs.dependencies import DependencyRequest, find_dependencies
from ...programs.functions import decode_source
from ...programs.isolation import available_isolation, demand
from ...programs.limits import Limits
from ...programs.splice import NOT_IMPLEMENTED, Span, SpliceError, splice
from ...programs.trials import Arena, reference_body
from ...retrieval.cache import cache_folder
from ...schemas.code import DEPENDENCY_KINDS
from ...schemas.errors import DataError, UsageError
from ...schemas.fingerprint import file_sha256
from ...schemas.progress import SILENT, Progress
from ..results import ReleaseEntry
from .completions import Completion, Completions, read_completions
from .excerpts import qualname_of
from .execute import NAME as TRIALS_NAME
from .execute import TrialRecord, execute
from .generate import Drawing, generate
from .memorization import Sampled, memorization
from .outcomes import Outcome, check_numbers, write_outcomes
from .prompt_export import PromptOptions
from .repositories import Repositories
from .score_outcomes import KS, score_outcomes
from .scores import OUTCOMES_NAME, Source
from .task_metadata import tasks_of

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from ...schemas.release import Release
    from .execute import Ran
    from .repositories import EnvironmentKind
    from .scores import CodeScores, IntervalKind, Memorization

REFERENCE = "reference"
MUTANT_NAME = "mutant"
_SPLIT = "test"


@dataclass(frozen=True)
class Running:
    """How completions are run."""

    limits: Limits = field(default_factory=Limits)
    isolation: str = "full"
    """Least isolation that is accepted: ``any``, ``network`` or ``full``."""
    environment: EnvironmentKind = "venv"
    recall: bool = True
    """Whether dependencies of completions are looked up."""


@dataclass(frozen=True)
class Scoring:
    """Which figures are worked out, see ``score_outcomes``."""

    ks: Sequence[int] = KS
    by: Sequence[str] | None = None
    interval: IntervalKind = "repository"
    seed: int = 0


def score(
    release: Release,
    *,
    completions: Path | None = None,
    model: str | None = None,
    check: bool = False,
    prompts: PromptOptions | None = None,
    drawing: Drawing | None = None,
    running: Running | None = None,
    scoring: Scoring | None = None,
    output: Path | None = None,
    recompute: bool = False,
    progress: Progress = SILENT,
) -> CodeScores:
    """Run completions and work out pass@k, recall of dependencies and, where drawn, CDD.

    Only samples with confirmed tests are scored.

    Args:
        release: of the family ``code``.
        completions: file of them, see ``completions``; or
        model: the model that writes them now, as ``local:FOLDER`` or ``endpoint:MODEL@URL``; or
        check: score the functions themselves, and mutants of them.
        prompts: what a model is shown; without context by default.
        drawing: how many completions a model writes.
        running: limits and isolation.
        scoring: figures and slices.
        output: folder for ``scores.json``, ``outcomes.parquet`` and finished trials, which a later
            call uses again.
        recompute: run, and ask, again even so.
        progress: shown while it works.

    Raises:
        UsageError: not one of the three sources, less isolation than is asked for, or another
            Python than the tests were confirmed with.
        DataError: the release has no sample with confirmed tests or lacks files of it, or the
            completions are damaged.
    """
    if [completions is not None, model is not None, check].count(True) != 1:
        raise UsageError(
            "completions come from a file, from a model or from the release itself",
            expected="one of completions, model and check",
        )
    running, scoring = running or Running(), scoring or Scoring()
    samples = _executable(release)
    isolation = available_isolation()
    demand(isolation, running.isolation)
    if output is not None:
        _make_folder(output)
    with _workshop(output) as folder:
        repositories = Repositories(release, folder, running.environment)
        if completions is not None:
            given = {completions.stem: _read(completions, samples)}
            sources = {completions.stem: _file_source(completions)}
        elif model is not None:
            made = prompts or PromptOptions(executable_only=True)
            written = generate(
                release, model, made, drawing=drawing, output=output, recompute=recompute,
                progress=progress,
            )  # fmt: skip
            given = {model: _chosen(written.completions, samples)}
            sources = {model: Source(name=model, parameters=written.record.parameters)}
        else:
            given = _own(samples, repositories)
            sources = {name: Source(name=name) for name in given}
        distinct = {k: text for found in given.values() for k, text in found.distinct().items()}
        arena = Arena(running.limits, isolation, folder)
        head = {
            "release": release.manifest.fingerprint,
            "limits": asdict(running.limits),
            "isolation": asdict(isolation),
            "environment": running.environment,
        }
        record = TrialRecord(output and output / TRIALS_NAME, head, fresh=recompute)
        ran = execute(samples, distinct, repositories, arena, record, progress)
        names = _dependencies(samples, distinct, repositories, progress) if running.recall else None
    tasks = tasks_of(release.table("samples", _SPLIT))
    outcomes = {
        name: [_outcome(one, ran, names) for task in samples for one in found.judged(task)]
        for name, found in given.items()
    }
    scores = score_outcomes(
        outcomes,
        [task for task in tasks if task.name in samples],
        ks=scoring.ks,
        by=scoring.by,
        interval=scoring.interval,
        seed=scoring.seed,
        sources=sources,
        release=ReleaseEntry.of(release),
        memorization=_memorization(given, tasks, scoring),
        isolation=asdict(isolation),
        limits=asdict(running.limits),
    )
    if check:  # functions are not held against their own mutants
        scores = scores.model_copy(update={"improvements": []})
    if output is not None:
        for name, found in outcomes.items():
            suffix = "" if len(outcomes) == 1 else f"-{name}"
            write_outcomes(output / OUTCOMES_NAME.replace(".", f"{suffix}.", 1), found)
        scores.write(output)
    return scores


def _executable(release: Release) -> dict[str, dict[str, Any]]:
    rows = release.table("samples", _SPLIT).to_pylist()
    found = {row["_id"]: row for row in rows if row["executable"]}
    if not found:
        raise DataError(
            "the release has no sample whose tests were confirmed",
            place=release.path,
            found=f"{len(rows)} sample(s) without",
            hint="build it with tests=run",
        )
    return found


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise UsageError("the output folder is a file", place=folder) from None


@contextmanager
def _workshop(output: Path | None) -> Generator[Path]:
    """A folder for repositories and private copies, on the disk of the output if there is one."""
    with tempfile.TemporaryDirectory(prefix=".trials-", dir=output) as folder:
        yield Path(folder)


def _read(path: Path, samples: Mapping[str, Mapping[str, Any]]) -> Completions:
    found = read_completions(path, {task: row["namespace"] for task, row in samples.items()})
    # Before anything runs: the figures cannot be worked out of completions with gaps.
    check_numbers((one for each in found.samples.values() for one in each), path)
    return found


def _file_source(path: Path) -> Source:
    return Source(name=path.name, parameters={"sha256": file_sha256(path)})


def _chosen(
    completions: Sequence[Completion], samples: Mapping[str, Mapping[str, Any]]
) -> Completions:
    """A model's completions of the samples that are scored."""
    found: dict[str, list[Completion]] = defaultdict(list)
    greedy: dict[str, Completion] = {}
    for one in completions:
        if one.task in samples and one.greedy:
            greedy[one.task] = one
        elif one.task in samples:
            found[one.task].append(one)
    missing = tuple(task for task in samples if task not in found and task not in greedy)
    return Completions({task: tuple(each) for task, each in found.items()}, greedy, missing)


def _own(
    samples: Mapping[str, Mapping[str, Any]], repositories: Repositories
) -> dict[str, Completions]:
    """The functions as they are, and mutants of them."""
    bodies: dict[str, tuple[Completion, ...]] = {}
    mutants: dict[str, tuple[Completion, ...]] = {}
    for task, row in samples.items():
        tree = repositories.open(row["snapshot"]).tree
        body = reference_body(tree / row["completion_path"], Span.of_sample(row))
        bodies[task] = (Completion(task, 0, body),)
        mutants[task] = (Completion(task, 0, NOT_IMPLEMENTED),)
    return {REFERENCE: Completions(bodies, {}, ()), MUTANT_NAME: Completions(mutants, {}, ())}


def _dependencies(
    samples: Mapping[str, Mapping[str, Any]],
    distinct: Mapping[tuple[str, str], str],
    repositories: Repositories,
    progress: Progress,
) -> dict[tuple[str, str], dict[str, tuple[str, ...]]]:
    """Task and digest → names by kind; none at all where the completion does not parse."""
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for task, digest in distinct:
        groups[samples[task]["snapshot"]].append((task, digest))
    found: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {}
    with progress.step("looking up dependencies", len(distinct)) as advance:
        for snapshot in sorted(groups):
            repository = repositories.open(snapshot)
            tree = repository.tree
            asked: list[tuple[tuple[str, str], DependencyRequest]] = []
            for key in sorted(groups[snapshot]):
                request = _request(samples[key[0]], distinct[key], tree)
                if request is None:
                    found[key] = {}
                else:
                    asked.append((key, request))
            answers = find_dependencies(
                tree,
                [request for _, request in asked],
                cache=cache_folder() / "dependencies",
                roots=repository.import_roots,
            )
            for (key, _), answer in zip(asked, answers, strict=True):
                found[key] = (
                    {}
                    if answer is None
                    else {
                        kind: tuple(item.name for item in answer if item.kind == kind)
                        for kind in DEPENDENCY_KINDS
                    }
                )
            advance(len(groups[snapshot]))
    return found


def _request(row: Mapping[str, Any], completion: str, tree: Path) -> DependencyRequest | None:
    path = row["completion_path"]
    try:
        text = splice(decode_source((tree / path).read_bytes()), Span.of_sample(row), completion)
    except SpliceError:
        return None
    return DependencyRequest(path, qualname_of(row), text, row["signature_start"])


def _outcome(
    one: Completion,
    ran: Mapping[tuple[str, str], Ran],
    names: Mapping[tuple[str, str], Mapping[str, tuple[str, ...]]] | None,
) -> Outcome:
    key = (one.task, one.digest)
    return Outcome(
        task=one.task,
        sample=one.sample,
        passed=ran[key].outcome == "passed",
        outcome=ran[key].outcome,
        dependencies=None if names is None else names[key],
        completion=one.digest,
    )


def _memorization(
    given: Mapping[str, Completions], tasks: Sequence[Any], scoring: Scoring
) -> Memorization | None:
    """CDD of the models that have both greedy and drawn completions."""
    drawn = {
        name: Sampled(
            {task: one.text for task, one in found.greedy.items()},
            {task: [one.text for one in each] for task, each in found.samples.items()},
        )
        for name, found in given.items()
        if found.greedy and found.samples
    }
    if not drawn:
        return None
    return memorization(drawn, tasks, by=scoring.by, interval=scoring.interval, seed=scoring.seed)
