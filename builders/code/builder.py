"""The code builder: repositories in, the tables of a release out."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from ...schemas.code_family import CODE
from ...schemas.errors import DataError, UsageError
from ...schemas.manifest import ParentEntry
from ...schemas.release import Release
from ..rejects import reject_line
from ..request import BuiltTables
from ..sources.code.licenses import all_of
from .assemble import assemble
from .documents import pair_rows, query_rows
from .files import file_rows
from .full import build_full
from .gather import gather
from .options import options_from

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...schemas.progress import Progress
    from ...schemas.tables import Table
    from ..request import BuildRequest
    from ..sources.code import SourceReport
    from .assemble import Assembled
    from .gather import Gathered

_ENGINE = "polars"
"""The default, which stands for none here."""
_SPLIT = "test"
LEAKAGE_NAME = "leakage.json"
SELECTION_NAME = "selection.json"
TESTS_NAME = "tests.json"
BEFORE = "release from before the window"


def build_code(request: BuildRequest, work_dir: Path, progress: Progress) -> BuiltTables:
    """Build the tables that a request asks for.

    Raises:
        UsageError: an option is wrong, or a source does not exist.
        DataError: no function is left of the sources.
    """
    if request.engine != _ENGINE:
        raise UsageError(
            "code is built without a relational engine",
            found=f"--engine {request.engine}",
            hint="leave the option out",
        )
    if request.mapping:
        raise UsageError("code has no columns to map", hint="leave [mapping] out")
    options = options_from({**request.options, "seed": request.seed})
    if options.view == "full":
        return build_full(request, options, work_dir, progress)
    parent = Release.open(Path(options.parent)) if options.parent else None
    earlier = [*([parent] if parent else []), *(Release.open(Path(p)) for p in options.earlier)]
    dropped: Counter[str] = Counter()
    gathered = gather(request.sources, options, dropped, work_dir, progress)
    _check_left(gathered.candidates, gathered, dropped)
    built = assemble(gathered, earlier, options, dropped, work_dir, progress)
    _check_left(built.samples, gathered, dropped)
    queries = query_rows(built.samples)
    rows: dict[str, Sequence[Mapping[str, Any]]] = {
        "snapshots": built.snapshots,
        "samples": sorted((s.row() for s in built.samples), key=lambda row: row["_id"]),
        "corpus": built.corpus.rows(),
        "queries": queries,
        "qrels": pair_rows(built.samples, built.corpus, queries),
    }
    tables = {
        table.name: {_SPLIT: _stored(rows[table.name], table, work_dir)}
        for table in CODE.tables
        if table.name in rows
    }
    tables["files"] = {_SPLIT: file_rows(built.samples, options, work_dir)}
    return BuiltTables(
        tables=tables,
        sources=[report.entry() for report in gathered.reports],
        parameters=options.parameters(),
        rejects=_write_rejects(gathered.reports, work_dir / "rejects.jsonl"),
        documents=_documents(built),
        dropped=dict(sorted(dropped.items())),
        license=_license(built),
        parent=None if parent is None else _parent(parent),
        environments=built.environments,
    )


def _check_left(items: Sequence[object], gathered: Gathered, dropped: Mapping[str, int]) -> None:
    if items:
        return
    counts = Counter(dropped)
    counts[BEFORE] += gathered.earlier
    for report in gathered.reports:
        counts.update(report.skipped)
        counts.update(item.reason for item in report.rejected)
    told = ", ".join(f"{count} {reason}" for reason, count in sorted((+counts).items()))
    raise DataError(
        "the sources hold no function that can be used",
        place=", ".join(str(report.path) for report in gathered.reports) or None,
        found=told or "no function at all",
        expected="a function inside the window with a docstring and an allowed licence",
        hint="widen since and until, or see allow_licenses, requirements and min_statements",
    )


def _documents(built: Assembled) -> dict[str, str]:
    documents = {LEAKAGE_NAME: built.leaks.to_json(), SELECTION_NAME: _json(built.selection)}
    if built.tests is not None:
        documents[TESTS_NAME] = _json(built.tests)
    return documents


def _json(payload: Mapping[str, Any]) -> str:
    return json.dumps(payload, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _parent(release: Release) -> ParentEntry:
    manifest = release.manifest
    return ParentEntry(
        name=manifest.name, version=manifest.version, fingerprint=manifest.fingerprint
    )


def _license(built: Assembled) -> str | None:
    """The licences of all samples' repositories, joined."""
    return all_of(sample.candidate.harvest.snapshot.license for sample in built.samples)


def _stored(rows: Sequence[Mapping[str, Any]], table: Table, folder: Path) -> Path:
    path = folder / f"{table.name}.parquet"
    pq.write_table(pa.Table.from_pylist(list(rows), schema=table.schema), path)
    return path


def _write_rejects(reports: Sequence[SourceReport], path: Path) -> Path | None:
    with path.open("w", encoding="utf-8") as out:
        for report in reports:
            for item in report.rejected:
                out.write(
                    reject_line(
                        item.place,
                        reason=item.reason,
                        detail=item.detail,
                        line=None,
                        offset=None,
                        record_id=None,
                    )
                )
    return path if path.stat().st_size else None
