"""Classification symbols."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.builders.sources.ipc import (
    join_parts,
    normalise_symbol,
    normalise_symbols,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("H01R13/115", "H01R13/115"),
        ("h01r 13/115", "H01R13/115"),
        ("B01J  25/00        20060101AFI20060206BHEP", "B01J25/00"),
        ("B28B   1/    29            A I", "B28B1/29"),
        ("A45F  504", "A45F5/04"),
        ("G06F 1730", "G06F17/30"),
        ("A61K 31165", "A61K31/165"),
        ("A61K0031165000", "A61K31/165"),
        ("A61K0031000000", "A61K31/00"),
        ("G06F2212/7201", "G06F2212/7201"),
        ("Y02E 10/50", "Y02E10/50"),
        ("H04L", "H04L"),
        ("H04", "H04"),
        ("H", "H"),
        ("H01R 13", "H01R13/00"),
        ("Z99Z1/00", None),
        ("D14", "D14"),
        ("H01R13/1", None),
        ("", None),
    ],
)
def test_spellings_of_a_symbol(text: str, expected: str | None) -> None:
    assert normalise_symbol(text) == expected


@given(st.one_of(st.text(max_size=20), st.text(st.sampled_from("ABHY0123456789/ "), max_size=16)))
def test_any_text_is_taken_and_the_form_is_stable(text: str) -> None:
    found = normalise_symbol(text)
    assert found is None or normalise_symbol(found) == found


def test_fields_apart() -> None:
    assert join_parts("H", "01", "R", "13", "115") == "H01R13/115"
    assert join_parts("H", "1", "R", "13", None) == "H01R13/00"
    assert join_parts("H", "01", "R", None, None) == "H01R"
    assert join_parts(None, None, None, None, None) == ""


def test_lists_are_sorted_unique_and_valid() -> None:
    listed = ["H01R13/115", "A45F  504", "nonsense", "h01r 13/115"]
    assert normalise_symbols(listed) == ["A45F5/04", "H01R13/115"]
