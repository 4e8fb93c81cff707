"""Harvesting functions: lines a second and core, against libcst, jedi and the least that ast does.

The files are those of the running Python's standard library, without site-packages and tests, in
memory. What is compared:

- ``ast.parse``: parsing alone, the floor of every reader by ``ast``;
- ``read_module``: functions, classes, variables, imports, what is trivial, what is generated;
  the digests of functions that may become samples: those with a docstring that are not trivial;
- with all digests: the same, and the digest of every other function;
- ``libcst``: parsing, and a visitor that counts functions;
- ``jedi``: ``Script(...).get_names(all_scopes=True)``, on every file of a small part.

libcst and jedi are slow, so that they get every tenth and every fiftieth file; the figure to quote
is lines a second. Everything runs in this process, on one core.

    python bench/harvest.py --rounds 5
"""

from __future__ import annotations

import argparse
import ast
import sys
import sysconfig
import warnings
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import jedi
import libcst
from harness import alternate, machine, save, table

from domainbench.programs.functions import read_module
from domainbench.programs.layout import is_test_path

if TYPE_CHECKING:
    from collections.abc import Callable

File = tuple[str, bytes]


def standard_library() -> list[File]:
    """Path and bytes of each file, by path."""
    root = Path(sysconfig.get_paths()["stdlib"])
    found: list[File] = []
    for path in sorted(root.rglob("*.py")):
        name = path.relative_to(root).as_posix()
        if "site-packages" not in name and "dist-packages" not in name and not is_test_path(name):
            found.append((name, path.read_bytes()))
    return found


def floor(files: list[File]) -> int:
    """Parse and make nothing of it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return sum(len(ast.parse(data).body) for _, data in files)


def ours(files: list[File]) -> int:
    """Read modules."""
    return sum(len(read_module(data, name).functions) for name, data in files)


def ours_with_digests(files: list[File]) -> int:
    """Read modules and take the digests of all functions."""
    digests: set[str] = set()
    for name, data in files:
        digests.update(function.digest for function in read_module(data, name).functions)
    return len(digests)


class Functions(libcst.CSTVisitor):
    """Counts functions outside of functions; where they stand would take as long again."""

    def __init__(self) -> None:
        super().__init__()
        self.found = 0

    def visit_FunctionDef(self, node: libcst.FunctionDef) -> bool:  # noqa: N802, ARG002
        self.found += 1
        return False


def by_libcst(files: list[File]) -> int:
    """Parse and visit with libcst."""
    visitor = Functions()
    for _, data in files:
        libcst.parse_module(data).visit(visitor)
    return visitor.found


def by_jedi(files: list[File]) -> int:
    """Names of all scopes by jedi."""
    count = 0
    for _, data in files:
        jedi.cache.clear_time_caches(delete_all=True)
        script = jedi.Script(data.decode("utf-8", "replace"))
        count += sum(name.type == "function" for name in script.get_names(all_scopes=True))
    return count


def main() -> None:
    """Print one row a reader."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--json")
    options = arguments.parse_args()
    sys.setrecursionlimit(20_000)  # libcst visits long sums of strings by recursion
    files = [file for file in standard_library() if not read_module(file[1], file[0]).tolerant]
    readers: dict[str, tuple[Callable[[list[File]], int], list[File]]] = {
        "ast.parse": (floor, files),
        "read_module": (ours, files),
        "read_module, all digests": (ours_with_digests, files),
        "libcst": (by_libcst, files[::10]),
        "jedi": (by_jedi, files[::50]),
    }
    timed = alternate(
        {name: partial(read, part) for name, (read, part) in readers.items()},
        rounds=options.rounds,
    )
    rows: list[list[object]] = []
    speeds: dict[str, float] = {}
    for name, (_, part) in readers.items():
        lines = sum(data.count(b"\n") for _, data in part)
        speeds[name] = lines / timed[name].median
        rows.append([name, len(part), lines, timed[name], f"{speeds[name]:,.0f}"])
    for row in rows:
        row.append(f"{speeds['read_module'] / speeds[str(row[0])]:.1f}")
    header = ["reader", "files", "lines", "seconds", "lines/s", "read_module is faster by"]
    print(table(header, rows))
    print("\n" + machine("libcst", "jedi"))
    save(options.json, {"header": header, "rows": [[str(cell) for cell in row] for row in rows]})


if __name__ == "__main__":
    main()
