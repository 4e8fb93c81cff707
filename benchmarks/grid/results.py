"""What a grid found: ``grid.json`` says what was done, ``cells.parquet`` holds every figure."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from ...schemas.errors import DataError
from ..results import ReleaseEntry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FORMAT = 1
GRID_NAME = "grid.json"
CELLS_NAME = "cells.parquet"
Status = Literal["done", "failed", "unavailable"]
COLUMNS = {
    "cell": pa.int32(),
    "name": pa.string(),
    "label": pa.string(),
    "query_view": pa.string(),
    "corpus_view": pa.string(),
    "system": pa.string(),
    "split": pa.string(),
    "partition": pa.string(),
    "measure": pa.string(),
    "n": pa.int64(),
    "value": pa.float64(),
    "low": pa.float64(),
    "high": pa.float64(),
    "selected": pa.bool_(),
    "status": pa.string(),
    "reason": pa.string(),
    "empty": pa.list_(pa.string()),
    "reused": pa.bool_(),
    "load_seconds": pa.float64(),
    "cut_seconds": pa.float64(),
    "encode_seconds": pa.float64(),
    "index_seconds": pa.float64(),
    "search_seconds": pa.float64(),
    "peak_mib": pa.float64(),
    "index_bytes": pa.int64(),
}
"""Columns of ``cells.parquet``; those of the axes follow."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CellCost(_Model):
    """What a ranking takes when nothing of it is there yet; None where it is not known."""

    load_seconds: float | None = None
    """Loading a model, or fitting one on the corpus."""
    cut_seconds: float | None = None
    """Cutting the documents into passages."""
    encode_seconds: float | None = None
    """Computing the documents' vectors."""
    index_seconds: float | None = None
    """The rest of building the index."""
    search_seconds: float | None = None
    """Ranking the documents for all queries, the encoding of the queries included."""
    peak_mib: float | None = None
    """Largest resident set while one of these went on."""
    index_bytes: int | None = None

    @property
    def seconds(self) -> float | None:
        """All stages together."""
        stages = [
            self.load_seconds,
            self.cut_seconds,
            self.encode_seconds,
            self.index_seconds,
            self.search_seconds,
        ]
        known = [stage for stage in stages if stage is not None]
        return sum(known) if known else None


class CellEntry(_Model):
    """One cell."""

    number: int
    """From 1, in the order of the file."""
    name: str
    label: str
    query_view: str
    corpus_view: str
    system: str
    axes: dict[str, JsonValue]


class Outcome(_Model):
    """What became of a cell on one split."""

    cell: int
    split: str
    status: Status
    reason: str | None = None
    """Why there is no ranking."""
    empty: list[str] = Field(default_factory=list[str])
    """Columns of the cell's views that hold no text in this release, each with its table."""
    reused: bool | None = None
    """Whether the ranking was there from an earlier run."""
    cost: CellCost = CellCost()
    """As it was when the ranking was made; an index that several cells share counts in each."""


class GridFigure(_Model):
    """A mean over the queries of a split, or the difference or ratio of two."""

    cell: int
    split: str
    partition: str
    measure: str
    n: int
    """Queries with a relevant document."""
    value: float | None
    low: float | None
    high: float | None
    """Bounds of the bootstrap interval."""


class Selection(_Model):
    """The best cell of a group on the split that it was chosen on."""

    group: dict[str, JsonValue]
    cell: int


class TuneEntry(_Model):
    """How cells were chosen, and which."""

    split: str
    measure: str
    partition: str
    by: list[str]
    selected: list[Selection]
    reason: str | None = None
    """Why none was."""


class WorkEntry(_Model):
    """What the last run had to do."""

    rankings_computed: int
    rankings_reused: int
    indexes_built: int
    seconds: float


class GridSummary(_Model):
    """Everything but the figures."""

    format: int = FORMAT
    name: str
    release: ReleaseEntry
    task: str
    self_match_rule: str
    define: dict[str, str]
    """Variables as they were in force."""
    split: str
    """The queries whose figures are reported."""
    depth: int
    """Documents ranked for each query."""
    measures: list[str]
    """The first is the one that cells are sorted by."""
    partitions: list[str]
    gap: list[str]
    """What stands among the partitions for the difference and the ratio of two; may be empty."""
    axes: list[str]
    merged: int
    """Cells of the products that equal an earlier one."""
    seed: int
    interval: dict[str, float]
    """``level`` and ``resamples`` of the bootstrap."""
    documents: int
    queries: dict[str, int]
    """By split."""
    cells: list[CellEntry]
    outcomes: list[Outcome]
    tune: TuneEntry | None
    work: WorkEntry
    environment: dict[str, JsonValue]


