"""Source files made of publications in memory, and builds from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from domainbench.builders.patents.builder import build_tables
from domainbench.builders.patents.ingest import SourceFile
from domainbench.builders.patents.options import options_from
from domainbench.schemas.progress import SILENT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


@pytest.fixture
def source(tmp_path: Path) -> Callable[..., SourceFile]:
    """A file whose reader yields the records given."""

    def make(name: str, records: Sequence[Any]) -> SourceFile:
        path = tmp_path / name
        path.write_text(name, encoding="utf-8")
        return SourceFile(path, "memory", lambda: iter(records))

    return make


class Built:
    """A build's tables as lists of rows."""

    def __init__(self, result: Any) -> None:
        self.result = result

    def rows(self, table: str, split: str = "test") -> list[dict[str, Any]]:
        return pq.read_table(self.result.tables[table][split]).to_pylist()

    def by_id(self, table: str, split: str = "test") -> dict[str, dict[str, Any]]:
        return {row["_id"]: row for row in self.rows(table, split)}

    def pairs(self, *columns: str, split: str = "test") -> list[tuple[Any, ...]]:
        names = ("query-id", "corpus-id", *columns)
        return [tuple(row[name] for name in names) for row in self.rows("qrels", split)]

    def bytes(self) -> dict[tuple[str, str], bytes]:
        return {
            (table, split): path.read_bytes()
            for table, splits in self.result.tables.items()
            for split, path in splits.items()
        }


@pytest.fixture
def build(tmp_path: Path) -> Callable[..., Built]:
    def run(files: Sequence[SourceFile], engine: str = "polars", work: str = "work", **given: Any):
        options = options_from(given)
        return Built(build_tables(options, files, tmp_path / work, engine, SILENT))

    return run
