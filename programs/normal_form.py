"""The normal form of a function: what is left of its syntax tree when layout does not count.

Positions, comments, the docstring, the decorators and the function's own name are gone; parameters
and local names stay. The form is a prefix code: the tag of a node, then its fields; a list tells
its length, then its items from the last one, so that no closing marks are needed. What newer
Pythons add to their trees without its being in the source is not told, so that the form does not
hang on the Python that reads.

The walk is one flat loop: telling a tree must not take much longer than parsing it did, and deep
trees must not exhaust the stack.
"""

from __future__ import annotations

import ast
import hashlib
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef

STATEMENT = "\x05"
"""First character of the tags of statements; it stands nowhere else in a form."""
IMPORT = f"{STATEMENT}Import"
"""What the tags of both kinds of imports begin with."""
_NODE, _LENGTH, _NOTHING, _CONSTANT, _SEPARATOR = "\x01", "\x02", "\x03", "\x04", "\x00"
_OWN = f"{_NODE}own"
_UNTOLD = {"ctx", "kind", "type_comment", "type_params"}
_KINDS = [
    kind for kind in vars(ast).values() if isinstance(kind, type) and issubclass(kind, ast.AST)
]
_TAGS = {
    kind: (STATEMENT if issubclass(kind, ast.stmt) else _NODE) + kind.__name__ for kind in _KINDS
}
_LENGTHS = tuple(f"{_LENGTH}{number}" for number in range(1 << 12))
"""Longer lists are told with more effort."""
_PLAIN = {int, bool}
_DEFINITIONS = {ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef}
_OTHERS_NAMES = {_TAGS[kind] for kind in (ast.Attribute, ast.keyword, ast.alias, ast.ImportFrom)}
"""Tags that a name follows which is none of the function's scope."""


def normal_form(function: FunctionNode, body: Sequence[ast.stmt]) -> str:
    """The normal form of a function with that body, which is its own less the docstring."""
    fields = [body, function.returns, function.args, *_type_parameters(function)]
    try:
        parts = _told(fields, ascii, _LENGTHS)
    except (ValueError, IndexError):
        parts = _told(fields, _ascii, _Lengths())
    parts.insert(0, _TAGS[type(function)])
    if function.name in parts:
        parts = _without_own_name(parts, function.name)
    return _SEPARATOR.join(parts)


def digest(form: str) -> str:
    """SHA-256 of a normal form."""
    return hashlib.sha256(form.encode("utf-8")).hexdigest()


def _told(
    fields: Sequence[Any],
    written: Callable[[Any], str],
    lengths: tuple[str, ...] | _Lengths,
) -> list[str]:
    parts: list[str] = []
    append = parts.append
    stack = list(fields)
    pop, push = stack.pop, stack.append
    name, attribute, constant = ast.Name, ast.Attribute, ast.Constant
    tags, fields_of, tag_of_attribute = _TAGS, _FIELDS, _TAGS[ast.Attribute]
    while stack:
        item = pop()
        kind = type(item)
        if kind is name:
            append(item.id)
        elif kind is list:
            append(lengths[len(item)])
            stack += item
        elif kind is str:
            append(item)
        elif kind is attribute:
            append(tag_of_attribute)
            append(item.attr)
            push(item.value)
        elif kind is constant:
            append(_CONSTANT + written(item.value))
        elif item is None:
            append(_NOTHING)
        elif kind in _PLAIN:
            append(f"{_CONSTANT}{item}")
        else:
            append(tags[kind])
            stack += fields_of[kind](item)
    return parts


class _Lengths:
    """The tags of lists of any length."""

    def __getitem__(self, length: int) -> str:
        return f"{_LENGTH}{length}"


def _ascii(value: Any) -> str:
    try:
        return ascii(value)
    except ValueError:  # an integer of more digits than Python writes
        return f"{value:#x}"


def _fields(kind: type[ast.AST]) -> Callable[[Any], tuple[Any, ...]]:
    """Make what gets a node's fields, the last one first: the walk takes them from the end."""
    names = [name for name in reversed(kind._fields) if name not in _UNTOLD]
    if not names:
        return lambda _: ()
    if kind is ast.JoinedStr:
        return _pieces
    told = attrgetter(*names)
    if len(names) == 1:
        return lambda node: (told(node),)
    if kind in _DEFINITIONS:
        return lambda node: told(node) + _type_parameters(node)
    return told


def _pieces(node: ast.JoinedStr) -> tuple[list[ast.expr]]:
    """The pieces of an f-string; some Pythons see empty ones in it."""
    return ([each for each in node.values if getattr(each, "value", None) != ""],)


def _type_parameters(node: Any) -> tuple[list[ast.AST], ...]:
    """Those of Python 3.12 and later, if there are any."""
    found = getattr(node, "type_params", None)
    return (found,) if found else ()


def _without_own_name(parts: list[str], name: str) -> list[str]:
    return [
        _OWN if part == name and before not in _OTHERS_NAMES else part
        for before, part in zip(["", *parts], parts, strict=False)
    ]


_FIELDS = {kind: _fields(kind) for kind in _KINDS}
