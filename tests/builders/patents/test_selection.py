from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import pairwise

import pytest

from domainbench.builders.patents import selection as stage
from domainbench.builders.patents.draws import successors
from domainbench.builders.patents.keys import RING, draw_constants, ring_place

DOCUMENTS = "family:str ring:int factor:int date:date public:date"


def document(name, year=2005):
    day = None if year is None else date(year, 6, 1)
    return (name, *ring_place(name), day, day)


def place(name, purpose, seed=0):
    position, factor = ring_place(name)
    multiplier, shift = draw_constants(seed, purpose)
    return (position + factor * multiplier + shift) % RING


def names(count):
    return [f"f{i:03d}" for i in range(count)]


@pytest.mark.parametrize(
    ("years", "min_links", "expected"),
    [
        ((None, None), 1, ["a", "b", "c"]),
        ((None, None), 2, ["a"]),
        ((2000, None), 1, ["a"]),
        ((None, 2000), 1, ["b"]),
        ((2010, 2012), 1, []),
    ],
)
def test_candidates(frame, rows, years, min_links, expected):
    links = frame("query:str document:str", [("a", "b"), ("a", "c"), ("b", "a"), ("c", "a")])
    documents = frame(
        DOCUMENTS,
        [document("a", 2005), document("b", 1999), document("c", None), document("alone")],
    )
    found = stage.candidates(links, documents, years=years, min_links=min_links)
    assert rows(found, "family") == [(name,) for name in expected]


def test_balance_fills_rare_classes_first(frame, rows):
    # r1 and r2 are the only ones of RARE and count for it alone; COMMON has the ten others.
    common = names(10)
    classes = [(name, "A01") for name in (*common, "r1", "r2")] + [("r1", "Z99"), ("r2", "Z99")]
    candidates = frame(DOCUMENTS, [document(n) for n in (*common, "r1", "r2", "classless")])
    found = stage.balanced(candidates, frame("family:str class:str", classes), per_class=3, seed=4)
    nearest = sorted(common, key=lambda name: place(name, "queries", 4))[:3]
    assert rows(found, "family") == sorted((name,) for name in ("r1", "r2", *nearest))


def test_limit_takes_the_first_of_the_draw(frame, rows):
    candidates = frame(DOCUMENTS, [document(name) for name in names(20)])
    found = rows(stage.limited(candidates, limit=5, seed=1), "family")
    expected = sorted(names(20), key=lambda name: place(name, "queries", 1))[:5]
    assert found == sorted((name,) for name in expected)
    other = rows(stage.limited(candidates, limit=5, seed=2), "family")
    assert other != found
    assert len(rows(stage.limited(candidates, limit=None, seed=1), "family")) == 20


def nearest(query, linked, cap):
    start = place(query, "positives")
    return sorted(linked, key=lambda name: (ring_place(name)[0] - start) % RING)[:cap]


def test_cap_keeps_the_nearest_positives(frame, rows):
    docs = names(30)
    links = frame(
        "query:str document:str backward:int forward:int",
        [(query, doc, 1, 0) for query in ("q1", "q2") for doc in docs],
    )
    queries = frame(DOCUMENTS, [document("q1"), document("q2")])
    documents = frame(DOCUMENTS, [document(name) for name in (*docs, "q1", "q2")])
    found = rows(stage.positives(links, queries, documents, cap=4, seed=0), "query document")
    expected = [(q, d) for q in ("q1", "q2") for d in nearest(q, docs, 4)]
    assert found == sorted(expected)
    assert len(rows(stage.positives(links, queries, documents, cap=None, seed=0), "query")) == 60


def test_a_new_link_displaces_at_most_one_positive():
    before = nearest("q", names(50), 10)
    after = nearest("q", [*names(50), "new"], 10)
    assert len(set(before) - set(after)) <= 1


def test_corpus_of_judged_families_or_of_all(frame, rows):
    judged = frame("query:str document:str", [("q", "a"), ("r", "a"), ("r", "b")])
    assert rows(stage.judged_ids(judged), "family") == [("a",), ("b",)]
    documents = frame(DOCUMENTS, [document("a"), document("z")])
    assert rows(stage.collection_ids(documents), "family") == [("a",), ("z",)]


def test_successors_go_round_each_ring(frame, rows):
    ring = frame(
        "bucket:str position:int document:str",
        [("x", 10, "a"), ("x", 20, "b"), ("x", 20, "bb"), ("y", 15, "c")],
    )
    points = frame(
        "query:int bucket:str number:int position:int",
        [
            (1, "x", 0, 10),
            (1, "x", 1, 11),
            (1, "x", 2, 20),
            (1, "x", 3, 21),
            (1, "y", 4, 0),
            (1, "empty", 5, 0),
        ],
    )
    assert rows(successors(points, ring), "number document") == [
        (0, "a"),
        (1, "b"),
        (2, "b"),
        (3, "a"),
        (4, "c"),
    ]


def test_draws_of_neighbours_on_the_ring_are_far_apart():
    # Two draws of one purpose may not keep the order of positions, or samples would be alike.
    ordered = sorted(names(200), key=lambda name: ring_place(name)[0])
    moved = sorted(names(200), key=lambda name: place(name, "queries"))
    rank = {name: at for at, name in enumerate(moved)}
    steps = Counter(rank[b] - rank[a] == 1 for a, b in pairwise(ordered))
    assert steps[True] < 10
