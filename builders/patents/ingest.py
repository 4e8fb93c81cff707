"""Source files into staged Parquet: one file at a time, in batches of bounded size."""

from __future__ import annotations

import hashlib
import json
import shutil
import unicodedata
from collections import Counter
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from ...schemas.fingerprint import file_sha256
from ..rejects import reject_line
from ..sources.record import Publication, Reject, Skip
from .keys import family_key, number_of, order_key, ring_place
from .staged import NAMES, STAGED, STAGED_CITATIONS, STAGED_PUBLICATIONS, TEXT_FIELDS, WRITING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from ...schemas.progress import Progress
    from ...schemas.tables import Table
    from ..sources.record import Citation

    Records = Iterable[Publication | Reject | Skip]

_BATCH_CHARACTERS = 16 << 20
_BATCH_RECORDS = 20_000


@dataclass(frozen=True)
class SourceFile:
    """One file to read: where it stands, its format, and how its records are had."""

    path: Path
    format: str
    read: Callable[[], Records]
    key: str = ""
    """Whatever else the records depend on: language, column mapping."""


@dataclass(frozen=True)
class Shard:
    """What one source file gave."""

    folder: Path
    """With publications.parquet, citations.parquet, names.parquet and rejects.jsonl."""
    key: str
    path: str
    bytes: int
    sha256: str
    format: str
    records: int
    rejected: Mapping[str, int]
    skipped: Mapping[str, int]

    @classmethod
    def load(cls, folder: Path) -> Self:
        """A shard written before."""
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        return cls(folder=folder, **meta)


def ingest(files: Sequence[SourceFile], folder: Path, progress: Progress) -> list[Shard]:
    """Bring every file into the tables of ``staged``; a file done before is not read again.

    Args:
        files: in the order that decides ties: the earlier file wins.
        folder: each file gets a folder in it, named by a digest of path, size, time of change,
            format, ``SourceFile.key`` and the files before it (records are numbered on).
        progress: a step is opened for each file, in records.

    Returns:
        A shard for each file.

    Raises:
        DataError: a reader gives up on a file.
    """
    shards: list[Shard] = []
    first_record = 0
    for ordinal, file in enumerate(files):
        key = _shard_key(file, ordinal, first_record)
        target = folder / f"{ordinal:05d}-{key[:16]}"
        if not target.exists():
            partial = folder / f"{ordinal:05d}.partial"
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
            with progress.step(f"reading {file.path.name}") as advance:
                _ingest_file(file, partial, key, ordinal, first_record, advance)
            partial.rename(target)
        shards.append(Shard.load(target))
        first_record += shards[-1].records
    return shards


def _shard_key(file: SourceFile, ordinal: int, first_record: int) -> str:
    status = file.path.stat()
    identity = [str(file.path.resolve()), status.st_size, status.st_mtime_ns, file.format, file.key]
    payload = [*identity, ordinal, first_record, version("domainbench")]
    return hashlib.sha256(json.dumps(payload).encode()).hexdigest()


def _ingest_file(
    file: SourceFile,
    folder: Path,
    key: str,
    ordinal: int,
    first_record: int,
    advance: Callable[[int], None],
) -> None:
    rejected: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    records = 0
    with _Writers(folder) as writers, (folder / "rejects.jsonl").open("w", encoding="utf-8") as out:
        for item in file.read():
            if isinstance(item, Publication):
                writers.add(item, ordinal, first_record + records)
                records += 1
                advance(1)
            elif isinstance(item, Reject):
                rejected[item.reason] += 1
                out.write(reject_line(str(file.path), **asdict(item)))
            else:
                skipped[item.reason] += 1
    meta = {
        "key": key,
        "path": str(file.path),
        "bytes": file.path.stat().st_size,
        "sha256": file_sha256(file.path),
        "format": file.format,
        "records": records,
        "rejected": dict(sorted(rejected.items())),
        "skipped": dict(sorted(skipped.items())),
    }
    (folder / "meta.json").write_text(json.dumps(meta), encoding="utf-8")


