"""The Hub's DAPFAM, three Parquet files, into a release of patent families."""

from __future__ import annotations

import math
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ...schemas.errors import DataError
from ...schemas.patents import PATENT_CORPUS, PATENT_QRELS, PATENT_QUERIES
from ...schemas.patents_family import PUBLISHED, pair_label
from ...schemas.progress import SILENT
from ..sources.record import Reject
from .dapfam_rows import BadRow, corpus_row, id_of, query_row
from .intake import (
    REPEATED_ID,
    REPEATED_PAIR,
    SELF,
    UNKNOWN_DOCUMENT,
    UNKNOWN_QUERY,
    Intake,
    describe_repeat,
    find_file,
    work_folder,
    write_import,
)
from .sorting import SortedTable

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping
    from pathlib import Path

    from ...schemas.progress import Progress
    from ...schemas.release import Release
    from ...schemas.tables import Table

LICENSE = "CC-BY-NC-SA-4.0"
NO_SCORE = "relevance is no number"
_FORM = "dapfam"
_LABELS = ("IN", "OUT")
"""Published labels; NC, of negatives, tells nothing."""
_NEEDED = {
    "corpus": ("relevant_id", "title_en", "abstract_en"),
    "queries": ("query_id", "title_en", "abstract_en"),
    "relations": ("query_id", "relevant_id", "relevance_score"),
}
_BATCH = 256


def import_dapfam(
    folder: Path,
    output: Path,
    *,
    name: str = "dapfam",
    version: str | None = None,
    license: str = LICENSE,  # noqa: A002 - the manifest's word
    overwrite: bool = False,
    progress: Progress = SILENT,
) -> Release:
    """Make a patent release of the files ``corpus``, ``queries`` and ``qrels_all`` (Parquet).

    Published labels (IN, OUT) are taken over; ``verify`` notes where the IPC classes give another
    one. Pairs without such a label, the negatives among them, are labelled by their classes. Pairs
    with a relevance above 0 are relevant, the others stay as judged and not relevant. What the data
    set does not tell (publications, citation categories, directions) is null or empty.

    Args:
        folder: the data set's files.
        output: folder of the release.
        name: of the release.
        version: ``YYYY.MM`` or ``YYYY.MM.N``; this month by default.
        license: licence of the data; the publisher's by default.
        overwrite: replace a release that stands at ``output``.
        progress: shown while it works.

    Raises:
        UsageError: there is no such folder, or the output exists.
        DataError: a file or a column is missing, a file is no Parquet, or nothing in it can be
            used.
    """
    paths = {
        "corpus": find_file(folder, "corpus.parquet"),
        "queries": find_file(folder, "queries.parquet"),
        "relations": find_file(folder, "qrels_all.parquet", "relations.parquet"),
    }
    lost: Counter[str] = Counter()
    with work_folder(output, version, overwrite=overwrite) as work:
        rejects = work / "rejects.jsonl"
        intakes = {key: Intake(path, _FORM, rejects) for key, path in paths.items()}
        converts = {
            "corpus": (PATENT_CORPUS, partial(corpus_row, lost=lost)),
            "queries": (PATENT_QUERIES, partial(query_row, lost=lost)),
        }
        sorted_paths = {
            kind: _sorted(intakes[kind], kind, table, convert, work, progress)
            for kind, (table, convert) in converts.items()
        }
        classes = {kind: _classes(path) for kind, path in sorted_paths.items()}
        qrels = _qrels(intakes["relations"], classes["queries"], classes["corpus"])
        return write_import(
            output,
            "patents",
            {
                "corpus": {"test": sorted_paths["corpus"]},
                "queries": {"test": sorted_paths["queries"]},
                "qrels": {"test": qrels},
            },
            list(intakes.values()),
            rejects,
            builder="dapfam",
            parameters={"label_rule": PUBLISHED, "ipc_depth": "ipc3"},
            dropped=lost,
            name=name,
            version=version,
            license=license,
            languages=["en"],
            overwrite=overwrite,
            progress=progress,
        )


