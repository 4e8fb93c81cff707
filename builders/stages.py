"""Relational work in stages: lazy frames in, one Parquet file out, on any engine.

A stage is a pure function from lazy frames to a lazy frame, written with the operations that every
engine behind Narwhals has (select, with_columns, filter, join, group_by, concat, explode, and
windows with an explicit order). The runner writes what each stage gives to Parquet before the next
one reads it. One plan over all stages would be shorter but is not safe: an optimiser that guesses
sizes wrong can reorder its joins into billions of rows.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass, field
from importlib.metadata import version
from itertools import count
from typing import TYPE_CHECKING, Any, Protocol

import narwhals.stable.v2 as nw
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from ..schemas.errors import UsageError
from ..schemas.progress import SILENT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from pydantic import JsonValue

    from ..schemas.progress import Progress

    Frame = nw.LazyFrame[Any]


class Engine(Protocol):
    """Runs lazy frames: reads Parquet, writes Parquet."""

    name: str

    def scan(self, paths: Sequence[Path]) -> Frame:
        """A lazy frame over Parquet files of one schema."""
        ...

    def sink(self, frame: Frame, path: Path) -> None:
        """Write a lazy frame's rows, in any order, to one Parquet file."""
        ...

    def close(self) -> None:
        """Free what the engine holds."""
        ...


class PolarsEngine:
    """Polars with its streaming engine."""

    name = "polars"

    def __init__(self, work_dir: Path) -> None:
        del work_dir  # the streaming engine keeps its own spill files

    def scan(self, paths: Sequence[Path]) -> Frame:
        """See ``Engine``."""
        import polars as pl

        return nw.from_native(pl.scan_parquet(list(paths)))

    def sink(self, frame: Frame, path: Path) -> None:
        """See ``Engine``."""
        frame.to_native().sink_parquet(path, compression="lz4", engine="streaming")

    def close(self) -> None:
        """See ``Engine``."""


class DuckDBEngine:
    """DuckDB with bounded memory and a bounded spill folder inside ``work_dir``.

    Memory is held to half of the machine's, spill files to half of the disk's free space.
    """

    name = "duckdb"

    def __init__(self, work_dir: Path) -> None:
        import duckdb

        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
        self._spill = work_dir / "spill"
        self._connection = duckdb.connect(
            config={
                "memory_limit": f"{memory >> 20}MiB",
                "temp_directory": str(self._spill),
                "max_temp_directory_size": f"{shutil.disk_usage(work_dir).free >> 21}MiB",
                "preserve_insertion_order": False,
            }
        )

    def scan(self, paths: Sequence[Path]) -> Frame:
        """See ``Engine``."""
        files = [str(path) for path in paths]
        return nw.from_native(self._connection.read_parquet(files))

    def sink(self, frame: Frame, path: Path) -> None:
        """See ``Engine``."""
        frame.to_native().write_parquet(str(path), compression="lz4")

    def close(self) -> None:
        """See ``Engine``."""
        self._connection.close()
        shutil.rmtree(self._spill, ignore_errors=True)


ENGINES: Mapping[str, Callable[[Path], Engine]] = {"polars": PolarsEngine, "duckdb": DuckDBEngine}
"""Name → engine; all give the same rows."""


def open_engine(name: str, work_dir: Path) -> Engine:
    """The engine of that name; ``UsageError`` names the known ones."""
    if name not in ENGINES:
        raise UsageError.from_unknown_name("engine", name, ENGINES)
    return ENGINES[name](work_dir)


@dataclass(frozen=True)
class Stage:
    """One step: named inputs, a pure function of their lazy frames, the columns it must give."""

    name: str
    inputs: tuple[str, ...]
    fn: Callable[..., Frame]
    columns: Mapping[str, Any]
    """Column → Narwhals type; the runner selects and casts to these, so that engines agree."""
    parameters: Mapping[str, JsonValue] = field(default_factory=dict[str, "JsonValue"])
    """Every value besides the inputs that ``fn`` depends on."""


@dataclass(frozen=True)
class _Output:
    paths: tuple[Path, ...]
    key: str


