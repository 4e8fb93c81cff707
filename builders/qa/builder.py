"""The domain QA builder: question files in, the tables of a release out."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from ...schemas.errors import DataError, UsageError
from ...schemas.fingerprint import file_sha256
from ...schemas.manifest import SourceEntry
from ..request import BuiltTables
from ..sources import expand
from ..sources.qa.collections import read_collection
from .describe import check_contamination, describe, shuffle
from .documents import build_corpus
from .duplicates import drop_duplicates
from .ingest import ingest, write_rejects
from .options import options_from
from .quality import NAME, quality_report, to_json
from .tables import corpus_table, pair_tables, query_tables, question_tables
from .taxonomy import load_taxonomy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ...schemas.progress import Progress
    from ..request import BuildRequest
    from .ingest import SourceFile
    from .question import Question
    from .record import Collection
    from .taxonomy import Taxonomy


_ENGINE = "polars"
"""The default, which stands for none here."""


def build_qa(request: BuildRequest, work_dir: Path, progress: Progress) -> BuiltTables:
    """Build the tables that a request asks for.

    Raises:
        UsageError: an option is wrong, or a source does not exist.
        DataError: no question is left of the sources.
    """
    if request.engine != _ENGINE:
        raise UsageError(
            "questions are built without a relational engine",
            found=f"--engine {request.engine}",
            hint="leave the option out",
        )
    options = options_from({**request.options, "seed": request.seed})
    taxonomy = load_taxonomy(Path(options.taxonomy) if options.taxonomy else None)
    questions, files = ingest(request.sources, request.mapping, options, progress)
    if options.contamination:
        with progress.step("searching the collections for questions"):
            texts = (item.text for item in _collections(options.contamination))
            questions = check_contamination(questions, texts, files, options)
    _check_left(questions, files)
    with progress.step("finding duplicates"):
        kept = drop_duplicates(questions, files, options)
    if options.shuffle_options:
        shuffle(kept.questions, request.seed)
    with progress.step("linking and labelling"):
        described = describe(kept, files, taxonomy, options)
    with progress.step("making documents"):
        corpus = build_corpus(described, _knowledge(options.knowledge, taxonomy))
    tables = {
        "questions": question_tables(described, [file.name for file in files], corpus),
        "corpus": {"test": corpus_table(corpus)},
        "queries": query_tables(described),
        "qrels": pair_tables(described, corpus),
    }
    return BuiltTables(
        tables=_stored(tables, work_dir),
        sources=[
            *(file.entry() for file in files),
            *_collection_entries("knowledge", options.knowledge),
            *_collection_entries("contamination", options.contamination),
        ],
        parameters={**options.parameters(), "mapping": dict(request.mapping or {})},
        rejects=write_rejects(files, work_dir / "rejects.jsonl"),
        documents={NAME: to_json(quality_report(described, files, kept))},
        languages=sorted({item.question.language for item in described}),
    )


def _check_left(questions: Sequence[Question], files: Sequence[SourceFile]) -> None:
    if questions:
        return
    reasons = Counter(item.reason for file in files for item in file.rejects)
    first = next((item for file in files for item in file.rejects), None)
    told = ", ".join(f"{reason} {count}" for reason, count in sorted(reasons.items()))
    raise DataError(
        "the sources hold no question that can be used",
        place=", ".join(str(file.path) for file in files),
        found=f"rejected: {told or 'nothing, there is no record'}"
        + (f"; the first: {first.detail}" if first else ""),
        expected="at least one question with its options and answer",
        hint="name the columns in [mapping] of a --config file if they were not found",
    )


def _collections(paths: Sequence[str]) -> Iterator[Collection]:
    for name in paths:
        yield from read_collection(Path(name))


def _knowledge(paths: Sequence[str], taxonomy: Taxonomy) -> Iterator[Collection]:
    """Texts with their domains named as the taxonomy names them."""
    for item in _collections(paths):
        domain = taxonomy.resolve_domain(item.domain) if item.domain else None
        yield replace(item, domain=domain or item.domain)


def _collection_entries(kind: str, paths: Sequence[str]) -> Iterator[SourceEntry]:
    for path in expand(paths) if paths else ():
        texts = sum(1 for _ in read_collection(path))
        yield SourceEntry(
            path=str(path),
            bytes=path.stat().st_size,
            sha256=file_sha256(path),
            format=kind,
            records=texts,
        )


def _stored(tables: Mapping[str, Mapping[str, Any]], folder: Path) -> dict[str, dict[str, Path]]:
    """Tables as Parquet files, which the release writer streams."""
    stored: dict[str, dict[str, Path]] = {}
    for name, splits in tables.items():
        for split, table in splits.items():
            path = folder / f"{name}-{split}.parquet"
            pq.write_table(table, path)
            stored.setdefault(name, {})[split] = path
    return stored
