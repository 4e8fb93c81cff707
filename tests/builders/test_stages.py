from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from domainbench.builders.stages import (
    PolarsEngine,
    Runner,
    Stage,
    connect,
    distinct,
    open_engine,
)
from domainbench.schemas.errors import UsageError


def numbers(path: Path, values: list[int]) -> Path:
    pq.write_table(pa.table({"n": pa.array(values, pa.int64())}), path)
    return path


def double(frame: Any) -> Any:
    return frame.with_columns(n=nw.col("n") * 2)


def test_stage_gives_its_columns_and_types(engine, tmp_path):
    runner = Runner(engine, tmp_path / "stages")
    runner.add("in", [numbers(tmp_path / "a", [1, 2]), numbers(tmp_path / "b", [3])], "k")
    stage = Stage(
        "sizes",
        ("in",),
        lambda f: f.group_by("n").agg(nw.len().alias("rows")),
        {"rows": nw.Int32, "n": nw.Int64},
    )
    schema = pq.read_schema(runner.run(stage))
    assert schema.names == ["rows", "n"]
    assert schema.types == [pa.int32(), pa.int64()]
    assert runner.rows("sizes") == 3


def test_stage_that_stands_is_not_run_again(engine, tmp_path):
    calls = []

    def once(frame: Any) -> Any:
        calls.append(1)
        return double(frame)

    for _ in range(2):
        runner = Runner(engine, tmp_path / "stages")
        runner.add("in", [numbers(tmp_path / "in", [1, 2])], "k")
        path = runner.run(Stage("twice", ("in",), once, {"n": nw.Int64}))
    assert calls == [1]
    assert sorted(pq.read_table(path).column("n").to_pylist()) == [2, 4]


def test_other_parameters_inputs_or_columns_are_another_stage(engine, tmp_path):
    runner = Runner(engine, tmp_path / "stages")
    source = numbers(tmp_path / "in", [1])
    paths = set()
    for key, kind, parameters in (
        ("k", nw.Int64, {}),
        ("l", nw.Int64, {}),
        ("k", nw.Int32, {}),
        ("k", nw.Int64, {"seed": 1}),
    ):
        runner.add("in", [source], key)
        paths.add(runner.run(Stage("twice", ("in",), double, {"n": kind}, parameters)))
    assert len(paths) == 4


class KilledError(Exception):
    pass


class KilledWhileWriting(PolarsEngine):
    def sink(self, frame: Any, path: Path) -> None:
        path.write_bytes(b"PAR1 half of a file")
        raise KilledError


def test_killed_stage_is_done_by_the_next_run(tmp_path):
    source = numbers(tmp_path / "in", [1, 2])
    stage = Stage("twice", ("in",), double, {"n": nw.Int64})
    for engine in (KilledWhileWriting(tmp_path), PolarsEngine(tmp_path)):
        runner = Runner(engine, tmp_path / "stages")
        runner.add("in", [source], "k")
        if isinstance(engine, KilledWhileWriting):
            with pytest.raises(KilledError):
                runner.run(stage)
        else:
            assert sorted(pq.read_table(runner.run(stage)).column("n").to_pylist()) == [2, 4]


def test_distinct(frame, rows):
    given_rows = [("a", None), ("a", None), ("a", "x"), ("b", "x")]
    found = rows(distinct(frame("k:str v:str", given_rows), "k", "v"), "k v")
    assert found == [("a", "x"), ("a", None), ("b", "x")]


def connected(runner_engine: Any, folder: Path, edges: list[tuple[str, str]]) -> dict[str, str]:
    pq.write_table(
        pa.table(
            {
                "a": pa.array([a for a, _ in edges], pa.string()),
                "b": pa.array([b for _, b in edges], pa.string()),
            }
        ),
        folder / "edges.parquet",
    )
    runner = Runner(runner_engine, folder / "stages")
    runner.add("edges", [folder / "edges.parquet"], repr(edges))
    table = pq.read_table(runner.paths(connect(runner, "labels", "edges", nw.String))[0])
    return dict(zip(table["key"].to_pylist(), table["label"].to_pylist(), strict=True))


def test_connect_without_edges(engine, tmp_path):
    assert connected(engine, tmp_path, []) == {}


def test_connect_follows_a_long_chain_that_is_numbered_badly(engine, tmp_path):
    names = [f"{(7 * i) % 101:03d}" for i in range(101)]
    chain = list(pairwise(names))
    assert connected(engine, tmp_path, chain) == dict.fromkeys(names, "000")


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=40))
@settings(max_examples=15)
def test_connect_agrees_with_scipy(edges):
    size = 31
    a, b = np.array(edges).T
    _, parts = connected_components(coo_array((np.ones(len(edges)), (a, b)), (size, size)))
    nodes = sorted({node for edge in edges for node in edge})
    least = {part: min(n for n in nodes if parts[n] == part) for part in {parts[n] for n in nodes}}
    expected = {f"{n:02d}": f"{least[parts[n]]:02d}" for n in nodes}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        named = [(f"{x:02d}", f"{y:02d}") for x, y in edges]
        assert connected(open_engine("polars", path), path, named) == expected


def test_unknown_engine_names_the_known_ones(tmp_path):
    with pytest.raises(UsageError, match="unknown engine 'duckbd'") as error:
        open_engine("duckbd", tmp_path)
    assert "duckdb" in str(error.value)
