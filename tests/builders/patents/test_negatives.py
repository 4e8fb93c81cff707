from __future__ import annotations

import tempfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domainbench.builders.patents.keys import RING, draw_constants, ring_place
from domainbench.builders.patents.negatives import run_exclusions, run_random, run_same_ipc4
from domainbench.builders.patents.options import PatentOptions
from domainbench.builders.stages import Runner, open_engine

from ..conftest import arrow

DOCUMENTS = "family:int name:str ring:int factor:int"


def names(count):
    return [f"f{i:03d}" for i in range(count)]


def draw(engine_name, folder, families, queries, cited, *, random_count=0, hard=0, ipc=None):
    """Negatives (hard, random) of the queries as two lists of pairs."""
    folder.mkdir(parents=True, exist_ok=True)
    ipc = ipc or {}
    ordered = sorted(families)
    number = {name: at for at, name in enumerate(ordered)}
    inputs = {
        "documents": arrow(
            DOCUMENTS, [(number[name], name, *ring_place(name)) for name in families]
        ),
        "queries": arrow(DOCUMENTS, [(number[name], name, *ring_place(name)) for name in queries]),
        "lifted": arrow(
            "citing:int cited:int category:str phase:str",
            [(number[a], number[b], "", "") for a, b in cited],
        ),
        "publications": arrow(
            "record:int ipc:strs", [(at, ipc.get(name, [])) for at, name in enumerate(families)]
        ),
        "members": arrow("record:int name:str", list(enumerate(families))),
    }
    engine = open_engine(engine_name, folder)
    runner = Runner(engine, folder / "stages")
    for name, table in inputs.items():
        pq.write_table(table, folder / f"{name}.parquet")
        runner.add(name, [folder / f"{name}.parquet"], name)
    options = PatentOptions(random_negatives=random_count, hard_negatives=hard)
    run_exclusions(runner)
    found = {"hard": [], "random": []}
    last = None
    if hard:
        last = run_same_ipc4(runner, options, folder)
        found["hard"] = pairs(runner, last, ordered)
    if random_count:
        found["random"] = pairs(runner, run_random(runner, options, folder, last), ordered)
    engine.close()
    return found


def pairs(runner, name, ordered):
    table = pq.read_table(runner.paths(name)[0])
    found = zip(table["query"].to_pylist(), table["document"].to_pylist(), strict=True)
    return sorted((ordered[query], ordered[document]) for query, document in found)


def by_points(query, families, linked, count):
    """The same draw, point by point."""
    ring = sorted((ring_place(name)[0], name) for name in families)
    position, factor = ring_place(query)
    taken = []
    for number in range(2 * count + 8):
        multiplier, shift = draw_constants(0, f"random_points/{number}")
        point = (position + factor * multiplier + shift) % RING
        name = next((name for place, name in ring if place >= point), ring[0][1])
        if name != query and name not in linked and name not in taken and len(taken) < count:
            taken.append(name)
    return sorted((query, name) for name in taken)


def test_random_negatives_are_the_first_behind_each_point(engine_name, tmp_path):
    families = names(100)
    cited = [("f000", "f001"), ("f002", "f000")]
    found = draw(engine_name, tmp_path, families, ["f000", "f050"], cited, random_count=8)
    assert found["random"] == [
        *by_points("f000", families, {"f001", "f002"}, 8),
        *by_points("f050", families, set(), 8),
    ]


def test_small_collections_are_used_up(engine_name, tmp_path):
    # Of eight families, one is the query and two are linked to it: five are left for ten.
    found = draw(
        engine_name,
        tmp_path,
        names(8),
        ["f000"],
        [("f000", "f001"), ("f002", "f000")],
        random_count=10,
    )
    assert found["random"] == [("f000", f"f00{i}") for i in (3, 4, 5, 6, 7)]


def test_hard_negatives_share_a_subclass_and_random_ones_are_others(engine_name, tmp_path):
    families = names(60)
    ipc = {name: ["H04L1/00" if at % 3 else "G06F3/01"] for at, name in enumerate(families)}
    ipc["f000"] = ["G06F3/01", "A01B1/00"]
    cited = [("f000", "f003"), ("f006", "f000")]
    found = draw(
        engine_name,
        tmp_path,
        families,
        ["f000", "f001"],
        cited,
        random_count=20,
        hard=5,
        ipc=ipc,
    )
    for query, code, linked in (
        ("f000", "G06F3/01", {"f003", "f006"}),
        ("f001", "H04L1/00", set()),
    ):
        hard = {document for q, document in found["hard"] if q == query}
        rest = {document for q, document in found["random"] if q == query}
        assert len(hard) == 5
        assert len(rest) == 20
        assert all(code in ipc[document] for document in hard)
        assert not (hard | rest) & (linked | {query})
        assert not hard & rest


def test_a_query_without_subclass_has_no_hard_negatives(engine_name, tmp_path):
    found = draw(engine_name, tmp_path, names(20), ["f000"], [], hard=3)
    assert found["hard"] == []


def test_a_new_family_changes_few_picks(tmp_path):
    families, queries = names(200), names(40)
    before = draw("polars", tmp_path / "a", families, queries, [], random_count=10)["random"]
    after = draw("polars", tmp_path / "b", [*families, "new"], queries, [], random_count=10)
    changed = set(before) - set(after["random"])
    # 400 picks, each of which the new one takes with a chance of about 1 in 201.
    assert len(before) == 400
    assert len(changed) <= 10


@given(
    st.integers(2, 40), st.integers(1, 12), st.integers(0, 60), st.randoms(use_true_random=False)
)
@settings(max_examples=10)
def test_negatives_are_free_distinct_and_as_many_as_there_can_be(size, count, edges, rng):
    families = names(size)
    cited = [tuple(rng.sample(families, 2)) for _ in range(edges)]
    queries = families[: max(1, size // 2)]
    with tempfile.TemporaryDirectory() as folder:
        found = draw("polars", Path(folder), families, queries, cited, random_count=count)["random"]
    linked = {pair for a, b in cited for pair in ((a, b), (b, a))}
    assert len(set(found)) == len(found)
    assert not {(q, d) for q, d in found if q == d} | (set(found) & linked)
    for query in queries:
        free = sum(d != query and (query, d) not in linked for d in families)
        assert sum(q == query for q, _ in found) == min(count, free)


def test_negatives_do_not_depend_on_the_order_of_rows(engine_name, tmp_path):
    families = names(50)
    shuffled = sorted(families, key=ring_place)
    both = [
        draw(engine_name, tmp_path / str(at), rows, ["f001"], [], random_count=5)["random"]
        for at, rows in enumerate((families, shuffled))
    ]
    assert both[0] == both[1]


@pytest.mark.parametrize("count", [1, 7])
def test_counts_share_their_first_picks(tmp_path, count):
    # More negatives keep the fewer ones.
    few = draw("polars", tmp_path / "a", names(100), ["f000"], [], random_count=count)["random"]
    many = draw("polars", tmp_path / "b", names(100), ["f000"], [], random_count=20)["random"]
    assert set(few) <= set(many)
