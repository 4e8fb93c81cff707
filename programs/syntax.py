"""Parsing as Python does, without its warnings, and what syntax trees do not say of a header."""

from __future__ import annotations

import ast
import gc
import re
import threading
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from .source_text import Place, character_column, clip

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef

_COLON = re.compile("[^#:]*:")
_SWITCHES = threading.RLock()


@contextmanager
def undisturbed() -> Generator[None]:
    """Let no warning of what is parsed pass, and no garbage be looked for.

    Trees hold no cycles; looking for some in them takes a tenth of the time. Both switches are of
    the whole process, so that one thread at a time holds them.
    """
    with _SWITCHES, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        collecting = gc.isenabled()
        gc.disable()
        try:
            yield
        finally:
            if collecting:
                gc.enable()


def parse(text: str) -> ast.Module:
    """Parse a module.

    Raises:
        SyntaxError: this Python does not take it, whatever it calls the fault: null bytes, lone
            surrogates, too deep a nesting.
    """
    try:
        with undisturbed():
            return ast.parse(text)
    except (ValueError, RecursionError, MemoryError) as error:
        raise SyntaxError(str(error) or "too deeply nested") from error


def parse_function(source: str) -> FunctionNode:
    """Parse the lines of one function, which may be indented.

    Raises:
        SyntaxError: they are not the lines of one function.
    """
    around = "if 1:\n" if source[:1].isspace() else ""
    found: ast.stmt = parse(f"{around}{source}\n").body[0]
    if around and isinstance(found, ast.If):
        found = found.body[0]
    if isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef):
        return found
    raise SyntaxError("no function")


@dataclass(frozen=True, slots=True)
class Docstring:
    """The first statement of a definition, if it is a string."""

    statement: ast.Expr
    text: str


def split_body(body: list[ast.stmt]) -> tuple[list[ast.stmt], Docstring | None]:
    """The statements of a definition behind its docstring, and the docstring."""
    first = body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        value = first.value.value
        if isinstance(value, str):
            return body[1:], Docstring(first, value)
    return body, None


def place_behind(node: ast.stmt | ast.expr, lines: Sequence[str]) -> Place:
    """The place behind a statement or an expression."""
    line = node.end_lineno or node.lineno
    return Place(line, character_column(lines[line - 1], node.end_col_offset or 0))


def place_before(node: ast.stmt | ast.expr, lines: Sequence[str]) -> Place:
    """The place before a statement or an expression."""
    return Place(node.lineno, character_column(lines[node.lineno - 1], node.col_offset))


def text_of(node: ast.stmt | ast.expr, lines: list[str]) -> str:
    """The source of a statement or an expression, less its indentation."""
    start = place_before(node, lines).column
    first = lines[node.lineno - 1]
    indent = min(start, len(first) - len(first.lstrip()))
    return clip(lines, node.lineno, place_behind(node, lines), indent)[start - indent :]


def header_end(node: FunctionNode | ast.ClassDef, lines: Sequence[str]) -> Place:
    """The place behind the colon that ends the header of a definition."""
    told = _last_of_class(node) if type(node) is ast.ClassDef else _last_of_function(node)
    if told is None:
        line, column = node.lineno, node.col_offset
    else:
        line, column = told.end_lineno, told.end_col_offset
    column = character_column(lines[line - 1], column)
    while True:
        colon = _COLON.match(lines[line - 1], column)
        if colon:
            return Place(line, colon.end())
        line, column = line + 1, 0


def _last_of_class(node: Any) -> Any:
    """The last node of the header of a class: there may be colons in it, but none behind it."""
    told = [*node.bases, *node.keywords] or getattr(node, "type_params", None) or ()
    return max(told, key=lambda each: (each.end_lineno, each.end_col_offset), default=None)


def _last_of_function(node: Any) -> Any:
    """The last node of the header of a function, likewise."""
    if node.returns is not None:
        return node.returns
    given = node.args
    if given.kwarg is not None:
        return given.kwarg
    if given.kwonlyargs:
        return given.kw_defaults[-1] or given.kwonlyargs[-1]
    if given.vararg is not None:
        return given.vararg
    for told in (given.defaults, given.args, given.posonlyargs, getattr(node, "type_params", ())):
        if told:
            return told[-1]
    return None


def block_begins(place: Place, lines: Sequence[str]) -> bool:
    """Whether nothing but a comment follows in a line, so that a block begins below it."""
    return lines[place.line - 1][place.column :].strip()[:1] in {"", "#"}


def _try_blocks(node: ast.Try) -> tuple[list[ast.stmt], ...]:
    return (node.body, *(part.body for part in node.handlers), node.orelse, node.finalbody)


def _blocks() -> Iterator[tuple[type[ast.stmt], Callable[[Any], tuple[list[ast.stmt], ...]]]]:
    for kind in (ast.If, ast.For, ast.AsyncFor, ast.While):
        yield kind, attrgetter("body", "orelse")
    for kind in (ast.With, ast.AsyncWith, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef):
        yield kind, lambda node: (node.body,)
    for kind in (ast.Try, ast.TryStar):
        yield kind, _try_blocks
    yield ast.Match, lambda node: tuple(case.body for case in node.cases)


BLOCKS = dict(_blocks())
"""Kind of compound statements → what gets their blocks, in the order of the source."""
