"""What ``setup.cfg`` and ``setup.py`` say of a project; no line of the latter is ever run."""

from __future__ import annotations

import ast
import configparser
from typing import TYPE_CHECKING, Any

from ....programs.source_text import decode_source
from ....programs.syntax import parse
from .declared import Declared, normalised_extras, requirements
from .requirement_files import read_requirements

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .trees import Tree

_DEPTH = 50


def read_setup_cfg(tree: Tree) -> Declared:
    """What ``setup.cfg`` says; nothing if there is none or it is broken."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string((tree.read("setup.cfg") or b"").decode("utf-8", "replace"))
    except configparser.Error:
        return Declared()
    metadata, options = _section(parser, "metadata"), _section(parser, "options")
    extras = _section(parser, "options.extras_require")
    return Declared(
        name=_plain(metadata.get("name")),
        version=_plain(metadata.get("version")),
        classifiers=tuple(_items(metadata.get("classifiers", metadata.get("classifier")))),
        requires_python=_plain(options.get("python_requires")),
        license_text=_plain(metadata.get("license")),
        dependencies=_requirements(options.get("install_requires"), tree),
        extras={
            name: found
            for key, value in extras.items()
            for name, found in normalised_extras({key: _requirements(value, tree)}).items()
        },
        tests=_requirements(options.get("tests_require"), tree),
    )


def _section(parser: configparser.ConfigParser, name: str) -> dict[str, str]:
    if not parser.has_section(name):
        return {}
    return {key.replace("-", "_"): value for key, value in parser.items(name)}


def _plain(value: str | None) -> str | None:
    """A value that stands there, and is not to be read from a module or a file."""
    if not value or value.startswith(("attr:", "file:")):
        return None
    return value.strip()


def _items(value: str | None) -> list[str]:
    """A list of setup.cfg: an item a line, or all of them on one, between commas."""
    text = (value or "").strip()
    lines = text.splitlines() if "\n" in text else text.split(",")
    return [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]


def _requirements(value: str | None, tree: Tree) -> tuple[str, ...]:
    text = (value or "").strip()
    if text.startswith("file:"):
        paths = text.removeprefix("file:").split(",")
        return tuple(item for path in paths for item in read_requirements(tree, path.strip()))
    # A single line may hold one requirement with commas of its own, or several after semicolons.
    lines = text.splitlines() if "\n" in text else [text]
    return requirements(line.partition(" #")[0] for line in lines)


def read_setup_py(tree: Tree) -> Declared:
    """What the call of ``setup`` says in literals; nothing if it cannot be parsed."""
    try:
        module = parse(decode_source(tree.read("setup.py") or b""))
    except (SyntaxError, UnicodeDecodeError):
        return Declared()
    arguments = _setup_arguments(module)
    extras = arguments.get("extras_require")
    return Declared(
        name=_string(arguments.get("name")),
        version=_string(arguments.get("version")),
        classifiers=tuple(map(str, _sequence(arguments.get("classifiers")))),
        requires_python=_string(arguments.get("python_requires")),
        license_text=_string(arguments.get("license")),
        dependencies=requirements(_sequence(arguments.get("install_requires"))),
        extras=normalised_extras(
            {str(key): _sequence(value) for key, value in extras.items()}
            if isinstance(extras, dict)
            else {}
        ),
        tests=requirements(_sequence(arguments.get("tests_require"))),
    )


def _setup_arguments(module: ast.Module) -> dict[str, Any]:
    """Keyword arguments of the call of ``setup`` that are literals, or names of literals."""
    names: dict[str, Any] = {}
    for statement in module.body:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target = statement.targets[0]
            if isinstance(target, ast.Name):
                names[target.id] = _value(statement.value, names)
            elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
                owner = names.get(target.value.id)
                key = _value(target.slice, names)
                if isinstance(owner, dict) and isinstance(key, str):
                    owner[key] = _value(statement.value, names)
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and _called(node.func) == "setup":
            return _keywords(node, names)
    return {}


def _keywords(call: ast.Call, names: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for keyword in call.keywords:
        value = _value(keyword.value, names)
        if keyword.arg is not None:
            found[keyword.arg] = value
        elif isinstance(value, dict):
            found.update(value)
    return found


def _called(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else None


def _value(node: ast.expr | None, names: Mapping[str, Any], depth: int = 0) -> Any:
    """The value of an expression of literals; None of any other."""
    found: Any = None
    if depth > _DEPTH:
        return found
    match node:
        case ast.Constant():
            found = node.value
        case ast.Name():
            found = names.get(node.id)
        case ast.List() | ast.Tuple() | ast.Set():
            items = (item for part in node.elts for item in _items_of(part, names, depth + 1))
            found = [item for item in items if item is not None]
        case ast.Dict():
            values = (_value(value, names, depth + 1) for value in node.values)
            keys = (_value(key, names, depth + 1) for key in node.keys)
            pairs = zip(keys, values, strict=True)
            found = {key: value for key, value in pairs if isinstance(key, str)}
        case ast.BinOp(op=ast.Add()):
            left, right = (_value(side, names, depth + 1) for side in (node.left, node.right))
            found = _sum(left, right)
        case ast.Call() if _called(node.func) == "dict":
            found = _keywords(node, names)
        case _:
            pass
    return found


def _sum(left: Any, right: Any) -> Any:
    """Two texts or lists together; a list alone where the other side is not known."""
    if isinstance(left, list | str) and type(left) is type(right):
        return left + right
    return next((side for side in (left, right) if isinstance(side, list)), None)


def _items_of(node: ast.expr, names: Mapping[str, Any], depth: int) -> list[Any]:
    if isinstance(node, ast.Starred):
        return _sequence(_value(node.value, names, depth))
    return [_value(node, names, depth)]


def _string(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _sequence(value: Any) -> list[Any]:
    if isinstance(value, str):
        return value.splitlines()  # setuptools takes a text with an item a line, too
    return value if isinstance(value, list) else []
