"""What a card says of a release, as values that templates lay out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from ...benchmarks.json_files import read_json
from ...benchmarks.results import FORMAT, RESULTS_NAME, Results
from ...schemas.data_quality import QUALITY_NAME, read_data_quality
from ...schemas.errors import UsageError
from ...schemas.families import find_family
from ...schemas.tables import logical_type
from ..result_table import footnotes, grid, markdown
from ..side_tables import UNDEFINED
from .text import cell, code

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from ...schemas.data_quality import Check, DataQuality, LabelCount
    from ...schemas.manifest import Manifest, SourceEntry
    from ...schemas.release import Release
    from ...schemas.tables import Table

_LABELS = 15
"""Labels of a column that are listed; the others are counted."""
_SOURCES = 40
_SUBSETS = 12
_ID = 60


def slices_of(manifest: Manifest) -> dict[tuple[str, str], dict[str, int]]:
    """(table, column) → label → rows, the most frequent first, in the family's order."""
    counts: dict[tuple[str, str], dict[str, int]] = {
        pair: {} for pair in find_family(manifest.family).slice_columns
    }
    for name, rows in manifest.slices.items():
        place, _, label = name.partition("=")
        table, _, column = place.partition(".")
        counts.setdefault((table, column), {})[label] = rows
    return {
        pair: dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))
        for pair, found in counts.items()
        if found
    }


def table_rows(manifest: Manifest, table: Table) -> list[tuple[str, str, int, int]]:
    """Config, split, rows and bytes of each split."""
    splits = manifest.tables[table.name].splits
    return [
        (
            code(table.name),
            name,
            sum(file.rows for file in files),
            sum(file.bytes for file in files),
        )
        for name, files in sorted(splits.items())
    ]


def column_rows(table: Table) -> list[tuple[str, str, str]]:
    """Name, type and meaning of each column."""
    return [
        (
            code(column.name),
            code(_type_name(column.type)) + (" or null" if column.nullable else ""),
            column.description,
        )
        for column in table.columns
    ]


def _type_name(kind: Any) -> str:
    return "date" if pa.types.is_date(kind) else logical_type(kind)


def slice_rows(manifest: Manifest) -> list[tuple[str, str]]:
    """Column, and its labels with their counts."""
    rows: list[tuple[str, str]] = []
    for (table, column), counts in slices_of(manifest).items():
        shown = [f"{label} {rows:,}" for label, rows in list(counts.items())[:_LABELS]]
        rest = len(counts) - len(shown)
        more = f", and {rest} more" if rest else ""
        rows.append((code(f"{table}.{column}"), ", ".join(shown) + more))
    return rows


def source_rows(manifest: Manifest) -> list[tuple[Any, ...]]:
    """Path, format, bytes, records, those left aside, and digest."""
    return [
        (
            code(source.path),
            source.format,
            f"{source.bytes:,}",
            f"{source.records:,}",
            _aside(source),
            code(source.sha256),
        )
        for source in manifest.sources[:_SOURCES]
    ]


def _aside(source: SourceEntry) -> str:
    found = {**source.rejected, **source.skipped}
    return ", ".join(f"{count:,} {reason}" for reason, count in sorted(found.items())) or "none"


def quality_facts(release: Release) -> dict[str, Any] | None:
    """What was found and what was not, and rows of tables; None without a report."""
    report = read_data_quality(release)
    if report is None:
        return None
    found = [check for check in report.checks if check.count]
    return {
        "name": QUALITY_NAME,
        "found": [
            f"{check.place}: {check.count:,} of {check.of:,} {check.message}, as {_examples(check)}"
            for check in found
        ],
        "clean": _clean(report),
        "notes": [
            f"{cell(note.place)}: {cell(note.check)}: {cell(note.message)}" for note in report.notes
        ],
        "texts": list(_text_rows(report)),
        "labels": list(_label_rows(report)),
        "parameters": report.parameters,
        "partial": [
            f"{entry.compared:,} of {entry.rows:,} rows of {name}"
            for name, entry in report.texts.items()
            if entry.compared < entry.rows
        ],
    }


def _clean(report: DataQuality) -> list[str]:
    """Place, and what was looked for there in vain."""
    places: dict[str, list[str]] = {}
    for check in report.checks:
        if not check.count:
            places.setdefault(check.place, []).append(check.check)
    return [f"{place}: {', '.join(names)}" for place, names in places.items()]


def _examples(check: Check) -> str:
    """Two ids are enough to find the place."""
    shown = [one if len(one) <= _ID else one[: _ID - 1] + "…" for one in check.examples[:2]]
    return ", ".join(code(one) for one in shown)


def _text_rows(report: DataQuality) -> Iterable[tuple[str, ...]]:
    for name, entry in report.texts.items():
        words = entry.words
        known = (words.least, words.median, words.largest) if words else ()
        lengths = [f"{number:,}" for number in known] or [UNDEFINED] * 3
        told = entry.languages or {}
        languages = ", ".join(f"{language} {count}" for language, count in told.items())
        sampled = f" (of {entry.sampled} sampled)" if told else "not looked for"
        yield (code(name), f"{entry.rows:,}", *lengths, languages + sampled)


def _label_rows(report: DataQuality) -> Iterable[tuple[str, ...]]:
    for name, entry in report.labels.items():
        yield (
            code(name),
            f"{entry.labels:,}",
            _label(entry.largest),
            _label(entry.smallest),
            UNDEFINED if entry.evenness is None else f"{entry.evenness:.2f}",
            f"{entry.unlabelled:,} of {entry.rows:,}",
        )


def _label(item: LabelCount | None) -> str:
    return UNDEFINED if item is None else f"{item.label} ({item.count:,})"


def subset_names(names: Sequence[str]) -> str:
    """Names of subsets, as far as they are few."""
    shown = ", ".join(code(name) for name in names[:_SUBSETS])
    rest = len(names) - _SUBSETS
    return f"{shown} and {rest} more" if rest > 0 else shown


def result_sections(release: Release, paths: Sequence[Path]) -> list[dict[str, Any]]:
    """Each evaluation as its title, table and footnotes.

    Args:
        release: the release that was measured.
        paths: files of results, or folders that hold ``results.json``.

    Raises:
        UsageError: the results are of another release.
        DataError: a file is missing, damaged or of another format.
    """
    sections: list[dict[str, Any]] = []
    for path in paths:
        file = path / RESULTS_NAME if path.is_dir() else path
        results = read_json(
            Results, file, what="results", command="domainbench evaluate", version=FORMAT
        )
        if results.release.fingerprint != release.manifest.fingerprint:
            raise UsageError(
                "the results are of another release",
                place=file,
                found=f"{results.release.name} {results.release.version} with fingerprint "
                f"{results.release.fingerprint}",
                expected=release.manifest.fingerprint,
            )
        _, _, table = markdown(grid(results)).partition("\n\n")
        sections.append(
            {
                "title": f"Task {results.task}, split {results.split}",
                "table": table.strip(),
                "notes": list(_notes(results)),
            }
        )
    return sections


def _notes(results: Results) -> Iterable[str]:
    """Footnotes of terminals, whose tables have intervals below means, and differences besides."""
    for note in footnotes(results):
        if not note.startswith("Differences:"):
            yield cell(note.replace("Below a mean: its", "In brackets: the mean's"))
