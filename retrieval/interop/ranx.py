"""Runs of ranx: its objects, and the files that it saves.

ranx leaves the order of tied documents open; a run here ranks them by id, descending, so figures of
a run with ties can differ from those that ranx gives.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from ...schemas.errors import DataError, UsageError
from ..run import Run
from ..trec import read_run
from .dictionaries import run_from_dict, run_to_dict
from .optional import load

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

_COLUMNS = {"q_id": "query_id", "doc_id": "doc_id", "score": "score"}
_TREC = (".trec", ".txt")


class RanxRun(Protocol):
    """What is used of a ``ranx.Run``."""

    name: str | None

    def to_dict(self) -> Mapping[str, Mapping[str, float]]:
        """Query → document → score."""
        ...


def run_from_ranx(run: RanxRun) -> Run:
    """The run that a ``ranx.Run`` holds, ranked anew.

    Raises:
        DataError: a score is not finite.
    """
    return run_from_dict(run.to_dict(), run.name or "run")


def run_to_ranx(run: Run) -> Any:
    """A ``ranx.Run``; queries without a document, which ranx cannot hold, are left out.

    Raises:
        MissingDependencyError: ranx is not installed.
    """
    ranx = load("ranx", "bench", "a ranx run")
    found = {query: ranked for query, ranked in run_to_dict(run).items() if ranked}
    return ranx.Run(found or None, name=run.name)


def read_ranx(path: Path, *, name: str | None = None) -> Run:
    """Read a run that ranx saved, by the ending of its name: json, lz4, parquet, parq, trec or txt.

    Args:
        path: the file.
        name: the run's; the file's name by default, or the tag of a TREC run.

    Raises:
        UsageError: another ending.
        MissingDependencyError: an lz4 file, and the package lz4 is not installed.
        DataError: the file cannot be read, is no run, or has a score that is not finite.
    """
    kind = path.suffix.lower()
    if kind in _TREC:
        return read_run(path, name=name)
    if kind not in _LOADERS:
        raise UsageError(
            "the file has no ending that ranx writes",
            place=path,
            expected=", ".join([*_LOADERS, *_TREC]),
        )
    named = name or path.stem
    try:
        return _LOADERS[kind](path, named)
    except OSError as error:
        raise DataError("the file cannot be read", place=path, found=error) from None
    except (ValueError, RuntimeError) as error:  # of JSON, UTF-8, CBOR and Arrow; of LZ4
        raise DataError("the file is no run of ranx", place=path, found=error) from None
    except DataError as error:
        raise DataError(
            error.problem, place=path, found=error.found, expected=error.expected
        ) from None


def _from_json(path: Path, name: str) -> Run:
    return _from_nested(json.loads(path.read_text(encoding="utf-8")), name)


def _from_lz4(path: Path, name: str) -> Run:
    frame = load("lz4.frame", "bench", "an lz4 file of ranx")
    cbor2 = load("cbor2", "bench", "an lz4 file of ranx")
    # ranx packs the content, then writes it through a file that packs it once more.
    return _from_nested(cbor2.loads(frame.decompress(frame.decompress(path.read_bytes()))), name)


def _from_nested(ranked: Any, name: str) -> Run:
    sound = isinstance(ranked, dict) and all(
        isinstance(found, dict) and all(type(score) in (int, float) for score in found.values())
        for found in ranked.values()
    )
    if not sound:
        raise DataError(
            "the file is no run",
            found=repr(ranked)[:60],
            expected='{"query": {"document": score}}',
        )
    return run_from_dict(ranked, name)


def _from_parquet(path: Path, name: str) -> Run:
    table: Any = pq.read_table(path)
    missing = [column for column in _COLUMNS if column not in table.column_names]
    if missing:
        raise DataError(
            "the table is no run",
            found=", ".join(table.column_names),
            expected=", ".join(_COLUMNS),
        )
    texts = [table.column(column).cast(pa.large_string()) for column in ("q_id", "doc_id")]
    columns = [*texts, table.column("score")]
    return Run.from_table(pa.table(columns, names=list(_COLUMNS.values())), name=name)


_LOADERS: dict[str, Callable[[Path, str], Run]] = {
    ".json": _from_json,
    ".lz4": _from_lz4,
    ".parquet": _from_parquet,
    ".parq": _from_parquet,
}
