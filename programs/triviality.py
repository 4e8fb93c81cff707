"""Functions that ask for nothing worth writing: they are no material for samples."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

OVERLOAD = "overload stub"
ONE_LINE = "on one line"
DOCSTRING_LINE = "begins on the line of its docstring"
EMPTY = "empty body"
NOT_IMPLEMENTED = "only raises NotImplementedError"
RAISES = "only raises an error"
RETURNS = "only returns a name, a constant or an attribute"
SUPER = "only calls its parent's method"
ASSIGNS = "only keeps its parameters"
ACCESSOR = "setter or deleter of a property"
REPEATED = "defined more than once"
UNPARSED = "file does not parse"
_PLAIN = {ast.Expr, ast.Pass, ast.Raise, ast.Return, ast.Assign, ast.AnnAssign}
"""Statements that trivial functions begin with."""


def triviality(
    decorators: Sequence[ast.expr], body: Sequence[ast.stmt], *, misplaced: str | None
) -> str | None:
    """Why a function is no material; None if it is.

    Args:
        decorators: its decorators.
        body: its body without the docstring.
        misplaced: what is wrong with the line that its body begins on, if anything.
    """
    named = _by_decorator(decorators) if decorators else None
    return named or misplaced or _by_body(body)


def is_overload(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function only states a type for another one of its name."""
    return any(_last_name(decorator) == "overload" for decorator in function.decorator_list)


def _by_decorator(decorators: Sequence[ast.expr]) -> str | None:
    for decorator in decorators:
        name = _last_name(decorator)
        if name == "overload":
            return OVERLOAD
        if name in {"setter", "deleter"} and isinstance(decorator, ast.Attribute):
            return ACCESSOR
    return None


def _by_body(body: Sequence[ast.stmt]) -> str | None:
    if body and type(body[0]) not in _PLAIN:
        return None
    if all(_is_empty(statement) for statement in body):
        return EMPTY
    if len(body) == 1 and (reason := _of_one(body[0])):
        return reason
    kept = all(_keeps(statement) or _calls_parent(statement) for statement in body)
    return ASSIGNS if kept else None


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _is_empty(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    return isinstance(statement, ast.Pass)


def _of_one(statement: ast.stmt) -> str | None:
    if isinstance(statement, ast.Raise):
        error = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
        missing = error is not None and _last_name(error) == "NotImplementedError"
        return NOT_IMPLEMENTED if missing else RAISES
    if isinstance(statement, ast.Return) and _is_plain(statement.value):
        return RETURNS
    return SUPER if _calls_parent(statement) else None


def _is_plain(value: ast.expr | None) -> bool:
    """Whether an expression is a constant, a name, or an attribute of such."""
    if isinstance(value, ast.UnaryOp):
        value = value.operand
    while isinstance(value, ast.Attribute):
        value = value.value
    return value is None or isinstance(value, ast.Constant | ast.Name)


def _calls_parent(statement: ast.stmt) -> bool:
    """Whether a statement is ``super().name(...)``, returned, awaited or not."""
    if not isinstance(statement, ast.Expr | ast.Return):
        return False
    value = statement.value
    if isinstance(value, ast.Await):
        value = value.value
    if not (isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute)):
        return False
    parent = value.func.value
    return isinstance(parent, ast.Call) and _last_name(parent.func) == "super"


def _keeps(statement: ast.stmt) -> bool:
    """Whether a statement is ``self.name = other``, of names and constants."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
    elif isinstance(statement, ast.AnnAssign):
        target = statement.target
    else:
        return False
    return isinstance(target, ast.Attribute) and _is_plain(statement.value)
