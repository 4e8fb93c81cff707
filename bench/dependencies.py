"""Dependencies of functions of the standard library: processes, pruning, cache, and jedi by itself.

Each case starts its processes anew, as a call does, so that reading stubs and modules counts. jedi
by itself is asked for the definition of what is called at every call site, file by file, as its
documentation has it; it keeps trees on disk, in a folder that is empty at first. Processor time is
that of all processes: it is what to compare where a machine has other work.

    python bench/dependencies.py --functions 400
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import os
import shutil
import sysconfig
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jedi
from harness import machine, save, table

from domainbench.programs.dependencies import DependencyRequest, study_dependencies
from domainbench.programs.dependency_scopes import find_function
from domainbench.programs.functions import read_module

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MODULES = (
    *("argparse.py", "asyncio", "concurrent", "configparser.py", "csv.py", "email", "html"),
    *("http", "importlib", "json", "logging", "multiprocessing", "tarfile.py", "textwrap.py"),
    *("unittest", "urllib", "wsgiref", "xml", "zipfile.py"),
)


def main() -> None:
    """Copy modules, draw functions, time the cases, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--functions", type=int, default=400)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--json", help="write the figures here too")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root, cache = Path(folder, "root"), Path(folder, "cache")
        copy_modules(root)
        requests = draw(root, args.functions)
        sites = sum(len(calls(root, request)) for request in requests)
        study = partial(study_dependencies, root, requests)
        cases: dict[str, Callable[[], Any]] = {
            "one process": partial(study, jobs=1),
            f"{args.processes} processes": partial(study, jobs=args.processes, cache=cache),
            "from the cache": partial(study, jobs=1, cache=cache),
            "one process, nothing left out": partial(study, jobs=1, prune=False),
            "jedi by itself, call sites": partial(by_itself, root, requests, Path(folder, "jedi")),
        }
        seconds: dict[str, float] = {}
        spent: dict[str, float] = {}
        results: dict[str, Any] = {}
        for name, call in cases.items():
            start, before = time.perf_counter(), processor_time()
            results[name] = call()
            seconds[name] = time.perf_counter() - start
            spent[name] = processor_time() - before
    ours = [result for result in results.values() if result is not None]
    found = ours[0]
    same = all([i.dependencies for i in it] == [i.dependencies for i in found] for it in ours)
    figures = {
        "functions": len(requests),
        "call_sites": sites,
        "dependencies": sum(len(item.dependencies or ()) for item in found),
        "names": {name: sum(i.names for i in it) for name, it in results.items() if it},
        "failed": sum(item.failed for item in found),
        "same": same,
        "seconds": seconds,
        "processor_seconds": spent,
    }
    print(f"{len(requests)} functions, {sites} call sites; {machine('jedi', 'parso')}\n")
    rows = [
        (
            name,
            f"{wall:.1f}",
            f"{spent[name]:.1f}",
            f"{len(requests) / wall:.1f}",
            f"{sites / wall:.0f}",
        )
        for name, wall in seconds.items()
    ]
    print(table(("", "s", "processor s", "functions/s", "call sites/s"), rows))
    print(
        f"\n{figures['dependencies']} dependencies, the same in all cases: {same}; names inferred "
        f"{figures['names']}; broken off: {figures['failed']}"
    )
    save(args.json, figures)


def processor_time() -> float:
    """Seconds of this process and of those that it started and that have ended."""
    return sum(os.times()[:4])


def copy_modules(root: Path) -> None:
    """Copy modules of the standard library, their tests left out."""
    library = Path(sysconfig.get_paths()["stdlib"])
    root.mkdir()
    leave = shutil.ignore_patterns("test", "tests", "__pycache__")
    for name in MODULES:
        if (library / name).is_dir():
            shutil.copytree(library / name, root / name, ignore=leave)
        elif (library / name).exists():
            shutil.copy(library / name, root)


def draw(root: Path, count: int) -> list[DependencyRequest]:
    """Functions that are not trivial, drawn by a hash of their names."""
    requests = [
        DependencyRequest(path, function.qualname, line=function.signature_start)
        for file in sorted(root.rglob("*.py"))
        for path in [file.relative_to(root).as_posix()]
        for function in read_module(file.read_bytes(), path).functions
        if function.trivial is None
    ]
    requests.sort(key=lambda r: hashlib.sha256(f"{r.path}:{r.qualname}".encode()).digest())
    return requests[:count]


def calls(root: Path, request: DependencyRequest) -> list[tuple[int, int]]:
    """Line and column of the name that is called, for each call in a body."""
    tree = ast.parse((root / request.path).read_bytes())
    function = find_function(tree, request.qualname, request.line)
    if function is None:
        return []
    called = [
        node.func
        for statement in function.body
        for node in ast.walk(statement)
        if isinstance(node, ast.Call)
    ]
    return [
        (node.end_lineno or node.lineno, (node.end_col_offset or 1) - 1)
        for node in called
        if isinstance(node, ast.Name | ast.Attribute)
    ]


def by_itself(root: Path, requests: Sequence[DependencyRequest], cache: Path) -> None:
    """Ask jedi for every call site."""
    jedi.settings.cache_directory = str(cache)
    project = jedi.Project(root)
    for path in sorted({request.path for request in requests}):
        script = jedi.Script(path=root / path, project=project)
        for request in requests:
            if request.path == path:
                for line, column in calls(root, request):
                    goto(script, line, column)


def goto(script: Any, line: int, column: int) -> None:
    """Ask for one definition; jedi fails at some."""
    try:
        script.goto(line, column, follow_imports=True)
    except Exception as error:  # noqa: BLE001
        print(f"jedi: {error!r} at {script.path}:{line}")


if __name__ == "__main__":
    main()
