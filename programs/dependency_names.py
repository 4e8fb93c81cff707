"""Names in the body of a function that can stand for a definition elsewhere in its repository.

Inference is what takes the time, so that names which scopes alone tell to be none are left out
before: local names, builtins, names of packages from outside, and what hangs on them. What a chain
of names stands for is asked once where it cannot differ from place to place.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from .dependency_scopes import (
    RELATIVE,
    function_scope,
    narrowed,
    nested_scopes,
    parameters,
    rebound,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .dependency_scopes import AnyFunction, Scope

_NO_USE: Final = frozenset(
    {
        "dotted_as_name",
        "dotted_as_names",
        "dotted_name",
        "fstring_conversion",
        "global_stmt",
        "import_name",
        "nonlocal_stmt",
    }
)
"""Nodes whose names are none that is used: parts of statements, modules, the r of ``{x!r}``."""
_LITERALS: Final = frozenset({"fstring", "number", "string", "strings"})
_COMPREHENSION: Final = frozenset({"comp_for", "comp_if", "sync_comp_for"})
_SOFT_KEYWORDS: Final = frozenset({"_", "case", "match"})

_LOCAL = "local"
_OUTSIDE = "outside"
"""Of a package outside the repository."""
_IMPLICIT = "implicit"
"""Bound nowhere in the file: a builtin, or nothing."""
_OPEN = "open"
"""Possibly a definition of the repository."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A name to resolve."""

    name: str
    line: int
    """From 1, as in ``ast``."""
    column: int
    """From 0, in characters."""
    is_global: bool
    """Declared global in the function: it is defined somewhere in its own module."""


def list_candidates(
    function: AnyFunction,
    body: Any,
    module: Scope,
    is_ours: Callable[[str], bool],
    *,
    prune: bool = True,
) -> list[Candidate]:
    """Names in a body that must be resolved, in the order of the text.

    Args:
        function: The function as ``ast`` reads it.
        body: Its body as parso reads it: its positions are right within f-strings, too.
        module: Bindings of the module.
        is_ours: Whether a top-level package can be the repository's own.
        prune: Leave out what scopes tell. Without, each name that is used is a candidate.
    """
    names = _Names(function, body, module, is_ours)
    found: list[Candidate] = []
    asked: set[str] = set()
    for leaf in _leaves(body):
        if leaf.type != "name" or not _is_use(leaf):
            continue
        if leaf.is_definition() and not _is_attribute(leaf.parent) and not names.is_global(leaf):
            continue
        if prune and names.is_known(leaf):
            continue
        chain = names.stable_chain(leaf)
        if prune and chain in asked:
            continue
        if chain is not None:
            asked.add(chain)
        line, column = leaf.start_pos
        found.append(Candidate(leaf.value, line, column, names.is_global(leaf)))
    return found


def _leaves(node: Any) -> Iterator[Any]:
    todo = [node]
    while todo:
        item = todo.pop()
        if hasattr(item, "children"):
            todo.extend(reversed(item.children))
        else:
            yield item


def _is_use(leaf: Any) -> bool:
    parent = leaf.parent
    match parent.type:
        case "funcdef" | "classdef" | "param":
            return parent.name is not leaf
        case "argument":
            return not (parent.children[0] is leaf and parent.children[1] == "=")
        case "import_from":
            return all(leaf is not item for item in parent.get_from_names())
        case "import_as_name":
            return parent.children[0] is leaf
        case "error_node":
            # parso does not know match statements, but finds its way again behind each of them.
            return leaf.value not in _SOFT_KEYWORDS
        case _:
            return parent.type not in _NO_USE


