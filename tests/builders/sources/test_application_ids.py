"""Application numbers: DOCDB's, Google's, The Lens's and the offices' own spellings meet."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.builders.sources.application_ids import (
    application_id,
    parse_application,
    us_application_id,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("US 53564104 P 20040109", "US-2004535641-P"),
        ("US-53564104-P", "US-2004535641-P"),
        ("US 201361891677 P 20131016", "US-2013891677-P"),
        ("US 7741108 P 20080701", "US-2008077411-P"),
        ("GB 0711858 A 20070619", "GB-711858-A"),
        ("JP 2008325815 A 20081222", "JP-2008325815-A"),
        ("JP 21866196 A 19960820", "JP-1996218661-A"),
        ("EP 2008057583 W", "EP-2008057583-W"),
        ("EP 0350201 W 20030527", "EP-2003050201-W"),
        ("US 2007/0088754 W", "US-2007088754-W"),
        ("EP 14306633 A 20141015", "EP-14306633-A"),
        ("AT 33585 A 19850206", "AT-33585-A"),
        ("IN 280MU2004 A 20040305", "IN-280MU2004-A"),
        ("AU 2011 201462 A 20110331", "AU-2011201462-A"),
    ],
)
def test_spellings_in_one_text(text: str, expected: str) -> None:
    assert parse_application(text) == expected


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("NL", "1010536", "A"), "NL-1010536-A"),
        (("JP", "2002-156293"), "JP-2002156293-A"),
        (("JP", "11-322368"), "JP-1999322368-A"),
        (("JP", "P.2002-274534"), "JP-2002274534-A"),
        (("DE", "100 19 276"), "DE-10019276-A"),
        (("KR", "10-2003-0008841"), "KR-20030008841-A"),
        (("EP", "03250605.4"), "EP-03250605-A"),
        (("WO", "PCT/EP2003/011007"), "EP-2003011007-W"),
        (("US", "PCTDE99/01556"), "DE-1999001556-W"),
        (("US", "pct/us01/13682"), "US-2001013682-W"),
        (("IT", "BG2002A000039"), "IT-BG2002A000039-A"),
        (("DE", "20311183", "U"), "DE-20311183-U"),
    ],
)
def test_spellings_in_parts(parts: tuple[str, ...], expected: str) -> None:
    assert application_id(*parts) == expected


@pytest.mark.parametrize(
    ("number", "filed", "expected"),
    [
        ("10339710", date(2003, 1, 9), "US-2003339710-A"),
        ("10/339,710", date(2003, 1, 9), "US-2003339710-A"),
        ("60535641", date(2004, 1, 9), "US-2004535641-P"),
        ("29264501", date(2006, 8, 11), "US-2006264501-F"),
        ("PCT/JP02/00677", date(2002, 1, 30), "JP-2002000677-W"),
        ("10339710", None, None),
        ("339710", date(2003, 1, 9), None),
    ],
)
def test_numbers_of_the_uspto(number: str, filed: date | None, expected: str | None) -> None:
    assert us_application_id(number, filed) == expected


def test_a_us_priority_meets_from_docdb_and_from_the_uspto() -> None:
    own = us_application_id("60/535,641", date(2004, 1, 9))
    assert own == application_id("US", "53564104", "P") == parse_application("US-53564104-P")


@pytest.mark.parametrize("text", ["", "none", "U", "US", "US  A", "x" * 500, "\u0664"])
def test_what_is_no_application(text: str) -> None:
    assert parse_application(text) is None
    assert application_id("US", text) is None


@given(st.text(alphabet="USEPJWOKR0123456789PCT/-. ", max_size=30), st.sampled_from("APW"))
def test_any_string_is_read_or_refused(text: str, kind: str) -> None:
    for found in (parse_application(text), application_id(text[:2], text[2:], kind)):
        assert found is None or found.count("-") == 2
