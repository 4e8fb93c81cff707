"""Small tables on every engine."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from domainbench.builders.stages import ENGINES, open_engine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from domainbench.builders.stages import Engine

TYPES = {
    "str": pa.string(),
    "int": pa.int64(),
    "i32": pa.int32(),
    "date": pa.date32(),
    "bool": pa.bool_(),
    "strs": pa.list_(pa.string()),
}


def arrow(columns: str, rows: Sequence[Sequence[Any]]) -> pa.Table:
    """``arrow("id:str n:int", [("a", 1)])``."""
    named = [column.split(":") for column in columns.split()]
    return pa.table(
        {
            name: pa.array([row[place] for row in rows], TYPES[kind])
            for place, (name, kind) in enumerate(named)
        }
    )


@pytest.fixture(params=sorted(ENGINES))
def engine_name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def engine(engine_name: str, tmp_path: Path) -> Iterator[Engine]:
    opened = open_engine(engine_name, tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def frame(engine: Engine, tmp_path: Path) -> Callable[..., Any]:
    """A lazy frame of the rows given, read from Parquet by the engine."""
    number = count()

    def make(columns: str, rows: Sequence[Sequence[Any]]) -> Any:
        path = tmp_path / f"in-{next(number)}.parquet"
        pq.write_table(arrow(columns, rows), path)
        return engine.scan([path])

    return make


@pytest.fixture
def rows(engine: Engine, tmp_path: Path) -> Callable[..., list[tuple[Any, ...]]]:
    """The rows of a lazy frame as sorted tuples of the columns named."""
    number = count()

    def read(lazy: Any, columns: str) -> list[tuple[Any, ...]]:
        path = tmp_path / f"out-{next(number)}.parquet"
        names = columns.split()
        engine.sink(lazy.select(*names), path)
        found = pq.read_table(path).to_pylist()
        return sorted((tuple(row[name] for name in names) for row in found), key=repr)

    return read
