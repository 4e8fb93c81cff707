from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.benchmarks.qa.answers import (
    AMBIGUOUS,
    BLANK,
    MISSING,
    NO_CHOICE,
    OUT_OF_RANGE,
    RIGHT,
    SEVERAL,
    UNPARSED,
    WRONG,
    Choice,
    judge,
    parse_answer,
)

OPTIONS = ["Wheat", "Gram", "Rice and gram", "ज़मीन"]


@pytest.mark.parametrize(
    ("answer", "index"),
    [
        ("B", 1),
        (" b.\n", 1),
        ("(b)", 1),
        ("[C]", 2),
        ("**D**", 3),
        ("option b", 1),
        ("ख", 1),
        ("(घ)", 3),
        ("विकल्प ग", 2),
        ("ब", 1),
        ("2", 1),
        ("(२)", 1),
        ("gram", 1),
        ("Rice and gram.", 2),
        ("ज\u093cमीन", 3),
        ("\u095bमीन", 3),
        ("B. Gram", 1),
        ("ग) rice  and gram", 2),
        ("Answer: B", 1),
        ("answer : (b).", 1),
        ("Answer:\n\nB", 1),
        ("Pulses fix nitrogen, wheat does not.\n\n**Answer:** B", 1),
        ("The correct answer is (B) Gram.", 1),
        ("So the answer is C", 2),
        ("Final Answer: **D**", 3),
        ("उत्तर: (ख)", 1),
        ("सही उत्तर ख है।", 1),
        ("चना दलहन है।\nउत्तर ： ख", 1),  # noqa: RUF001 - a full-width colon is meant
        ("Answer: Gram", 1),
        ("- Answer - B", 1),
        ("उत्तर \u2013 (ख)", 1),
        ("<think>Answer: A? No.\nAnswer: C</think>\n\nAnswer: B", 1),
        ("Answer: B\nAnswer: (b)", 1),
    ],
)
def test_one_choice(answer: str, index: int) -> None:
    assert parse_answer(answer, OPTIONS) == Choice(index, None)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (None, BLANK),
        ("", BLANK),
        (" \n", BLANK),
        ("<think>Answer: A</think>", BLANK),
        ("A, C", SEVERAL),
        ("A and C", SEVERAL),
        ("(क) या (ख)", SEVERAL),
        ("Answer: A or B", SEVERAL),
        ("Answer: A\nAnswer: B", SEVERAL),
        ("E", OUT_OF_RANGE),
        ("5", OUT_OF_RANGE),
        ("0", OUT_OF_RANGE),
        ("Answer: ङ", OUT_OF_RANGE),
        ("A dog", NO_CHOICE),
        ("कमल", NO_CHOICE),
        ("क्षेत्र", NO_CHOICE),
        ("B. Wheat", NO_CHOICE),
        ("I think it is B", NO_CHOICE),
        ("Answer: <letter>", NO_CHOICE),
        ("Answer: <letter>\nAnswer: B", NO_CHOICE),
        ("Answer: B because pulses do", NO_CHOICE),
        ("unanswered: B", NO_CHOICE),
        ("answers", NO_CHOICE),
        ("B\nQuestion: what next?", NO_CHOICE),
        ("Answer:", NO_CHOICE),
    ],
)
def test_no_choice(answer: str | None, reason: str) -> None:
    assert parse_answer(answer, OPTIONS) == Choice(None, reason)


def test_numbers_that_are_options_are_positions_only_where_both_agree() -> None:
    assert parse_answer("2", ["2", "3", "4"]) == Choice(None, AMBIGUOUS)
    assert parse_answer("2", ["1", "2", "3"]) == Choice(1, None)
    assert parse_answer("8", ["2", "4", "8"]) == Choice(2, None)
    assert parse_answer("B", ["b", "a"]) == Choice(None, AMBIGUOUS)
    assert parse_answer("yes", ["Yes", "yes."]) == Choice(None, AMBIGUOUS)


def test_numbers_from_zero() -> None:
    assert parse_answer("0", OPTIONS, base=0) == Choice(0, None)
    assert parse_answer("4", OPTIONS, base=0) == Choice(None, OUT_OF_RANGE)
    assert parse_answer("B", OPTIONS, base=0) == Choice(1, None)


def test_outcomes() -> None:
    found = [judge(parse_answer(text, OPTIONS), 1) for text in ("B", "A", "A, B", "")]
    assert found == [RIGHT, WRONG, UNPARSED, MISSING]


TEXTS = st.text(alphabet=st.characters(codec="utf-8"), max_size=40)


@given(TEXTS, st.lists(TEXTS, max_size=6))
def test_any_text_gives_a_choice_or_a_reason(answer: str, options: list[str]) -> None:
    found = parse_answer(answer, options)
    assert (found.index is None) != (found.reason is None)
    assert found.index is None or 0 <= found.index < len(options)


@given(
    st.integers(0, 5),
    st.sampled_from(["{}", "({})", "{}.", " {}) ", "Answer: {}", "because…\nउत्तर: ({})", "*{}*"]),
    st.sampled_from(["ABCDEF", "abcdef", "कखगघङच", "123456", "१२३४५६"]),
)
def test_every_way_to_write_a_position(place: int, form: str, names: str) -> None:
    options = [f"choice number {word}" for word in ("one", "two", "three", "four", "five", "six")]
    assert parse_answer(form.format(names[place]), options) == Choice(place, None)


@given(st.lists(st.text(alphabet="xyzहिन्दी ", min_size=3), min_size=2, max_size=5), st.data())
def test_the_text_of_one_option_is_that_option(options: list[str], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(options) - 1))
    found = parse_answer(options[place], options)
    assert found.index in (place, None)
