from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.benchmarks.rag.yes_no import (
    ABSENT,
    BLANK,
    BOTH,
    FAILED,
    MISSING,
    NEGATED,
    NEITHER,
    RIGHT,
    UNPARSED,
    WRONG,
    YesNo,
    judge,
    parse_yes_no,
)

YES = [
    "Yes",
    "yes.",
    "**Yes**",
    "'Yes'",
    "\u201cYes\u201d",
    "- Yes",
    "1. Yes",
    "(yes)",
    "YES!",
    "Yes, they do not differ.",
    "Yes it is.",
    "Yes, there is no doubt.",
    "Yes. No doubt about it.",
    "Yes\nYes\nYes",
    "Answer: yes",
    "The answer is yes.",
    "the correct answer is: **Yes**",
    "Final answer \u2014 Yes",
    "Based on the texts, the answer is yes because both are dances.",
    "I would say yes.",
    "Both are in India, so yes.",
    "It is not wrong, so yes.",
    "<think>It could be no. No.</think>\nYes",
    "Yes\nQuestion: Is it hot?\nAnswer: No",
    '{"answer": "yes"}',
    "\\boxed{yes}",
    "The two do not share one. Answer: Yes",
    "Answer:\n\nYes",
]
NO = [
    "No",
    "no.",
    "No, they do.",
    "No - they differ",
    "No it is not.",
    "No the two differ.",
    "No because they differ.",
    "No\n\nThe two differ.",
    "Answer: no",
    "Answer: No (see [2])",
    "The answer is no",
    "I would say no.",
    "It is not true, so no.",
    "### Answer: No",
    "So my final answer is: no!",
    "<think>yes yes</think>no",
    "\u200bNo\u200b",
]
SAID_NOTHING = [
    (None, BLANK),
    ("", BLANK),
    (" \n\t", BLANK),
    ("**", BLANK),
    ("<think>yes</think>", BLANK),
    ("I am not sure.", NEITHER),
    ("True", NEITHER),
    ("Nope", NEITHER),
    ("The eyes of Nobel", NEITHER),
    ("no-one", NEITHER),
    ("It is a yes-man's game", NEITHER),
    ("Yes and no", BOTH),
    ("yes/no", BOTH),
    ("Yes or no?", BOTH),
    ("No, yes.", BOTH),
    ("Yes. No.", BOTH),
    ("Yes\nNo\nYes", BOTH),
    ("Yes. Thus the answer is no.", BOTH),
    ("Answer: yes\nAnswer: no", BOTH),
    ("The answer is yes or no.", BOTH),
    ("neither yes nor no", BOTH),
    ("I say yes, though many would say no", BOTH),
    ("The answer is not yes.", NEGATED),
    ("I don't think the answer is yes.", NEGATED),
    ("I don\u2019t think that it is a yes", NEGATED),
    ("It cannot be yes", NEGATED),
    ("not no", NEGATED),
    ("There is no evidence for it.", NEGATED),
    ("No evidence was found.", NEGATED),
    ("No one knows.", NEGATED),
    ("No. 5 is the answer", NEGATED),
    ("No information is given, so I cannot say.", NEGATED),
    ("The answer is no longer known", NEGATED),
]


@pytest.mark.parametrize("text", YES)
def test_yes_is_read(text: str) -> None:
    assert parse_yes_no(text) == YesNo("yes", None)


@pytest.mark.parametrize("text", NO)
def test_no_is_read(text: str) -> None:
    assert parse_yes_no(text) == YesNo("no", None)


@pytest.mark.parametrize(("text", "reason"), SAID_NOTHING)
def test_nothing_is_guessed(text: str | None, reason: str) -> None:
    assert parse_yes_no(text) == YesNo(None, reason)


def test_outcomes() -> None:
    assert judge(YesNo("yes", None), "yes") == RIGHT
    assert judge(YesNo("no", None), "yes") == WRONG
    for reason in (NEITHER, BOTH, NEGATED):
        assert judge(YesNo(None, reason), "yes") == UNPARSED
    for reason in (ABSENT, FAILED, BLANK):
        assert judge(YesNo(None, reason), "no") == MISSING


WORDS = ("yes", "no", "not", "answer", "is", "and", "or", "the", "it")
PIECES = st.sampled_from([*WORDS, *":.,\n5-'"])


@given(st.lists(PIECES).map(" ".join))
def test_something_is_read_only_where_it_stands(text: str) -> None:
    found = parse_yes_no(text)
    assert (found.value is None) == (found.reason is not None)
    assert found.value is None or found.value in text.split()


@given(st.text())
def test_any_text_is_read_or_has_a_reason(text: str) -> None:
    found = parse_yes_no(text)
    assert found.value in (None, "yes", "no")
    assert found.value is None or found.value in text.casefold()
    assert parse_yes_no(f" \n{text}\n ") == found


@given(st.lists(PIECES).map(" ".join))
def test_case_and_marks_do_not_matter(text: str) -> None:
    found = parse_yes_no(text)
    assert parse_yes_no(text.upper()) == found
    assert parse_yes_no(text.replace("yes", "**yes**").replace("no", "`no`")) == found


@given(st.sampled_from(["yes", "no"]), st.text(st.characters(categories=["Lu", "Ll"])))
def test_the_first_word_counts_whatever_follows_without_either(word: str, rest: str) -> None:
    if rest.casefold() not in ("yes", "no"):
        assert parse_yes_no(f"{word}, {rest}").value == word


@pytest.mark.parametrize("piece", ["no ", " ", "\n", "yes", "answer: ", "not ", "no, yes ", "- "])
def test_long_answers_are_read(piece: str) -> None:
    parse_yes_no(piece * 20_000)
