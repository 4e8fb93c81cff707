"""Layouts of projects: roots of imports, names of modules, tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.programs.layout import import_roots, is_test_path, module_name

if TYPE_CHECKING:
    from collections.abc import Sequence


@pytest.mark.parametrize(
    ("paths", "roots"),
    [
        pytest.param(["pkg/__init__.py", "pkg/a.py", "setup.py"], [""], id="flat"),
        pytest.param(["pkg.py", "pyproject.toml"], [""], id="one module"),
        pytest.param(["src/pkg/__init__.py", "src/pkg/sub/__init__.py"], ["src"], id="src"),
        pytest.param(["src/pkg.py", "setup.py"], ["src"], id="module in src"),
        pytest.param(["lib/yaml/__init__.py", "setup.py"], ["lib"], id="lib"),
        pytest.param(["python/src/pkg/__init__.py"], ["python/src"], id="container in another"),
        pytest.param(["src/__init__.py", "src/a.py"], [""], id="src is a package"),
        pytest.param(["google/cloud/storage/__init__.py", "setup.py"], [""], id="namespace"),
        pytest.param(["src/zope/event/__init__.py"], ["src"], id="namespace in src"),
        pytest.param(["ns/a.py", "ns/b.py"], [""], id="namespace without packages"),
        pytest.param(
            [
                *("packages/a/pyproject.toml", "packages/a/a/__init__.py", "packages/b/setup.py"),
                *("packages/b/src/b/__init__.py", "packages/b/src/b/c.py"),
            ],
            ["packages/b/src", "packages/a"],
            id="several projects, the larger first",
        ),
        pytest.param(["pkg-1.0/pkg/__init__.py", "x-y/z.py"], ["pkg-1.0", "x-y"], id="no names"),
        pytest.param(
            [
                *("pkg/__init__.py", "tests/__init__.py", "tests/a.py", "src/tests/b.py"),
                *("docs/conf.py", "docs/ext.py", "examples/json/__init__.py", "test_a.py"),
                *("scripts/logging.py", "setup.py", "conftest.py", "noxfile.py", "src/data.txt"),
            ],
            [""],
            id="tests, scripts and examples are not looked at",
        ),
        pytest.param([], [""], id="nothing"),
    ],
)
def test_import_roots(paths: list[str], roots: Sequence[str]) -> None:
    assert import_roots(paths) == tuple(roots)
    assert import_roots(paths[::-1]) == tuple(roots)


@pytest.mark.parametrize(
    ("path", "roots", "name"),
    [
        ("pkg/sub/mod.py", ("",), "pkg.sub.mod"),
        ("pkg/sub/__init__.py", ("",), "pkg.sub"),
        ("src/pkg/__init__.py", ("src",), "pkg"),
        ("src/pkg/a.py", ("", "src"), "pkg.a"),
        ("srcs/pkg/a.py", ("", "src"), "srcs.pkg.a"),
        ("examples/a.py", ("src",), "examples.a"),
        ("mod.py", ("",), "mod"),
        ("__init__.py", ("",), "__init__"),
        ("src/a.b.py", ("src",), "a.b"),
    ],
)
def test_module_names(path: str, roots: tuple[str, ...], name: str) -> None:
    assert module_name(path, roots) == name


@pytest.mark.parametrize(
    ("path", "is_test"),
    [
        ("tests/helper.py", True),
        ("pkg/tests/__init__.py", True),
        ("pkg/test/a.py", True),
        ("idlelib/idle_test/a.py", True),
        ("test_utils/a.py", True),
        ("pkg/testsuite/a.py", True),
        ("pkg/test_a.py", True),
        ("pkg/a_test.py", True),
        ("pkg/tests.py", True),
        ("conftest.py", True),
        ("pkg/a.py", False),
        ("unittest/mock.py", False),
        ("pkg/testing.py", False),
        ("pkg/testing/a.py", False),
        ("pkg/latest.py", False),
        ("pkg/contest/attest.py", False),
        ("pkg/protest.py", False),
    ],
)
def test_test_paths(path: str, *, is_test: bool) -> None:
    assert is_test_path(path) is is_test


NAMES = st.sampled_from(["src", "lib", "pkg", "a-b", "tests", "docs", "sub"])
FILES = st.sampled_from(["__init__.py", "mod.py", "setup.py", "data.txt", "pyproject.toml"])
PATHS = st.tuples(st.lists(NAMES, max_size=4), FILES).map(
    lambda path: "/".join([*path[0], path[1]])
)


@given(st.lists(PATHS, max_size=12, unique=True))
def test_every_root_is_a_folder_above_a_module(paths: list[str]) -> None:
    roots = import_roots(paths)
    assert len(set(roots)) == len(roots) > 0
    if roots != ("",):
        assert all(
            any(path.startswith(f"{root}/" * bool(root)) for path in paths) for root in roots
        )
    for path in paths:
        assert module_name(path, roots)