@dataclass(frozen=True)
class GridResults:
    """A grid that has been run."""

    summary: GridSummary
    figures: tuple[GridFigure, ...]

    def figure(
        self, cell: int, measure: str, partition: str, split: str | None = None
    ) -> GridFigure | None:
        """One figure, of the reported split by default; None if the cell has no ranking."""
        wanted = (cell, split or self.summary.split, partition, measure)
        for f in self.figures:
            if (f.cell, f.split, f.partition, f.measure) == wanted:
                return f
        return None

    def table(self) -> Any:
        """Cells, splits, partitions and measures as the rows of a ``pyarrow.Table``.

        A cell without a ranking has its rows too, without figures.
        """
        return pa.Table.from_pylist(list(self._rows()), schema=self._schema())

    def write(self, folder: Path) -> None:
        """Write ``cells.parquet``, then ``grid.json``, each whole or not at all."""
        stage = folder / f".{CELLS_NAME}.{os.getpid()}"
        pq.write_table(self.table(), stage, compression="zstd")
        stage.replace(folder / CELLS_NAME)
        stage = folder / f".{GRID_NAME}.{os.getpid()}"
        stage.write_text(self.summary.model_dump_json(indent=2) + "\n", encoding="utf-8")
        stage.replace(folder / GRID_NAME)

    @classmethod
    def read(cls, folder: Path) -> GridResults:
        """Read what ``write`` wrote.

        Raises:
            DataError: a file is missing, damaged or of another format.
        """
        path = folder / GRID_NAME
        try:
            summary = GridSummary.model_validate_json(path.read_text(encoding="utf-8"))
            rows = pq.read_table(folder / CELLS_NAME).to_pylist()
        except FileNotFoundError as error:
            raise DataError(
                "there is no grid here", place=error.filename, hint="`domainbench grid` makes one"
            ) from None
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise DataError(
                f"the grid's {where or 'JSON'} is wrong", place=path, expected=first["msg"]
            ) from None
        except (pa.ArrowInvalid, UnicodeDecodeError) as error:
            raise DataError("the grid cannot be read", place=folder, found=error) from None
        names = list(GridFigure.model_fields)
        figures = (GridFigure(**{n: r[n] for n in names}) for r in rows if r["n"] is not None)
        return cls(summary, tuple(figures))

    def _rows(self) -> Iterator[dict[str, Any]]:
        s = self.summary
        chosen = {pick.cell for pick in s.tune.selected} if s.tune else set[int]()
        cells = {cell.number: cell for cell in s.cells}
        found = {(f.cell, f.split, f.partition, f.measure): f for f in self.figures}
        for outcome in s.outcomes:
            cell = cells[outcome.cell]
            known = {
                **cell.model_dump(exclude={"number", "axes"}),
                **_as_columns(cell.axes, s.cells),
                **outcome.model_dump(exclude={"cost"}),
                **outcome.cost.model_dump(),
                "selected": outcome.cell in chosen,
            }
            for partition in (*s.partitions, *s.gap):
                for measure in s.measures:
                    row = known | {"partition": partition, "measure": measure}
                    figure = found.get((outcome.cell, outcome.split, partition, measure))
                    yield row | (figure.model_dump() if figure else {})

    def _schema(self) -> Any:
        axes = {axis: _axis_type(axis, self.summary.cells) for axis in self.summary.axes}
        return pa.schema({**COLUMNS, **axes})


def _axis_type(axis: str, cells: list[CellEntry]) -> Any:
    """Whole numbers, numbers or, where an axis mixes them with strings, strings."""
    kinds = {type(cell.axes[axis]) for cell in cells if axis in cell.axes}
    if kinds <= {int}:
        return pa.int64()
    return pa.float64() if kinds <= {int, float} else pa.string()


def _as_columns(axes: dict[str, JsonValue], cells: list[CellEntry]) -> dict[str, Any]:
    strings = {axis for axis in axes if _axis_type(axis, cells) == pa.string()}
    return {axis: str(value) if axis in strings else value for axis, value in axes.items()}
