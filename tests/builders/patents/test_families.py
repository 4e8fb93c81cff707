from __future__ import annotations

from datetime import date

import pytest

from domainbench.builders.patents import families as stage

NAMES = "record:int publication_id:str number_key:str order_key:str"
DUPLICATES = "record:int"
LABELS = "key:str label:str"


def test_duplicates_in_one_source_only(frame, rows):
    publications = frame(
        "record:int source:i32 publication_id:str line:int offset:int",
        [
            (0, 0, "US-1-A", 1, None),
            (1, 0, "US-2-A", 2, None),
            (2, 0, "US-1-A", 3, None),
            (3, 0, "US-1-A", 4, None),
            (4, 1, "US-1-A", 1, None),
        ],
    )
    found = rows(stage.duplicates(publications), "record publication_id line first_line")
    assert found == [(2, "US-1-A", 3, 1), (3, "US-1-A", 4, 1)]


def test_records_of_one_publication_join_their_families(frame, rows):
    names = frame(
        NAMES,
        [
            (0, "US-1-A1", "US-1", "0docdb-5"),
            (1, "US-1-A1", "US-1", "3US-1-A1"),
            (2, "US-2-B2", "US-2", "3US-2-B2"),
        ],
    )
    found = rows(stage.evidence(names, frame(DUPLICATES, [])), "a b")
    assert found == [("0docdb-5", "3US-1-A1")]


def test_a_named_member_joins_the_family_of_its_record(frame, rows):
    names = frame(
        NAMES,
        [
            (0, "EP-9-A1", "EP-9", "1fam-EP-9-A1"),
            (0, "US-2-B2", "US-2", "1fam-EP-9-A1"),
            (1, "US-2-B2", "US-2", "3US-2-B2"),
        ],
    )
    found = rows(stage.evidence(names, frame(DUPLICATES, [])), "a b")
    assert found == [("1fam-EP-9-A1", "3US-2-B2")]


@pytest.mark.parametrize(
    ("other_key", "expected"),
    [("0docdb-5", [("0docdb-5", "3US-1")]), ("0docdb-6", [])],
    ids=["one family has the number", "two families have it"],
)
def test_publication_without_kind_joins_by_number_where_it_is_clear(
    frame, rows, other_key, expected
):
    names = frame(
        NAMES,
        [
            (0, "US-1", "US-1", "3US-1"),
            (1, "US-1-A1", "US-1", "0docdb-5"),
            (2, "US-1-B2", "US-1", other_key),
        ],
    )
    assert rows(stage.evidence(names, frame(DUPLICATES, [])), "a b") == expected


def test_a_duplicate_is_no_evidence(frame, rows):
    names = frame(NAMES, [(0, "US-1-A", "US-1", "0docdb-1"), (1, "US-1-A", "US-1", "0docdb-2")])
    assert rows(stage.evidence(names, frame(DUPLICATES, [(1,)])), "a b") == []


PUBLICATIONS = (
    "record:int source:i32 publication_id:str country:str priority_date:date filing_date:date "
    "publication_date:date order_key:str ring:int factor:int has_text:int"
)


def day(year):
    return date(year, 1, 1)


def test_members_and_families(frame, rows):
    publications = frame(
        PUBLICATIONS,
        [
            (0, 0, "US-1-A", "US", day(2001), day(2002), day(2003), "3US-1-A", 10, 1, 0),
            (1, 1, "US-1-A", "US", None, day(2000), day(2003), "0docdb-7", 20, 2, 1),
            (2, 1, "EP-9-A", "EP", None, None, day(2002), "0docdb-7", 20, 2, 0),
            (3, 1, "JP-3-A", "JP", None, None, None, "2prio-aa", 30, 3, 1),
        ],
    )
    labels = frame(LABELS, [("0docdb-7", "0docdb-7"), ("3US-1-A", "0docdb-7")])
    members = stage.members(publications, frame(DUPLICATES, []), labels)
    assert rows(members, "record name rule date ring") == [
        (0, "docdb-7", "0", day(2001), None),
        (1, "docdb-7", "0", day(2000), 20),
        (2, "docdb-7", "0", day(2002), 20),
        (3, "prio-aa", "2", None, 30),
    ]
    families = stage.families(members)
    assert rows(families, "name rule date public ring factor has_text") == [
        ("docdb-7", "0", day(2000), day(2002), 20, 2, 1),
        ("prio-aa", "2", None, None, 30, 3, 1),
    ]


def test_documents_have_a_text_and_are_numbered_by_name(frame, rows):
    families = frame("name:str has_text:int", [("c", 1), ("a", 0), ("b", 1)])
    assert rows(stage.documents(families), "family name") == [(0, "b"), (1, "c")]


def test_jurisdiction_is_that_of_the_earliest_member(frame, rows):
    members = frame(
        "name:str date:date country:str",
        [
            ("a", day(2001), "CN"),
            ("a", day(2000), "US"),
            ("a", day(2000), "EP"),
            ("b", None, "JP"),
        ],
    )
    documents = frame("family:int name:str date:date", [(0, "a", day(2000)), (1, "b", None)])
    assert rows(stage.jurisdictions(members, documents), "family jurisdiction") == [(0, "EP")]


def test_lookup_leads_members_read_or_named_to_documents(frame, rows):
    names = frame(
        NAMES,
        [
            (0, "EP-9-A1", "EP-9", "1fam-EP-9-A1"),
            (0, "US-2-B2", "US-2", "1fam-EP-9-A1"),
            (1, "US-2-B2", "US-2", "3US-2-B2"),
            (2, "JP-3-A", "JP-3", "0docdb-3"),
        ],
    )
    labels = frame(LABELS, [("1fam-EP-9-A1", "1fam-EP-9-A1"), ("3US-2-B2", "1fam-EP-9-A1")])
    documents = frame("family:int name:str", [(4, "fam-EP-9-A1")])
    found = rows(
        stage.lookup(names, frame(DUPLICATES, []), labels, documents),
        "publication_id number_key family",
    )
    assert found == [("EP-9-A1", "EP-9", 4), ("US-2-B2", "US-2", 4)]


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (1, [(0, "G"), (0, "H"), (1, "H")]),
        (3, [(0, "G06"), (0, "H04"), (1, "H04")]),
        (4, [(0, "G06F"), (0, "H04L"), (1, "H04L"), (1, "H04W")]),
    ],
)
def test_classes_of_all_members(frame, rows, width, expected):
    publications = frame(
        "record:int ipc:strs",
        [
            (0, ["H04L1/00", "H04L12/28"]),
            (1, ["G06F3/01"]),
            (2, ["H04L1/00", "H04W4/00"]),
            (3, []),
            (4, ["A01B1/00"]),
        ],
    )
    members = frame(
        "record:int name:str", [(0, "a"), (1, "a"), (2, "b"), (3, "c"), (4, "textless")]
    )
    documents = frame("family:int name:str", [(0, "a"), (1, "b"), (2, "c")])
    assert rows(stage.classes(publications, members, documents, width=width), "family class") == (
        expected
    )
