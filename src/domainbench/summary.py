"""Releases in words, for people at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domainbench.schemas.release import rejects_path

if TYPE_CHECKING:
    from domainbench.schemas.diff import ReleaseDiff
    from domainbench.schemas.diff_tables import TableDiff
    from domainbench.schemas.release import Release

MANY = 12
"""Labels of one slice column that are listed before the rest is only counted."""


def print_release(release: Release) -> None:
    """What was just built, and what was left out of it."""
    manifest = release.manifest
    print(f"{manifest.name} {manifest.version} -> {release.path}")
    for name in release.tables:
        splits = manifest.tables[name].splits
        rows = ", ".join(f"{s} {sum(f.rows for f in splits[s])}" for s in sorted(splits))
        print(f"  {name:<9} {rows} rows")
    for label, count in manifest.slices.items():
        if label.startswith("qrels.partition="):
            print(f"  {label.removeprefix('qrels.')}: {count} pairs")
    for reason, count in manifest.dropped.items():
        print(f"  left out: {count} {reason}")
    rejected = sum(sum(source.rejected.values()) for source in manifest.sources)
    if rejected:
        print(f"  rejected: {rejected} record(s), listed in {rejects_path(release.path)}")
    for name in manifest.documents:
        print(f"  {name}: {release.path / name}")
    if not manifest.tables["queries"].rows:
        print("  no query, so nothing can be evaluated on it")
    elif not manifest.tables["qrels"].rows:
        print("  no judged pair, so retrieval cannot be evaluated on it")
    print(f"  fingerprint {manifest.fingerprint}")


def print_inspection(found: dict[str, Any]) -> None:
    """The result of ``inspect``, as text."""
    print(f"{found['name']} {found['version']}  ({found['family']}, {found['license']})")
    print(f"created {found['created']}, fingerprint {found['fingerprint']}")
    print("\nsources")
    for source in found["sources"]:
        rejected = sum(source["rejected"].values())
        print(f"  {source['path']}: {source['records']} {source['format']}, {rejected} rejected")
    print("\nparameters")
    for key, value in sorted(found["parameters"].items()):
        print(f"  {key} = {value}")
    for name, table in found["tables"].items():
        rows = ", ".join(f"{split} {count}" for split, count in table["rows"].items())
        print(f"\n{name}: {rows} rows, {table['bytes']} bytes")
        for row in table["head"]:
            print("  - " + "\n    ".join(f"{key}: {value}" for key, value in row.items()))
    print("\nslices")
    _print_slices(found["slices"])


def _print_slices(slices: dict[str, int]) -> None:
    columns: dict[str, list[tuple[int, str]]] = {}
    for label, count in slices.items():
        column, _, value = label.partition("=")
        columns.setdefault(column, []).append((count, value))
    for column, labels in sorted(columns.items()):
        ranked = sorted(labels, key=lambda pair: (-pair[0], pair[1]))
        shown = ", ".join(f"{value} {count}" for count, value in ranked[:MANY])
        more = f", and {len(ranked) - MANY} more" if len(ranked) > MANY else ""
        print(f"  {column}: {shown}{more}")


def print_diff(found: ReleaseDiff) -> None:
    """The result of ``diff``, as text."""
    old, new = found.old, found.new
    print(f"{old.name} {old.version} ({old.path}) -> {new.name} {new.version} ({new.path})")
    if found.is_parent:
        print("  the new release names the old one as its parent")
    for fact in found.facts:
        print(f"  {fact.what}: {_fact(fact.old)} -> {_fact(fact.new)}")
    for table in found.tables.values():
        _print_table(table)
    print(f"\n{found.verdict}")


def _print_table(table: TableDiff) -> None:
    rows = f"\n{table.name}: {table.old_rows} -> {table.new_rows} rows"
    if table.same:
        print(f"{rows}, the same")
        return
    print(f"{rows}: {table.added} added, {table.removed} removed, {table.changed} changed")
    for what, keys in table.examples.items():
        print(f"  {what}: {', '.join(keys)}{' …' if getattr(table, what) > len(keys) else ''}")
    if table.columns:
        print("  columns: " + ", ".join(f"{name} {rows}" for name, rows in table.columns.items()))
    for name, label in table.labels.items():
        shown = "; ".join(f"{old} -> {new} in {count}" for old, new, count in label.changes)
        told = sum(count for *_, count in label.changes)
        print(f"  {name}: {shown}{'; …' if told < label.rows else ''}")
    for what, names in (("new", table.new_columns), ("lost", table.lost_columns)):
        if names:
            print(f"  {what} columns: {', '.join(names)}")


def _fact(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None else str(value)
