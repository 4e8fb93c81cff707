"""What a model's answer holds: code in blocks of Markdown, a function in place of its body."""

from __future__ import annotations

import ast
import re
import textwrap
from typing import TYPE_CHECKING

from .indentation import is_code
from .source_text import clip, source_lines
from .syntax import (
    BLOCKS,
    block_begins,
    header_end,
    parse,
    place_before,
    place_behind,
    split_body,
    text_of,
)
from .triviality import is_overload

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .syntax import FunctionNode

_FENCE = re.compile(
    r"^[ \t]{0,3}(?P<fence>`{3,}|~{3,})[^\n`]*\n(?P<code>.*?)(?:^[ \t]*(?P=fence)[ \t]*\r?$|\Z)",
    re.MULTILINE | re.DOTALL,
)
_DOCSTRING = re.compile(r'\s*[rRuU]?("""|\'\'\').*?\1[ \t]*(?:\r\n|\r|\n|\Z)', re.DOTALL)
_PASSED_OVER = re.compile(
    r"""[^:#"'()\[\]{}]+|\#[^\r\n]*
    |\"{3}.*?\"{3}|'{3}.*?'{3}|"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*'""",
    re.VERBOSE | re.DOTALL,
)
_OUTER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def fenced_code(text: str) -> list[str]:
    """Blocks of code in a Markdown text; the last may be open."""
    return [match["code"] for match in _FENCE.finditer(text)]


def definition_line(text: str, name: str) -> re.Match[str] | None:
    """The first line of a text that defines a function of that name."""
    pattern = rf"^([ \t]*)(?:async[ \t]+)?def[ \t]+{re.escape(name)}\b"
    return re.search(pattern, text, re.MULTILINE)


def body_of_function(text: str, name: str, indent: int) -> str | None:
    """The body of a function that a text defines, without its docstring.

    Imports that stand before the function come first, as a body has no other place for them.

    Args:
        text: code.
        name: name of the function.
        indent: indentation of bodies in the file. A function that is indented as much is part of
            a body.

    Returns:
        The body, indented as in the text, and empty if the function has none; None where the
        text is no such function.
    """
    found = definition_line(text, name)
    if found is None or len(found[1]) >= indent:
        return None
    try:
        return _body_in_module(text, name)
    except SyntaxError:
        pass
    try:
        return _body_in_module(f"if 1:\n{text}", name)  # all of it is indented
    except SyntaxError:
        return _body_behind(text, found)


def _body_in_module(text: str, name: str) -> str | None:
    module = parse(text)
    statements = list(_statements(module.body))
    functions = [
        node
        for node in statements
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name
    ]
    if not functions or any(isinstance(node, ast.Return) for node in statements):
        return None
    lines = source_lines(text)
    function = next((each for each in functions if not is_overload(each)), functions[0])
    body = _body_text(function, lines)
    imports = [text_of(node, lines) for node in statements if _is_movable(node)]
    return _with_imports(imports, body) if body else ""


def _statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements outside of functions, from the top."""
    for node in body:
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for block in BLOCKS[type(node)](node) if type(node) in BLOCKS else ():
                yield from _statements(block)


def _is_movable(node: ast.stmt) -> bool:
    """Whether a statement is an import that may stand in a function."""
    if isinstance(node, ast.ImportFrom):
        return node.module != "__future__" and node.names[0].name != "*"
    return isinstance(node, ast.Import)


def _body_text(function: FunctionNode, lines: list[str]) -> str:
    body, docstring = split_body(function.body)
    if not body:
        return ""
    end = place_behind(body[-1], lines)
    before = header_end(function, lines)
    if docstring is not None:
        before = place_behind(docstring.statement, lines)
    if block_begins(before, lines):
        return clip(lines, before.line + 1, end, 0)
    first = place_before(body[0], lines)
    return clip(lines, first.line, end, 0)[first.column :]


def _with_imports(imports: list[str], body: str) -> str:
    first = next(line for line in source_lines(body) if is_code(line))
    blank = first[: len(first) - len(first.lstrip())]
    moved = [textwrap.indent(each, blank) for each in imports]
    return "\n".join([*moved, body])


def _body_behind(text: str, found: re.Match[str]) -> str | None:
    """The body of a function that does not parse: what stands further right below its header."""
    end = _behind_header(text, found.end())
    if end is None:
        return ""
    first, *rest = source_lines(text[end:]) or [""]
    if is_code(first):
        return first.strip()
    kept: list[str] = []
    for line in rest:
        if is_code(line) and len(line) - len(line.lstrip(" \t")) <= len(found[1]):
            break
        kept.append(line)
    body = "".join(kept)
    docstring = _DOCSTRING.match(body)
    return body[docstring.end() :] if docstring else body


def _behind_header(text: str, start: int) -> int | None:
    """Place behind the first colon that no bracket is open at."""
    depth, place = 0, start
    while place < len(text):
        character = text[place]
        passed = _PASSED_OVER.match(text, place)
        if passed:
            place = passed.end()
            continue
        if character == ":" and depth <= 0:
            return place + 1
        depth += (character in "([{") - (character in ")]}")
        place += 1
    return None
