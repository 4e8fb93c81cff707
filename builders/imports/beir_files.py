"""Reading the files of a BEIR folder, record by record, with the place of every fault."""

from __future__ import annotations

import csv
import json
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from ...schemas.beir import HEADER, PARTITION
from ...schemas.errors import DataError
from ..sources.record import Reject
from ..sources.rows import read_rows
from ..sources.shapes import JSON_LINES, Job, Shape
from ..sources.streams import Meter, find_sources, lines
from .intake import NO_TEXT, clean, find_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ..sources.rows import Row

_SUFFIX = ".tsv"
_INT32 = range(-(1 << 31), 1 << 31)
_NAMED = {"_id", "title", "text", "metadata"}


class Text(NamedTuple):
    """A document or a query."""

    key: str
    title: str
    text: str
    metadata: str | None
    """JSON object with sorted keys: the record's own and all its other fields; None if empty."""
    line: int


class Pair(NamedTuple):
    """A judged pair."""

    query: str
    document: str
    grade: int
    partition: str | None
    line: int


@dataclass(frozen=True)
class BeirFolder:
    """The files of a data set in BEIR's layout."""

    corpus: Path
    queries: Path
    qrels: Mapping[str, Path]
    """Split → file."""

    def documents(self) -> Iterator[Text | Reject]:
        """Records of the corpus in the order of the file."""
        return _texts(self.corpus)

    def texts_of_queries(self) -> Iterator[Text | Reject]:
        """Records of the queries in the order of the file."""
        return _texts(self.queries)

    def pairs(self, split: str) -> Iterator[Pair | Reject]:
        """Judged pairs of a split in the order of the file."""
        return _pairs(self.qrels[split])


def read_beir(folder: Path) -> BeirFolder:
    """Find the files of a data set in BEIR's layout; JSON lines may be packed with gzip.

    Raises:
        UsageError: there is no such folder.
        DataError: a file is missing.
    """
    corpus = find_file(folder, "corpus.jsonl", "corpus.jsonl.gz")
    queries = find_file(folder, "queries.jsonl", "queries.jsonl.gz")
    qrels = {path.name.removesuffix(_SUFFIX): path for path in folder.glob(f"qrels/*{_SUFFIX}")}
    if not qrels:
        raise DataError(
            "the folder has no judgements", place=folder / "qrels", expected="qrels/test.tsv"
        )
    return BeirFolder(corpus, queries, dict(sorted(qrels.items())))


def _texts(path: Path) -> Iterator[Text | Reject]:
    (source,) = find_sources(path)[:1]
    job = Job(source, Shape(JSON_LINES, ()), Meter(path.stat().st_size), "")
    for row in read_rows(job):
        yield row if isinstance(row, Reject) else _text(row)


def _text(row: Row) -> Text | Reject:
    values = row.values
    key = values.get("_id")
    if isinstance(key, int) and not isinstance(key, bool):
        key = str(key)
    title, text = values.get("title"), values.get("text")
    if not isinstance(key, str) or not key:
        return Reject("no _id", f"found {key!r}, expected a text", row.line, row.offset)
    for name, value in (("title", title), ("text", text)):
        if not isinstance(value, str | None):
            detail = f"{name} is {type(value).__name__}, expected a text"
            return Reject(f"{name} is no text", detail, row.line, row.offset, key)
    if not clean(title) and not clean(text):
        return Reject(NO_TEXT, "title and text are empty", row.line, row.offset, key)
    known = values.get("metadata")
    metadata = dict(known) if isinstance(known, dict) else {}
    metadata |= {name: value for name, value in values.items() if name not in _NAMED}
    packed = json.dumps(metadata, ensure_ascii=False, sort_keys=True) if metadata else None
    return Text(
        unicodedata.normalize("NFC", key),
        clean(title),
        clean(text),
        unicodedata.normalize("NFC", packed) if packed else None,
        row.line or 0,
    )


def _pairs(path: Path) -> Iterator[Pair | Reject]:
    (source,) = find_sources(path)[:1]
    columns = (0, 1, 2, -1)
    with source.open(Meter(path.stat().st_size)) as stream:
        for line in lines(stream):
            try:
                text = line.content.decode("utf-8").rstrip("\r\n")
            except UnicodeDecodeError as error:
                yield Reject("not valid UTF-8", str(error)[:200], line.number, line.offset)
                continue
            if not text:
                continue
            cells = _cells(text)
            if line.number == 1 and not _is_grade(cells):
                columns = _columns(cells, path)
            else:
                yield _pair(cells, columns, line.number, line.offset)


def _cells(text: str) -> list[str]:
    if '"' in text:  # an id with a tab or a quotation mark, as the csv module writes it
        return next(csv.reader([text], delimiter="\t"), [])
    return text.split("\t")


def _is_grade(cells: list[str]) -> bool:
    """Whether a first line is a judgement, not a header."""
    try:
        return len(cells) >= 3 and int(cells[2]) in _INT32
    except ValueError:
        return False


def _columns(header: list[str], path: Path) -> tuple[int, ...]:
    """Where the four fields stand; -1 for a partition that there is none of."""
    names = [name.strip().lower() for name in header]
    if len(names) < 3:
        raise DataError(
            "the file is no table of judgements",
            place=path,
            line=1,
            found="\t".join(header)[:120],
            expected="<TAB>".join(HEADER),
        )
    if all(name in names for name in HEADER):
        places = [names.index(name) for name in HEADER]
    else:
        places = [0, 1, 2]  # BEIR's own loader goes by the place alone
    return (*places, names.index(PARTITION) if PARTITION in names else -1)


def _pair(cells: list[str], columns: tuple[int, ...], line: int, offset: int) -> Pair | Reject:
    if len(cells) <= max(columns[:3]):
        shown = "\t".join(cells)[:100]
        detail = f"{len(cells)} field(s) parted by tabs in {shown!r}, expected three"
        return Reject("wrong number of fields", detail, line, offset)
    query, document, grade = (cells[place].strip() for place in columns[:3])
    place = columns[3]
    partition = cells[place].strip() if 0 <= place < len(cells) else ""
    label = f"{query} {document}"
    try:
        value = int(grade)
    except ValueError:
        value = None
    if value is None or value not in _INT32:
        detail = f"found {grade!r}, expected a 32-bit integer"
        return Reject("grade is no integer", detail, line, offset, label)
    form: Any = unicodedata.normalize
    return Pair(form("NFC", query), form("NFC", document), value, partition or None, line)
