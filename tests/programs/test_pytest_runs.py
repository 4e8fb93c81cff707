"""Completions of every kind, each run by the tests of a small project."""

from __future__ import annotations

import contextlib
import socket
import textwrap
import uuid
from pathlib import Path
from typing import Any

import pytest

from domainbench.programs.environments import Environment, current_environment
from domainbench.programs.pytest_options import read_configuration
from domainbench.programs.pytest_runs import OUTCOMES, TestRun, run_tests
from domainbench.programs.sandbox import Isolation, Limits, available_isolation
from domainbench.programs.verdicts import classify, covers

from .completions import BELOW, CHEATS, TEST_MODULES, WRONG
from .small_environment import make_small_environment

LIMITS = Limits(seconds=100, memory_mib=400, cpu_seconds=60, file_mib=8, processes=16, disk_mib=64)
SHORT = Limits(seconds=2, memory_mib=400, cpu_seconds=60, file_mib=8, processes=16, disk_mib=64)

TESTS = """
import pytest
from pkg.work import double

def test_small():
    assert double(2) == 4

@pytest.mark.parametrize("number", [0, 5, -1])
def test_numbers(number):
    assert double(number) == number + number

class TestWords:
    def test_words(self):
        assert double("a") == "aa"
"""
ALL = (
    "tests/test_work.py::test_small",
    "tests/test_work.py::test_numbers",
    "tests/test_work.py::TestWords::test_words",
)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return make_small_environment(tmp_path_factory.mktemp("environment") / "venv")


@pytest.fixture(scope="module")
def isolation() -> Isolation:
    return available_isolation()


def project(folder: Path, files: dict[str, str]) -> Path:
    root = folder / "copy"
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(textwrap.dedent(text))
    return root


def solve(
    folder: Path,
    body: str,
    environment: Environment,
    isolation: Isolation,
    tests: tuple[str, ...] = ALL,
    limits: Limits = LIMITS,
    **files: str,
) -> TestRun:
    """Run the tests of ``double`` with a body; names of further files have __ for /."""
    body, _, below = textwrap.dedent(body).partition(BELOW)
    source = "import os, sys\n\ndef double(x):\n" + textwrap.indent(body, "    ") + below
    more = {path.replace("__", "/") + ".py": text for path, text in files.items()}
    root = project(
        folder,
        {
            "src/pkg/__init__.py": "",
            "src/pkg/work.py": source,
            "tests/test_work.py": TESTS,
            **more,
        },
    )
    return run_tests(
        root, tests, environment, limits=limits, isolation=isolation, import_roots=("src",)
    )


def test_right_completion_passes(tmp_path: Path, environment: Environment, isolation: Isolation):
    run = solve(tmp_path, "return x + x", environment, isolation)
    assert run.outcome == "passed", run
    assert run.passed == (
        "tests/test_work.py::test_small",
        "tests/test_work.py::test_numbers[0]",
        "tests/test_work.py::test_numbers[5]",
        "tests/test_work.py::test_numbers[-1]",
        "tests/test_work.py::TestWords::test_words",
    )
    assert run.failed == run.skipped == ()
    assert run.detail == ""
    assert 0 < run.seconds < 100
    assert 5 < run.peak_mib < 400


@pytest.mark.parametrize("name", WRONG)
def test_wrong_completion(
    name: str, tmp_path: Path, environment: Environment, isolation: Isolation
):
    body, outcome, words = WRONG[name]
    run = solve(tmp_path, body, environment, isolation)
    assert run.outcome == outcome, run
    assert words in run.detail
    assert run.outcome in OUTCOMES


@pytest.mark.parametrize(
    "body",
    [
        "while True: pass",
        "import time\ntime.sleep(1000)",
        (
            "import signal, time\nsignal.signal(15, signal.SIG_IGN)\n"
            "while True:\n    try:\n        time.sleep(1)\n    except BaseException:\n        pass"
        ),
        "import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()",
    ],
    ids=["loops", "sleeps", "ignores signals", "locks itself"],
)
def test_hanging_completion(
    body: str, tmp_path: Path, environment: Environment, isolation: Isolation
):
    run = solve(tmp_path, body, environment, isolation, limits=SHORT)
    assert run.outcome == "timeout", run
    assert run.seconds < 60


