"""What a run of tests shows of the code that was tested: one class of outcome."""

from __future__ import annotations

import errno
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .pytest_session import Session

PASSED = "passed"
SYNTAX_ERROR = "syntax_error"
IMPORT_ERROR = "import_error"
MISSING_FIXTURE = "missing_fixture"
ASSERTION = "assertion"
EXCEPTION = "exception"
TIMEOUT = "timeout"
MEMORY = "memory"
DENIED = "denied"
FLAKY = "flaky"
NO_TESTS = "no_tests"
SKIPPED = "skipped"
SPLICE_FAILED = "splice_failed"
OUTCOMES = (
    PASSED, SYNTAX_ERROR, IMPORT_ERROR, MISSING_FIXTURE, ASSERTION, EXCEPTION, TIMEOUT, MEMORY,
    DENIED, FLAKY, NO_TESTS, SKIPPED, SPLICE_FAILED,
)  # fmt: skip
"""Every class that a completion can end in; the first is the only one that counts as solved."""

_DENIED_ERRORS = {
    errno.EACCES, errno.EPERM, errno.EROFS, errno.EFBIG, errno.ENOSPC, errno.EDQUOT,
    errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTUNREACH, errno.ECONNREFUSED,
}  # fmt: skip
"""In a sandbox nobody listens but what the test itself started: refused is cut off."""
KILLED = {
    "timeout": TIMEOUT,
    "cpu": TIMEOUT,
    "memory": MEMORY,
    "processes": DENIED,
    "disk": DENIED,
}
"""Limit that a run was ended for → outcome."""
_OUT_OF_MEMORY_SIGNALS = {-signal.SIGKILL, -signal.SIGABRT, -signal.SIGSEGV}
_NEAR_THE_LIMIT = 0.9
_DETAIL = 500


def covers(requested: str, test: str) -> bool:
    """Whether a node id stands for a test: itself, its parameters, or what is in it."""
    return test == requested or test.startswith((f"{requested}[", f"{requested}::"))


def judge(
    session: Session, tests: Sequence[str], memory_mib: int
) -> tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...], str]:
    """Outcome of a run, tests that passed, failed and were skipped, and the words for it."""
    passed, failed, skipped = sort_tests(session)
    evidence = _Evidence(session, tests, memory_mib, frozenset(passed), frozenset(skipped))
    found = (check(evidence) for check in _CHECKS)
    outcome, detail = next((one for one in found if one is not None), (PASSED, ""))
    return outcome, passed, failed, skipped, detail[:_DETAIL]


def sort_tests(session: Session) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Tests that passed, failed and were skipped, in the order in which they began.

    One has passed if each of its three steps was reported so and its end too; one that began and
    did not end has failed.
    """
    told: dict[str, dict[str, str]] = {test: {} for test in session.begun}
    for step in session.steps:
        steps = told.setdefault(step.test, {})
        if step.outcome == "rerun":
            continue
        if steps.get(step.when) != "failed":
            steps[step.when] = step.outcome
    sorted_out: dict[str, list[str]] = {"passed": [], "failed": [], "skipped": []}
    for test, steps in told.items():
        outcomes = set(steps.values())
        if "failed" in outcomes or test not in session.ended:
            sorted_out["failed"].append(test)
        elif "skipped" in outcomes:
            sorted_out["skipped"].append(test)
        elif steps == dict.fromkeys(("setup", "call", "teardown"), "passed"):
            sorted_out["passed"].append(test)
        else:
            sorted_out["failed"].append(test)
    return tuple(sorted_out["passed"]), tuple(sorted_out["failed"]), tuple(sorted_out["skipped"])


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What an outcome is found from."""

    session: Session
    requested: Sequence[str]
    memory_mib: int
    passed: frozenset[str]
    skipped: frozenset[str]


_Found = tuple[str, str] | None


def _limit(evidence: _Evidence) -> _Found:
    killed_by = evidence.session.completed.killed_by
    return None if killed_by is None else (KILLED[killed_by], f"ended for its use of: {killed_by}")


def _collection(evidence: _Evidence) -> _Found:
    for place, chain in evidence.session.collection:
        return classify_collection(chain), f"{place}: {say(chain)}"
    return None


def _failure(evidence: _Evidence) -> _Found:
    for step in evidence.session.steps:
        if step.outcome == "failed":
            return classify(step.chain, step.when), f"{step.test}: {say(step.chain) or step.words}"
    return None


