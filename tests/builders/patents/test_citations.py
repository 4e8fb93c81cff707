from __future__ import annotations

from datetime import date

import pytest

from domainbench.builders.patents import citations as stage

CITATIONS = (
    "record:int forward:bool citing_id:str citing_number:str cited_id:str cited_number:str "
    "category:str phase:str"
)


@pytest.fixture
def lift(frame, rows):
    """Lift citations of the records 0 (US-1-A, family a) and 1 (US-2-A, family b)."""

    def run(citations, *, match="exact", duplicates=()):
        lifted = stage.lifted(
            frame(CITATIONS, citations),
            frame("record:int", [(record,) for record in duplicates]),
            frame("record:int name:str", [(0, "A"), (1, "B"), (2, "textless")]),
            frame("name:str family:str", [("A", "a"), ("B", "b"), ("C", "c"), ("D", "d")]),
            frame(
                "publication_id:str number_key:str family:str",
                [
                    ("US-1-A", "US-1", "a"),
                    ("US-2-A", "US-2", "b"),
                    ("US-2-B", "US-2", "b"),
                    ("JP-3-A", "JP-3", "c"),
                    ("JP-3-B", "JP-3", "d"),
                ],
            ),
            match=match,
        )
        return rows(lifted, "citing cited category phase")

    return run


def cites(record, own, other, *, forward=False, category=None, phase=None):
    sides = [own, other][:: -1 if forward else 1]
    numbers = ["-".join(side.split("-")[:2]) for side in sides]
    return (record, forward, sides[0], numbers[0], sides[1], numbers[1], category, phase)


def test_exact_match_heeds_the_kind(lift):
    assert lift([cites(0, "US-1-A", "US-2-B")]) == [("a", "b", "", "")]
    assert lift([cites(0, "US-1-A", "US-2-C")]) == []


def test_without_a_kind_the_number_matches_all_its_families(lift):
    assert lift([cites(0, "US-1-A", "JP-3")]) == [("a", "c", "", ""), ("a", "d", "", "")]


def test_number_match_ignores_the_kind(lift):
    assert lift([cites(0, "US-1-A", "US-2-C")], match="number") == [("a", "b", "", "")]


def test_forward_citations_are_turned_round(lift):
    assert lift([cites(0, "US-1-A", "US-2-A", forward=True)]) == [("b", "a", "", "")]


def test_both_sides_of_one_citation_are_one(lift):
    stated = [cites(0, "US-1-A", "US-2-A"), cites(1, "US-2-A", "US-1-A", forward=True)]
    assert lift(stated) == [("a", "b", "", "")]


def test_categories_and_phases_are_kept_apart(lift):
    stated = [
        cites(0, "US-1-A", "US-2-A", category="X", phase="SEA"),
        cites(0, "US-1-A", "US-2-B", category="X", phase="SEA"),
        cites(0, "US-1-A", "US-2-B", category="applicant"),
    ]
    assert lift(stated) == [("a", "b", "X", "SEA"), ("a", "b", "applicant", "")]


def test_own_family_unknown_ids_textless_families_and_duplicates_give_nothing(lift):
    assert lift([cites(1, "US-2-A", "US-2-B")]) == []
    assert lift([cites(0, "US-1-A", "DE-9-A")]) == []
    assert lift([cites(2, "US-7-A", "US-1-A")]) == []
    assert lift([cites(0, "US-1-A", "US-2-A")], duplicates=[0]) == []


LIFTED = "citing:str cited:str category:str phase:str"
DOCUMENTS = "family:str date:date public:date"


def day(year):
    return date(year, 1, 1)


@pytest.fixture
def link(frame, rows):
    def run(lifted, *, categories=(), date_valid_only=False):
        documents = frame(
            DOCUMENTS,
            [("a", day(2005), day(2006)), ("b", day(2000), day(2001)), ("c", None, None)],
        )
        found = stage.links(
            frame(LIFTED, lifted),
            documents,
            categories=categories,
            date_valid_only=date_valid_only,
        )
        return rows(found, "query document backward forward")

    return run


def test_links_have_a_direction_for_each_query(link):
    assert link([("a", "b", "", "")]) == [("a", "b", 1, 0), ("b", "a", 0, 1)]


def test_families_that_cite_each_other_are_linked_both_ways(link):
    mutual = [("a", "b", "X", ""), ("b", "a", "", "")]
    assert link(mutual) == [("a", "b", 1, 1), ("b", "a", 1, 1)]


def test_categories(link):
    stated = [("a", "b", "XY", ""), ("a", "c", "examiner", ""), ("b", "c", "", "")]
    assert link(stated, categories=["X"]) == [("a", "b", 1, 0), ("b", "a", 0, 1)]
    assert link(stated, categories=["examiner"]) == [("a", "c", 1, 0), ("c", "a", 0, 1)]
    assert link(stated, categories=["A"]) == []


def test_date_valid_only_takes_what_was_public_before(link):
    # b was public (2001) before a's date (2005), never the other way; c has no dates.
    stated = [("a", "b", "", ""), ("a", "c", "", "")]
    assert link(stated, date_valid_only=True) == [("a", "b", 1, 0)]


def test_date_valid_is_null_where_a_day_is_unknown(frame, rows):
    documents = frame(
        DOCUMENTS,
        [
            ("a", day(2005), day(2006)),
            ("same", day(2003), day(2005)),
            ("old", day(2000), day(2001)),
            ("none", None, None),
        ],
    )
    pairs = frame(
        "query:str document:str",
        [("a", "old"), ("a", "same"), ("old", "a"), ("a", "none"), ("none", "a")],
    )
    assert rows(stage.with_date_valid(pairs, documents), "query document date_valid") == [
        ("a", "none", None),
        ("a", "old", True),
        ("a", "same", False),
        ("none", "a", None),
        ("old", "a", False),
    ]
