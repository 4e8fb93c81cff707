"""Files that this Python cannot parse, read by tree-sitter: names and places of their functions."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from .functions import METHOD, Function, ModuleSource

if TYPE_CHECKING:
    from collections.abc import Iterator

UNREADABLE = "in a file that does not parse"


def read_tolerant(data: bytes, *, generated: bool) -> ModuleSource:
    """Functions of a file as far as it can be understood; they have no digest and are no material.

    Args:
        data: the file's bytes.
        generated: whether it says that a program wrote it.
    """
    text = data.decode("utf-8", "replace").replace("\x00", " ")
    tree = _parser().parse(text.encode("utf-8"))
    functions = tuple(_functions(tree.root_node))
    return ModuleSource(functions, (), (), generated, text.count("\n") + 1, tolerant=True)


@cache
def _parser() -> Any:
    import tree_sitter
    import tree_sitter_python

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_python.language()))


def _functions(root: Any) -> Iterator[Function]:
    pending: list[tuple[Any, str, str | None]] = [(root, "", None)]
    while pending:
        node, prefix, class_name = pending.pop()
        name = node.child_by_field_name("name")
        if node.type == "function_definition" and name is not None:
            yield _function(node, prefix + name.text.decode("utf-8", "replace"), class_name)
            continue
        if node.type == "class_definition" and name is not None:
            class_name = prefix + name.text.decode("utf-8", "replace")
            prefix = f"{class_name}."
        pending += [(child, prefix, class_name) for child in reversed(node.children)]


def _function(node: Any, qualname: str, class_name: str | None) -> Function:
    start, end = node.start_point[0] + 1, node.end_point[0] + 1
    return Function(
        qualname=qualname,
        kind="function" if class_name is None else METHOD,
        class_name=class_name,
        start=start,
        signature_start=start,
        signature_end=start,
        body_start=min(start + 1, end),
        body_end=end,
        indent=0,
        docstring=None,
        decorators=(),
        statements=0,
        digest="",
        trivial=UNREADABLE,
    )
