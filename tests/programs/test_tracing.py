"""Which functions tests enter, on a project whose tests do all that tests can do."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from domainbench.programs import tracing
from domainbench.programs.environments import Environment
from domainbench.programs.sandbox import Isolation, Limits, available_isolation
from domainbench.programs.tracing import Trace, trace_tests

from .small_environment import make_small_environment

LIMITS = Limits(seconds=200, memory_mib=400, cpu_seconds=100, processes=16)

# Lines are counted from 1; the first line of a decorated function is its decorator's.
WORK = """\
import functools


def helper(x):
    return x + 1


@functools.lru_cache
@functools.wraps(helper)
def cached(x):
    return helper(x)


class Counter:
    def __init__(self):
        self.count = 0

    def up(self):
        self.count = helper(self.count)
        return (lambda: self.count)()

    @property
    def twice(self):
        return sum(x for x in [self.count, self.count])


def never():
    return 1


async def later():
    return helper(1)
"""
_LINES = (4, 8, 15, 18, 22, 27, 31)
HELPER, CACHED, INIT, UP, TWICE, NEVER, LATER = (("src/pkg/work.py", line) for line in _LINES)

TESTS = """\
import asyncio
import threading
import unittest

import pytest

from pkg.work import Counter, cached, helper, later


@pytest.mark.parametrize("x", [1, 2])
def test_helper(x):
    assert helper(x) == x + 1


def test_cached():
    assert cached(1) == 2


def test_thread():
    counter = Counter()
    thread = threading.Thread(target=counter.up)
    thread.start()
    thread.join()
    assert counter.count == 1


class TestCounter(unittest.TestCase):
    def setUp(self):
        self.counter = Counter()

    def test_twice(self):
        with self.subTest("zero"):
            self.assertEqual(self.counter.twice, 0)


@pytest.fixture
def counted():
    counter = Counter()
    counter.up()
    return counter


def test_fixture(counted):
    assert counted.count == 1


def test_later():
    assert asyncio.run(later()) == 2


def test_skipped():
    pytest.skip("not today")


@pytest.mark.xfail
def test_expected():
    assert helper(1) == 1


def test_wrong():
    assert helper(1) == 1


def test_missing(no_such_fixture):
    pass


def test_flaky():
    # The first copy has another name than the second.
    assert helper(1) == 2 and __file__.endswith("trace-0/tests/test_work.py")
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return make_small_environment(tmp_path_factory.mktemp("environment") / "venv")


@pytest.fixture(scope="module")
def isolation() -> Isolation:
    return available_isolation()


def project(folder: Path, **tests: str) -> Path:
    root = folder / "project"
    (root / "src" / "pkg").mkdir(parents=True)
    (root / "src" / "pkg" / "__init__.py").write_text("")
    (root / "src" / "pkg" / "work.py").write_text(WORK)
    (root / "tests").mkdir()
    for name, source in tests.items():
        (root / "tests" / f"{name}.py").write_text(textwrap.dedent(source))
    return root


def trace(root: Path, environment: Environment, isolation: Isolation, **more: object) -> Trace:
    scratch = root.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    settings: dict[str, object] = {"repetitions": 1, "limits": LIMITS, **more}
    found = trace_tests(
        root,
        environment,
        isolation=isolation,
        import_roots=("src",),
        scratch=scratch,
        **settings,  # pyright: ignore[reportArgumentType]
    )
    assert list(scratch.iterdir()) == []
    return found


def short(found: Trace) -> dict[tuple[str, int], set[str]]:
    return {place: {t.rpartition("::")[2] for t in tests} for place, tests in found.tests.items()}


def test_functions_and_their_tests(tmp_path: Path, environment: Environment, isolation: Isolation):
    root = project(tmp_path, test_work=TESTS)
    before = sorted(root.rglob("*"))
    found = trace(root, environment, isolation, repetitions=2)
    assert sorted(root.rglob("*")) == before
    in_source = {place: tests for place, tests in short(found).items() if place[0] == HELPER[0]}
    assert in_source == {
        HELPER: {
            *("test_helper[1]", "test_helper[2]", "test_cached"),
            *("test_thread", "test_fixture", "test_later"),
        },
        CACHED: {"test_cached"},
        INIT: {"test_thread", "test_twice", "test_fixture"},
        UP: {"test_thread", "test_fixture"},
        TWICE: {"test_twice"},
        LATER: {"test_later"},
    }  # fmt: skip
    start = "tests/test_work.py::"
    assert found.flaky == (start + "test_flaky",)
    assert found.failed == {
        start + "test_missing": "missing_fixture",
        start + "test_wrong": "assertion",
    }
    assert found.skipped == (start + "test_expected", start + "test_skipped")
    assert start + "TestCounter::test_twice" in found.passed
    assert len(found.passed) == 7
    assert found.complete
    assert found.untraced == ()
    assert "assert 2 == 1" in found.details[start + "test_wrong"]
    assert found.seconds > 0


