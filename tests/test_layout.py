"""The rooms and who may import whom."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT = {
    "schemas": set[str](),
    "retrieval": {"schemas"},
    "programs": {"schemas"},
    "rewriting": {"schemas", "retrieval"},
    "builders": {"schemas", "programs", "retrieval", "rewriting"},
    "benchmarks": {"schemas", "programs", "retrieval", "rewriting"},
    "cards": {"schemas", "benchmarks"},
    "grids": set[str](),
}
HEAVY = {"torch", "faiss", "sentence_transformers", "transformers"}


def modules(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


def rooms_imported(path: Path, room: str) -> set[str]:
    """Rooms that a module's imports name, relative or absolute."""
    depth = len(path.relative_to(ROOT / room).parts)
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            parts = node.module.split(".")
            if node.level == depth + 1:
                found.add(parts[0])
            elif node.level == 0 and parts[0] == "domainbench":
                found.add(parts[1] if len(parts) > 1 else "domainbench")
    return found


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_imports_only_go_up(room: str) -> None:
    for path in modules(room):
        extra = rooms_imported(path, room) - MAY_IMPORT[room] - {room}
        assert not extra, f"{path} imports {extra}"


@pytest.mark.parametrize("room", ["schemas", "programs", "rewriting", "builders", "cards"])
def test_heavy_libraries_stay_in_their_rooms(room: str) -> None:
    for path in modules(room):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            assert not {name.split(".")[0] for name in names} & HEAVY, path


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = (
        "import sys, domainbench.cli; "
        "print(*sorted({m.split('.')[0] for m in sys.modules} & "
        "{'torch','faiss','sentence_transformers','pyarrow','polars','numba','datasets','rich'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_every_package_folder_is_packaged() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    listed = set(config["tool"]["setuptools"]["packages"])
    folders = {
        ".".join(("domainbench", *path.parent.relative_to(ROOT).parts))
        for room in MAY_IMPORT
        for path in (ROOT / room).rglob("__init__.py")
    }
    assert folders | {"domainbench"} == listed