@pytest.mark.parametrize("name", CHEATS)
def test_cheating_completion_does_not_pass(
    name: str, tmp_path: Path, environment: Environment, isolation: Isolation
):
    run = solve(tmp_path, CHEATS[name], environment, isolation)
    assert run.outcome in {"assertion", "exception"}, run


def alive(mark: str) -> list[str]:
    found: list[str] = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if mark.encode() in (entry / "cmdline").read_bytes():
                    found.append(entry.name)
    return found


def test_what_a_completion_leaves_behind_ends(
    tmp_path: Path, environment: Environment, isolation: Isolation
):
    mark = uuid.uuid4().hex
    body = f"""
        import subprocess, threading, time
        sleep = [sys.executable, "-c", "import time; time.sleep(100)", "{mark}"]
        subprocess.Popen(sleep, start_new_session=True)
        threading.Thread(target=time.sleep, args=(100,)).start()
        return x + x
    """
    run = solve(tmp_path, body, environment, isolation)
    assert run.outcome == "passed", run
    assert run.seconds < 90
    assert alive(mark) == []


def test_flood_of_output(tmp_path: Path, environment: Environment, isolation: Isolation):
    body = "for _ in range(3000):\n    os.write(1, b'x' * 10000)\nreturn x + x"
    run = solve(tmp_path, body, environment, isolation)
    assert run.outcome == "denied"  # pytest itself keeps output in a file, which is limited
    body = "import pytest\nprint('x' * 10**6)\nreturn x"
    run = solve(tmp_path / "other", body, environment, isolation)
    assert run.outcome == "assertion"
    assert len(run.detail) <= 500


def test_files_outside_are_denied(tmp_path: Path, environment: Environment, isolation: Isolation):
    if not isolation.filesystem:
        pytest.skip(f"{isolation.method} does not keep programs from files")
    (tmp_path / "canary").write_text("sings")
    home = sorted(Path.home().iterdir())
    body = f"""
        import shutil
        shutil.rmtree({str(tmp_path)!r}, ignore_errors=True)
        for path in ({str(tmp_path / "canary")!r}, {str(Path.home() / ".bashrc")!r}):
            try:
                os.remove(path)
            except OSError:
                pass
        open("/etc/passwd", "w").write("gone")
    """
    run = solve(tmp_path, body, environment, isolation)
    assert run.outcome == "denied", run
    assert "Read-only file system" in run.detail
    assert (tmp_path / "canary").read_text() == "sings"
    assert sorted(Path.home().iterdir()) == home


def test_network_is_denied(tmp_path: Path, environment: Environment, isolation: Isolation):
    if not isolation.network:
        pytest.skip(f"{isolation.method} does not cut off the network")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        port = server.getsockname()[1]
        bodies = [
            f"import socket\nreturn socket.create_connection(('127.0.0.1', {port}), 5)",
            "import socket\nreturn socket.create_connection(('192.0.2.1', 80), 5)",
            "import urllib.request\nreturn urllib.request.urlopen('http://name.invalid')",
            (
                "import socket\n"
                "try:\n    socket.create_connection(('192.0.2.1', 80), 5)\n"
                "except OSError as error:\n    raise ValueError('no answer') from error"
            ),
        ]
        for number, body in enumerate(bodies):
            run = solve(tmp_path / str(number), body, environment, isolation)
            assert run.outcome == "denied", run
        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.parametrize("name", TEST_MODULES)
def test_outcomes_of_tests(
    name: str, tmp_path: Path, environment: Environment, isolation: Isolation
):
    source, outcome, words = TEST_MODULES[name]
    root = project(tmp_path, {"tests/test_it.py": source})
    run = run_tests(
        root,
        ["tests/test_it.py::test"],
        environment,
        limits=LIMITS,
        isolation=isolation,
        import_roots=(),
    )
    assert run.outcome == outcome, run
    assert words in run.detail


