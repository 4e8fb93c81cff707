"""Tests of candidates: named by reading, or found by running them and confirmed.

A function's tests are confirmed if they pass with the function as it is and one of them fails with
a mutant, whose body only raises NotImplementedError.
"""

from __future__ import annotations

import platform
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...programs.copies import private_copy, remove_tree
from ...programs.environments import (
    add_generated,
    current_environment,
    install_project,
    make_environment,
)
from ...programs.isolation import available_isolation, demand
from ...programs.limits import Limits
from ...programs.splice import NOT_IMPLEMENTED
from ...programs.tracing import trace_tests
from ...programs.trials import Arena, Trial, reference_body, run_trials
from ...programs.verdicts import PASSED
from ...retrieval.cache import cache_folder
from ...schemas.code import installed_version
from ...schemas.errors import DataError
from ...schemas.manifest import EnvironmentEntry
from ..sources.code.requirement_files import read_requirements
from ..sources.code.trees import FolderTree
from .selection import draw_key
from .static_tests import static_tests

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...programs.environments import Environment
    from ...programs.tracing import Trace
    from ...schemas.progress import Progress
    from .harvest import Candidate, Harvest
    from .options import CodeOptions

ENVIRONMENTS = "environments"
_PYTEST = "pytest<9"
_BATCH = 64
"""Most functions that are confirmed together, until there are enough."""
NO_ENVIRONMENT = "snapshot whose environment cannot be made"
NO_SUITE = "snapshot of whose tests none passes"
REFERENCE_FAILS = "test set that the function itself does not pass"
MUTANT_PASSES = "test set that a mutant passes"


@dataclass
class Tested:
    """The tests that were found."""

    tests: dict[str, tuple[str, ...]] = field(default_factory=dict[str, "tuple[str, ...]"])
    """Candidate → its tests."""
    confirmed: set[str] = field(default_factory=set[str])
    """Candidates whose tests were confirmed."""
    environments: dict[str, EnvironmentEntry] = field(default_factory=dict[str, EnvironmentEntry])
    """Snapshot → what its tests ran with."""
    problems: list[str] = field(default_factory=list[str])
    """Why snapshots have no environment."""
    isolation: dict[str, Any] | None = None
    """How running code was cut off; None where none ran."""

    def report(self) -> dict[str, Any] | None:
        """How tests were run, as JSON; None where none were."""
        if self.isolation is None:
            return None
        return {
            "confirmed": len(self.confirmed),
            "isolation": self.isolation,
            "problems": self.problems,
        }


def find_tests(
    candidates: Sequence[Candidate],
    options: CodeOptions,
    dropped: Counter[str],
    work_dir: Path,
    progress: Progress,
    *,
    most: int | None,
) -> Tested:
    """Find the tests of candidates, as the options ask.

    Args:
        candidates: functions of any snapshots.
        options: how tests are found.
        dropped: counts of what was found wanting are added here.
        work_dir: where private copies are made.
        progress: shown while it works.
        most: candidates of a repository whose tests need to be confirmed; None: all.

    Raises:
        UsageError: less isolation is to be had than is asked for.
    """
    groups: dict[str, list[Candidate]] = defaultdict(list)
    for item in candidates:
        groups[item.harvest.snapshot.id].append(item)
    if options.tests == "none":
        return Tested()
    if options.tests == "static":
        found = Tested()
        for name in sorted(groups):
            root = groups[name][0].harvest.snapshot.materialise()
            found.tests |= static_tests(root, groups[name], most=options.max_tests)
        return found
    return _run(groups, options, dropped, work_dir, progress, most)


def _run(
    groups: Mapping[str, Sequence[Candidate]],
    options: CodeOptions,
    dropped: Counter[str],
    work_dir: Path,
    progress: Progress,
    most: int | None,
) -> Tested:
    isolation = available_isolation()
    demand(isolation, options.isolation)
    arena = Arena(Limits.within(options.test_seconds, options.memory_mib), isolation, work_dir)
    found = Tested(isolation=asdict(isolation))
    confirmed: Counter[str] = Counter()
    with progress.step("running tests", len(groups)) as advance:
        for name in sorted(groups):
            repository = groups[name][0].harvest.snapshot.repository
            enough = None if most is None else most - confirmed[repository]
            before = len(found.confirmed)
            _of_snapshot(groups[name], options, dropped, arena, work_dir, found, enough)
            confirmed[repository] += len(found.confirmed) - before
            advance(1)
    return found