def _break(evidence: _Evidence) -> _Found:
    """A run that did not come to its end, and was not ended by a limit."""
    session = evidence.session
    if session.status is not None:
        return None
    done = session.completed
    words = (done.stderr.strip() or done.stdout.strip())[-_DETAIL:]
    near = done.peak_mib >= _NEAR_THE_LIMIT * evidence.memory_mib
    if done.returncode in _OUT_OF_MEMORY_SIGNALS and near:
        return MEMORY, f"ended by signal {-done.returncode} with {done.peak_mib:.0f} MiB in use"
    if not session.started:
        return IMPORT_ERROR, f"pytest could not be started: {words}"
    how = f"signal {-done.returncode}" if done.returncode < 0 else f"exit code {done.returncode}"
    running = next((test for test in session.begun if test not in session.ended), "")
    return EXCEPTION, f"the process ended before the tests did, with {how}: {running or words}"


def _foreign(evidence: _Evidence) -> _Found:
    for name, file in evidence.session.foreign:
        return IMPORT_ERROR, f"{name} was not imported from the tree but from {file}"
    return None


def _requested(evidence: _Evidence) -> _Found:
    """A test that was asked for and did not pass, though none failed."""
    session = evidence.session
    for requested in evidence.requested:
        found = [test for test in session.items or () if covers(requested, test)]
        if not found and any(covers(module, requested) for module in session.skipped_modules):
            return SKIPPED, f"{requested} was skipped with its module"
        if not found:
            return NO_TESTS, f"{requested} was not found"
        if not evidence.skipped.isdisjoint(found):
            return SKIPPED, f"{requested} was skipped"
        if missing := set(found) - evidence.passed:
            return EXCEPTION, f"{min(missing)} was not run"
    return None if evidence.requested else (NO_TESTS, "no test was asked for")


def _status(evidence: _Evidence) -> _Found:
    status = evidence.session.status
    words = evidence.session.completed.stdout.strip()[-_DETAIL:]
    return (EXCEPTION, f"pytest ended with exit code {status}: {words}") if status else None


_CHECKS = (_limit, _collection, _failure, _break, _foreign, _requested, _status)
"""Ways not to pass; the first that applies says which class it is."""


def classify(chain: Sequence[dict[str, Any]], when: str) -> str:
    """Class of an exception that a step of a test ended with.

    Args:
        chain: The exception and those behind it, as the plugin describes them.
        when: setup, call or teardown.

    Returns:
        One of ``OUTCOMES``.
    """
    if not chain:
        return ASSERTION
    bases = set(chain[0]["bases"])
    if "TestTimeout" in bases:
        return TIMEOUT
    if when == "setup" and "FixtureLookupError" in bases:
        return MISSING_FIXTURE
    if bases & {"AssertionError", "Failed"}:
        return ASSERTION
    return _behind(chain) or EXCEPTION


def classify_collection(chain: Sequence[dict[str, Any]]) -> str:
    """Class of an exception that kept a module from being collected."""
    return _behind(chain) or IMPORT_ERROR


def _behind(chain: Sequence[dict[str, Any]]) -> str | None:
    """Class that any exception of a chain puts it in."""
    causes = [one for one in chain if not one["context"]]
    if any("MemoryError" in one["bases"] for one in chain):
        return MEMORY
    if any("SyntaxError" in one["bases"] and _is_module(one["file"]) for one in causes):
        return SYNTAX_ERROR
    if any(_is_denied(one) for one in chain):
        return DENIED
    if any("ImportError" in one["bases"] for one in causes):
        return IMPORT_ERROR
    return None


def _is_denied(one: dict[str, Any]) -> bool:
    """A refusal by the kernel; code that raises such an exception itself gives no number."""
    bases = one["bases"]
    return "gaierror" in bases or ("OSError" in bases and one["errno"] in _DENIED_ERRORS)


def _is_module(file: str | None) -> bool:
    """Whether a syntax error lies in a file, not in a text that the code itself parses."""
    return file is not None and file.endswith((".py", ".pyi"))


def say(chain: Sequence[dict[str, Any]]) -> str:
    """An exception in a few words; what pytest wraps around one is left out."""
    if not chain:
        return ""
    one = chain[0]
    if one["type"] in {"CollectError", "ConftestImportFailure"} and len(chain) > 1:
        one = chain[1]
    return f"{one['type']}: {one['words']}"