def test_property_tests_draw_the_same_and_are_never_too_slow(tmp_path: Path, isolation: Isolation):
    tests = """
    import time
    from hypothesis import given, settings, strategies as st
    drawn = []

    @settings(max_examples=3)
    @given(st.integers())
    def test_slow(number):
        time.sleep(0.3)  # more than Hypothesis allows an example unless told otherwise
        drawn.append(number)

    def test_drawn():
        print("drawn", drawn)
        assert drawn == []
    """
    found = []
    for name in ("a", "b"):
        root = project(tmp_path / name, {"tests/test_it.py": tests})
        given = {"limits": LIMITS, "isolation": isolation, "import_roots": ()}
        slow = ["tests/test_it.py::test_slow"]
        assert run_tests(root, slow, current_environment(), **given).outcome == "passed"
        both = [*slow, "tests/test_it.py::test_drawn"]
        found.append(run_tests(root, both, current_environment(), **given).detail)
    assert found[0] == found[1] != ""


def test_broken_conftest(tmp_path: Path, environment: Environment, isolation: Isolation):
    run = solve(
        tmp_path, "return x + x", environment, isolation, tests__conftest="import no_such_module"
    )
    assert run.outcome == "import_error", run
    assert "no_such_module" in run.detail
    run = solve(tmp_path / "b", "return x + x", environment, isolation, conftest="def (:")
    assert run.outcome == "syntax_error", run


def test_conftest_is_honoured(tmp_path: Path, environment: Environment, isolation: Isolation):
    fixture = "import pytest\n@pytest.fixture\ndef five(): return 5"
    more = "from pkg.work import double\ndef test_five(five): assert double(five) == 10"
    run = solve(
        tmp_path,
        "return x + x",
        environment,
        isolation,
        ("tests/test_more.py::test_five",),
        tests__conftest=fixture,
        tests__test_more=more,
    )
    assert run.outcome == "passed", run


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "pyproject.toml",
            (
                "[tool.pytest.ini_options]\naddopts = \"--cov=pkg -n 4 -p no_such -m 'not slow'\"\n"
                'required_plugins = ["pytest-cov>=4"]\nminversion = "99"\n'
                'timeout = 5\nfilterwarnings = ["error"]\n'
            ),
        ),
        ("pytest.ini", "[pytest]\naddopts = --cov --no-such-option\n"),
        ("tox.ini", "[pytest]\naddopts =\n    --cov\n    -nauto\n"),
        ("setup.cfg", "[tool:pytest]\naddopts = --cov\n"),
        ("tests/pytest.ini", "[pytest]\naddopts = --cov\n"),
    ],
)
def test_configuration_that_needs_plugins(
    name: str, text: str, tmp_path: Path, environment: Environment, isolation: Isolation
):
    project(tmp_path, {name: text})
    run = solve(tmp_path, "return x + x", environment, isolation)
    assert run.outcome == "passed", run


def test_configuration_of_a_folder_above_is_not_taken(
    tmp_path: Path, environment: Environment, isolation: Isolation
):
    (tmp_path / "pytest.ini").write_text("[pytest]\npython_functions = check_*\n")
    (tmp_path / "conftest.py").write_text("raise RuntimeError")
    assert solve(tmp_path, "return x + x", environment, isolation).outcome == "passed"


def test_what_is_kept_of_the_configuration(tmp_path: Path):
    root = project(
        tmp_path,
        {
            "pyproject.toml": """
                [tool.pytest.ini_options]
                addopts = [
                    "--import-mode=importlib", "-m", "not slow", "-kfast", "-p", "no:doctest",
                    "-pxdist", "--asyncio-mode", "auto", "--ignore=docs", "-v", "--cov",
                    "--durations=10", "-x", "docs",
                ]
            """
        },
    )
    found = read_configuration(root)
    assert found.file == root / "pyproject.toml"
    assert found.words == (
        *("--import-mode", "importlib", "-m", "not slow", "-k", "fast"),
        *("-p", "no:doctest", "--ignore", "docs"),
    )
    assert found.options == (
        ("xdist", ("-p", "xdist")),
        ("pytest_asyncio", ("--asyncio-mode=auto",)),
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", "[tool.x]\n"),
        ("pyproject.toml", "not toml"),
        ("tox.ini", "[tox]\n"),
        ("setup.cfg", "[x"),
        ("pyproject.toml", "tool = 3\n"),
        ("pyproject.toml", f"a = {'[' * 5000}{']' * 5000}\n"),
    ],
)
def test_files_that_configure_nothing(name: str, text: str, tmp_path: Path):
    assert read_configuration(project(tmp_path, {name: text})).file is None


