"""Functions of files that do not parse, by tree-sitter: their spans and names, nothing more."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from . import triviality
from .generated import is_generated
from .module_source import CLASS, FUNCTION, METHOD, Definition, Function, ModuleSource
from .source_text import decode_source, source_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node, Parser


def read_broken(data: bytes, path: str, fault: str) -> ModuleSource:
    """Read a file that Python does not take.

    Args:
        data: its bytes.
        path: its path.
        fault: what Python says of it.
    """
    try:
        text = decode_source(data)
    except (SyntaxError, UnicodeDecodeError):
        text = data.decode("utf-8", "replace")
    lines = [line.rstrip("\r\n") for line in source_lines(text)]
    tree = _parser().parse("\n".join(lines).encode("utf-8", "replace"))
    functions: list[Function] = []
    definitions: list[Definition] = []
    for node, outer in _definitions(tree.root_node):
        name = _name(node)
        qualname = f"{outer}.{name}" if outer else name
        if node.type == "class_definition":
            start, end = _start(node), _last_line(node)
            definitions.append(Definition(qualname, CLASS, start, end, lines[_line(node) - 1]))
        else:
            functions.append(_function(node, qualname, outer))
    return ModuleSource(
        functions=tuple(functions),
        definitions=tuple(definitions),
        imports=tuple(sorted(set(_imports(tree.root_node)))),
        generated=is_generated(path, lines, None),
        lines=len(lines),
        tolerant=True,
        fault=fault,
    )


@lru_cache(maxsize=1)
def _parser() -> Parser:
    import tree_sitter
    import tree_sitter_python

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_python.language()))


def _definitions(root: Node) -> Iterator[tuple[Node, str | None]]:
    """Functions and classes outside of functions, with the class around each, from the top."""
    stack: list[tuple[Node, str | None]] = [(root, None)]
    while stack:
        node, outer = stack.pop()
        inner = outer
        if node.type in {"function_definition", "class_definition"} and _name(node):
            yield node, outer
            if node.type == "function_definition":
                continue
            inner = f"{outer}.{_name(node)}" if outer else _name(node)
        stack += [(child, inner) for child in reversed(node.named_children)]


def _name(node: Node) -> str:
    found = node.child_by_field_name("name")
    return found.text.decode("utf-8", "replace") if found and found.text else ""


def _function(node: Node, qualname: str, outer: str | None) -> Function:
    body: Any = node.child_by_field_name("body")
    end = _last_line(node)
    body_start = min(body.start_point[0] + 1, end) if body else end
    before = body.prev_sibling if body else None
    while before is not None and before.type == "comment":
        before = before.prev_sibling
    signature_end = before.end_point[0] + 1 if before is not None else _line(node)
    return Function(
        qualname=qualname,
        kind=METHOD if outer else FUNCTION,
        class_name=outer,
        start=_start(node),
        signature_start=_line(node),
        signature_end=signature_end,
        body_start=body_start,
        body_end=end,
        indent=body.start_point[1] if body else 0,
        docstring=None,
        decorators=(),
        statements=0,
        trivial=triviality.UNPARSED,
        source="",
    )


def _line(node: Node) -> int:
    return node.start_point[0] + 1


def _last_line(node: Node) -> int:
    row, column = node.end_point
    return max(row if column == 0 else row + 1, _line(node))


def _start(node: Node) -> int:
    decorated = node.parent is not None and node.parent.type == "decorated_definition"
    return _line(node.parent if decorated and node.parent else node)


def _imports(root: Node) -> Iterator[str]:
    """Top-level packages of all imports; relative ones have none."""
    stack = [root]
    while stack:
        node = stack.pop()
        if node.type == "import_from_statement":
            names = node.children_by_field_name("module_name")
        elif node.type == "import_statement":
            names = node.children_by_field_name("name")
        else:
            stack += node.named_children
            continue
        for name in names:
            found = name.child_by_field_name("name") if name.type == "aliased_import" else name
            if found and found.type == "dotted_name" and found.text:
                yield found.text.decode("utf-8", "replace").partition(".")[0].strip()
