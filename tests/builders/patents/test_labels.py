from __future__ import annotations

import pytest

from domainbench.builders.patents import labels as stage
from domainbench.schemas.patents_family import pair_label

CLASSES = {
    "same": {"H04", "G06"},
    "q": {"H04", "G06"},
    "part": {"H04", "A01"},
    "subset": {"H04"},
    "other": {"C07"},
    "none": set(),
}
EXPECTED = {
    "overlap": {"same": "IN", "part": "IN", "subset": "IN", "other": "OUT", "none": "UNKNOWN"},
    "strict": {
        "same": "IN",
        "part": "MIXED",
        "subset": "MIXED",
        "other": "OUT",
        "none": "UNKNOWN",
    },
}


@pytest.mark.parametrize("rule", ["overlap", "strict"])
def test_partitions(frame, rows, rule):
    classes = frame(
        "family:str class:str", [(f, c) for f, codes in CLASSES.items() for c in sorted(codes)]
    )
    others = EXPECTED[rule]
    pairs = frame("query:str document:str", [("q", other) for other in others])
    found = rows(stage.partitions(pairs, classes, rule), "query document partition")
    assert {document: label for _, document, label in found} == others
    nobody = frame("query:str document:str", [("none", "q"), ("none", "other")])
    labels = rows(stage.partitions(nobody, classes, rule), "partition")
    assert labels == [("UNKNOWN",), ("UNKNOWN",)]


@pytest.mark.parametrize("rule", ["overlap", "strict"])
def test_partitions_agree_with_the_releases_own_rule(frame, rows, rule):
    classes = frame(
        "family:str class:str", [(f, c) for f, codes in CLASSES.items() for c in sorted(codes)]
    )
    every = [(a, b) for a in CLASSES for b in CLASSES if a != b]
    found = rows(
        stage.partitions(frame("query:str document:str", every), classes, rule),
        "query document partition",
    )
    assert found == sorted(
        (a, b, pair_label(frozenset(CLASSES[a]), frozenset(CLASSES[b]), rule)) for a, b in every
    )


def test_judged_pairs_carry_relation_and_score(frame, rows):
    positives = frame("query:str document:str backward:int forward:int", [("q", "a", 1, 0)])
    hard = frame("query:str document:str", [("q", "h")])
    rest = frame("query:str document:str", [("q", "r")])
    found = stage.judged(
        positives, hard, rest, relations=["citation", "hard_negative", "random_negative"]
    )
    assert rows(found, "query document score relation backward forward") == [
        ("q", "a", 1, "citation", 1, 0),
        ("q", "h", 0, "hard_negative", 0, 0),
        ("q", "r", 0, "random_negative", 0, 0),
    ]


def test_manners_come_from_both_directions(frame, rows):
    lifted = frame(
        "citing:str cited:str category:str phase:str",
        [("q", "a", "X", "SEA"), ("a", "q", "Y", ""), ("q", "a", "", ""), ("q", "b", "A", "")],
    )
    positives = frame("query:str document:str", [("q", "a")])
    found = stage.manners(lifted, positives, categories=())
    assert rows(found, "query document category phase") == [
        ("q", "a", "X", "SEA"),
        ("q", "a", "Y", ""),
    ]
    only = stage.manners(lifted, positives, categories=("X",))
    assert rows(only, "category phase") == [("X", "SEA")]
