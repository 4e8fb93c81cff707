"""Runs pytest in the environment of the tested code and reports what each test did.

This file is handed to another interpreter as a script: it needs the standard library, pytest and
Python 3.9, and nothing else. Its job stands on the standard input. The report goes, a line of JSON
for each event, to a pipe; each line carries a secret that the job brought, so that what the tested
code writes there is no report. The tested code shares this process all the same: whoever digs
through its memory finds the secret. What holds against accidents and cheap tricks is that a test
only counts as passed if every step of it is told here, and the end of the session too.
"""

# ruff: noqa: E402, PTH, FA100 - a script for older Pythons, whose own folder must not be importable

import sys

if __name__ == "__main__":
    del sys.path[0]

import importlib.util
import json
import os
import signal
import threading
import time

import pytest

_write = os.write
_getpid = os.getpid
_dumps = json.dumps
_MAX_DETAIL = 500
_MAX_CHAIN = 16
_TOOL = "domainbench"
_TOOL_ID = 4  # the others are taken by debuggers, coverage, profilers and optimisers


class TestTimeout(BaseException):
    """A single test took too long; no ``Exception``, which tested code may catch."""

    __test__ = False


class Report:
    """The pipe to whoever runs the tests."""

    def __init__(self, descriptor, token):
        self._descriptor = descriptor
        self._token = token
        self._process = _getpid()
        self._lock = threading.Lock()
        os.set_inheritable(descriptor, False)

    def send(self, kind, **fields):
        """Write one event; a forked child, which would tell everything twice, writes none."""
        if _getpid() != self._process:
            return
        fields["kind"] = kind
        line = (self._token + _dumps(fields) + "\n").encode("utf-8", "backslashreplace")
        with self._lock:
            while line:
                line = line[_write(self._descriptor, line) :]


def describe(error):
    """An exception and those behind it: names of the classes, error number, words, file.

    One that was only being handled when another came up is marked as context: it need not have
    anything to do with it.
    """
    chain = []
    waiting = [(error, False)]
    seen = set()
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
        for parts in (_attribute(one, "exceptions"), one.args):
            if isinstance(parts, tuple):
                found = [part for part in parts[:4] if isinstance(part, BaseException)]
                waiting += [(part, context) for part in found]
    return chain


def _inner(error):
    """What a conftest that could not be loaded carries, in the forms that pytest had."""
    found = _attribute(error, "cause") or _attribute(error, "excinfo")
    if isinstance(found, tuple) and len(found) > 1:
        found = found[1]
    found = _attribute(found, "value") or found
    return found if isinstance(found, BaseException) else None


def _attribute(thing, name):
    """An attribute, or None: a class of tested code may do anything when asked for it."""
    try:
        return getattr(thing, name, None)
    except BaseException:
        return None


def _words(error):
    """The first words of an exception; what tested code made of them may itself fail."""
    try:
        return str(error)[:_MAX_DETAIL]
    except BaseException:
        return ""


class Alarm:
    """A limit on the time of each step of a test."""

    def __init__(self, seconds):
        self._seconds = seconds

    def __enter__(self):
        if self._seconds and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGALRM, self._ring)
            # It rings again: the first exception may be caught by what it interrupts.
            signal.setitimer(signal.ITIMER_REAL, self._seconds, 1.0)
        return self

    def __exit__(self, *_):
        if self._seconds:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def _ring(self, _number, _frame):
        raise TestTimeout("the test took longer than %s s" % self._seconds)


class Tracer:
    """Which functions of a tree are entered, by ``sys.monitoring`` or the profiler's hook."""

    def __init__(self, root, wanted, bound):
        self._prefix = os.path.join(root, "")
        self._wanted = None if wanted is None else {(path, line) for path, line in wanted}
        self._left = bound
        self._names = {}
        self._numbers = {}
        self._entered = {}
        self._monitoring = getattr(sys, "monitoring", None)
        if self._monitoring is not None:
            self._monitoring.use_tool_id(_TOOL_ID, _TOOL)

    def start(self):
        """Begin with a test."""
        self._entered = entered = {}
        if self._monitoring is not None:
            self._start_monitoring(entered)
            return

        def profile(frame, event, _argument):
            if event == "call":
                code = frame.f_code
                # By identity: a code object's own hash goes through all of its code.
                entered[id(code)] = code

        threading.setprofile(profile)
        sys.setprofile(profile)

    def _start_monitoring(self, entered):
        monitoring = self._monitoring

        def enter(code, _offset):
            entered[id(code)] = code
            return monitoring.DISABLE  # once is enough; the next test starts anew

        monitoring.register_callback(_TOOL_ID, monitoring.events.PY_START, enter)
        monitoring.set_events(_TOOL_ID, monitoring.events.PY_START)
        monitoring.restart_events()

    def stop(self):
        """End with a test: functions new to the report, and the numbers of those entered."""
        if self._monitoring is None:
            sys.setprofile(None)
            threading.setprofile(None)
        else:
            self._monitoring.set_events(_TOOL_ID, 0)
        new = []
        entered = set()
        for code in list(self._entered.values()):
            name = self._name(code)
            if name is None:
                continue
            if name not in self._numbers:
                self._numbers[name] = len(self._numbers)
                new.append(name)
            entered.add(self._numbers[name])
        self._left -= len(entered)
        return (new, sorted(entered)) if self._left >= 0 else (new, None)

    def _name(self, code):
        """Path below the tree and first line of a function that is asked for."""
        path = code.co_filename
        if not path.startswith(self._prefix) or code.co_name.startswith("<"):
            return None
        name = (path[len(self._prefix) :].replace(os.sep, "/"), code.co_firstlineno)
        return name if self._wanted is None or name in self._wanted else None


