"""What the place that a name is defined at is called: the dotted name of a definition."""

from __future__ import annotations

from typing import Any

_SCOPES = ("funcdef", "classdef", "lambdef", "sync_comp_for", "file_input")


def definition_name(leaf: Any) -> str | None:
    """Name below the module of what a leaf of parso's tree defines.

    Returns:
        ``Class.attribute`` for ``self.attribute`` that a method assigns, too. None where it is no
        definition that others see: parameters, what functions hold, imports that lead nowhere.
    """
    if leaf is None or leaf.type != "name":
        return None
    if leaf.parent.type == "trailer":
        return _attribute(leaf)
    definition = leaf.get_definition(import_name_always=True)
    if definition is None or definition.type in {"import_name", "import_from", "param", "del_stmt"}:
        return None
    start = leaf.parent if leaf.parent.type in {"funcdef", "classdef"} else leaf
    scope = start.search_ancestor(*_SCOPES)
    if scope.type == "funcdef" and _declares_global(scope, leaf.value):
        return str(leaf.value)
    return _below(scope, leaf.value)


def _attribute(leaf: Any) -> str | None:
    """``Class.attribute`` of an assignment to an attribute of a method's first parameter."""
    holder = leaf.parent.parent.children[0]
    if holder.type != "name" or leaf.parent.parent.children[1] is not leaf.parent:
        return None
    method = leaf.search_ancestor("funcdef")
    while method is not None:
        owner = method.search_ancestor("funcdef", "classdef")
        first = next(iter(method.get_params()), None)
        if first is not None and first.name.value == holder.value:
            is_method = owner is not None and owner.type == "classdef"
            return _below(owner, leaf.value) if is_method else None
        method = method.search_ancestor("funcdef")
    return None


def _below(scope: Any, name: str) -> str | None:
    parts = [name]
    while scope.type == "classdef":
        parts.append(scope.name.value)
        scope = scope.search_ancestor(*_SCOPES)
    return ".".join(reversed(parts)) if scope.type == "file_input" else None


def _declares_global(function: Any, name: str) -> bool:
    return any(
        leaf.parent.type == "global_stmt" and leaf.search_ancestor("funcdef") is function
        for leaf in function.get_root_node().get_used_names().get(name, ())
    )


def module_variables(module: Any, name: str) -> list[Any]:
    """Leaves that define a variable of a module, in the order of the text."""
    return [
        leaf
        for leaf in module.get_used_names().get(name, ())
        if leaf.is_definition() and definition_name(leaf) == name
    ]