class Runner:
    """Runs stages and keeps what they give under ``folder``, to be found again after a kill.

    A stage's file is named by a digest of its name, its parameters, the package version and the
    digests of its inputs. A file with the right name is whole, as it is renamed at the end.
    """

    def __init__(self, engine: Engine, folder: Path, progress: Progress = SILENT) -> None:
        self._engine = engine
        self._folder = folder
        self._progress = progress
        self._outputs: dict[str, _Output] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def add(self, name: str, paths: Sequence[Path], key: str) -> None:
        """Make files known as an input; ``key`` changes whenever their contents do."""
        self._outputs[name] = _Output(tuple(paths), key)

    def run(self, stage: Stage) -> Path:
        """Write the stage's output, unless it stands already, and return its path."""
        key = self._key(stage)
        path = self._folder / f"{stage.name}-{key[:16]}.parquet"
        if not path.exists():
            partial = path.with_suffix(".partial")
            with self._progress.step(stage.name.replace("_", " ")):
                frames = [self._engine.scan(self._outputs[name].paths) for name in stage.inputs]
                columns = [nw.col(name).cast(kind) for name, kind in stage.columns.items()]
                self._engine.sink(stage.fn(*frames).select(*columns), partial)
            partial.rename(path)
        self._outputs[stage.name] = _Output((path,), key)
        return path

    def paths(self, name: str) -> tuple[Path, ...]:
        """Parquet files of an input or of a stage that ran."""
        return self._outputs[name].paths

    def key(self, name: str) -> str:
        """Digest that stands for the contents of an input or of a stage that ran."""
        return self._outputs[name].key

    def rows(self, name: str) -> int:
        """Rows of an input or of a stage that ran."""
        return sum(pq.read_metadata(path).num_rows for path in self.paths(name))

    def count(self, name: str, column: str) -> int:
        """Rows in which a boolean column is true."""
        paths = [str(path) for path in self.paths(name)]
        return ds.dataset(paths).count_rows(filter=ds.field(column))

    def _key(self, stage: Stage) -> str:
        payload = {
            "name": stage.name,
            "inputs": [self._outputs[name].key for name in stage.inputs],
            "columns": {name: str(kind) for name, kind in stage.columns.items()},
            "parameters": dict(stage.parameters),
            "version": version("domainbench"),
        }
        return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()


def distinct(frame: Frame, *columns: str) -> Frame:
    """The different rows of some columns.

    By group, as ``unique`` of a lazy frame becomes a window over every row on SQL engines.
    """
    return frame.group_by(*columns).agg(nw.len().alias("_rows")).select(*columns)


def connect(runner: Runner, name: str, edges: str, kind: Any) -> str:
    """Label each node of a graph with the smallest node it is connected to.

    Label propagation with pointer jumping: each round takes the least label among a node and its
    neighbours, then the label of that label.

    Args:
        runner: that has the stage ``edges`` done.
        name: of the stages that this runs.
        edges: stage with the columns ``a`` and ``b``, an edge a row.
        kind: Narwhals type of the nodes.

    Returns:
        Name of the last stage: ``key``, ``label``; only nodes that have an edge are in it.
    """
    columns = {"key": kind, "label": kind, "changed": nw.Boolean}
    last = f"{name}_0"
    runner.run(Stage(last, (edges,), _start_labels, columns))
    # Every round but the last lowers a label, so this ends; a chain of 300 takes ten rounds.
    for number in count(1):
        if not runner.count(last, "changed"):
            break
        stage = Stage(f"{name}_{number}", (last, edges), _lower_labels, columns)
        runner.run(stage)
        last = stage.name
    return last


def _start_labels(edges: Frame) -> Frame:
    nodes = nw.concat([edges.select(key="a"), edges.select(key="b")], how="vertical")
    return distinct(nodes, "key").with_columns(label=nw.col("key"), changed=nw.lit(value=True))


def _lower_labels(labels: Frame, edges: Frame) -> Frame:
    both = nw.concat(
        [edges.select(key="a", other="b"), edges.select(key="b", other="a")], how="vertical"
    )
    offers = (
        both.join(labels.select(other="key", offer="label"), on="other")
        .group_by("key")
        .agg(nw.col("offer").min())
    )
    lower = (
        labels.select("key", before="label")
        .join(offers, on="key")
        .with_columns(
            least=nw.when(nw.col("offer") < nw.col("before"))
            .then(nw.col("offer"))
            .otherwise(nw.col("before"))
        )
    )
    jumped = lower.join(labels.select(least="key", label="label"), on="least")
    return jumped.with_columns(changed=nw.col("label") != nw.col("before"))