def test_only_functions_that_are_asked_for(
    tmp_path: Path, environment: Environment, isolation: Isolation
):
    found = trace(project(tmp_path, test_work=TESTS), environment, isolation, functions=[UP, NEVER])
    assert short(found) == {UP: {"test_thread", "test_fixture"}}


def test_only_paths_that_are_asked_for(
    tmp_path: Path, environment: Environment, isolation: Isolation
):
    root = project(tmp_path, test_work=TESTS, test_other="def test_other(): pass")
    found = trace(root, environment, isolation, paths=["tests/test_other.py"])
    assert found.passed == ("tests/test_other.py::test_other",)


def test_whatever_one_test_does_the_others_go_on(
    tmp_path: Path, environment: Environment, isolation: Isolation
):
    good = "from pkg.work import helper\ndef test_good(): assert helper(1) == 2\n"
    root = project(
        tmp_path,
        test_a=good,
        test_b="import time\ndef test_sleeps(): time.sleep(1000)\n" + good,
        test_c="import os\ndef test_leaves(): os._exit(0)\n" + good,
        test_d="import ctypes\ndef test_crashes(): ctypes.string_at(0)\n" + good,
        test_e="import nothing_of_the_kind\n" + good,
        test_f="def test_(:\n" + good,
        test_g="def test_recursion(): test_recursion()\n" + good,
        test_h=good,
    )
    found = trace(root, environment, isolation, test_seconds=1)
    assert found.passed == tuple(f"tests/test_{name}.py::test_good" for name in "abcdgh")
    assert found.failed == {
        "tests/test_b.py::test_sleeps": "timeout",
        "tests/test_c.py::test_leaves": "exception",
        "tests/test_d.py::test_crashes": "exception",
        "tests/test_e.py": "import_error",
        "tests/test_f.py": "syntax_error",
        "tests/test_g.py::test_recursion": "exception",
    }
    assert found.complete
    assert short(found)[HELPER] == {"test_good"}
    assert len(found.tests[HELPER]) == 6


def test_hanging_that_cannot_be_interrupted(
    tmp_path: Path, environment: Environment, isolation: Isolation
):
    hanging = """
        import time
        def test_catches():
            while True:
                try:
                    time.sleep(1000)
                except BaseException:
                    pass
        def test_good():
            pass
    """
    found = trace(project(tmp_path, test_a=hanging), environment, isolation, test_seconds=0.5)
    assert found.passed == ("tests/test_a.py::test_good",)
    assert found.failed == {"tests/test_a.py::test_catches": "timeout"}
    assert found.complete


def test_time_of_the_whole(tmp_path: Path, environment: Environment, isolation: Isolation):
    slow = """
        import time
        def test_quick(): pass
        def test_slow(): time.sleep(1000)
        def test_never_begun(): pass
    """
    limits = Limits(seconds=5)
    root = project(tmp_path, test_a=slow)
    found = trace(root, environment, isolation, limits=limits, test_seconds=100)
    assert found.failed.get("tests/test_a.py::test_slow", "timeout") == "timeout"
    assert set(found.passed) <= {"tests/test_a.py::test_quick"}
    assert not found.complete


def test_record_is_bounded(
    tmp_path: Path,
    environment: Environment,
    isolation: Isolation,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(tracing, "_MAX_ENTERED", 2)
    many = """
        from pkg.work import cached, helper
        def test_one(): helper(1)
        def test_two(): cached(1)
    """
    root = project(tmp_path, test_a=many)
    found = trace(root, environment, isolation, functions=[HELPER, CACHED])
    assert short(found) == {HELPER: {"test_one"}}
    assert found.untraced == ("tests/test_a.py::test_two",)
    assert found.passed == ("tests/test_a.py::test_one", "tests/test_a.py::test_two")


def test_project_without_tests(tmp_path: Path, environment: Environment, isolation: Isolation):
    found = trace(project(tmp_path), environment, isolation)
    assert (found.passed, dict(found.tests), dict(found.failed)) == ((), {}, {})
    assert found.complete


def test_conftest_that_is_broken(tmp_path: Path, environment: Environment, isolation: Isolation):
    root = project(tmp_path, conftest="import nothing_of_the_kind", test_a="def test(): pass")
    found = trace(root, environment, isolation)
    assert found.passed == ()
    assert set(found.failed.values()) == {"import_error"}
