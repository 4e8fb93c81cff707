"""Tests that mention a function: by the names that a test's code has and the modules it imports."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...programs.functions import decode_source
from ...programs.layout import is_test_path
from ...programs.syntax import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from .harvest import Candidate


@dataclass(frozen=True)
class _Test:
    node: str
    """pytest's name of it."""
    names: frozenset[str]
    """Names and attributes in its code."""
    around: frozenset[str]
    """Those of its whole file, imported ones among them."""
    packages: frozenset[str]
    """Top-level packages that its file imports."""


def static_tests(
    root: Path, candidates: Sequence[Candidate], *, most: int
) -> dict[str, tuple[str, ...]]:
    """Tests for each candidate, those that mention the fewest candidates first.

    A test mentions a function if its file imports the function's package and its code has the
    function's name and, for a method, the name of its class somewhere in the file.

    Args:
        root: folder of the snapshot.
        candidates: functions of the snapshot.
        most: tests of a function.

    Returns:
        Id of a candidate → names of tests; candidates without any are left out.
    """
    tests = [test for path in _test_files(root) for test in _tests_of(root, path)]
    by_name: dict[str, list[_Test]] = defaultdict(list)
    for test in tests:
        for name in test.names:
            by_name[name].append(test)
    found: dict[str, list[str]] = {}
    for item in candidates:
        parts = item.function.qualname.split(".")
        package = item.module.name.split(".")[0]
        found[item.id] = [
            test.node
            for test in by_name[parts[-1]]
            if package in test.packages and test.around.issuperset(parts[:-1])
        ]
    breadth = Counter(node for nodes in found.values() for node in nodes)
    return {
        key: tuple(sorted(sorted(nodes, key=lambda node: (breadth[node], node))[:most]))
        for key, nodes in found.items()
        if nodes
    }


def _test_files(root: Path) -> list[str]:
    paths = (path.relative_to(root).as_posix() for path in root.rglob("*.py") if path.is_file())
    return sorted(path for path in paths if is_test_path(path))


def _tests_of(root: Path, path: str) -> Iterable[_Test]:
    try:
        tree = parse(decode_source((root / path).read_bytes()))
    except (SyntaxError, UnicodeDecodeError):
        return
    packages = frozenset(_imported(tree))
    around = frozenset(_names(ast.walk(tree)))
    for name, function in _test_functions(tree.body, path):
        yield _Test(name, frozenset(_names(ast.walk(function))), around, packages)


def _test_functions(body: Sequence[ast.stmt], place: str) -> Iterable[tuple[str, ast.AST]]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if node.name.startswith("test"):
                yield f"{place}::{node.name}", node
        elif isinstance(node, ast.ClassDef):
            yield from _test_functions(node.body, f"{place}::{node.name}")


def _names(nodes: Iterable[ast.AST]) -> set[str]:
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.ImportFrom):
            found.update(alias.name for alias in node.names)
    return found


def _imported(tree: ast.AST) -> Iterable[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]
