"""The patent builder: source files in, the tables of a release out."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import polars as pl

from ...schemas.errors import DataError
from ...schemas.manifest import SourceEntry
from ..rejects import reject_line
from ..request import BuiltTables
from ..stages import Runner, open_engine
from .assembly import assemble
from .citations import run_citations
from .families import run_families
from .files import source_files
from .ingest import ingest
from .labels import run_labels
from .negatives import run_exclusions, run_random, run_same_ipc4
from .options import options_from
from .pairs import qrels_table, write_splits
from .resembling import run_bm25
from .selection import run_corpus, run_selection
from .splits import run_splits
from .staged import STAGED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ...schemas.progress import Progress
    from ..request import BuildRequest
    from .ingest import Shard, SourceFile
    from .options import PatentOptions

DUPLICATE = "duplicate publication id"
NO_TEXT = "family without title and abstract"


def build_patents(request: BuildRequest, work_dir: Path, progress: Progress) -> BuiltTables:
    """Build the tables that a request asks for.

    Raises:
        UsageError: an option is wrong, or a source is of no known format.
        DataError: the sources hold nothing to build from.
    """
    options = options_from({**request.options, "seed": request.seed})
    files = source_files(request, options.language)
    return build_tables(options, files, work_dir, request.engine, progress)


def build_tables(
    options: PatentOptions,
    files: Sequence[SourceFile],
    work_dir: Path,
    engine: str,
    progress: Progress,
) -> BuiltTables:
    """Build corpus, queries and qrels; work that a killed call finished is not done again.

    Args:
        options: what to take and how to judge it.
        files: sources; where two hold the same publication, the earlier wins ties.
        work_dir: for staged and final Parquet files; it must stay until those are read.
        engine: ``polars`` or ``duckdb``; the tables are the same.
        progress: shown while it works.

    Raises:
        UsageError: no engine of that name.
        DataError: the sources hold no publication with a title or an abstract in the language.
    """
    shards = ingest(files, work_dir / "ingest", progress)
    tables_dir = work_dir / "tables"
    tables_dir.mkdir(parents=True, exist_ok=True)
    opened = open_engine(engine, work_dir)
    try:
        runner = Runner(opened, work_dir / "stages", progress)
        _add_staged(runner, shards)
        _run_relations(runner, options, tables_dir)
        _check_documents(runner, options, shards)
        with progress.step("assembling families", runner.rows("documents")) as advance:
            corpus, queries = assemble(
                runner.paths("publications"),
                lambda name: runner.paths(name)[0],
                tables_dir,
                advance,
            )
        qrels = qrels_table(
            *(runner.paths(name)[0] for name in ("labelled", "manners", "documents"))
        )
        dev = _dev_queries(runner, queries, options)
        tables = write_splits(queries, qrels, dev, tables_dir)
        return BuiltTables(
            tables={"corpus": {"test": corpus}, **tables},
            sources=_source_entries(runner, shards),
            parameters=options.parameters(),
            rejects=_write_rejects(runner, shards, work_dir / "rejects.jsonl"),
            dropped=_dropped(runner),
            languages=[options.language],
        )
    finally:
        opened.close()


def _add_staged(runner: Runner, shards: Sequence[Shard]) -> None:
    key = hashlib.sha256(json.dumps([shard.key for shard in shards]).encode()).hexdigest()
    for table in STAGED:
        paths = [shard.folder / f"{table.name}.parquet" for shard in shards]
        runner.add(table.name, paths, f"{table.name}/{key}")


def _run_relations(runner: Runner, options: PatentOptions, folder: Path) -> None:
    """Run every relational stage from the staged tables to the judged pairs and the corpus."""
    run_families(runner)
    run_citations(runner, options)
    run_selection(runner, options)
    run_exclusions(runner)
    hard = rest = None
    if options.hard_negatives:
        if options.hard_negative_rule == "bm25":
            hard = run_bm25(runner, options.hard_negatives, folder)
        else:
            hard = run_same_ipc4(runner, options, folder)
    if options.random_negatives:
        rest = run_random(runner, options, folder, hard)
    run_labels(runner, options, hard=hard, rest=rest)
    run_corpus(runner, options.corpus)


def _check_documents(runner: Runner, options: PatentOptions, shards: Sequence[Shard]) -> None:
    if runner.rows("documents"):
        return
    records = sum(shard.records for shard in shards)
    raise DataError(
        "the sources hold nothing to build from",
        place=", ".join(shard.path for shard in shards),
        found=f"{records} publication(s), none with a title or an abstract in the language "
        f"{options.language!r}",
        expected="at least one",
    )


def _dev_queries(runner: Runner, queries: Path, options: PatentOptions) -> frozenset[str] | None:
    """Queries of the split ``dev``; None where none is asked for."""
    if not options.dev_fraction:
        return None
    key = "/".join(runner.key(name) for name in ("publications", "members", "queries"))
    stage = run_splits(runner, queries, key, fraction=options.dev_fraction, seed=options.seed)
    chosen = pl.read_parquet(runner.paths(stage)[0]).filter("dev")
    return frozenset(chosen["name"].to_list())


def _source_entries(runner: Runner, shards: Sequence[Shard]) -> list[SourceEntry]:
    repeated = pl.read_parquet(runner.paths("duplicates")[0])["source"].to_list()
    entries: list[SourceEntry] = []
    for ordinal, shard in enumerate(shards):
        again = repeated.count(ordinal)
        rejected = dict(shard.rejected)
        if again:
            rejected[DUPLICATE] = again
        entries.append(
            SourceEntry(
                path=shard.path,
                bytes=shard.bytes,
                sha256=shard.sha256,
                format=shard.format,
                records=shard.records - again,
                rejected=rejected,
                skipped=dict(shard.skipped),
            )
        )
    return entries


def _write_rejects(runner: Runner, shards: Sequence[Shard], path: Path) -> Path | None:
    """Rejects of all sources in one file: those of the reader, then repeated publications."""
    repeated = pl.read_parquet(runner.paths("duplicates")[0]).sort("record")
    with path.open("w", encoding="utf-8") as out:
        for ordinal, shard in enumerate(shards):
            with (shard.folder / "rejects.jsonl").open(encoding="utf-8") as lines:
                out.writelines(lines)
            for row in repeated.filter(pl.col("source") == ordinal).iter_rows(named=True):
                out.write(
                    reject_line(
                        shard.path,
                        reason=DUPLICATE,
                        detail=f"{row['publication_id']} stands before, {_place(row)}",
                        line=row["line"],
                        offset=row["offset"],
                        record_id=row["publication_id"],
                    )
                )
    return path if path.stat().st_size else None


def _place(row: dict[str, Any]) -> str:
    if row["first_line"] is not None:
        return f"in line {row['first_line']}"
    return f"at byte {row['first_offset']}"


def _dropped(runner: Runner) -> dict[str, int]:
    bare = runner.rows("families") - runner.rows("documents")
    return {NO_TEXT: bare} if bare else {}