class _Names:
    """What the scopes tell of the names of one function."""

    def __init__(
        self, function: AnyFunction, body: Any, module: Scope, is_ours: Callable[[str], bool]
    ) -> None:
        self._body = body
        self._own = function_scope(function)
        self._module = module
        self._is_ours = is_ours
        self._nested = nested_scopes(function)
        self._fixed = parameters(function) - rebound(function)
        self._narrowed = narrowed(function)

    def is_global(self, leaf: Any) -> bool:
        """Whether a name by itself is one that the function declares global."""
        return (
            not _is_attribute(leaf.parent)
            and leaf.value in self._own.declared_global
            and self._in_nested(leaf) is None
        )

    def is_known(self, leaf: Any) -> bool:
        """Whether a name can be no definition of the repository, as far as scopes tell."""
        if not _is_attribute(leaf.parent):
            return self._status(leaf) != _OPEN
        root, between = _before(leaf)
        if root is None:
            return False
        if root.type != "name":
            return root.type in _LITERALS and not between
        status = self._status(root)
        if all(_is_attribute(trailer) for trailer in between):
            return status in {_OUTSIDE, _IMPLICIT}
        # What a call returns is unknown of packages outside, but not of the standard library.
        return status == _OUTSIDE and not self._origins(root) & sys.stdlib_module_names

    def stable_chain(self, leaf: Any) -> str | None:
        """A chain of names as text if it stands for the same wherever the body has it."""
        if not _is_attribute(leaf.parent):
            return leaf.value if self._status(leaf) == _OPEN else None
        root, between = _before(leaf)
        if root is None or root.type != "name" or not all(map(_is_attribute, between)):
            return None
        fixed = root.value in self._fixed and self._in_nested(root) is None
        if not fixed and self._status(root) != _OPEN:
            return None
        prefix = root.value
        for name in (*(trailer.children[1].value for trailer in between), leaf.value):
            if prefix in self._narrowed:
                return None
            prefix += f".{name}"
        return prefix

    def _status(self, leaf: Any) -> str:
        name = leaf.value
        if leaf.parent.type in {"import_from", "import_as_name", "import_as_names"}:
            return _OPEN if self._imports_ours(leaf) else _OUTSIDE
        nested = self._in_nested(leaf)
        if nested is not None:
            return self._judge(nested, is_module=False)
        if name in self._own.bound:
            return self._judge(self._own.bound[name], is_module=False)
        if name in self._module.bound:
            return self._judge(self._module.bound[name], is_module=True)
        if any(map(self._is_ours, self._module.stars)):
            return _OPEN
        return _IMPLICIT

    def _imports_ours(self, leaf: Any) -> bool:
        statement = leaf.search_ancestor("import_from")
        if statement.level:
            return self._is_ours(RELATIVE)
        return self._is_ours(statement.get_from_names()[0].value)

    def _judge(self, origins: set[str | None], *, is_module: bool) -> str:
        if any(origin is not None and self._is_ours(origin) for origin in origins):
            return _OPEN
        if None not in origins:
            return _OUTSIDE
        return _OPEN if is_module else _LOCAL

    def _origins(self, leaf: Any) -> set[str | None]:
        name = leaf.value
        return (
            self._in_nested(leaf)
            or self._own.bound.get(name)
            or self._module.bound.get(name)
            or set()
        )

    def _in_nested(self, leaf: Any) -> set[str | None] | None:
        """Origins of a name that a scope inside the body binds around it; None if none does."""
        node = leaf
        while node is not self._body:
            node = node.parent
            found = self._binding(node, leaf.value)
            if found is not None:
                return found
        return None

    def _binding(self, node: Any, name: str) -> set[str | None] | None:
        if node.type == "funcdef":
            scope = self._nested.get((node.start_pos[0], node.name.value))
            return None if scope is None else scope.bound.get(name)
        if node.type == "lambdef":
            return {None} if any(name == item.name.value for item in node.get_params()) else None
        part = node.children[-1]
        while part.type in _COMPREHENSION:
            if part.type == "sync_comp_for" and any(
                name == item.value for item in part.get_defined_names()
            ):
                return {None}
            part = part.children[-1]
        return None


def _before(leaf: Any) -> tuple[Any, list[Any]]:
    """What an attribute is taken of: the first part and the trailers up to it.

    No part where the expression is broken up, as parso does with syntax that it does not know.
    """
    trailer = leaf.parent
    children = list(trailer.parent.children)
    if trailer.parent.type not in {"atom_expr", "power"}:
        return None, []
    before = children[: next(at for at, item in enumerate(children) if item is trailer)]
    if before[0] == "await":
        del before[0]
    return before[0], before[1:]


def _is_attribute(node: Any) -> bool:
    return node.type == "trailer" and bool(node.children[0] == ".")
