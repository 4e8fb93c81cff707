"""A completion put to the test: spliced into a private copy of its repository, tests run there."""

from __future__ import annotations

import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .copies import private_copy, remove_tree
from .functions import decode_source, source_lines
from .pytest_runs import TestRun, run_tests
from .splice import SpliceError, splice_file
from .verdicts import SPLICE_FAILED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from .environments import Environment
    from .limits import Isolation, Limits
    from .splice import Span


@dataclass(frozen=True)
class Trial:
    """One completion of one function, and the tests that judge it."""

    tree: Path
    """The repository; it is copied, and never changed."""
    path: str
    """File of the function, below the tree."""
    span: Span
    completion: str
    tests: tuple[str, ...]
    environment: Environment
    import_roots: tuple[str, ...]


@dataclass(frozen=True)
class Arena:
    """Where trials run."""

    limits: Limits
    isolation: Isolation
    folder: Path | None = None
    """Where private copies are made; the system's folder for temporary files where None."""


def reference_body(file: Path, span: Span) -> str:
    """The body of a function as its file has it: the completion that changes nothing."""
    lines = source_lines(decode_source(file.read_bytes()))
    return "".join(lines[span.body_start - 1 : span.body_end])


def try_completion(trial: Trial, arena: Arena) -> TestRun:
    """Run the tests of one completion; nothing but a private copy is changed."""
    data = (trial.tree / trial.path).read_bytes()
    try:
        completed = splice_file(data, trial.span, trial.completion)
    except SpliceError as error:
        return TestRun(SPLICE_FAILED, (), (), (), str(error), 0.0, 0.0)
    folder = Path(tempfile.mkdtemp(prefix="trial-", dir=arena.folder))
    try:
        copy = folder / "tree"
        private_copy(trial.tree, copy)
        (copy / trial.path).write_bytes(completed)
        return run_tests(
            copy,
            trial.tests,
            trial.environment,
            limits=arena.limits,
            isolation=arena.isolation,
            import_roots=trial.import_roots,
        )
    finally:
        remove_tree(folder)


def run_trials(
    trials: Sequence[Trial],
    arena: Arena,
    done: Callable[[int], None] = lambda _: None,
    *,
    jobs: int | None = None,
) -> Iterator[TestRun]:
    """Outcomes in the order of the trials, several at a time; each has processes of its own.

    Args:
        trials: what is tried.
        arena: where.
        done: called with 1 behind each trial.
        jobs: how many at a time; one a core where None.
    """
    pool = ThreadPoolExecutor(jobs or os.cpu_count() or 1)
    try:
        pending = [pool.submit(try_completion, trial, arena) for trial in trials]
        for future in pending:
            yield future.result()
            done(1)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
