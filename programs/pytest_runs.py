"""Running the tests of a function in a private copy of its repository."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .pytest_session import run_session
from .verdicts import EXCEPTION, FLAKY, OUTCOMES, PASSED, judge

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .environments import Environment
    from .limits import Isolation, Limits

__all__ = ["OUTCOMES", "TestRun", "run_tests"]


@dataclass(frozen=True, slots=True)
class TestRun:
    """What came of running tests."""

    __test__ = False  # no test class, whatever pytest makes of its name

    outcome: str
    """One of ``OUTCOMES``."""
    passed: tuple[str, ...]
    """Node ids."""
    failed: tuple[str, ...]
    skipped: tuple[str, ...]
    detail: str
    """What went wrong, in a few words."""
    seconds: float
    """Wall time, of all runs together."""
    peak_mib: float


def run_tests(
    root: Path,
    tests: Sequence[str],
    environment: Environment,
    *,
    limits: Limits,
    isolation: Isolation,
    import_roots: Sequence[str],
    runs: int = 1,
) -> TestRun:
    """Run tests in a private copy of a repository.

    They have passed only if every test that is asked for was found, all of it passed (each set of
    parameters, none skipped), and pytest came to its own end.

    Args:
        root: The copy; the tests may change it.
        tests: Node ids; one without parameters stands for all that the test has.
        environment: Interpreter with the repository's requirements.
        limits: What the run may use.
        isolation: How it is cut off.
        import_roots: Folders below the root that its packages are imported from.
        runs: How often to run them; the outcome is flaky if only some of the runs pass.

    Returns:
        The outcome, and which tests led to it.
    """
    done: list[TestRun] = []
    before = _fingerprints(root, tests)
    for _ in range(max(runs, 1)):
        session = run_session(
            root,
            tests,
            environment,
            limits=limits,
            isolation=isolation,
            import_roots=import_roots,
        )
        outcome, passed, failed, skipped, detail = judge(session, tests, limits.memory_mib)
        if outcome == PASSED and _fingerprints(root, tests) != before:
            outcome, detail = EXCEPTION, "the code changed the files of its tests"
        completed = session.completed
        done.append(
            TestRun(outcome, passed, failed, skipped, detail, completed.seconds, completed.peak_mib)
        )
        if outcome != PASSED and any(run.outcome == PASSED for run in done):
            break
    return _together(done)


def _fingerprints(root: Path, tests: Sequence[str]) -> dict[Path, bytes | None]:
    """Bytes of the modules of tests, and of what configures them on the way to the root."""
    modules = {root / test.partition("::")[0] for test in tests}
    folders = {folder for module in modules for folder in module.parents}
    within = [folder / "conftest.py" for folder in folders if folder.is_relative_to(root)]
    return {path: _bytes(path) for path in (*modules, *within)}


def _bytes(path: Path) -> bytes | None:
    """Content of a file; none if there is no file that can be read."""
    try:
        return path.read_bytes() if path.is_file() and not path.is_symlink() else None
    except OSError:
        return None


def _together(runs: Sequence[TestRun]) -> TestRun:
    """One result of several runs: the first one's, unless they contradict each other."""
    first = runs[0]
    against = next(
        (run for run in runs if (run.outcome == PASSED) != (first.outcome == PASSED)), None
    )
    worst = first if first.outcome != PASSED or against is None else against
    return TestRun(
        first.outcome if against is None else FLAKY,
        worst.passed,
        worst.failed,
        worst.skipped,
        worst.detail,
        sum(run.seconds for run in runs),
        max(run.peak_mib for run in runs),
    )