def _of_snapshot(
    items: Sequence[Candidate],
    options: CodeOptions,
    dropped: Counter[str],
    arena: Arena,
    work_dir: Path,
    found: Tested,
    most: int | None,
) -> None:
    """Add what one snapshot's suite tells of its candidates."""
    harvest = items[0].harvest
    tree = work_dir / "tested"
    remove_tree(tree)
    private_copy(harvest.snapshot.materialise(), tree)
    try:
        environment = _environment(harvest, tree, options)
        add_generated(tree, environment, harvest.roots)
        trace = trace_tests(
            tree,
            environment,
            limits=Limits.within(options.suite_seconds, options.memory_mib),
            isolation=arena.isolation,
            import_roots=harvest.roots,
            scratch=work_dir,
            repetitions=options.repeats,
            test_seconds=options.test_seconds,
            functions=[(item.module.path, item.function.start) for item in items],
        )
        if not trace.passed:
            dropped[NO_SUITE] += 1
            return
        tests = {item.id: _narrow(trace, item, options.max_tests) for item in items}
        drawn = sorted(items, key=lambda item: draw_key(item.id, options.seed))
        left = [item for item in drawn if tests[item.id]]
        enough = len(left) if most is None else most
        while left and enough > 0:
            size = min(enough + enough // 4 + 1, _BATCH)
            batch, left = left[:size], left[size:]
            trials = {i.id: _trial(i, tree, tests[i.id], environment) for i in batch}
            for key in _confirm(trials, dropped, arena)[:enough]:
                found.tests[key] = tests[key]
                found.confirmed.add(key)
                enough -= 1
    except DataError as error:
        dropped[NO_ENVIRONMENT] += 1
        found.problems.append(f"{harvest.snapshot.id}: {error}")
        return
    finally:
        remove_tree(tree)
    found.environments[harvest.snapshot.id] = EnvironmentEntry(
        python=platform.python_version(), requirements=list(environment.requirements)
    )


def _environment(harvest: Harvest, tree: Path, options: CodeOptions) -> Environment:
    if options.environment == "current":
        return current_environment()
    snapshot = harvest.snapshot
    folder = cache_folder() / ENVIRONMENTS
    made = make_environment(
        snapshot.dependencies,
        _test_requirements(snapshot.test_dependencies),
        folder=folder,
        constraints=read_constraints(options),
    )
    version = installed_version(snapshot.kind, snapshot.version)
    return install_project(made, tree, folder=folder, version=version)


def read_constraints(options: CodeOptions) -> tuple[str, ...]:
    """Versions that a file of constraints pins; pip's options and comments in it are none."""
    if options.constraints is None:
        return ()
    file = Path(options.constraints).resolve()
    return read_requirements(FolderTree(file.parent), file.name)


def _test_requirements(declared: Sequence[str]) -> Sequence[str]:
    """What tests need; a pytest of the repository's time where it does not choose one.

    pytest 9 fails on what older suites do.
    """
    from packaging.requirements import Requirement

    chosen = [Requirement(text) for text in declared]
    if any(item.name.lower() == "pytest" and item.specifier for item in chosen):
        return declared
    return (_PYTEST, *declared)


def _narrow(trace: Trace, item: Candidate, most: int) -> tuple[str, ...]:
    """Tests that enter the function, those that enter the fewest candidates first."""
    breadth = Counter(node for nodes in trace.tests.values() for node in nodes)
    nodes = trace.tests.get((item.module.path, item.function.start), ())
    ranked = sorted(nodes, key=lambda node: (breadth[node], node))
    return tuple(sorted(ranked[:most]))


def _confirm(trials: Mapping[str, Trial], dropped: Counter[str], arena: Arena) -> list[str]:
    """Ids of the candidates whose tests tell the function from a mutant."""
    sound = [
        key
        for key, run in zip(trials, run_trials([*trials.values()], arena), strict=True)
        if run.outcome == PASSED
    ]
    mutants = [replace(trials[key], completion=NOT_IMPLEMENTED) for key in sound]
    kept = [
        key
        for key, run in zip(sound, run_trials(mutants, arena), strict=True)
        if run.outcome != PASSED
    ]
    dropped.update(
        +Counter({REFERENCE_FAILS: len(trials) - len(sound), MUTANT_PASSES: len(sound) - len(kept)})
    )
    return kept


def _trial(item: Candidate, tree: Path, tests: tuple[str, ...], environment: Environment) -> Trial:
    """The function as it is, put to its tests."""
    span = item.function.span
    return Trial(
        tree=tree,
        path=item.module.path,
        span=span,
        completion=reference_body(tree / item.module.path, span),
        tests=tests,
        environment=environment,
        import_roots=item.harvest.roots,
    )
