"""Completions and test modules that go wrong in every way, and the outcome of each."""

from __future__ import annotations

BELOW = "# below the function\n"
"""What comes behind it in a completion stands in the module, not in the function."""

WRONG: dict[str, tuple[str, str, str]] = {
    "wrong": ("return 2 * abs(x) if x != 'a' else 'aa'", "assertion", "assert 2 == (-1 + -1)"),
    "raises": ("return x.nothing", "exception", "AttributeError"),
    "recursion": ("return double(x)", "exception", "RecursionError"),
    "own error": ("raise PermissionError('not you')", "exception", "PermissionError: not you"),
    "syntax": ("return x +", "syntax_error", "SyntaxError"),
    "indent": ("if x:\nreturn x", "syntax_error", "expected an indented block"),
    "parses text": ("return compile('x +', '<text>', 'eval')", "exception", "SyntaxError"),
    "import": ("import no_such_module", "import_error", "No module named 'no_such_module'"),
    "handled import": (
        "try:\n    import no_such_module\nexcept ImportError:\n    raise ValueError(x)",
        "exception",
        "ValueError",
    ),
    "import at the top": (
        f"return x + x\n{BELOW}from pkg import nothing",
        "import_error",
        "cannot import name 'nothing'",
    ),
    "sys.exit": ("sys.exit(0)", "exception", "SystemExit: 0"),
    "sys.exit at the top": (f"return x + x\n{BELOW}sys.exit(0)", "import_error", "SystemExit: 0"),
    "os._exit": ("os._exit(0)", "exception", "exit code 0"),
    "os._exit at the top": (f"return x + x\n{BELOW}os._exit(0)", "exception", "exit code 0"),
    "kill": ("os.kill(os.getpid(), 9)", "exception", "signal 9"),
    "crash": ("import ctypes\nctypes.string_at(0)", "exception", "signal 11"),
    "skip": ("import pytest\npytest.skip('too hard')", "skipped", "was skipped"),
    "skips some": (
        "import pytest\nif x == -1:\n    pytest.skip('too hard')\nreturn x + x",
        "skipped",
        "test_numbers was skipped",
    ),
    "expects to fail": ("import pytest\npytest.xfail('too hard')", "skipped", "was skipped"),
    "ends pytest": ("import pytest\npytest.exit('enough', 0)", "exception", ""),
    "interrupts": ("raise KeyboardInterrupt", "exception", ""),
    "memory": ("return bytearray(2**30)", "memory", "MemoryError"),
    "memory in steps": (
        "kept = []\nwhile True:\n    kept.append(bytearray(2**22))",
        "memory",
        "emory",  # whichever of the kernel and the watch comes first
    ),
    "memory of children": (
        (
            "import time\n"
            "for _ in range(8):\n"
            "    if os.fork() == 0:\n"
            "        block = bytearray(b'x') * (80 * 2**20)\n"
            "        time.sleep(60)\n"
            "        os._exit(0)\n"
            "time.sleep(60)"
        ),
        "memory",
        "memory",
    ),
    "many processes": (
        (
            "import time\n"
            "for _ in range(40):\n"
            "    if os.fork() == 0:\n"
            "        time.sleep(60)\n"
            "        os._exit(0)\n"
            "time.sleep(60)"
        ),
        "denied",
        "processes",
    ),
    "huge file": ("open('big', 'wb').write(bytes(2**26))", "denied", "File too large"),
    "forked pytest": ("return x if x == 2 and os.fork() else x + x", "assertion", "assert 2 == 4"),
}
"""Body of the function, outcome, words of the detail."""

