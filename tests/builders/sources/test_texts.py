"""Texts: white space, claims, languages."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domainbench.builders.sources.texts import (
    TextPicker,
    fold,
    fold_paragraphs,
    number_claim,
    split_claims,
)


def test_white_space_and_normal_form() -> None:
    assert fold("  Cafe\u0301\u00a0 au\n lait ") == "Caf\u00e9 au lait"
    assert fold(" \n") is None
    assert fold(None) is None
    assert fold_paragraphs(" a  b \n\n  c\r\n") == "a b\nc"


def test_numbers_of_claims() -> None:
    assert number_claim("1 . A device.", 1) == "1. A device."
    assert number_claim("A device.", 7) == "7. A device."
    assert number_claim("8-Indanyl acid.", None) == "8-Indanyl acid."
    assert number_claim("3 - 5. (canceled)", 3) == "3-5. (canceled)"
    assert number_claim("  ", 1) is None


def test_claims_are_split_where_the_numbers_go_on() -> None:
    text = """What is claimed is:
        1 . A device comprising:
            2. a list item is not told from a claim here,
            7. but this is,
        and a wheel.

        3 . The device of claim 1 ."""
    assert split_claims(text) == (
        "What is claimed is:\n1. A device comprising:\n"
        "2. a list item is not told from a claim here, 7. but this is, and a wheel.\n"
        "3. The device of claim 1 ."
    )


def test_claims_go_on_behind_a_range() -> None:
    assert split_claims("1-3. (canceled)\n4. A wheel") == "1-3. (canceled)\n4. A wheel"


@given(st.text())
def test_splitting_keeps_every_word(text: str) -> None:
    squeezed = "".join((split_claims(text) or "").split())
    assert squeezed == "".join((fold_paragraphs(text) or "").split())


def test_the_wanted_language_comes_before_the_unknown_one() -> None:
    picker = TextPicker("en")
    assert picker.pick([("Rad", "de"), ("unknown", None), ("wheel", "EN")]) == "wheel"
    assert picker.language == "en"


def test_a_text_of_unknown_language_is_taken_as_it_is() -> None:
    picker = TextPicker("en")
    assert picker.pick([("Rad", "de"), ("Rad?", "")]) == "Rad?"
    assert picker.language is None


def test_other_languages_are_not_taken() -> None:
    picker = TextPicker("en")
    assert picker.pick([("Rad", "de")]) is None
    assert picker.pick_paragraphs([]) is None
