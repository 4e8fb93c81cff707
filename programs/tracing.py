"""Which functions each test of a repository enters, found by running its tests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .copies import private_copy, remove_tree
from .pytest_session import run_session
from .verdicts import EXCEPTION, KILLED, TIMEOUT, classify, classify_collection, say, sort_tests

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from .environments import Environment
    from .limits import Isolation, Limits
    from .pytest_session import Session

Place = tuple[str, int]
"""Path below the root, and the first line of a function, decorators included."""

_MAX_ENTERED = 4_000_000
"""Pairs of test and function that are recorded; what is beyond is counted as untraced."""
_MAX_RESTARTS = 20
_REPORT_MIB = 256
_TIMEOUT_WORDS = "Timeout ("
"""What faulthandler says when it ends a process."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What the tests of a repository do, over all repetitions."""

    tests: Mapping[Place, tuple[str, ...]]
    """Function → node ids of the stable tests that enter it, sorted."""
    passed: tuple[str, ...]
    """Tests that passed in every repetition."""
    failed: Mapping[str, str]
    """Test, or module that cannot be collected → outcome; what fails first is not run again."""
    skipped: tuple[str, ...]
    flaky: tuple[str, ...]
    """Tests that passed in the first repetitions only."""
    untraced: tuple[str, ...]
    """Tests that passed and whose functions were too many to record."""
    details: Mapping[str, str]
    """Test or module → what went wrong, in a few words."""
    seconds: float
    """Wall time of all repetitions."""
    complete: bool
    """Whether the tests came to their end in every repetition."""


@dataclass(slots=True)
class _Repetition:
    """What one repetition found, over the restarts that it took."""

    passed: set[str]
    failed: dict[str, str]
    skipped: set[str]
    details: dict[str, str]
    entered: dict[str, tuple[Place, ...] | None]
    seconds: float = 0.0
    complete: bool = False


def trace_tests(
    root: Path,
    environment: Environment,
    *,
    limits: Limits,
    isolation: Isolation,
    import_roots: Sequence[str],
    scratch: Path,
    repetitions: int = 3,
    test_seconds: float = 20,
    functions: Collection[Place] | None = None,
    paths: Sequence[str] = (),
) -> Trace:
    """Run all tests of a repository several times, and record what they enter the first time.

    Each repetition starts on a fresh copy. A test that takes too long is ended and the others go
    on; if one takes the whole process with it, the run is started again behind it.

    Args:
        root: Root of the repository; it is not changed.
        environment: Interpreter with its requirements.
        limits: What one repetition may use.
        isolation: How it is cut off.
        import_roots: Folders below the root that its packages are imported from.
        scratch: Folder for the copies.
        repetitions: How often the tests are run.
        test_seconds: Limit on each step of a test.
        functions: Functions that are asked for; all unless told.
        paths: Files, folders or node ids to run; what the repository is configured for unless told.

    Returns:
        Tests by function, and how all of them ended.
    """
    wanted = None if functions is None else sorted(functions)
    known: set[str] = set()
    found: list[_Repetition] = []
    for number in range(repetitions):
        copy = scratch / f"trace-{number}"
        private_copy(root, copy)
        try:
            repetition = _repeat(
                copy,
                paths,
                environment,
                limits=limits,
                isolation=isolation,
                import_roots=import_roots,
                skip=known,
                test_seconds=test_seconds,
                trace=None if number else {"wanted": wanted, "bound": _MAX_ENTERED},
            )
        finally:
            remove_tree(copy)
        found.append(repetition)
        known |= {*repetition.failed, *repetition.skipped}
    return _together(found)


def _repeat(
    copy: Path,
    paths: Sequence[str],
    environment: Environment,
    *,
    limits: Limits,
    skip: Collection[str],
    **settings: Any,
) -> _Repetition:
    """Run the tests, again and again behind one that ends the process."""
    done = _Repetition(set(), {}, set(), {}, {})
    for _ in range(_MAX_RESTARTS):
        left = limits.seconds - done.seconds
        known = {*skip, *done.passed, *done.failed, *done.skipped}
        session = run_session(
            copy,
            paths,
            environment,
            limits=replace(limits, seconds=max(left, 1.0)),
            skip=known,
            report_mib=_REPORT_MIB,
            **settings,
        )
        news = _add(done, session)
        if session.status is not None:
            done.complete = not session.completed.report_cut
            break
        if not news or done.seconds >= limits.seconds:
            break
    return done


def _add(done: _Repetition, session: Session) -> bool:
    """Add what a session found; whether it got ahead."""
    before = len(done.passed) + len(done.failed) + len(done.skipped)
    done.seconds += session.completed.seconds
    passed, failed, skipped = sort_tests(session)
    done.passed.update(passed)
    done.skipped.update(skipped)
    for place, chain in session.collection:
        done.failed[place] = classify_collection(chain)
        done.details[place] = say(chain)
    for test in failed:
        step = next((s for s in session.steps if s.test == test and s.outcome == "failed"), None)
        if step is not None:
            done.failed[test] = classify(step.chain, step.when)
            done.details[test] = say(step.chain) or step.words
        else:
            done.failed[test] = _ending(session)
            done.details[test] = "the process ended in this test"
    for test, numbers in session.entered.items():
        places = None if numbers is None else tuple(session.functions[n] for n in numbers)
        done.entered[test] = places
    if session.items is None and not session.collection:
        done.details[""] = (session.completed.stderr or session.completed.stdout)[-500:].strip()
    return len(done.passed) + len(done.failed) + len(done.skipped) > before


def _ending(session: Session) -> str:
    """Outcome of a test that the process ended in."""
    done = session.completed
    if done.killed_by is not None:
        return KILLED[done.killed_by]
    return TIMEOUT if _TIMEOUT_WORDS in done.stderr else EXCEPTION


def _together(found: Sequence[_Repetition]) -> Trace:
    """What holds over all repetitions."""
    passed = set.intersection(*(repetition.passed for repetition in found))
    ever = set.union(*(repetition.passed for repetition in found))
    first = found[0]
    by_function: dict[Place, list[str]] = {}
    for test in sorted(passed):
        for place in first.entered.get(test) or ():
            by_function.setdefault(place, []).append(test)
    failed: dict[str, str] = {}
    details: dict[str, str] = {}
    for repetition in found:
        failed = {**repetition.failed, **failed}
        details = {**repetition.details, **details}
    return Trace(
        tests={place: tuple(tests) for place, tests in sorted(by_function.items())},
        passed=tuple(sorted(passed)),
        failed=dict(sorted((test, why) for test, why in failed.items() if test not in ever)),
        skipped=tuple(sorted(set.union(*(repetition.skipped for repetition in found)) - ever)),
        flaky=tuple(sorted(ever - passed)),
        untraced=tuple(sorted(test for test in passed if first.entered.get(test) is None)),
        details=dict(sorted(details.items())),
        seconds=sum(repetition.seconds for repetition in found),
        complete=all(repetition.complete for repetition in found),
    )