def _rows(path: Path, kind: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows with their ordinal, from 1."""
    try:
        with pq.ParquetFile(path) as file:
            names = file.schema_arrow.names
            for needed in _NEEDED[kind]:
                if needed not in names:
                    raise DataError(
                        f"the table lacks the column {needed!r}",
                        place=path,
                        found=", ".join(names),
                        expected=", ".join(_NEEDED[kind]),
                    )
            ordinal = 0
            for batch in file.iter_batches(batch_size=_BATCH):
                for row in batch.to_pylist():
                    ordinal += 1
                    yield ordinal, row
    except (OSError, pa.ArrowInvalid) as error:
        raise DataError("the file is no readable Parquet", place=path, found=error) from None


def _sorted(
    intake: Intake,
    kind: str,
    table: Table,
    convert: Callable[[dict[str, Any]], dict[str, Any]],
    work: Path,
    progress: Progress,
) -> Path:
    key = _NEEDED[kind][0]
    with (
        progress.step(f"reading {intake.path.name}") as advance,
        SortedTable(table, work) as out,
    ):
        for ordinal, values in _rows(intake.path, kind):
            advance(1)
            try:
                out.add(convert(values), ordinal)
            except BadRow as bad:
                detail = f"row {ordinal}: {bad.detail}"
                intake.reject(Reject(bad.reason, detail, record_id=str(values.get(key))[:100]))
            else:
                intake.records += 1
        path, repeats = out.finish()
    for repeat in repeats:
        detail = f"row {repeat.place}: {describe_repeat(repeat, 'row')}"
        intake.reject(Reject(REPEATED_ID, detail, record_id=repeat.key))
    intake.records -= len(repeats)
    if not intake.records:
        raise DataError("the file holds no family that can be used", place=intake.path)
    return path


def _classes(path: Path) -> dict[str, frozenset[str]]:
    table: Any = pq.read_table(path, columns=["_id", "ipc3_domains"])
    keys, classes = (table.column(column).to_pylist() for column in table.column_names)
    return {key: frozenset(codes) for key, codes in zip(keys, classes, strict=True)}


def _qrels(
    intake: Intake,
    queries: Mapping[str, frozenset[str]],
    documents: Mapping[str, frozenset[str]],
) -> Any:
    """Judged pairs as a ``pyarrow.Table`` of a release, sorted."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for ordinal, values in _rows(intake.path, "relations"):
        try:
            row = _pair(values, queries, documents, rows)
        except BadRow as bad:
            named = f"{values.get('query_id')} {values.get('relevant_id')}"
            intake.reject(Reject(bad.reason, f"row {ordinal}: {bad.detail}", record_id=named[:100]))
        else:
            rows[row["query-id"], row["corpus-id"]] = row
    intake.records = len(rows)
    if not rows:
        raise DataError("the file holds no pair that can be used", place=intake.path)
    table = pa.Table.from_pylist(list(rows.values()), schema=PATENT_QRELS.schema)
    keys = [("query-id", "ascending"), ("corpus-id", "ascending")]
    return table.take(pc.call_function("sort_indices", [table], pc.SortOptions(keys)))


def _pair(
    values: Mapping[str, Any],
    queries: Mapping[str, frozenset[str]],
    documents: Mapping[str, frozenset[str]],
    seen: Container[tuple[str, str]],
) -> dict[str, Any]:
    query, document = id_of(values, "query_id"), id_of(values, "relevant_id")
    relevance = values.get("relevance_score")
    if query not in queries:
        raise BadRow(UNKNOWN_QUERY, f"no query has the id {query!r}")
    if document not in documents:
        raise BadRow(UNKNOWN_DOCUMENT, f"no document has the id {document!r}")
    if query == document:
        raise BadRow(SELF, "a family is no result of itself")
    if (query, document) in seen:
        raise BadRow(REPEATED_PAIR, "the first row that judges it is kept")
    if not isinstance(relevance, int | float) or not math.isfinite(relevance):
        raise BadRow(NO_SCORE, f"relevance_score is {relevance!r}, expected a number")
    relevant = relevance > 0
    published = values.get("domain_rel")
    taken = relevant and published in _LABELS
    return {
        "query-id": query,
        "corpus-id": document,
        "score": int(relevant),
        "partition": published
        if taken
        else pair_label(queries[query], documents[document], "overlap"),
        "relation": "citation" if relevant else "random_negative",
        "direction": None,
        "categories": [],
        "phases": [],
        "date_valid": None,
    }
