"""Runs and judgements in TREC's text formats.

Fields are parted by ASCII white space, as C's ``isspace`` and so trec_eval have it; an id may hold
any other character. Files are UTF-8, with or without a byte order mark.
"""

from __future__ import annotations

import math
from codecs import BOM_UTF8
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from ..schemas.errors import DataError
from .qrels import Qrels
from .run import Run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BLOCK = 1 << 17
"""Lines written at a time."""
_INT32 = range(-(1 << 31), 1 << 31)


def write_run(run: Run, path: Path, *, tag: str | None = None) -> None:
    """Write ``query Q0 document rank score tag`` lines; scores read back as the same float32.

    Raises:
        DataError: an id is empty or holds white space, which the format cannot express.
    """
    table = run.to_table()
    label = "_".join((tag or run.name).split()) or "run"
    # Arrow writes a float32 as the shortest text that reads back as the same float32.
    scores = table.column("score").cast(pa.string())
    queries, documents = table.column("query_id"), table.column("doc_id")
    _check_ids(queries, path)
    _check_ids(documents, path)
    ranks = table.column("rank").cast(pa.string())
    _write_lines(path, [queries, "Q0", documents, ranks, scores, label])


def read_run(path: Path, *, name: str | None = None) -> Run:
    """Read a run; ranks are made anew from scores and ids, as trec_eval does.

    Args:
        path: the file.
        name: the run's; the tag of the file's last line by default.

    Raises:
        DataError: a line that has not six fields or whose score is no finite number, with its
            place; or a document that a query has twice.
    """
    queries: list[str] = []
    documents: list[str] = []
    scores: list[float] = []
    tag = ""
    for line, fields in _lines(path, 6, "query Q0 document rank score tag"):
        queries.append(fields[0])
        documents.append(fields[2])
        scores.append(_score(fields[4], path, line))
        tag = fields[5]
    table = pa.table(
        {
            "query_id": pa.array(queries, pa.large_string()),
            "doc_id": pa.array(documents, pa.large_string()),
            "score": pa.array(scores, pa.float64()),
        }
    )
    try:
        return Run.from_table(table, name=name or tag or path.stem)
    except DataError as error:
        raise _placed(error, path) from None


def write_qrels(qrels: Qrels, path: Path) -> None:
    """Write ``query 0 document grade`` lines.

    Raises:
        DataError: an id is empty or holds white space, which the format cannot express.
    """
    table = qrels.to_table()
    queries, documents = table.column("query-id"), table.column("corpus-id")
    _check_ids(queries, path)
    _check_ids(documents, path)
    _write_lines(path, [queries, "0", documents, table.column("score").cast(pa.string())])


def read_qrels(path: Path) -> Qrels:
    """Read judgements.

    Raises:
        DataError: a line that has not four fields or whose grade is no integer, with its place; or
            a pair that stands twice.
    """
    queries: list[str] = []
    documents: list[str] = []
    grades: list[int] = []
    for line, fields in _lines(path, 4, "query 0 document grade"):
        queries.append(fields[0])
        documents.append(fields[2])
        grades.append(_grade(fields[3], path, line))
    try:
        return Qrels.from_pairs(queries, documents, pa.array(grades, pa.int32()))
    except DataError as error:
        raise _placed(error, path) from None


def _lines(path: Path, count: int, form: str) -> Iterator[tuple[int, list[str]]]:
    """Number and fields of each line that is not blank."""
    try:
        with path.open("rb") as handle:
            for number, line in enumerate(handle, 1):
                raw = line.removeprefix(BOM_UTF8) if number == 1 else line
                fields = raw.split()
                if fields and len(fields) != count:
                    raise DataError(
                        f"the line has {len(fields)} fields",
                        place=path,
                        line=number,
                        found=raw.strip()[:120].decode(errors="replace"),
                        expected=form,
                    )
                if fields:
                    yield number, _decoded(fields, path, number)
    except OSError as error:
        raise DataError("the file cannot be read", place=path, found=error.strerror) from None


def _decoded(fields: list[bytes], path: Path, line: int) -> list[str]:
    try:
        return [field.decode() for field in fields]
    except UnicodeDecodeError as error:
        raise DataError("the line is not UTF-8", place=path, line=line, found=error) from None


def _score(text: str, path: Path, line: int) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise DataError(
            "a field is no finite number",
            place=path,
            line=line,
            found=text,
            expected="a score such as 12.5",
        )
    return value


def _grade(text: str, path: Path, line: int) -> int:
    try:
        value = int(text)
    except ValueError:
        value = None
    if value is None or value not in _INT32:
        raise DataError(
            "a field is no 32-bit integer",
            place=path,
            line=line,
            found=text,
            expected="a grade; above 0 is relevant",
        )
    return value


def _placed(error: DataError, path: Path) -> DataError:
    return DataError(error.problem, place=path, found=error.found, expected=error.expected)


def _check_ids(ids: Any, path: Path) -> None:
    unique = ids.unique()
    options = pc.MatchSubstringOptions(r"^$|[\t\n\v\f\r ]")
    bad = unique.filter(pc.call_function("match_substring_regex", [unique], options))
    if len(bad):
        raise DataError(
            "an id is empty or holds white space, which TREC files cannot express",
            place=path,
            found=repr(bad[0].as_py()),
        )


def _write_lines(path: Path, columns: list[Any]) -> None:
    """Write rows; a column is an array of strings, the first one, or a text for all rows."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        for first in range(0, len(columns[0]), _BLOCK):
            block = [c if isinstance(c, str) else c.slice(first, _BLOCK) for c in columns]
            lines = pc.call_function("binary_join_element_wise", [*block, " "])
            handle.writelines(f"{line}\n" for line in lines.to_pylist())
