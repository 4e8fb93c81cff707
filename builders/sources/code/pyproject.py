"""What ``pyproject.toml`` says of a project: PEP 621, dependency groups, setuptools, Poetry."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from .declared import Declared, normalised_extras, requirements
from .requirement_files import read_requirements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .trees import Tree


def read_pyproject(tree: Tree) -> Declared:
    """What the file says; nothing if there is none, or it is no TOML."""
    try:
        payload = tomllib.loads((tree.read("pyproject.toml") or b"").decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError):
        return Declared()
    declared = _project(_table(payload, "project"))
    _add_dynamic(declared, _table(payload, "tool", "setuptools", "dynamic"), tree)
    poetry = _table(payload, "tool", "poetry")
    if poetry:
        _add_poetry(declared, poetry)
    declared.groups.update(_groups(_table(payload, "dependency-groups")))
    return declared


def _table(payload: dict[str, Any], *keys: str) -> dict[str, Any]:
    for key in keys:
        found = payload.get(key)
        payload = found if isinstance(found, dict) else {}
    return payload


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _project(project: dict[str, Any]) -> Declared:
    stated = project.get("license")
    text = stated.get("text") if isinstance(stated, dict) else None
    extras = _table(project, "optional-dependencies")
    return Declared(
        name=_text(project.get("name")),
        version=_text(project.get("version")),
        classifiers=tuple(map(str, _list(project.get("classifiers")))),
        requires_python=_text(project.get("requires-python")),
        license_expression=_text(stated),
        license_text=_text(text),
        dependencies=requirements(_list(project.get("dependencies"))),
        extras=normalised_extras({name: _list(items) for name, items in extras.items()}),
    )


def _add_dynamic(declared: Declared, dynamic: dict[str, Any], tree: Tree) -> None:
    """Requirements that setuptools reads from files."""
    if not declared.dependencies:
        declared.dependencies = _from_files(_table(dynamic, "dependencies"), tree)
    for name, where in _table(dynamic, "optional-dependencies").items():
        if isinstance(where, dict):
            declared.extras.setdefault(canonicalize_name(name), _from_files(where, tree))


def _from_files(where: dict[str, Any], tree: Tree) -> tuple[str, ...]:
    named = where.get("file", [])
    paths = [named] if isinstance(named, str) else _list(named)
    return tuple(item for path in paths for item in read_requirements(tree, str(path)))


def _groups(groups: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Requirements of dependency groups, with those of the groups that they include."""
    known = {str(canonicalize_name(name)): _list(items) for name, items in groups.items()}
    return {name: requirements(_group(name, known, set())) for name in known}


def _group(name: str, known: dict[str, list[Any]], seen: set[str]) -> Iterator[str]:
    if name in seen:
        return
    seen.add(name)
    for item in known.get(name, []):
        if isinstance(item, dict):
            yield from _group(canonicalize_name(str(item.get("include-group", ""))), known, seen)
        else:
            yield str(item)


def _add_poetry(declared: Declared, poetry: dict[str, Any]) -> None:
    """What Poetry's own tables add."""
    dependencies = dict(_table(poetry, "dependencies"))
    python = dependencies.pop("python", None)
    groups = {"dev": _table(poetry, "dev-dependencies")}
    for name in _table(poetry, "group"):
        key = canonicalize_name(name)
        groups[key] = {**groups.get(key, {}), **_table(poetry, "group", name, "dependencies")}
    declared.name = declared.name or _text(poetry.get("name"))
    declared.version = declared.version or _text(poetry.get("version"))
    declared.classifiers = declared.classifiers or tuple(map(str, _list(poetry.get("classifiers"))))
    if declared.license_expression is None and declared.license_text is None:
        declared.license_text = _text(poetry.get("license"))
    if isinstance(python, str) and not declared.requires_python:
        declared.requires_python = poetry_range(python) or None
    needed = {name: value for name, value in dependencies.items() if not _is_optional(value)}
    declared.dependencies = declared.dependencies or _poetry(needed)
    for extra, names in _table(poetry, "extras").items():
        wanted = {canonicalize_name(str(name)) for name in _list(names)}
        chosen = {k: v for k, v in dependencies.items() if canonicalize_name(k) in wanted}
        declared.extras.setdefault(canonicalize_name(extra), _poetry(chosen))
    declared.groups.update({name: _poetry(group) for name, group in groups.items()})


def _is_optional(value: Any) -> bool:
    return isinstance(value, dict) and value.get("optional") is True


def _poetry(table: dict[str, Any]) -> tuple[str, ...]:
    return requirements(
        text for name, value in table.items() if (text := _poetry_requirement(name, value))
    )


def _poetry_requirement(name: str, value: Any) -> str | None:
    """A requirement as pip reads it; None where its place is a folder or a repository."""
    if name == "python":
        return None
    if isinstance(value, str):
        return f"{name} {poetry_range(value)}"
    if isinstance(value, list):
        return name  # one range for each Python: any of them may be the right one
    if not isinstance(value, dict) or not value.keys().isdisjoint({"git", "path", "url"}):
        return None
    extras = ",".join(map(str, _list(value.get("extras"))))
    marker = f" ; {value['markers']}" if _text(value.get("markers")) else ""
    bounds = poetry_range(str(value.get("version", "*")))
    return f"{name}{f'[{extras}]' if extras else ''} {bounds}{marker}"


def poetry_range(text: str) -> str:
    """Poetry's version range as a specifier: ``^1.2`` is ``>=1.2,<2.0``; alternatives have none."""
    if "|" in text:
        return ""
    parts = (_poetry_part(part.strip()) for part in text.split(","))
    return ",".join(part for part in parts if part)


def _poetry_part(part: str) -> str:
    found = re.fullmatch(r"(\^|~(?!=)|)\s*v?(\d{1,18}(?!\d)(?:\.\d{1,18}(?!\d))*)(.*)", part)
    if found is None:
        return "" if part == "*" else part.replace(" ", "")
    operator, release, rest = found.groups()
    if not operator:
        return f"=={release}{rest}"
    numbers = [int(number) for number in release.split(".")]
    if operator == "~":
        place = min(1, len(numbers) - 1)
    else:
        nonzero = (place for place, number in enumerate(numbers) if number)
        place = next(nonzero, len(numbers) - 1)
    upper = [*numbers[:place], numbers[place] + 1, *([0] * (len(numbers) - place - 1))]
    return f">={release}{rest},<{'.'.join(map(str, upper))}"
