"""Which column of a table holds what: by its usual name, or by the build's mapping."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....schemas.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NAMES = {
    "query": ("query",),
    "document": ("document",),
    "domain": ("domain",),
    "query_id": ("query_id",),
    "document_id": ("document_id",),
    "title": ("title",),
    "position": ("position",),
    "target": ("target",),
    "relevant": ("relevant",),
    "documents": ("documents", "list_docs", "text_list", "sources"),
    "targets": ("targets", "boosted_indices", "target_idx", "target_indices", "rand_idx",
                "suggest_id", "sugg_idx"),
}  # fmt: skip
"""Field → names of its column in lower case, the likelier first."""
_CATALOGUE_NAMES = {
    "domain": _NAMES["domain"],
    "document": ("document", "description", "text"),
    "document_id": ("document_id", "id", "_id"),
    "title": ("title", "name"),
}
"""The same of a table without queries, whose other columns are features."""
FIELDS = tuple(_NAMES)


def find_columns(names: Sequence[str], mapping: Mapping[str, str]) -> dict[str, str]:
    """Field → column of a table; a column that the mapping names wins where the table has it."""
    mapped = {field: name for field, name in mapping.items() if name in names}
    folded: dict[str, str] = {}
    for name in names:
        if name not in mapped.values():
            folded.setdefault(name.strip().casefold(), name)
    known = _NAMES if "query" in mapped or "query" in folded else _CATALOGUE_NAMES
    found: dict[str, str] = {}
    for field, usual in known.items():
        column = next((folded[name] for name in usual if name in folded), None)
        if column is not None:
            found[field] = column
    return {**found, **mapped}


def check_mapping(mapping: Mapping[str, Any] | None) -> dict[str, str]:
    """The mapping as field → column.

    Raises:
        UsageError: there is no such field, or one is given no column.
    """
    for field, column in (mapping or {}).items():
        if field not in FIELDS:
            raise UsageError.from_unknown_name("field of the mapping", field, FIELDS)
        if not isinstance(column, str):
            raise UsageError(
                f"the mapping of {field!r} names no column", found=column, expected="a name"
            )
    return {field: str(column) for field, column in (mapping or {}).items()}
