"""A data set in BEIR's layout into a release of the family ``retrieval``."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ...retrieval.identifiers import as_ids, locate
from ...schemas.errors import DataError, UsageError
from ...schemas.progress import SILENT
from ...schemas.retrieval_family import RETRIEVAL_CORPUS, RETRIEVAL_QRELS, RETRIEVAL_QUERIES
from ..sources.record import Reject
from .beir_files import read_beir
from .intake import (
    REPEATED_ID,
    REPEATED_PAIR,
    SELF,
    UNKNOWN_DOCUMENT,
    UNKNOWN_QUERY,
    Intake,
    default_name,
    describe_repeat,
    work_folder,
    write_import,
)
from .sorting import SortedTable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from ...schemas.progress import Progress
    from ...schemas.release import Release
    from ...schemas.tables import Table
    from .beir_files import BeirFolder, Pair, Text

UNJUDGED = "query without judgement"
OTHER_SPLIT = "query of two splits"
_FORM = "beir"
_FIRST = ("test", "dev", "validation", "train")
"""Splits that keep a query that stands in several, the first one first."""
_SPLIT_NAME = re.compile(r"\w+(\.\w+)*")
"""Names that ``datasets`` takes."""


def import_beir(
    folder: Path,
    output: Path,
    *,
    splits: Sequence[str] | None = None,
    name: str | None = None,
    version: str | None = None,
    license: str = "unknown",  # noqa: A002 - the manifest's word
    languages: Sequence[str] = (),
    overwrite: bool = False,
    progress: Progress = SILENT,
) -> Release:
    """Make a release of a folder with ``corpus.jsonl``, ``queries.jsonl`` and ``qrels/*.tsv``.

    Records that cannot be used (no JSON, no id, no text, an id that stands before, a grade that is
    no integer, an unknown id, a query judged against itself) are counted in the manifest and listed
    beside the release. Queries without a judgement are dropped and counted; a query that several
    splits judge stays in the first of test, dev, validation, train and the others.

    Args:
        folder: the data set.
        output: folder of the release.
        splits: files of ``qrels`` to take; all by default.
        name: of the release; the folder's by default.
        version: ``YYYY.MM`` or ``YYYY.MM.N``; this month by default.
        license: licence of the data.
        languages: ISO 639-1 codes of the texts.
        overwrite: replace a release that stands at ``output``.
        progress: shown while it works.

    Raises:
        UsageError: there is no such folder or split, or the output exists.
        DataError: a file is missing, packed badly or no table of judgements, or nothing in it can
            be used.
    """
    found = read_beir(folder)
    chosen = _chosen(found, splits)
    with work_folder(output, version, overwrite=overwrite) as work:
        rejects = work / "rejects.jsonl"
        with progress.step("reading the judgements"):
            judged = {split: _read_pairs(found, split, rejects) for split in chosen}
        corpus = _sorted(found.corpus, found.documents, RETRIEVAL_CORPUS, work, progress)
        queries = _sorted(found.queries, found.texts_of_queries, RETRIEVAL_QUERIES, work, progress)
        dropped: Counter[str] = Counter()
        tables = _split_tables(judged, corpus, queries, dropped)
        return write_import(
            output,
            "retrieval",
            {"corpus": {"test": corpus.path}, **tables},
            [corpus.intake, queries.intake, *(part.intake for part in judged.values())],
            rejects,
            builder="beir",
            parameters={"splits": chosen},
            dropped=dropped,
            name=name or default_name(folder),
            version=version,
            license=license,
            languages=languages,
            overwrite=overwrite,
            progress=progress,
        )


@dataclass(frozen=True)
class _Texts:
    """Documents or queries, read and sorted."""

    intake: Intake
    path: Path


@dataclass(frozen=True)
class _Judged:
    """Judgements of one split, read."""

    intake: Intake
    pairs: list[Pair]


def _chosen(found: BeirFolder, splits: Sequence[str] | None) -> list[str]:
    """Splits to take, in the order in which they claim queries."""
    names = list(found.qrels) if splits is None else list(dict.fromkeys(splits))
    for name in names:
        if name not in found.qrels:
            raise UsageError.from_unknown_name("split", name, found.qrels)
        if not _SPLIT_NAME.fullmatch(name):
            raise DataError(
                "the name of the file cannot name a split",
                place=found.qrels[name],
                found=repr(name),
                expected="letters, digits and underscores, as test.tsv",
            )
    return sorted(names, key=lambda n: (_FIRST.index(n) if n in _FIRST else len(_FIRST), n))


def _read_pairs(found: BeirFolder, split: str, rejects: Path) -> _Judged:
    intake = Intake(found.qrels[split], _FORM, rejects)
    pairs: list[Pair] = []
    seen: dict[tuple[str, str], int] = {}
    for item in found.pairs(split):
        if isinstance(item, Reject):
            intake.reject(item)
            continue
        place = seen.setdefault((item.query, item.document), item.line)
        if place != item.line:
            detail = f"line {place} judges the pair, and is kept"
            intake.reject(_about(item, REPEATED_PAIR, detail))
        elif item.query == item.document:
            intake.reject(_about(item, SELF, "a query is no result of itself"))
        else:
            pairs.append(item)
    return _Judged(intake, pairs)


def _about(pair: Pair, reason: str, detail: str) -> Reject:
    return Reject(reason, detail, pair.line, record_id=f"{pair.query} {pair.document}")


def _sorted(
    path: Path,
    read: Callable[[], Iterable[Text | Reject]],
    table: Table,
    work: Path,
    progress: Progress,
) -> _Texts:
    intake = Intake(path, _FORM, work / "rejects.jsonl")
    titled = "title" in table.schema.names
    with progress.step(f"reading {path.name}") as advance, SortedTable(table, work) as out:
        for item in read():
            if isinstance(item, Reject):
                intake.reject(item)
                continue
            row = {"_id": item.key, "text": item.text, "metadata": item.metadata}
            out.add(row | {"title": item.title} if titled else row, item.line)
            intake.records += 1
            advance(1)
        sorted_path, repeats = out.finish()
    for repeat in repeats:
        detail = describe_repeat(repeat, "line")
        intake.reject(Reject(REPEATED_ID, detail, repeat.place, record_id=repeat.key))
    intake.records -= len(repeats)
    if not intake.records:
        raise DataError("the file holds no record that can be used", place=path)
    return _Texts(intake, sorted_path)


def _split_tables(
    judged: Mapping[str, _Judged], corpus: _Texts, queries: _Texts, dropped: Counter[str]
) -> dict[str, dict[str, Any]]:
    """Queries and pairs of each split, in the schemas of a release."""
    documents = as_ids(pq.read_table(corpus.path, columns=["_id"]).column("_id"))
    texts: Any = pq.read_table(queries.path)
    ids = as_ids(texts.column("_id"))
    owner = np.full(len(ids), -1)
    tables: dict[str, dict[str, Any]] = {"queries": {}, "qrels": {}}
    for number, (split, part) in enumerate(judged.items()):
        pairs = _known(part, ids, documents)
        places = locate(ids, [pair.query for pair in pairs])
        here = np.unique(places)
        taken = here[owner[here] >= 0]
        dropped[OTHER_SPLIT] += len(taken)
        owner[here[owner[here] < 0]] = number
        mine = [pair for pair, at in zip(pairs, places, strict=True) if owner[at] == number]
        part.intake.records = len(mine)
        tables["qrels"][split] = _qrels(mine)
        tables["queries"][split] = texts.filter(pa.array(owner == number))
    dropped[UNJUDGED] += int((owner < 0).sum())
    if (owner < 0).all():
        raise DataError(
            "no judgement names a query and a document that are there",
            place=", ".join(str(part.intake.path) for part in judged.values()),
        )
    return tables


def _known(part: _Judged, queries: Any, documents: Any) -> list[Pair]:
    """Pairs of a query and a document that are there."""
    query_there = locate(queries, [pair.query for pair in part.pairs]) >= 0
    document_there = locate(documents, [pair.document for pair in part.pairs]) >= 0
    kept: list[Pair] = []
    for pair, query, document in zip(part.pairs, query_there, document_there, strict=True):
        if not query:
            part.intake.reject(_about(pair, UNKNOWN_QUERY, f"no query has the id {pair.query!r}"))
        elif not document:
            detail = f"no document has the id {pair.document!r}"
            part.intake.reject(_about(pair, UNKNOWN_DOCUMENT, detail))
        else:
            kept.append(pair)
    return kept


def _qrels(pairs: Sequence[Pair]) -> Any:
    columns = {
        "query-id": [pair.query for pair in pairs],
        "corpus-id": [pair.document for pair in pairs],
        "score": [pair.grade for pair in pairs],
        "partition": [pair.partition for pair in pairs],
    }
    table = pa.table(columns, schema=RETRIEVAL_QRELS.schema)
    keys = [("query-id", "ascending"), ("corpus-id", "ascending")]
    return table.take(pc.call_function("sort_indices", [table], pc.SortOptions(keys)))
