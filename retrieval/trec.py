"""Runs and judgements in TREC's text formats."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa

from ..schemas.errors import DataError
from .qrels import Qrels
from .run import Run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_Number = TypeVar("_Number", int, float)


def write_run(run: Run, path: Path, *, tag: str | None = None) -> None:
    """Write ``query Q0 document rank score tag`` lines; scores read back as the same float32.

    Raises:
        DataError: an id holds white space, which the format cannot express.
    """
    table = run.to_table()
    _check_ids(table.column("query_id"), path)
    _check_ids(table.column("doc_id"), path)
    label = "_".join((tag or run.name).split())
    columns = (table.column(name).to_pylist() for name in ("query_id", "doc_id", "rank"))
    # repr of a float32 is its shortest text that reads back as the same float32
    scores = [str(score) for score in table.column("score").to_numpy()]
    with path.open("w", encoding="utf-8", newline="\n") as handle:
        for query, document, rank, score in zip(*columns, scores, strict=True):
            handle.write(f"{query} Q0 {document} {rank} {score} {label}\n")


def read_run(path: Path, *, name: str | None = None) -> Run:
    """Read a run; ranks are made anew from scores and ids, as trec_eval does.

    Raises:
        DataError: a line that has not six fields or whose score is no number, with its place.
    """
    queries: list[str] = []
    documents: list[str] = []
    scores: list[float] = []
    tag = ""
    for line, fields in _lines(path, 6, "query Q0 document rank score tag"):
        queries.append(fields[0])
        documents.append(fields[2])
        scores.append(_number(fields[4], float, path, line))
        tag = fields[5]
    table = pa.table(
        {"query_id": queries, "doc_id": documents, "score": pa.array(scores, pa.float64())}
    )
    return Run.from_table(table, name=name or tag or path.stem)


def write_qrels(qrels: Qrels, path: Path) -> None:
    """Write ``query 0 document grade`` lines; ``DataError`` if an id holds white space."""
    table = qrels.to_table()
    _check_ids(table.column("query-id"), path)
    _check_ids(table.column("corpus-id"), path)
    with path.open("w", encoding="utf-8", newline="\n") as handle:
        for row in table.to_pylist():
            handle.write(f"{row['query-id']} 0 {row['corpus-id']} {row['score']}\n")


def read_qrels(path: Path) -> Qrels:
    """Read judgements.

    Raises:
        DataError: a line that has not four fields, a grade that is no integer, a pair twice.
    """
    queries: list[str] = []
    documents: list[str] = []
    grades: list[int] = []
    for line, fields in _lines(path, 4, "query 0 document grade"):
        queries.append(fields[0])
        documents.append(fields[2])
        grades.append(_number(fields[3], int, path, line))
    return Qrels.from_pairs(queries, documents, grades)


def _lines(path: Path, count: int, form: str) -> Iterator[tuple[int, list[str]]]:
    try:
        with path.open(encoding="utf-8") as handle:
            for number, text in enumerate(handle, 1):
                fields = text.split()
                if fields and len(fields) != count:
                    raise DataError(
                        f"the line has {len(fields)} fields",
                        place=path,
                        line=number,
                        found=text.strip()[:120],
                        expected=form,
                    )
                if fields:
                    yield number, fields
    except FileNotFoundError:
        raise DataError("there is no such file", place=path) from None
    except UnicodeDecodeError as error:
        raise DataError("the file is not UTF-8", place=path, found=error) from None


def _number(text: str, kind: type[_Number], path: Path, line: int) -> _Number:
    try:
        return kind(text)
    except ValueError:
        raise DataError(
            "a field is no number", place=path, line=line, found=text, expected=kind.__name__
        ) from None


def _check_ids(ids: pa.ChunkedArray, path: Path) -> None:
    for value in ids.unique().to_pylist():
        if len(value.split()) != 1 or value != value.strip():
            raise DataError(
                "an id holds white space, which TREC files cannot express",
                place=path,
                found=repr(value),
            )
