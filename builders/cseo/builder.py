"""The conversational SEO builder: queries and documents in, the tables of a release out."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from ...schemas.errors import DataError, UsageError
from ..rejects import reject_lines
from ..request import BuiltTables
from .collect import collect
from .episodes import plan_episodes
from .first_stage import rank_contexts
from .ingest import ingest
from .options import options_from
from .quality import NAME, quality_report, to_json
from .tables import store_tables
from .variants import open_methods, rewrite

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...schemas.progress import Progress
    from ..request import BuildRequest
    from .ingest import SourceFile
    from .material import Material

_ENGINE = "polars"
"""The default, which stands for none here."""


def build_cseo(request: BuildRequest, work_dir: Path, progress: Progress) -> BuiltTables:
    """Build the tables that a request asks for.

    Raises:
        UsageError: an option is wrong, or a source or a method does not exist.
        DataError: no query with a context is left of the sources.
    """
    if request.engine != _ENGINE:
        raise UsageError(
            "contexts are built without a relational engine",
            found=f"--engine {request.engine}",
            hint="leave the option out",
        )
    options = options_from({**request.options, "seed": request.seed})
    files, records = ingest(request.sources, request.mapping, options.domains, progress)
    material = collect(records, options)
    recorded = sorted({method for _, method in material.recorded})
    beside = request.target.with_name(f"{request.target.name}.recordings")
    recordings = Path(options.recordings) if options.recordings is not None else beside
    methods = open_methods(options, recorded, recordings)
    rank_contexts(material, options, progress)
    _check_left(material, files)
    variants = rewrite(material, methods, options, progress)
    episodes = plan_episodes(material.queries, variants, options)
    with progress.step("checking documents"):
        report = quality_report(material, variants, episodes, files, options)
    return BuiltTables(
        tables=store_tables(material, variants, episodes, work_dir),
        sources=[file.entry() for file in files],
        parameters={**options.parameters(), "mapping": dict(request.mapping or {})},
        rejects=_write_rejects(files, work_dir / "rejects.jsonl"),
        documents={NAME: to_json(report)},
        dropped=dict(sorted((+material.dropped).items())),
        languages=[options.language] if options.language is not None else [],
    )


def _check_left(material: Material, files: Sequence[SourceFile]) -> None:
    if material.queries:
        return
    left_out = Counter(item.reason for file in files for item in file.rejects) + material.dropped
    first = next((item for file in files for item in file.rejects), None)
    told = ", ".join(f"{reason} {count}" for reason, count in sorted(left_out.items()))
    raise DataError(
        "the sources hold no query with a context",
        place=", ".join(str(file.path) for file in files),
        found=f"{len(material.documents)} document(s); left out: {told or 'nothing'}"
        + (f"; the first: {first.detail}" if first else ""),
        expected="a query with its documents, or queries and documents of one domain",
        hint="give a table with a column query beside the documents"
        if material.documents
        else "name the domain with option domain, and columns in [mapping] of a --config file",
    )


def _write_rejects(files: Sequence[SourceFile], path: Path) -> Path | None:
    with path.open("w", encoding="utf-8") as out:
        out.writelines(reject_lines(files))
    return path if path.stat().st_size else None