class _Writers:
    """Three Parquet files that grow by batches."""

    def __init__(self, folder: Path) -> None:
        self._files = {
            table.name: pq.ParquetWriter(folder / f"{table.name}.parquet", table.schema, **WRITING)
            for table in STAGED
        }
        self._rows: dict[str, list[dict[str, Any]]] = {table.name: [] for table in STAGED}
        self._characters = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._flush()
        for file in self._files.values():
            file.close()

    def add(self, publication: Publication, source: int, record: int) -> None:
        """Stage one publication with its citations and names."""
        row = _publication_row(publication, source, record)
        self._rows[STAGED_PUBLICATIONS.name].append(row)
        self._rows[STAGED_CITATIONS.name].extend(_citation_rows(publication, record))
        self._rows[NAMES.name].extend(_name_rows(publication, record, row["order_key"]))
        self._characters += sum(len(row[name] or "") for name in TEXT_FIELDS)
        full = len(self._rows[STAGED_PUBLICATIONS.name]) >= _BATCH_RECORDS
        if full or self._characters >= _BATCH_CHARACTERS:
            self._flush()

    def _flush(self) -> None:
        for table in STAGED:
            rows = self._rows[table.name]
            if rows:
                self._files[table.name].write_table(_arrow(rows, table))
                rows.clear()
        self._characters = 0


def _arrow(rows: list[dict[str, Any]], table: Table) -> Any:
    return pa.Table.from_pylist(rows, schema=table.schema)


def _publication_row(publication: Publication, source: int, record: int) -> dict[str, Any]:
    key, rule = family_key(publication)
    ring, factor = ring_place(key)
    texts = {name: _clean(getattr(publication, name)) for name in TEXT_FIELDS}
    return {
        "publication_id": publication.publication_id,
        "number_key": publication.number_key,
        "country": publication.country,
        "kind": publication.kind,
        "publication_date": publication.publication_date,
        "filing_date": publication.filing_date,
        "priority_date": publication.priority_date,
        "family_key": key,
        "family_rule": rule,
        "priorities": sorted(set(publication.priorities)),
        "members": sorted(set(publication.members)),
        "language": publication.language,
        **texts,
        "ipc": sorted(set(publication.ipc)),
        "cpc": sorted(set(publication.cpc)),
        "source": source,
        "record": record,
        "line": publication.line,
        "offset": publication.offset,
        "order_key": order_key(key, rule),
        "ring": ring,
        "factor": factor,
        "has_text": int(texts["title"] is not None or texts["abstract"] is not None),
    }


def _clean(text: str | None) -> str | None:
    """The text in NFC without white space around it; None where nothing is left."""
    return unicodedata.normalize("NFC", text.strip()) or None if text else None


def _citation_rows(publication: Publication, record: int) -> Iterator[dict[str, Any]]:
    own = (publication.publication_id, publication.number_key)
    for citation in publication.citations:
        other = (citation.publication_id, number_of(citation.publication_id))
        citing, cited = (other, own) if citation.forward else (own, other)
        yield {
            "citing_id": citing[0],
            "citing_number": citing[1],
            "cited_id": cited[0],
            "cited_number": cited[1],
            "cited_has_kind": cited[0] != cited[1],
            **_manner(citation),
            "record": record,
            "forward": citation.forward,
        }


def _manner(citation: Citation) -> dict[str, str | None]:
    return {"category": citation.category or None, "phase": citation.phase or None}


def _name_rows(publication: Publication, record: int, key: str) -> Iterator[dict[str, Any]]:
    named = {publication.publication_id: publication.number_key}
    for member in publication.members:
        named.setdefault(member, number_of(member))
    for publication_id in sorted(named):
        yield {
            "record": record,
            "publication_id": publication_id,
            "number_key": named[publication_id],
            "order_key": key,
        }