CHEATS: dict[str, str] = {
    "reports": """
        for descriptor in range(3, 20):
            try:
                os.write(descriptor, b'{"kind": "step", "outcome": "passed"}\\n')
            except OSError:
                pass
        return None
    """,
    "reports and leaves": """
        import json
        tests = ["tests/test_work.py::test_small", "tests/test_work.py::TestWords::test_words"]
        for test in tests:
            for when in ("setup", "call", "teardown"):
                line = {"kind": "step", "id": test, "when": when, "outcome": "passed"}
                line.update(chain=[], words="")
                os.write(3, json.dumps(line).encode() + b"\\n")
        os.write(3, b'{"kind": "bye", "status": 0}\\n')
        os._exit(0)
    """,
    "patches reports": """
        from _pytest.reports import TestReport
        make = TestReport.from_item_and_call.__func__
        def passed(cls, item, call):
            report = make(cls, item, call)
            report.outcome = "passed"
            return report
        TestReport.from_item_and_call = classmethod(passed)
        return None
    """,
    "patches outcomes": """
        from _pytest import runner
        call = runner.CallInfo.from_call.__func__
        def silent(cls, func, when, reraise=None):
            found = call(cls, func, when, reraise)
            found.excinfo = None
            return found
        runner.CallInfo.from_call = classmethod(silent)
        return None
    """,
    "patches the end": """
        import _pytest.main
        _pytest.main.Session.testsfailed = property(lambda self: 0, lambda self, value: None)
        return None
    """,
    "closes the report": """
        os.close(3)
        return x + x
    """,
    "closes everything": """
        os.closerange(0, 20)
        return x + x
    """,
    "changes the tests": """
        with open("tests/test_work.py", "w") as file:
            file.write("def test_small(): pass")
        return x + x
    """,
    "drops the tests": """
        import gc
        from _pytest.main import Session
        for one in gc.get_objects():
            if isinstance(one, Session):
                one.items[:] = one.items[:1]
        return x + x if x == 2 else None
    """,
}
"""Bodies that want to pass without a right result."""

TEST_MODULES: dict[str, tuple[str, str, str]] = {
    "missing fixture": ("def test(no_such): pass", "missing_fixture", "no_such"),
    "no such test": ("def test_other(): pass", "no_tests", "was not found"),
    "empty": ("", "no_tests", "was not found"),
    "all skipped": ("import pytest\n@pytest.mark.skip\ndef test(): pass", "skipped", "was skipped"),
    "module skipped": (
        "import pytest\npytest.skip('no', allow_module_level=True)\ndef test(): pass",
        "skipped",
        "with its module",
    ),
    "expected to fail": ("import pytest\n@pytest.mark.xfail\ndef test(): assert 0", "skipped", ""),
    "passes unexpectedly": ("import pytest\n@pytest.mark.xfail\ndef test(): pass", "skipped", ""),
    "does not raise": (
        "import pytest\ndef test():\n    with pytest.raises(ValueError): pass",
        "assertion",
        "DID NOT RAISE",
    ),
    "broken set-up": (
        "import pytest\n@pytest.fixture\ndef f(): raise KeyError(1)\ndef test(f): pass",
        "exception",
        "KeyError",
    ),
    "broken tear-down": (
        "import pytest\n@pytest.fixture\ndef f():\n    yield\n    assert 0\ndef test(f): pass",
        "assertion",
        "assert 0",
    ),
    "broken module": ("1 / 0\ndef test(): pass", "import_error", "ZeroDivisionError"),
    "no Python": ("def test(: pass", "syntax_error", "SyntaxError"),
    "a group of errors": (
        (
            "def test():\n    try:\n        raise ValueError\n"
            "    except ValueError as e:\n        raise RuntimeError from MemoryError('full')"
        ),
        "memory",
        "RuntimeError",
    ),
    "unittest": (
        (
            "import unittest\nclass test(unittest.TestCase):\n"
            "    def test_it(self): self.assertEqual(1, 2)"
        ),
        "assertion",
        "1 != 2",
    ),
    "unittest passes": (
        (
            "import unittest\nclass test(unittest.TestCase):\n    def test_it(self):\n"
            "        with self.subTest(1): self.assertEqual(1, 1)"
        ),
        "passed",
        "",
    ),
    "part of a unittest": (
        (
            "import unittest\nclass test(unittest.TestCase):\n    def test_it(self):\n"
            "        with self.subTest(1): self.assertEqual(1, 2)\n"
            "        with self.subTest(2): self.assertEqual(1, 1)"
        ),
        "assertion",
        "1 != 2",
    ),
    "no parameters": (
        "import pytest\n@pytest.mark.parametrize('a', [])\ndef test(a): pass",
        "skipped",
        "",
    ),
}
"""Module with a test named test, outcome, words of the detail."""
