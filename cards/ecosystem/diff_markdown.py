"""What parts two releases, as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..markdown import markdown_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...schemas.diff import ReleaseDiff, Side
    from ...schemas.diff_tables import TableDiff


def diff_markdown(found: ReleaseDiff) -> str:
    """Verdict, rows of each table, labels and columns that changed, and the manifests' differences.

    Args:
        found: of ``domainbench diff``.

    Returns:
        A document with one heading; a part is left out where nothing in it differs.
    """
    title = f"# {_named(found.old)} → {_named(found.new)}"
    said = [found.verdict]
    if found.is_parent:
        said.append("The new release names the old one as its parent.")
    parts = [f"{title}\n", "\n\n".join(said) + "\n", rows_table(found)]
    parts += [text for text in (_labels(found), _columns(found), _keys(found)) if text]
    if found.facts:
        header = ["", "old", "new"]
        rows = [[fact.what, _value(fact.old), _value(fact.new)] for fact in found.facts]
        parts.append(markdown_table("What the manifests say", header, rows, labels=3))
    return "\n".join(parts)


def rows_table(found: ReleaseDiff) -> str:
    """Rows of each table in both releases, and how many were added, removed and changed."""
    header = ["table", "old", "new", "added", "removed", "changed"]
    rows = [[table.name, *map(str, _counts(table))] for table in found.tables.values()]
    return markdown_table("Rows", header, rows)


def _counts(table: TableDiff) -> tuple[int, ...]:
    return table.old_rows, table.new_rows, table.added, table.removed, table.changed


def _labels(found: ReleaseDiff) -> str:
    """The commonest changes of each label, and how many rows the others are."""
    rows = [
        row
        for table in found.tables.values()
        for name, label in table.labels.items()
        for row in _label_rows(f"{table.name}.{name}", label.changes, label.rows)
    ]
    header = ["label", "old", "new", "rows"]
    return markdown_table("Labels changed", header, rows, labels=3) if rows else ""


def _label_rows(
    name: str, changes: list[tuple[str, str, int]], total: int
) -> Iterator[tuple[str, str, str, str]]:
    for old, new, rows in changes:
        yield name, old, new, str(rows)
    if rest := total - sum(rows for *_, rows in changes):
        yield name, "others", "others", str(rest)


def _columns(found: ReleaseDiff) -> str:
    rows = [
        row
        for table in found.tables.values()
        for row in [
            *((f"{table.name}.{name}", f"{count} rows") for name, count in table.columns.items()),
            *((f"{table.name}.{name}", "new") for name in table.new_columns),
            *((f"{table.name}.{name}", "lost") for name in table.lost_columns),
        ]
    ]
    return markdown_table("Columns changed", ["column", "changed in"], rows) if rows else ""


def _keys(found: ReleaseDiff) -> str:
    """The first keys of what was added, removed and changed."""
    rows = [
        (table.name, what, ", ".join(f"`{key}`" for key in keys) + _more(table, what, keys))
        for table in found.tables.values()
        for what, keys in table.examples.items()
    ]
    header = ["table", "", "first keys"]
    return markdown_table("Examples", header, rows, labels=3) if rows else ""


def _more(table: TableDiff, what: str, keys: list[str]) -> str:
    return " …" if getattr(table, what) > len(keys) else ""


def _named(side: Side) -> str:
    return f"{side.name} {side.version}"


def _value(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None else str(value)
