"""Runs pytest in the environment of the tested code and reports what each test did.

This file is handed to another interpreter as a script: it needs the standard library, pytest and
Python 3.9, and nothing else. Its job stands on the standard input. The report goes, a line of JSON
for each event, to a pipe; each line carries a secret that the job brought, so that what the tested
code writes there is no report. The tested code shares this process all the same: whoever digs
through its memory finds the secret. What holds against accidents and cheap tricks is that a test
only counts as passed if every step of it is told here, and the end of the session too.
"""

# ruff: noqa: BLE001, PTH - exceptions of tested code are its own; os.path is what older Pythons have

from __future__ import annotations

import sys

if __name__ == "__main__":
    del sys.path[0]  # the folder of this file, whose other modules are none of the tests' business

import faulthandler
import importlib.util
import json
import os
import signal
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from types import CodeType, FrameType

    Hook = Generator[None, Any, None]

_write = os.write
_getpid = os.getpid
_dumps = json.dumps
_MAX_DETAIL = 500
_MAX_CHAIN = 16
_MAX_PARTS = 4
_LAST_SECONDS = 4
_TOOL_ID = 4  # of sys.monitoring; the others are for debuggers, coverage, profilers, optimisers


class TestTimeout(BaseException):
    """A single test took too long; no ``Exception``, which tested code may catch."""

    __test__ = False


class Report:
    """The pipe to whoever runs the tests."""

    def __init__(self, descriptor: int, token: str) -> None:
        self._descriptor = descriptor
        self._token = token
        self._process = _getpid()
        self._lock = threading.Lock()
        os.set_inheritable(descriptor, False)  # noqa: FBT003

    def send(self, kind: str, **fields: Any) -> None:
        """Write one event; a forked child, which would tell everything twice, writes none."""
        if _getpid() != self._process:
            return
        fields["kind"] = kind
        line = (self._token + _dumps(fields) + "\n").encode("utf-8", "backslashreplace")
        with self._lock:
            while line:
                line = line[_write(self._descriptor, line) :]


def describe(error: BaseException) -> list[dict[str, Any]]:
    """An exception and those behind it: names of the classes, error number, words, file.

    One that was only being handled when another came up is marked as context: it need not have
    anything to do with it.
    """
    chain: list[dict[str, Any]] = []
    waiting: list[tuple[BaseException | None, bool]] = [(error, False)]
    seen: set[int] = set()
    while waiting and len(chain) < _MAX_CHAIN:
        one, context = waiting.pop(0)
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        number = _attribute(one, "errno")
        name = _attribute(one, "filename")
        chain.append(
            {
                "type": type(one).__name__,
                "bases": [base.__name__ for base in type(one).__mro__],
                "errno": number if isinstance(number, int) else None,
                "file": name if isinstance(name, str) else None,
                "words": _words(one),
                "context": context,
            }
        )
        waiting += [(one.__cause__, context), (_inner(one), context), (one.__context__, True)]
        waiting += [(part, context) for part in _parts(one)]
    return chain


def _parts(error: BaseException) -> list[BaseException]:
    """Exceptions that one carries: those of a group, or its arguments."""
    found: list[BaseException] = []
    for parts in (_attribute(error, "exceptions"), error.args):
        if isinstance(parts, tuple):
            found += [part for part in parts[:_MAX_PARTS] if isinstance(part, BaseException)]
    return found


def _inner(error: BaseException) -> BaseException | None:
    """What a conftest that could not be loaded carries, in the forms that pytest had."""
    found = _attribute(error, "cause") or _attribute(error, "excinfo")
    if isinstance(found, tuple) and len(found) > 1:
        found = found[1]
    found = _attribute(found, "value") or found
    return found if isinstance(found, BaseException) else None


def _attribute(thing: Any, name: str) -> Any:
    """An attribute, or None: a class of tested code may do anything when asked for it."""
    try:
        return getattr(thing, name, None)
    except BaseException:
        return None


def _words(error: BaseException) -> str:
    """The first words of an exception; what tested code made of them may itself fail."""
    try:
        return str(error)[:_MAX_DETAIL]
    except BaseException:
        return ""