class Plugin:
    """Hooks of pytest."""

    def __init__(self, report, job):
        self._report = report
        self._root = job["root"]
        self._seconds = job["test_seconds"]
        self._skip = frozenset(job["skip"])
        self._own = frozenset(job["own_packages"])
        trace = job["trace"]
        self._tracer = trace and Tracer(job["root"], trace["wanted"], trace["bound"])
        self._errors = {}

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_load_initial_conftests(self):
        """A conftest that cannot be imported ends pytest before any other hook."""
        outcome = yield
        error = _error(outcome)
        if error is not None:
            self._report.send("collect", id="conftest", chain=describe(error))

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_make_collect_report(self, collector):
        """A module that cannot be imported."""
        outcome = yield
        if _error(outcome) is not None:
            self._report.send("collect", id=collector.nodeid, chain=describe(_error(outcome)))
            return
        collected = outcome.get_result()
        call = getattr(collected, "call", None)
        if collected.outcome == "failed":
            found = getattr(call, "excinfo", None)
            chain = describe(found.value) if found is not None else []
            self._report.send("collect", id=collector.nodeid, chain=chain)
        elif collected.outcome == "skipped":
            self._report.send("skipped", id=collector.nodeid)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items):
        """Leave out what is already known."""
        yield
        items[:] = [item for item in items if item.nodeid not in self._skip]
        self._report.send("items", ids=[item.nodeid for item in items])

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item):
        """The whole of a test."""
        self._report.send("start", id=item.nodeid)
        if self._tracer:
            self._tracer.start()
        yield
        if self._tracer:
            new, entered = self._tracer.stop()
            self._report.send("trace", id=item.nodeid, new=new, entered=entered)
        self._report.send("end", id=item.nodeid)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item):
        """What comes out of a step is seen here, before anything is made of it."""
        with Alarm(self._seconds):
            outcome = yield
        self._note(item, "setup", outcome)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item):
        """Likewise."""
        with Alarm(self._seconds):
            outcome = yield
        self._note(item, "call", outcome)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item):
        """Likewise."""
        with Alarm(self._seconds):
            outcome = yield
        self._note(item, "teardown", outcome)

    def _note(self, item, when, outcome):
        self._errors[item.nodeid, when] = _error(outcome)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item, call):
        """Exceptions that a test framework keeps to itself until now, as unittest's."""
        yield
        if call.excinfo is not None and self._errors.get((item.nodeid, call.when)) is None:
            self._errors[item.nodeid, call.when] = call.excinfo.value

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report):
        """What pytest makes of a step; both must agree for it to have passed."""
        if type(report).__name__.lower() == "subtestreport" and report.outcome == "passed":
            return
        key = report.nodeid, report.when
        told = key in self._errors
        error = self._errors.get(key)
        outcome = report.outcome
        marked = hasattr(report, "wasxfail")
        if outcome == "passed" and (error is not None or not told) and not marked:
            outcome = "failed"
        self._report.send(
            "step",
            id=report.nodeid,
            when=report.when,
            outcome="skipped" if marked and outcome == "passed" else outcome,
            chain=[] if error is None or outcome != "failed" else describe(error),
            words=str(report.longrepr)[-_MAX_DETAIL:] if outcome == "failed" and not error else "",
        )

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, exitstatus):
        """The end, and modules of the tree that came from elsewhere."""
        foreign = []
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None)
            if name.partition(".")[0] in self._own and isinstance(file, str):
                if not os.path.realpath(file).startswith(os.path.join(self._root, "")):
                    foreign.append([name, file])
        self._report.send("finish", status=int(exitstatus), foreign=foreign[:20])


def _error(outcome):
    """The exception that a hook ended with."""
    found = outcome.excinfo
    return None if found is None else found[1]


def _options_at_hand(options):
    """Options of the project whose plugins are installed: module or plugin, words."""
    found = []
    for module, words in options:
        for name in (module, "_pytest." + module):
            try:
                known = importlib.util.find_spec(name) is not None
            except (ImportError, ValueError):
                known = False
            if known:
                found += words
                break
    return found


def main():
    """Run pytest as the job says."""
    job = json.loads(sys.stdin.read())
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    report = Report(job["descriptor"], job["token"])
    report.send("hello", pytest=pytest.__version__)
    sys.argv = ["pytest"]
    arguments = job["arguments"] + _options_at_hand(job["options"])
    status = pytest.main(arguments, plugins=[Plugin(report, job)])
    report.send("bye", status=int(status))
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:  # tested code may have closed it
            pass
    # Threads and handlers that the tests left behind may never end.
    os._exit(int(status))


if __name__ == "__main__":
    main()
