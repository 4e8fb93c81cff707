"""Publication numbers: every spelling of one number meets in one form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.builders.sources.patent_ids import (
    PatentId,
    parse_publication,
    publication_from_parts,
    publication_id,
)

ALPHABET = st.sampled_from("USEPWOJKRDBCNA0123456789-/,. _'")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("US 8,672,134 B2", "US-8672134-B2"),
        ("US-8672134-B2", "US-8672134-B2"),
        ("US8672134B2", "US-8672134-B2"),
        ("us_8672134_b2", "US-8672134-B2"),
        ("US_9785570_B2_20171010", "US-9785570-B2"),
        ("US 2004/0045858 A1", "US-2004045858-A1"),
        ("US-2004045858-A1", "US-2004045858-A1"),
        ("US20040045858A1", "US-2004045858-A1"),
        ("US 2004/1045858 A1", "US-20041045858-A1"),
        ("USD0630349S1", "US-D630349-S1"),
        ("US D630,349 S", "US-D630349-S"),
        ("USRE40,000E", "US-RE40000-E"),
        ("US PP012345 P2", "US-PP12345-P2"),
        ("WO 2015/057966 A2", "WO-2015057966-A2"),
        ("WO_2015_057966_A3_20150618", "WO-2015057966-A3"),
        ("WO99/12345", "WO-1999012345"),
        ("WO-9912345-A1", "WO-1999012345-A1"),
        ("WO 1999/012345 A1", "WO-1999012345-A1"),
        ("WO 03/012345 A1", "WO-2003012345-A1"),
        ("EP 0 123 456 A1", "EP-0123456-A1"),
        ("EP0123456A1", "EP-0123456-A1"),
        ("DE 199 12 345 A1", "DE-19912345-A1"),
        ("JP-H0512345-A", "JP-H0512345-A"),
        ("JPH0512345A", "JP-H0512345-A"),
        ("JP S63-123456 A", "JP-S63123456-A"),
        ("JP 2004-45858 A", "JP-2004045858-A"),
        ("KR 10-2010-0096263 A", "KR-20100096263-A"),
        ("SG-10201401234X-A1", "SG-10201401234X-A1"),
        ("CH-661404G-A3", "CH-661404G-A3"),
        ("US\u00a08\u2009672\u2009134 B2", "US-8672134-B2"),
    ],
)
def test_spellings_of_a_number(text: str, expected: str) -> None:
    assert str(parse_publication(text)) == expected
    assert str(parse_publication(expected)) == expected


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("US", "08672134", "B2"), ("US", "8672134", "B2")),
        (("US", "2004/0045858", "A1"), ("US", "2004045858", "A1")),
        (("US", "20040045858", "A1"), ("US", "2004045858", "A1")),
        (("US", "US-8672134-B2", "B2"), ("US", "8672134", "B2")),
        (("US", "D0630349", "S1"), ("US", "D630349", "S1")),
        (("WO", "WO 99/12345", None), ("WO", "1999012345", "")),
        (("WO", "WO-2008137319", None), ("WO", "2008137319", "")),
        (("JP", "2004-045858", "A"), ("JP", "2004045858", "A")),
        (("EP", "1000000", "not a kind"), ("EP", "1000000", "")),
    ],
)
def test_fields_apart(parts: tuple[str, str, str | None], expected: tuple[str, str, str]) -> None:
    assert publication_from_parts(*parts) == expected


@pytest.mark.parametrize(
    "text", ["", " ", "hello", "8672134", "US", "US-", "US-000", "WO PCT/US99/12345"]
)
def test_what_is_no_number_gives_none(text: str) -> None:
    assert parse_publication(text) is None


def test_an_unknown_kind_is_left_out_of_the_id() -> None:
    assert str(PatentId("US", "8672134", "")) == "US-8672134"


@given(st.one_of(st.text(max_size=30), st.text(ALPHABET, max_size=25)))
def test_any_text_is_taken_and_the_form_is_stable(text: str) -> None:
    found = parse_publication(text)
    assert found is None or parse_publication(str(found)) == found


@given(
    st.one_of(st.text(max_size=20), st.text(ALPHABET, max_size=20)),
    st.sampled_from(["US", "WO", "JP", "KR", "EP", "", "x"]),
    st.sampled_from([None, "", "A1", "B2", "A", "??"]),
)
def test_any_fields_are_taken(text: str, country: str, kind: str | None) -> None:
    found = publication_from_parts(country, text, kind)
    assert found is None or (found.country.isalpha() and found.number.isalnum())


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        # As the USPTO's own files of 2005 to 2011 have them.
        (("WO", "WO 98/51827", None), "WO-1998051827"),
        (("WO", "94 19814", None), "WO-1994019814"),
        (("WO", "WO200121446", None), "WO-2001021446"),
        (("WO", "03047025", "A1"), "WO-2003047025-A1"),
        (("WO", "WO/96/41640", None), "WO-1996041640"),
        (("JP", "09-240426", None), "JP-H09240426"),
        (("JP", "0921 4043", None), "JP-H09214043"),
        (("JP", "62-281611", "A"), "JP-S62281611-A"),
        (("JP", "361118513", "A"), "JP-S61118513-A"),
        (("JP", "401254624", None), "JP-H01254624"),
        (("JP", "P2001-118988", "A"), "JP-2001118988-A"),
        (("JP", "A 2002-147320", None), "JP-2002147320"),
        (("JP", "2735453", "B2"), "JP-2735453-B2"),
        (("JP", "1998-123456", "A"), "JP-H10123456-A"),
        (("JP", "WO2005001097", "A1"), "JP-WO2005001097-A1"),
        (("JP", "EP1223083", None), "EP-1223083"),
        (("SE", "SU 518345", "A"), "SU-518345-A"),
        (("KR", "1020050080705", "A"), "KR-20050080705-A"),
        (("KR", "2001097492", "A"), "KR-20010097492-A"),
        (("DE", "196 53 722", "A1"), "DE-19653722-A1"),
        (("EP", "424 015", None), "EP-0424015"),
        (("AU", "A-18524/99", None), "AU-1852499"),
        (("US", "H000445", "H"), "US-H445-H"),
        (("US", "675108", "A "), "US-675108-A"),
        (("SG", "11201502189U", "A"), "SG-11201502189U-A"),
        (("SG", "11201502189A", "A"), "SG-11201502189A-A"),
        (("US", "4058776A", "A"), "US-4058776-A"),
        (("US", "10/123456", None), None),
        (("WO", "PCT/US01/13682", None), None),
        (("US", "", "B2"), None),
        (("US", "B2", None), None),
        (("DE", "A1", None), None),
    ],
)
def test_numbers_as_the_uspto_cites_them(
    parts: tuple[str, str, str | None], expected: str | None
) -> None:
    found = publication_from_parts(*parts)
    assert (str(found) if found else None) == expected


@given(st.sampled_from(["US", "WO", "EP", "JP", "KR", "SG", "AU"]), st.text(ALPHABET, max_size=20))
def test_normalising_parts_is_idempotent(country: str, number: str) -> None:
    for kind in (None, "A1"):
        found = publication_from_parts(country, number, kind)
        if found is not None:
            assert parse_publication(str(found)) == found
            assert publication_id(str(found)) == str(found)
            assert publication_from_parts(*found) == found
