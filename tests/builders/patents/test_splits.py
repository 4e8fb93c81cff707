from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pyarrow.parquet as pq

from domainbench.builders.patents import splits as stage
from domainbench.builders.patents.keys import ring_place
from domainbench.builders.stages import Runner, open_engine

from ..conftest import arrow


def split(engine_name: str, folder: Path, texts, linked, fraction=0.5, seed=0):
    """Query → whether it is in dev."""
    number = {name: at for at, name in enumerate(sorted(name for name, _ in texts))}
    numbered = arrow(
        "family:int name:str ring:int factor:int",
        [(at, name, *ring_place(name)) for name, at in number.items()],
    )
    inputs = {
        "queries": numbered.drop_columns("name"),
        "documents": numbered,
        "excluded": arrow("query:int document:int", [(number[a], number[b]) for a, b in linked]),
        "texts": arrow("_id:str text:str", texts),
    }
    for name, table in inputs.items():
        pq.write_table(table, folder / f"{name}.parquet")
    engine = open_engine(engine_name, folder)
    runner = Runner(engine, folder / "stages")
    for name in ("queries", "documents", "excluded"):
        runner.add(name, [folder / f"{name}.parquet"], name)
    last = stage.run_splits(runner, folder / "texts.parquet", "texts", fraction=fraction, seed=seed)
    engine.close()
    table = pq.read_table(runner.paths(last)[0])
    return dict(zip(table["name"].to_pylist(), table["dev"].to_pylist(), strict=True))


def test_edges_are_citations_between_queries_and_equal_texts(frame, rows):
    linked = frame("query:int document:int", [(0, 1), (1, 0), (0, 9)])
    documents = frame("family:int name:str", [*enumerate("abcde"), (9, "no query")])
    texts = frame("_id:str text:str", [("a", "1"), ("b", "2"), ("c", "3"), ("d", "1"), ("e", "1")])
    assert rows(stage.query_edges(linked, texts, documents), "a b") == [
        (0, 1),
        (0, 3),
        (0, 4),
        (1, 0),
    ]


def test_connected_queries_stay_together(engine_name, tmp_path):
    names = [f"q{i:03d}" for i in range(120)]
    # Groups of three by citation, except the last six, which share a text.
    texts = [(name, "same" if at >= 114 else name) for at, name in enumerate(names)]
    linked = [(a, b) for a, b in pairwise(names) if names.index(a) % 3 < 2]
    found = split(engine_name, tmp_path, texts, linked)
    assert sorted(found) == names
    groups = [names[at : at + 3] for at in range(0, 114, 3)] + [names[114:]]
    assert all(len({found[name] for name in group}) == 1 for group in groups)
    assert 8 < sum(found[group[0]] for group in groups) < 31


def test_a_new_query_moves_no_other_group(tmp_path):
    texts = [(f"q{i:03d}", str(i)) for i in range(60)]
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    before = split("polars", tmp_path / "a", texts, [])
    after = split("polars", tmp_path / "b", [*texts, ("new", "new")], [])
    assert {name: after[name] for name in before} == before
