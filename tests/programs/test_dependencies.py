"""Dependencies of functions: a small project of every kind, real modules, what must not matter."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from domainbench.programs.dependencies import (
    Dependency,
    DependencyRequest,
    find_dependencies,
    study_dependencies,
)
from domainbench.programs.dependency_processes import CRASH, TIME_LIMIT, Answer, answer_all
from domainbench.schemas.errors import UsageError

from . import dependency_project as project

SHAPES = "pkg/shapes.py"
UNKNOWN_TO_PARSO = {"match", "with in brackets", "exception groups"}


def by_kind(found: tuple[Dependency, ...] | None) -> dict[str, set[str]]:
    kinds: dict[str, set[str]] = {"intra_class": set(), "intra_file": set(), "cross_file": set()}
    assert found is not None
    for item in found:
        kinds[item.kind].add(item.name)
    return kinds


def line(start: str) -> int:
    """The first line of the module that starts so."""
    lines = project.SHAPES.splitlines()
    return next(at for at, text in enumerate(lines, 1) if text.startswith(start))


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("project")
    project.write(folder)
    return folder


@pytest.fixture(scope="module")
def studied(root):
    requests = [
        DependencyRequest(SHAPES, "Circle.probe", project.source(case))
        for case in project.CASES.values()
    ]
    return dict(zip(project.CASES, study_dependencies(root, requests, jobs=2), strict=True))


@pytest.mark.parametrize("name", project.CASES)
def test_a_body_depends_on_what_it_names(studied, name):
    assert by_kind(studied[name].dependencies) == project.expected(project.CASES[name])
    assert studied[name].failed == 0
    assert studied[name].problem is None


def test_nothing_of_the_repository_is_run(root, studied):
    assert not (root / "pkg/was_run").exists()


def test_places_and_order(root):
    (found,) = find_dependencies(root, [DependencyRequest(SHAPES, "Circle.rebuild")])
    assert found == (
        Dependency("pkg.shapes.Circle.__init__", "intra_class", SHAPES, line("    def __init__")),
        Dependency("pkg.shapes.Circle.size", "intra_class", SHAPES, line("        self.size = 1")),
        Dependency("pkg.shapes.UNIT", "intra_file", SHAPES, line("UNIT")),
    )


def test_functions_on_disk(root):
    requests = [
        DependencyRequest("pkg/base.py", "Base.describe"),
        DependencyRequest("pkg/square.py", "Square.grow"),
        DependencyRequest(SHAPES, "Circle.__init__"),
        DependencyRequest(SHAPES, "Circle.diameter"),
        DependencyRequest(SHAPES, "Circle.diameter", line=line("    @diameter")),
        DependencyRequest("pkg/tools.py", "choose"),
        DependencyRequest("pkg/base.py", "Base.describe"),
    ]
    names = [by_kind(found) for found in find_dependencies(root, requests)]
    none: set[str] = set()
    assert names == [
        {"intra_class": {"pkg.base.Base.name"}, "intra_file": none, "cross_file": none},
        {
            "intra_class": {"pkg.square.Square.side"},
            "intra_file": {"pkg.square.Square"},
            "cross_file": none,
        },
        # What __init__ assigns is its own, although others assign it too.
        {"intra_class": none, "intra_file": none, "cross_file": {"pkg.base.Base.__init__"}},
        {"intra_class": {"pkg.shapes.Circle.radius"}, "intra_file": none, "cross_file": none},
        {
            "intra_class": {"pkg.shapes.Circle.radius"},
            "intra_file": {"pkg.shapes.helper"},
            "cross_file": none,
        },
        {"intra_class": none, "intra_file": none, "cross_file": none},
        {"intra_class": {"pkg.base.Base.name"}, "intra_file": none, "cross_file": none},
    ]


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("def f(:\n    pass\n", "no valid syntax"),
        ("def f():\nreturn 1\n", "no valid syntax"),
        ("def f():\n    return '\0'\n", "no valid syntax"),
        ("def f():\n    return '\udc80'\n", "no valid syntax"),
        ("def f():\n    return " + "(" * 500 + ")" * 500, "no valid syntax"),
        # Python reports this as out of memory.
        ("def f():\n    return " + "-" * 7000 + "1", "no valid syntax"),
        ("def g():\n    def f():\n        return 1\n", "no such function"),
        ("", "no such function"),
    ],
)
def test_what_cannot_be_told_is_none(root, source, problem):
    request = DependencyRequest("pkg/base.py", "f", source)
    (found,) = study_dependencies(root, [request])
    assert (found.dependencies, found.problem) == (None, problem)


def test_bad_bytes_and_missing_files(root, tmp_path):
    (tmp_path / "bad.py").write_bytes(b"def f():\n    return '\xff'\n")
    (tmp_path / "latin.py").write_bytes(
        b"# coding: latin-1\r\ndef f():\r\n    return '\xff', g()\r\n"
        b"\f\r\ndef g():\r\n\treturn 1\r\n"
    )
    (tmp_path / "marked.py").write_bytes(b"\xef\xbb\xbfx = 1\ndef f():\n\treturn '\xc3\xa9', x\n")
    names = ("bad.py", "latin.py", "marked.py", "none.py", "folder.py")
    (tmp_path / "folder.py").mkdir()
    found = study_dependencies(tmp_path, [DependencyRequest(name, "f") for name in names])
    assert [item.problem for item in found] == [
        "no valid syntax",
        None,
        None,
        "no such file",
        "no such file",
    ]
    assert found[1].dependencies == (Dependency("latin.g", "intra_file", "latin.py", 5),)
    assert found[2].dependencies == (Dependency("marked.x", "intra_file", "marked.py", 1),)


def test_a_call_at_fault(root, tmp_path):
    with pytest.raises(UsageError, match="no folder"):
        find_dependencies(tmp_path / "absent", [])
    with pytest.raises(UsageError, match="out of the repository"):
        find_dependencies(root, [DependencyRequest("../x.py", "f")])
    with pytest.raises(UsageError, match="out of the repository"):
        find_dependencies(root, [DependencyRequest("/x.py", "f")])
    with pytest.raises(UsageError, match="must be a process"):
        find_dependencies(root, [], jobs=0)
    assert find_dependencies(root, []) == []


def test_links_that_lead_out_are_not_there(tmp_path):
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    (outside / "secret.py").write_text("def f():\n    return 1\n")
    (inside / "secret.py").symlink_to(outside / "secret.py")
    (inside / "a.py").write_text("from secret import f\ndef g():\n    return f()\n")
    requests = [DependencyRequest("a.py", "g"), DependencyRequest("secret.py", "f")]
    found = study_dependencies(inside, requests)
    assert found[0].dependencies == ()
    assert found[1].problem == "no such file"


def test_layouts(tmp_path):
    files = {
        "src/space/one/mod.py": "from space.two.mod import f\ndef g():\n    return f() + h.k()\n",
        "src/space/two/mod.py": "def f():\n    return 1\n",
        "src/space/two/shadow.pyi": "def k() -> int: ...\n",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    request = DependencyRequest("src/space/one/mod.py", "g")
    expected = (Dependency("space.two.mod.f", "cross_file", "src/space/two/mod.py", 1),)
    assert find_dependencies(tmp_path, [request], roots=["src"]) == [expected]
    assert find_dependencies(tmp_path, [request]) == [expected]


def test_stubs_do_not_stand_in_for_sources(tmp_path):
    """A repository may hold stubs beside its sources, or modules that jedi ships stubs of."""
    (tmp_path / "json").mkdir()
    (tmp_path / "json/__init__.py").write_text("def _hidden():\n    return 1\n")
    (tmp_path / "mod.py").write_text("def f():\n    return 1\n\ndef g():\n    return 1\n")
    (tmp_path / "mod.pyi").write_text("def f() -> int: ...\n")
    (tmp_path / "use.py").write_text(
        "import json\nimport mod\ndef use():\n    return json._hidden(), mod.f(), mod.g()\n"
    )
    (found,) = find_dependencies(tmp_path, [DependencyRequest("use.py", "use")])
    assert by_kind(found)["cross_file"] == {"json._hidden", "mod.f", "mod.g"}


SCRIPT = """
import json, sys
from pathlib import Path
from domainbench.programs.dependencies import DependencyRequest, find_dependencies
root, jobs, wanted = Path(sys.argv[1]), int(sys.argv[2]), json.loads(sys.stdin.read())
found = find_dependencies(root, [DependencyRequest(*item) for item in wanted], jobs=jobs)
print([[(d.name, d.kind, d.path, d.line) for d in one] for one in found])
"""


def in_another_process(root, wanted, jobs, **environment):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(root), str(jobs)],
        input=json.dumps(wanted),
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def test_machine_and_order_do_not_matter(root, tmp_path):
    wanted = [
        (SHAPES, "Circle.probe", project.source(project.CASES[name]))
        for name in ("annotated local", "constructor", "match", "outside", "handed on", "narrowed")
    ] * 3
    first = in_another_process(root, wanted, 1, PYTHONHASHSEED="1", LC_ALL="C", TZ="UTC")
    # Packages that the project knows by name, one of them with classes of its own.
    installed = tmp_path / "installed"
    for name in ("requests", "elsewhere", "pkg", "numpydoc"):
        (installed / name).mkdir(parents=True)
        text = "class Square:\n    side = 1\n\ndef get(x):\n    return Square()\n"
        (installed / name / "__init__.py").write_text(text)
    home = tmp_path / "home"
    home.mkdir()
    other = in_another_process(
        root,
        wanted[::-1],
        2,
        PYTHONHASHSEED="2",
        PYTHONPATH=str(installed),
        HOME=str(home),
        XDG_CACHE_HOME=str(home / "cache"),
        TZ="Asia/Tokyo",
    )
    assert eval(first) == eval(other)[::-1]  # noqa: S307
    assert list(home.iterdir()) == []


def test_answers_are_kept_until_anything_changes(tmp_path):
    root, cache = tmp_path / "root", tmp_path / "cache"
    root.mkdir()
    (root / "a.py").write_text("from b import f\ndef g():\n    return f()\n")
    (root / "b.py").write_text("def f():\n    return 1\n")
    request = [DependencyRequest("a.py", "g")]
    expected = Dependency("b.f", "cross_file", "b.py", 1)
    assert find_dependencies(root, request, cache=cache) == [(expected,)]
    (kept,) = cache.rglob("*.json")
    # It is read: another answer in its place is given as well.
    answer = json.loads(kept.read_text())
    answer["found"][0][3] = 77
    kept.write_text(json.dumps(answer))
    assert find_dependencies(root, request, cache=cache) == [
        (Dependency("b.f", "cross_file", "b.py", 77),)
    ]
    # One that is not whole is made again.
    kept.write_text(kept.read_text()[:20])
    assert find_dependencies(root, request, cache=cache) == [(expected,)]
    # A file as old as the one before, as from an archive.
    before = (root / "b.py").stat()
    (root / "b.py").write_text("\n\ndef f():\n    return 1\n")
    os.utime(root / "b.py", (before.st_atime - 9, before.st_mtime - 9))
    assert find_dependencies(root, request, cache=cache) == [
        (Dependency("b.f", "cross_file", "b.py", 3),)
    ]
    assert len(list(cache.rglob("*.json"))) == 2
    assert not list(cache.rglob("*.part"))


def setup(root: Path) -> dict[str, object]:
    return {"root": str(root), "roots": [""], "paths": ["a.py"], "prune": True}


def test_a_function_that_takes_too_long_is_given_up(tmp_path):
    (tmp_path / "a.py").write_text("def g():\n    return 1\n")
    request = {"path": "a.py", "qualname": "g"}
    late = answer_all(setup(tmp_path), [request] * 2, [[0, 1]], 1, seconds=0.01)
    assert late == [Answer(None, TIME_LIMIT)] * 2
    assert answer_all(setup(tmp_path), [request] * 2, [[0, 1]], 1) == [Answer(())] * 2


def test_a_process_that_breaks_down_is_said(tmp_path, monkeypatch):
    killed = tmp_path / "python"
    killed.write_text("#!/bin/sh\nkill -9 $$\n")
    killed.chmod(0o755)
    request = {"path": "a.py", "qualname": "g"}
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", str(killed))
        assert answer_all(setup(tmp_path), [request], [[0]], 1) == [Answer(None, CRASH)]
    with pytest.raises(RuntimeError, match="KeyError: 'paths'"):
        answer_all({"root": "", "roots": []}, [request], [[0]], 1)


LIMITED = """
import sys
from pathlib import Path
from domainbench.programs import dependency_analysis as analysis
from domainbench.programs.dependency_jedi import Budget
analyser = analysis.Analyser(Path(sys.argv[1]).resolve(), [""], ["pkg/square.py", "pkg/tools.py"])
for limits in ({}, {"together": 0}, {"each": 0}):
    analysis.Budget = lambda: Budget(**limits)
    text = "from pkg.tools import make_square\\ndef f():\\n    return make_square().side"
    answer = analyser.answer("pkg/new.py", "f", text)
    print(len(answer.found), answer.names, answer.failed)
