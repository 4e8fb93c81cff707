"""Scopes of a Python file: which names a module or a function binds, and where from."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from .triviality import is_overload

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

AnyFunction = ast.FunctionDef | ast.AsyncFunctionDef

RELATIVE: Final = ""
"""Origin of what a relative import binds."""

_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(slots=True)
class Scope:
    """Names bound in one module or function, nested scopes left out."""

    bound: dict[str, set[str | None]] = field(default_factory=dict[str, set[str | None]])
    """Name → top-level packages that it is imported from, None for any other binding."""
    declared_global: set[str] = field(default_factory=set[str])
    stars: set[str] = field(default_factory=set[str])
    """Top-level packages that everything is imported from."""

    def bind(self, name: str, origin: str | None = None) -> None:
        """Note one binding."""
        self.bound.setdefault(name, set()).add(origin)


def module_scope(tree: ast.Module) -> Scope:
    """Bindings of a module, those that its functions make by ``global`` among them."""
    scope = _read(tree.body)
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            for name in node.names:
                scope.bind(name)
    return scope


def function_scope(function: AnyFunction) -> Scope:
    """Bindings of a function, its parameters among them, names declared global left out."""
    scope = _read([*ast.iter_child_nodes(function.args), *function.body])
    for name in scope.declared_global:
        scope.bound.pop(name, None)
    return scope


def rebound(function: AnyFunction) -> set[str]:
    """Names that are bound in the body of a function or of a function in it."""
    names = set(_read(function.body).bound)
    for node in ast.walk(function):
        if isinstance(node, ast.Nonlocal):
            names.update(node.names)
    return names


def nested_scopes(function: AnyFunction) -> dict[tuple[int, str], Scope]:
    """Line and name of each function inside a function → its scope."""
    nested = (node for node in ast.walk(function) if isinstance(node, _FUNCTIONS))
    return {
        (node.lineno, node.name): function_scope(node) for node in nested if node is not function
    }


def parameters(function: AnyFunction) -> set[str]:
    """Names of all parameters."""
    return {node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg)}


def narrowed(function: AnyFunction) -> set[str]:
    """Expressions whose class a function checks, so that their type depends on the place."""
    calls = (node for node in ast.walk(function) if isinstance(node, ast.Call))
    return {
        ast.unparse(call.args[0])
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id == "isinstance" and call.args
    }


def _read(nodes: Iterable[ast.AST]) -> Scope:
    scope = Scope()
    # A stack, as a long chain of operators nests deeper than Python may call.
    todo = list(nodes)
    while todo:
        node = todo.pop()
        todo.extend(_same_scope(node))
        match node:
            case (
                ast.Name(id=name, ctx=ast.Store() | ast.Del())
                | ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
                | ast.arg(arg=name)
                | ast.ExceptHandler(name=str(name))
                | ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
                | ast.MatchMapping(rest=str(name))
            ):
                scope.bind(name)
            case ast.Global(names=names):
                scope.declared_global.update(names)
            case ast.Import(names=aliases):
                for alias in aliases:
                    top = alias.name.partition(".")[0]
                    scope.bind(alias.asname or top, top)
            case ast.ImportFrom():
                _read_import(node, scope)
            case _:
                pass
    return scope


def _same_scope(node: ast.AST) -> Iterable[ast.AST]:
    if isinstance(node, (*_FUNCTIONS, ast.ClassDef, ast.Lambda)):
        return ()
    if isinstance(node, ast.comprehension):
        return (node.iter, *node.ifs)
    return ast.iter_child_nodes(node)


def _read_import(node: ast.ImportFrom, scope: Scope) -> None:
    top = RELATIVE if node.level else (node.module or "").partition(".")[0]
    for alias in node.names:
        if alias.name == "*":
            scope.stars.add(top)
        else:
            scope.bind(alias.asname or alias.name, top)


def find_function(tree: ast.Module, qualname: str, line: int | None = None) -> AnyFunction | None:
    """The function of that name among those of modules and classes, not of functions.

    Of several, the one that the line lies in; else the first that is no overload.

    Args:
        tree: Module.
        qualname: Dotted name below the module.
        line: A line of the function, its decorators included.

    Returns:
        None if there is none of that name.
    """
    named = [node for name, node in _functions(tree.body, "") if name == qualname]
    for node in named:
        start = min([node.lineno, *(item.lineno for item in node.decorator_list)])
        if line is not None and start <= line <= (node.end_lineno or start):
            return node
    return next((node for node in named if not is_overload(node)), next(iter(named), None))


def _functions(body: Iterable[ast.stmt], prefix: str) -> Iterator[tuple[str, AnyFunction]]:
    for node in body:
        if isinstance(node, _FUNCTIONS):
            yield prefix + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node.body, f"{prefix}{node.name}.")
        else:
            for block in _blocks(node):
                yield from _functions(block, prefix)


def _blocks(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        yield getattr(node, name, [])
    for name in ("handlers", "cases"):
        yield from (part.body for part in getattr(node, name, []))
