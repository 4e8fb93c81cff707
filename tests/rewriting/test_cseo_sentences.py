from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.rewriting.texts import sentence_spans


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One.  Two! Three?", ["One.", "Two!", "Three?"]),
        ("Dr. J. Smith, e.g. here. Next", ["Dr. J. Smith, e.g. here.", "Next"]),
        ("It costs 3.50 or so... more. Yes.", ["It costs 3.50 or so... more.", "Yes."]),
        ("1. First item\n2. Second item", ["1. First item", "2. Second item"]),
        ("In 2019. Then", ["In 2019.", "Then"]),
        ("(He left.) She stayed.", ["(He left.)", "She stayed."]),
        ("Is it? he asked. Yes", ["Is it? he asked.", "Yes"]),
        ("Heading\r\n\r\ntext goes on", ["Heading", "text goes on"]),
        ("好。很好\uff01「是\uff1f」对", ["好。", "很好\uff01", "「是\uff1f」", "对"]),
        ("यह है। वह है", ["यह है।", "वह है"]),
        (". Odd", [".", "Odd"]),
        (" \n ", []),
        ("", []),
    ],
)
def test_sentences_by_hand(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@given(st.text())
def test_sentences_leave_out_blanks_alone(text: str) -> None:
    spans = sentence_spans(text)
    bounds = [0, *(place for span in spans for place in span), len(text)]
    assert bounds == sorted(bounds)
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())
    assert all(one and one == one.strip() for one in sentences(text))
