"""What parts two releases of one family, and whether scores on them can be compared."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from .diff_tables import SPLIT, diff_table, is_text
from .errors import DataError, UsageError
from .families import find_family
from .progress import SILENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .diff_tables import TableDiff
    from .manifest import Manifest
    from .progress import Progress
    from .release import Release

_ROWS = {"corpus": "document", "queries": "query", "qrels": "relevant pair"}
_PLURALS = {"query": "queries"}


@dataclass(frozen=True)
class Side:
    """One of the releases."""

    path: str
    name: str
    version: str
    fingerprint: str


@dataclass(frozen=True)
class Fact:
    """Something that the two manifests say differently; None where one does not say it."""

    what: str
    old: Any
    new: Any


@dataclass(frozen=True)
class ReleaseDiff:
    """What parts two releases."""

    family: str
    old: Side
    new: Side
    is_parent: bool
    """Whether the new release names the old one as its parent."""
    facts: Sequence[Fact]
    tables: Mapping[str, TableDiff]
    comparable: bool
    """Whether scores of retrieval by titles and texts can be compared."""
    verdict: str
    """The same in words, with what changed."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "family": self.family,
            "old": asdict(self.old),
            "new": asdict(self.new),
            "is_parent": self.is_parent,
            "facts": [asdict(fact) for fact in self.facts],
            "tables": {name: table.to_dict() for name, table in self.tables.items()},
            "comparable": self.comparable,
            "verdict": self.verdict,
        }


def diff(old: Release, new: Release, progress: Progress = SILENT) -> ReleaseDiff:
    """Compare two releases of one family.

    What the manifests say of the files is believed; ``verify`` checks it.

    Args:
        old: a release.
        new: another, mostly a later one.
        progress: shown while it works.

    Raises:
        UsageError: the releases are of different families.
        DataError: a file is missing or damaged, or a release has a table that its family has not.
    """
    ours, theirs = old.manifest, new.manifest
    if ours.family != theirs.family:
        raise UsageError(
            "the releases are of different families, so their rows have nothing in common",
            found=f"{ours.family} in {old.path}, {theirs.family} in {new.path}",
            expected="two releases of one family",
        )
    family = find_family(ours.family)
    known = {table.name for table in family.tables}
    for release in (old, new):
        _check_tables(release, known)
    tables: dict[str, TableDiff] = {}
    with progress.step("comparing tables", len(family.tables)) as advance:
        for table in family.tables:
            tables[table.name] = diff_table(old, new, table)
            advance(1)
    comparable, verdict = _verdict(tables)
    parent = theirs.parent
    return ReleaseDiff(
        ours.family,
        _side(old),
        _side(new),
        parent is not None and parent.fingerprint == ours.fingerprint,
        list(_facts(ours, theirs)),
        tables,
        comparable,
        verdict,
    )


def _check_tables(release: Release, known: set[str]) -> None:
    strange = sorted(set(release.tables) - known)
    if strange:
        raise DataError(
            "the release has a table that its family does not know",
            place=release.path,
            found=", ".join(strange),
            expected=", ".join(sorted(known)),
            hint="run `domainbench verify`",
        )


def _side(release: Release) -> Side:
    manifest = release.manifest
    return Side(str(release.path), manifest.name, manifest.version, manifest.fingerprint)


def _facts(old: Manifest, new: Manifest) -> Iterator[Fact]:
    """What the manifests say differently, tables and their counts left out."""
    for what in ("name", "version", "license", "languages", "fingerprint"):
        yield from _fact(what, getattr(old, what), getattr(new, what))
    yield from _fact("seed", old.builder.seed, new.builder.seed)
    yield from _fact("built by version", old.builder.version, new.builder.version)
    ours, theirs = old.builder.parameters, new.builder.parameters
    for key in sorted(ours.keys() | theirs.keys()):
        yield from _fact(f"parameter {key}", ours.get(key), theirs.get(key))
    # A source is the same where its bytes are, wherever it lies.
    yield from _sets("sources", {s.sha256 for s in old.sources}, {s.sha256 for s in new.sources})
    yield from _sets("environments", _environments(old), _environments(new))


def _fact(what: str, old: object, new: object) -> Iterator[Fact]:
    if old != new:
        yield Fact(what, old, new)


def _sets(what: str, old: set[str], new: set[str]) -> Iterator[Fact]:
    if old != new:
        ours, theirs = (
            f"{len(mine)}, {len(mine - other)} of them not in the other"
            for mine, other in ((old, new), (new, old))
        )
        yield Fact(what, ours, theirs)


def _environments(manifest: Manifest) -> set[str]:
    return {
        f"{snapshot} {entry.model_dump_json()}" for snapshot, entry in manifest.environments.items()
    }


def _verdict(tables: Mapping[str, TableDiff]) -> tuple[bool, str]:
    """Whether retrieval scores can be compared, and why not."""
    parts = [part for name in _ROWS if name in tables for part in _changes(tables[name])]
    if parts:
        said = f"Scores are not comparable: {', '.join(parts)}."
    else:
        said = (
            "Scores stay comparable: queries, relevant documents and the texts of the corpus are "
            "the same."
        )
    others = [table for name, table in tables.items() if name not in _ROWS and not table.same]
    if others:
        listed = ", ".join(table.name for table in others)
        said += f" Changed too: {listed}; scores of what models write rest on these."
    if not parts and (columns := _other_columns(tables)):
        said += f" Slices, partitions and views that read {columns} are others."
    return not parts, said


def _changes(table: TableDiff) -> Iterator[str]:
    """What in a table makes scores others."""
    row = _ROWS[table.name]
    if table.name == "qrels":
        if table.relevant:
            yield f"{_count(table.relevant, row)} {'differs' if table.relevant == 1 else 'differ'}"
        return
    if table.added:
        yield f"{_count(table.added, row)} added"
    if table.removed:
        yield f"{_count(table.removed, row)} removed"
    if table.texts:
        yield f"the texts of {_count(table.texts, row)} changed"
    if table.name == "queries" and (moved := table.columns.get(SPLIT, 0)):
        yield f"{_count(moved, row)} moved to another split"


def _count(number: int, row: str) -> str:
    return f"{number} {row if number == 1 else _PLURALS.get(row, row + 's')}"


def _other_columns(tables: Mapping[str, TableDiff]) -> str:
    return ", ".join(
        f"{name}.{column}"
        for name in _ROWS
        if name in tables
        for column in tables[name].columns
        if not is_text(name, column)
    )