"""


def test_names_that_take_too_many_steps_are_counted(root):
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(root)], check=True, capture_output=True, text=True
    )
    # The function needs no inference, what it returns does.
    assert done.stdout.split("\n")[:3] == ["2 2 0", "1 2 1", "1 2 1"]


EXPECTED = {
    ("json/decoder.py", "JSONDecoder.decode"): {
        "intra_class": "json.decoder.JSONDecoder.raw_decode",
        "intra_file": "json.decoder.JSONDecodeError",
    },
    ("json/decoder.py", "JSONDecoder.__init__"): {
        "intra_file": "json.decoder.JSONArray json.decoder.JSONObject json.decoder._CONSTANTS"
        " json.decoder.scanstring",
        "cross_file": "json.scanner.make_scanner",
    },
    ("json/__init__.py", "load"): {"intra_file": "json.loads"},
    ("json/__init__.py", "loads"): {
        "intra_file": "json._default_decoder json.detect_encoding",
        "cross_file": "json.decoder.JSONDecodeError json.decoder.JSONDecoder"
        " json.decoder.JSONDecoder.decode",
    },
    ("logging/__init__.py", "Handler.handle"): {
        "intra_class": "logging.Handler.acquire logging.Handler.emit logging.Handler.release",
        "intra_file": "logging.Filterer.filter",
    },
    ("logging/handlers.py", "MemoryHandler.flush"): {
        "intra_class": "logging.handlers.MemoryHandler.target",
        "intra_file": "logging.handlers.BufferingHandler.buffer",
        "cross_file": "logging.Handler.acquire logging.Handler.release",
    },
    ("textwrap.py", "TextWrapper._wrap_chunks"): {
        "intra_class": " ".join(
            f"textwrap.TextWrapper.{name}"
            for name in (
                *("_handle_long_word", "drop_whitespace", "initial_indent", "max_lines"),
                *("placeholder", "subsequent_indent", "width"),
            )
        )
    },
    ("textwrap.py", "shorten"): {
        "intra_file": "textwrap.TextWrapper textwrap.TextWrapper.fill",
    },
    ("sched.py", "scheduler.enterabs"): {
        "intra_class": "sched.scheduler._lock sched.scheduler._queue"
        " sched.scheduler._sequence_generator",
        "intra_file": "sched.Event sched._sentinel",
    },
    ("sched.py", "scheduler.cancel"): {
        "intra_class": "sched.scheduler._lock sched.scheduler._queue",
    },
    ("string.py", "Formatter.get_field"): {"intra_class": "string.Formatter.get_value"},
    ("rank_bm25.py", "BM25Okapi.get_scores"): {
        "intra_class": "rank_bm25.BM25Okapi.b rank_bm25.BM25Okapi.k1",
        "intra_file": "rank_bm25.BM25.avgdl rank_bm25.BM25.corpus_size rank_bm25.BM25.doc_freqs"
        " rank_bm25.BM25.doc_len rank_bm25.BM25.idf",
    },
    ("rank_bm25.py", "BM25.__init__"): {
        "intra_class": "rank_bm25.BM25._calc_idf rank_bm25.BM25._initialize"
        " rank_bm25.BM25._tokenize_corpus",
    },
}
"""Listed by reading the functions; their names are the same in Python 3.11 to 3.13."""


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    folder = tmp_path_factory.mktemp("real")
    library = Path(sysconfig.get_paths()["stdlib"])
    for name in ("textwrap.py", "sched.py", "string.py"):
        shutil.copy(library / name, folder)
    for name in ("json", "logging"):
        shutil.copytree(library / name, folder / name)
    import rank_bm25

    shutil.copy(rank_bm25.__file__, folder)
    return folder


def test_real_functions(real):
    requests = [DependencyRequest(*item) for item in EXPECTED]
    found = dict(zip(EXPECTED, map(by_kind, find_dependencies(real, requests)), strict=True))
    assert found == {
        key: {kind: set(kinds.get(kind, "").split()) for kind in found[key]}
        for key, kinds in EXPECTED.items()
    }


def test_leaving_names_out_changes_nothing(real):
    requests = [
        DependencyRequest("json/encoder.py", "JSONEncoder.iterencode"),
        DependencyRequest("json/__init__.py", "loads"),
        DependencyRequest("logging/__init__.py", "Logger.callHandlers"),
        DependencyRequest("rank_bm25.py", "BM25Okapi.get_scores"),
        DependencyRequest("textwrap.py", "TextWrapper._wrap_chunks"),
    ]
    less = study_dependencies(real, requests)
    more = study_dependencies(real, requests, prune=False)
    assert [item.dependencies for item in less] == [item.dependencies for item in more]
    assert 2 * sum(item.names for item in less) < sum(item.names for item in more)


def test_leaving_names_out_changes_nothing_in_a_small_project(root, studied):
    # Syntax that parso does not know is known to scopes only.
    cases = {key: value for key, value in project.CASES.items() if key not in UNKNOWN_TO_PARSO}
    requests = [
        DependencyRequest(SHAPES, "Circle.probe", project.source(case)) for case in cases.values()
    ]
    more = study_dependencies(root, requests, prune=False)
    assert [studied[key].dependencies for key in cases] == [item.dependencies for item in more]
