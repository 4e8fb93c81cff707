"""Functions, classes, variables and imports of a Python file, with the lines that they stand in.

A file is read by ``ast`` in one walk over its statements; expressions are looked into only for
digests: of functions that may become samples, and of others when they are asked for. A file that
does not parse is read by tree-sitter, which finds spans and names in broken code too.

What is listed: functions and methods wherever they stand, also below ``if``, ``try`` and ``with``,
except inside other functions; classes likewise; the variables of a module by the statements that
give them a value or a type, dunder names included, ``__all__`` not.
"""

from __future__ import annotations

import ast
import inspect
from collections import Counter
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from . import normal_form, triviality
from .functions_tolerant import read_broken
from .generated import is_generated
from .module_source import CLASS, FUNCTION, METHOD, VARIABLE, Definition, Function, ModuleSource
from .outlines import assigned_names, class_outline, statement_text
from .source_text import character_column, decode_source, dedented, source_lines
from .syntax import (
    BLOCKS,
    block_begins,
    header_end,
    parse,
    parse_function,
    place_behind,
    split_body,
    text_of,
    undisturbed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .source_text import Place
    from .syntax import Docstring, FunctionNode

__all__ = [
    "Definition",
    "Function",
    "ModuleSource",
    "decode_source",
    "read_module",
    "source_lines",
    "without_docstring",
]
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_IMPORTS = (ast.Import, ast.ImportFrom)


def read_module(data: bytes, path: str) -> ModuleSource:
    """Read a Python file, whatever state it is in.

    Args:
        data: its bytes.
        path: its path; its name may tell that the file is generated.
    """
    with undisturbed():
        return _read(data, path)


def _read(data: bytes, path: str) -> ModuleSource:
    try:
        text = decode_source(data)
        tree = parse(text)
        reader = _Reader(source_lines(text))
        reader.walk(tree.body, None)
    except (SyntaxError, UnicodeDecodeError, RecursionError) as error:
        return read_broken(data, path, str(error) or type(error).__name__)
    return ModuleSource(
        functions=tuple(_without_repeated(reader.functions)),
        definitions=tuple(reader.definitions),
        imports=tuple(sorted(reader.imports)),
        generated=is_generated(path, reader.lines, ast.get_docstring(tree, clean=False)),
        lines=len(reader.lines),
        tolerant=False,
    )


def without_docstring(text: str, function: Function) -> str:
    r"""The source of a function with its decorators, less docstring and indentation.

    Args:
        text: the text of its file.
        function: one of its functions.

    Returns:
        Lines with ``\n`` between them; ``...`` where nothing is left of a body.
    """
    lines = list(_lines(text)[function.start - 1 : function.body_end])
    if function.docstring is not None:
        if function.trivial in {triviality.ONE_LINE, triviality.DOCSTRING_LINE}:
            lines[function.signature_start - function.start :] = _cut(function)
        else:
            head = lines[: function.signature_end - function.start + 1]
            body = lines[function.body_start - function.start :]
            lines = head + (body if function.statements else [" " * function.indent + "..."])
    signature = lines[min(function.signature_start - function.start, len(lines) - 1)]
    indent = len(signature) - len(signature.lstrip())
    return "\n".join(dedented(line, indent).rstrip("\r\n") for line in lines)


@lru_cache(maxsize=2)
def _lines(text: str) -> tuple[str, ...]:
    return tuple(source_lines(text))


def _cut(function: Function) -> list[str]:
    """The lines of a function less its docstring, where code stands in the same line."""
    node = parse_function(function.source)
    body, docstring = split_body(node.body)
    if docstring is None:
        return source_lines(function.source)
    lines = source_lines(function.source)
    shift = node.lineno - 1
    first = docstring.statement
    start = character_column(lines[first.lineno - 1 - shift], first.col_offset)
    head = lines[first.lineno - 1 - shift][:start]
    if not body:
        return [*lines[: first.lineno - 1 - shift], f"{head}..."]
    last = lines[body[0].lineno - 1 - shift]
    tail = last[character_column(last, body[0].col_offset) :]
    return [
        *lines[: first.lineno - 1 - shift],
        head + tail,
        *lines[body[0].lineno - shift :],
    ]


def _without_repeated(functions: list[Function]) -> Iterator[Function]:
    """Mark the functions that others replace, as their names do not tell which is meant."""
    apart = {triviality.OVERLOAD, triviality.ACCESSOR}
    names = Counter(each.qualname for each in functions if each.trivial not in apart)
    for function in functions:
        if function.trivial is None and names[function.qualname] > 1:
            yield replace(function, trivial=triviality.REPEATED)
        else:
            yield function


class _Reader:
    """Gathers what the statements of a module define."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.functions: list[Function] = []
        self.definitions: list[Definition] = []
        self.imports: set[str] = set()
        self.ends: dict[ast.stmt, Place] = {}

    def walk(self, body: Sequence[ast.stmt], class_name: str | None) -> None:
        """Read the statements of a module, of a class, or of a block in them."""
        for node in body:
            if isinstance(node, _FUNCTIONS):
                self.functions.append(self._function(node, class_name))
            elif isinstance(node, ast.ClassDef):
                self._class(node, class_name)
            elif inner := BLOCKS.get(type(node)):
                for block in inner(node):
                    self.walk(block, class_name)
            elif isinstance(node, _IMPORTS):
                self.imports.update(_packages(node))
            elif class_name is None:
                self._variables(node)

    def _class(self, node: ast.ClassDef, outer: str | None) -> None:
        name = _qualified(node.name, outer)
        self.ends[node] = header_end(node, self.lines)
        place = len(self.definitions)
        self.walk(node.body, name)
        outline = class_outline(node, self.lines, self.ends)
        found = Definition(name, CLASS, _start(node), _end(node), outline)
        self.definitions.insert(place, found)

    def _variables(self, node: ast.stmt) -> None:
        names = [name for name in dict.fromkeys(assigned_names(node)) if name != "__all__"]
        if names:
            text = statement_text(node, self.lines)
            self.definitions += [
                Definition(name, VARIABLE, node.lineno, _end(node), text) for name in names
            ]

    def _function(self, node: FunctionNode, class_name: str | None) -> Function:
        body, docstring = split_body(node.body)
        header = self.ends[node] = header_end(node, self.lines)
        start, fault = self._body_start(header, docstring, body)
        first = (body or node.body)[0]
        trivial = triviality.triviality(node.decorator_list, body, misplaced=fault)
        may_be_sample = trivial is None and docstring is not None
        statements, digest = (
            self._formed(node, body) if may_be_sample else (self._count(body), None)
        )
        return Function(
            qualname=_qualified(node.name, class_name),
            kind=METHOD if class_name else FUNCTION,
            class_name=class_name,
            start=_start(node),
            signature_start=node.lineno,
            signature_end=header.line,
            body_start=start,
            body_end=_end(node),
            indent=character_column(self.lines[first.lineno - 1], first.col_offset),
            docstring=_cleaned(docstring.text) if docstring else None,
            decorators=tuple([text_of(each, self.lines) for each in node.decorator_list]),
            statements=statements,
            trivial=trivial,
            source="".join(self.lines[node.lineno - 1 : _end(node)]),
            known_digest=digest,
        )

    def _body_start(
        self, header: Place, docstring: Docstring | None, body: list[ast.stmt]
    ) -> tuple[int, str | None]:
        """First line of a body, and why that line is not all its own."""
        if not block_begins(header, self.lines):
            first = body[0] if body else None
            return (first.lineno if first else header.line), triviality.ONE_LINE
        start = header.line + 1
        if docstring is not None:
            behind = place_behind(docstring.statement, self.lines)
            if not body:
                return docstring.statement.lineno, None
            if not block_begins(behind, self.lines):
                return body[0].lineno, triviality.DOCSTRING_LINE
            start = behind.line + 1
        while not self.lines[start - 1].strip():
            start += 1
        return start, None

    def _formed(self, node: FunctionNode, body: list[ast.stmt]) -> tuple[int, str]:
        """Statements and digest of a function."""
        form = normal_form.normal_form(node, body)
        if normal_form.IMPORT in form:
            self._count(body)
        return form.count(normal_form.STATEMENT) - 1, normal_form.digest(form)

    def _count(self, body: list[ast.stmt]) -> int:
        """Statements, nested ones too; their imports are noted by the way."""
        statements = list(body)
        inner_of = BLOCKS.get
        for node in statements:
            inner = inner_of(type(node))
            if inner is not None:
                for block in inner(node):
                    statements += block
            elif isinstance(node, _IMPORTS):
                self.imports.update(_packages(node))
        return len(statements)


def _cleaned(docstring: str) -> str:
    if "\n" in docstring:
        return inspect.cleandoc(docstring)
    return docstring.expandtabs().lstrip()  # the same for one line


def _packages(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.name.partition(".")[0]
    elif not node.level and node.module:
        yield node.module.partition(".")[0]


def _qualified(name: str, outer: str | None) -> str:
    return f"{outer}.{name}" if outer else name


def _start(node: FunctionNode | ast.ClassDef) -> int:
    return node.decorator_list[0].lineno if node.decorator_list else node.lineno


def _end(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno
