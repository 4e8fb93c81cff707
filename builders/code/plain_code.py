"""Code as near duplicates are compared by: without comments, docstrings and blanks."""

from __future__ import annotations

import ast
import re

from ...programs.syntax import parse

_WORDS = re.compile(r"\w+|[^\w\s]")
_LINE_END = re.compile(r"\r\n?")
_STRING_OR_COMMENT = re.compile(
    r"""
    \"{3} (?:[^\\]|\\.)*? \"{3} | \'{3} (?:[^\\]|\\.)*? \'{3}
    | \" (?:[^\"\\\n]|\\.)* \" | \' (?:[^\'\\\n]|\\.)* \'
    | (?P<comment>\#[^\n]*)
    """,
    re.DOTALL | re.VERBOSE,
)
_DOCUMENTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def plain_code(code: str) -> str:
    """The words and signs of a piece of code, one blank between them.

    Of code that does not parse, comments and docstrings stay in. The result does not depend on the
    version of Python, as strings are taken apart like the rest.

    Args:
        code: a function or any other piece, indented as in its file or not.
    """
    text = _LINE_END.sub("\n", code).lstrip("\n")
    # Indented code is a block of something.
    head = "if 1:\n" if text.startswith((" ", "\t")) else ""
    try:
        tree = parse(head + text)
    except SyntaxError:
        return " ".join(_WORDS.findall(text))
    bare = _undocumented(tree, head + text).removeprefix(head)
    return " ".join(_WORDS.findall(_STRING_OR_COMMENT.sub(_code, bare)))


def _code(found: re.Match[str]) -> str:
    return " " if found["comment"] else found[0]


def _undocumented(tree: ast.Module, text: str) -> str:
    """The text with a blank for each docstring."""
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)

    def offset(line: int, column: int) -> int:
        """Place in the text; columns of ``ast`` count bytes."""
        return starts[line - 1] + len(lines[line - 1].encode()[:column].decode())

    parts: list[str] = []
    behind = 0
    for place in _docstrings(tree):
        parts.append(text[behind : offset(place.lineno, place.col_offset)])
        behind = offset(place.end_lineno or place.lineno, place.end_col_offset or 0)
    return " ".join([*parts, text[behind:]])


def _docstrings(tree: ast.Module) -> list[ast.stmt]:
    """Docstrings of all functions and classes, in the order of the text."""
    found = [
        node.body[0]
        for node in ast.walk(tree)
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None
    ]
    return sorted(found, key=lambda node: (node.lineno, node.col_offset))