class Alarm:
    """A limit on the time of each step of a test.

    An exception ends the test; where that is caught, or the interpreter never gets to raise it, the
    whole process is ended some time later.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._words = os.dup(2)  # pytest puts a file of its own in the place of the usual one

    def __enter__(self) -> None:
        if self._seconds:
            signal.signal(signal.SIGALRM, self._ring)
            # It rings again: the first exception may be caught by what it interrupts.
            signal.setitimer(signal.ITIMER_REAL, self._seconds, 1.0)
            latest = self._seconds + _LAST_SECONDS
            faulthandler.dump_traceback_later(latest, exit=True, file=self._words)

    def __exit__(self, *_: object) -> None:
        if self._seconds:
            signal.setitimer(signal.ITIMER_REAL, 0)
            faulthandler.cancel_dump_traceback_later()

    def _ring(self, _number: int, _frame: FrameType | None) -> None:
        raise TestTimeout(f"the test took longer than {self._seconds} s")


class Tracer:
    """Which functions of a tree are entered, by ``sys.monitoring`` or the profiler's hook."""

    def __init__(self, root: str, wanted: Iterable[tuple[str, int]] | None, bound: int) -> None:
        self._prefix = root + os.sep
        self._wanted = None if wanted is None else {(path, line) for path, line in wanted}
        self._left = bound
        self._numbers: dict[tuple[str, int], int] = {}
        self._entered: dict[int, CodeType] = {}
        self._monitoring: Any = getattr(sys, "monitoring", None)
        if self._monitoring is not None:
            self._monitoring.use_tool_id(_TOOL_ID, "domainbench")

    def start(self) -> None:
        """Begin with a test."""
        self._entered = entered = {}
        if self._monitoring is not None:
            self._start_monitoring(entered)
            return

        def profile(frame: FrameType, event: str, _argument: Any) -> None:
            if event == "call":
                code = frame.f_code
                # By identity: a code object's own hash goes through all of its code.
                entered[id(code)] = code

        threading.setprofile(profile)
        sys.setprofile(profile)

    def _start_monitoring(self, entered: dict[int, CodeType]) -> None:
        monitoring = self._monitoring

        def enter(code: CodeType, _offset: int) -> Any:
            entered[id(code)] = code
            return monitoring.DISABLE  # once is enough; the next test starts anew

        monitoring.register_callback(_TOOL_ID, monitoring.events.PY_START, enter)
        monitoring.set_events(_TOOL_ID, monitoring.events.PY_START)
        monitoring.restart_events()

    def stop(self) -> tuple[list[tuple[str, int]], list[int] | None]:
        """End with a test: functions new to the report, and the numbers of those entered."""
        if self._monitoring is None:
            sys.setprofile(None)
            threading.setprofile(None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        else:
            self._monitoring.set_events(_TOOL_ID, 0)
        new: list[tuple[str, int]] = []
        entered: set[int] = set()
        for code in list(self._entered.values()):
            name = self._name(code)
            if name is None:
                continue
            if name not in self._numbers:
                self._numbers[name] = len(self._numbers)
                new.append(name)
            entered.add(self._numbers[name])
        self._left -= len(entered)
        return new, sorted(entered) if self._left >= 0 else None

    def _name(self, code: CodeType) -> tuple[str, int] | None:
        """Path below the tree and first line of a function that is asked for."""
        path = code.co_filename
        if not path.startswith(self._prefix) or code.co_name.startswith("<"):
            return None
        name = (path[len(self._prefix) :].replace(os.sep, "/"), code.co_firstlineno)
        return name if self._wanted is None or name in self._wanted else None


class Plugin:
    """Hooks of pytest."""

    def __init__(self, report: Report, job: dict[str, Any]) -> None:
        self._report = report
        self._prefix = job["root"] + os.sep
        self._alarm = Alarm(job["test_seconds"])
        self._skip = frozenset(job["skip"])
        self._own = frozenset(job["own_packages"])
        trace = job["trace"]
        self._tracer = Tracer(job["root"], trace["wanted"], trace["bound"]) if trace else None
        self._errors: dict[tuple[str, str], BaseException | None] = {}

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_load_initial_conftests(self) -> Hook:
        """A conftest that cannot be imported ends pytest before any other hook."""
        _settle_hypothesis()
        outcome = yield
        error = _error(outcome)
        if error is not None:
            self._report.send("collect", id="conftest", chain=describe(error))

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Hook:
        """A module that cannot be imported."""
        outcome = yield
        error = _error(outcome)
        if error is not None:
            self._report.send("collect", id=collector.nodeid, chain=describe(error))
            return
        collected = outcome.get_result()
        if collected.outcome == "failed":
            found = _attribute(_attribute(collected, "call"), "excinfo")
            chain = [] if found is None else describe(found.value)
            self._report.send("collect", id=collector.nodeid, chain=chain)
        elif collected.outcome == "skipped":
            self._report.send("skipped", id=collector.nodeid)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Hook:
        """Leave out what is already known."""
        yield
        items[:] = [item for item in items if item.nodeid not in self._skip]
        self._report.send("items", ids=[item.nodeid for item in items])

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Hook:
        """The whole of a test."""
        self._report.send("start", id=item.nodeid)
        if self._tracer is not None:
            self._tracer.start()
        yield
        if self._tracer is not None:
            new, entered = self._tracer.stop()
            self._report.send("trace", id=item.nodeid, new=new, entered=entered)
        self._report.send("end", id=item.nodeid)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Hook:
        """What comes out of a step is seen here, before anything is made of it."""
        with self._alarm:
            outcome = yield
        self._errors[item.nodeid, "setup"] = _error(outcome)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Hook:
        """Likewise."""
        with self._alarm:
            outcome = yield
        self._errors[item.nodeid, "call"] = _error(outcome)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Hook:
        """Likewise."""
        with self._alarm:
            outcome = yield
        self._errors[item.nodeid, "teardown"] = _error(outcome)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[Any]) -> Hook:
        """Exceptions that a test framework keeps to itself until now, as unittest's."""
        yield
        if call.excinfo is not None and self._errors.get((item.nodeid, call.when)) is None:
            self._errors[item.nodeid, call.when] = call.excinfo.value

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """What pytest makes of a step; both must agree for it to have passed."""
        outcome: str = report.outcome
        if type(report).__name__.lower() == "subtestreport" and outcome == "passed":
            return
        key = report.nodeid, report.when or ""
        error = self._errors.get(key)
        if hasattr(report, "wasxfail"):
            outcome = "skipped"
        elif outcome == "passed" and (error is not None or key not in self._errors):
            outcome = "failed"
        failed = outcome == "failed"
        self._report.send(
            "step",
            id=report.nodeid,
            when=report.when,
            outcome=outcome,
            chain=describe(error) if failed and error is not None else [],
            words=str(report.longrepr)[-_MAX_DETAIL:] if failed and error is None else "",
        )

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Modules of the tree that came from elsewhere."""
        foreign = [
            [name, module.__file__]
            for name, module in list(sys.modules.items())
            if name.partition(".")[0] in self._own
            and isinstance(getattr(module, "__file__", None), str)
            and not os.path.realpath(str(module.__file__)).startswith(self._prefix)
        ]
        self._report.send("finish", foreign=foreign[:20])


def _settle_hypothesis() -> None:
    """Property tests always draw the same, and none fails as it is slow on a busy machine."""
    if _is_installed("hypothesis"):
        with suppress(Exception):  # a version without one of these
            from hypothesis import HealthCheck, settings

            options: Any = {"deadline": None, "derandomize": True, "database": None}
            slow = [HealthCheck.too_slow]
            settings.register_profile("calm", suppress_health_check=slow, **options)
            settings.load_profile("calm")


def _error(outcome: Any) -> BaseException | None:
    """The exception that a hook ended with."""
    found = outcome.excinfo
    return None if found is None else found[1]


def _options_at_hand(options: Iterable[tuple[str, list[str]]]) -> list[str]:
    """Options of the project whose plugins are installed: module or plugin, words."""
    return [word for module, words in options if _is_installed(module) for word in words]


def _is_installed(module: str) -> bool:
    for name in (module, f"_pytest.{module}"):
        with suppress(ImportError, ValueError):
            if importlib.util.find_spec(name) is not None:
                return True
    return False


def main() -> None:
    """Run pytest as the job says."""
    job = json.loads(sys.stdin.read())
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    report = Report(job["descriptor"], job["token"])
    report.send("hello")
    sys.argv = ["pytest"]
    arguments = job["arguments"] + _options_at_hand(job["options"])
    status = int(pytest.main(arguments, plugins=[Plugin(report, job)]))
    report.send("bye", status=status)
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):  # tested code may have closed it
            stream.flush()
    os._exit(status)  # threads and handlers that the tests left behind may never end


if __name__ == "__main__":
    main()