def test_import_from_elsewhere_is_no_pass(
    tmp_path: Path, environment: Environment, isolation: Isolation
):
    # Another version of the package, of which the tests would say nothing about the completion.
    elsewhere = tmp_path / "elsewhere" / "pkg"
    elsewhere.mkdir(parents=True)
    (elsewhere / "__init__.py").write_text("")
    (elsewhere / "work.py").write_text("def double(x): return x + x")
    with_path = Environment(environment.python, paths=(tmp_path / "elsewhere",))
    run = solve(tmp_path, "return None", with_path, isolation)
    assert run.outcome == "assertion"
    conftest = f"import sys\nsys.path.insert(0, {str(tmp_path / 'elsewhere')!r})"
    run = solve(tmp_path / "b", "return None", with_path, isolation, conftest=conftest)
    assert run.outcome == "import_error", run
    assert "was not imported from the tree" in run.detail


def test_tests_see_the_whole_root(tmp_path: Path, environment: Environment, isolation: Isolation):
    more = (
        "from tests.helper import two\nfrom pkg.work import double\n"
        "def test_it(): assert double(1) == two"
    )
    run = solve(
        tmp_path,
        "return x + x",
        environment,
        isolation,
        ("tests/test_more.py::test_it",),
        tests__helper="two = 2",
        tests__test_more=more,
    )
    assert run.outcome == "passed", run


def test_flaky(tmp_path: Path, environment: Environment, isolation: Isolation):
    body = (
        "if os.path.exists('seen'):\n    return None\n"
        "if x == 'a':\n    open('seen', 'w')\nreturn x + x"
    )
    files = {"pkg/__init__.py": "", "tests/test_work.py": TESTS}
    source = "import os\ndef double(x):\n" + textwrap.indent(body, "    ")
    root = project(tmp_path, {**files, "pkg/work.py": source})
    settings: dict[str, Any] = {"limits": LIMITS, "isolation": isolation, "import_roots": ("",)}
    run = run_tests(root, ALL, environment, runs=3, **settings)
    assert run.outcome == "flaky"
    assert "test_small" in run.detail
    (root / "seen").unlink()
    assert run_tests(root, ALL, environment, **settings).outcome == "passed"
    run = run_tests(root, ALL, environment, runs=2, **settings)
    assert run.outcome == "assertion"


def test_environment_without_pytest(tmp_path: Path, isolation: Isolation):
    import subprocess
    import sys

    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    run = solve(tmp_path, "return x + x", Environment(tmp_path / "venv/bin/python"), isolation)
    assert run.outcome == "import_error"
    assert "No module named 'pytest'" in run.detail


def test_node_ids():
    assert covers("a.py::test", "a.py::test")
    assert covers("a.py::test", "a.py::test[1-x]")
    assert covers("a.py::Class", "a.py::Class::test[1]")
    assert covers("a.py", "a.py::test")
    assert not covers("a.py::test", "a.py::test_other")
    assert not covers("a.py::test[1]", "a.py::test[10]")


def error(*bases: str, number: int | None = None, context: bool = False) -> dict[str, Any]:
    return {
        "type": bases[0],
        "bases": list(bases),
        "errno": number,
        "file": None,
        "words": "",
        "context": context,
    }


@pytest.mark.parametrize(
    ("chain", "when", "outcome"),
    [
        ([], "call", "assertion"),
        ([error("TestTimeout")], "call", "timeout"),
        ([error("FixtureLookupError", "LookupError")], "setup", "missing_fixture"),
        ([error("OSError", number=30)], "call", "denied"),
        ([error("OSError", number=101)], "call", "denied"),
        ([error("gaierror", "OSError", number=-3)], "call", "denied"),
        ([error("OSError", number=2)], "call", "exception"),
        ([error("ValueError"), error("OSError", number=111)], "call", "denied"),
        ([error("AssertionError"), error("OSError", number=111)], "call", "assertion"),
        ([error("ValueError"), error("ImportError", context=True)], "call", "exception"),
        ([error("ValueError"), error("ImportError")], "call", "import_error"),
        ([error("Exception"), error("MemoryError", context=True)], "call", "memory"),
    ],
)
def test_classes_of_exceptions(chain: list[dict[str, Any]], when: str, outcome: str):
    assert classify(chain, when) == outcome
