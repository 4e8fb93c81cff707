"""Outlines of classes and the statements of variables: what other code needs to know of them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .source_text import clip
from .syntax import BLOCKS, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .source_text import Place
    from .syntax import FunctionNode

LONGEST = 2000
"""Characters of a statement that are told; a table of constants says no more in full."""
_INDENT = "    "
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_SEQUENCES = (ast.Tuple, ast.List)


def class_outline(node: ast.ClassDef, lines: list[str], ends: Mapping[ast.stmt, Place]) -> str:
    """Header, assignments and signatures of methods, without docstrings and bodies.

    Args:
        node: a class.
        lines: lines of its file.
        ends: where the headers of it and of its members end.
    """
    header = _header(node, lines, ends)
    members = [_indented(member) for member in _members(node.body, lines, ends)]
    return "\n".join([header, *(members or [f"{_INDENT}..."])])


def statement_text(node: ast.stmt, lines: list[str]) -> str:
    """The source of a statement, cut where it is long."""
    text = text_of(node, lines)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def assigned_names(node: ast.stmt) -> Iterator[str]:
    """Names that a statement gives values or types to."""
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign):
        targets = [node.target]
    else:  # ``type Alias = ...``, since Python 3.12
        alias = getattr(node, "name", None) if type(node).__name__ == "TypeAlias" else None
        targets = [] if alias is None else [alias]
    for target in targets:
        yield from _names(target)


def _names(target: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, _SEQUENCES):
        for part in target.elts:
            yield from _names(part)
    elif isinstance(target, ast.Starred):
        yield from _names(target.value)


def _members(
    body: list[ast.stmt], lines: list[str], ends: Mapping[ast.stmt, Place]
) -> Iterator[str]:
    for node in body:
        if isinstance(node, _DEFINITIONS):
            yield f"{_header(node, lines, ends)} ..."
        elif any(True for _ in assigned_names(node)):
            yield statement_text(node, lines)
        elif inner := BLOCKS.get(type(node)):
            for block in inner(node):
                yield from _members(block, lines, ends)


def _header(
    node: FunctionNode | ast.ClassDef, lines: list[str], ends: Mapping[ast.stmt, Place]
) -> str:
    start = node.decorator_list[0].lineno if node.decorator_list else node.lineno
    return clip(lines, start, ends[node], node.col_offset)


def _indented(text: str) -> str:
    if "\n" not in text:
        return f"{_INDENT}{text}"
    return "\n".join([f"{_INDENT}{line}" if line else "" for line in text.split("\n")])
