"""Answer keys in all their forms, and options in the question's text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.builders.sources.qa.answers import infer_base, resolve_answer
from domainbench.builders.sources.qa.embedded import split_options

OPTIONS = ["Wheat", "Rice and gram", "Pea", "1000"]


@pytest.mark.parametrize(
    ("answer", "index"),
    [
        ("A", 0), ("b", 1), ("(c)", 2), ("d.", 3), ("[B]", 1), ("Option C", 2), ("Answer: B", 1),
        ("1", 0), ("4", 3), ("2.0", 1), ("२", 1), ("क", 0), ("घ", 3), ("(ख)", 1), ("ब", 1),
        ("द", 3), ("विकल्प ग", 2), ("iii", 2), ("(iv)", 3), ("wheat", 0), ("Pea.", 2),
        ("rice and gram", 1),
        ("(b) Rice and gram", 1), ("A. Wheat", 0), ("1000", 3),
    ],
)  # fmt: skip
def test_answers_that_name_one_option(answer, index):
    assert resolve_answer(answer, OPTIONS, base=1).index == index


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (None, "no_answer"), ("", "no_answer"), (" - ", "no_answer"), ("N/A", "no_answer"),
        ("E", "answer_outside"), ("5", "answer_outside"), ("0", "answer_outside"),
        ("A, C", "several_answers"), ("a and b", "several_answers"), ("AB", "several_answers"),
        ("Wheat, Pea", "several_answers"), ("क, ग", "several_answers"),
        ("see key", "unreadable_answer"), ("(a) Pea", "unreadable_answer"),
        ("Barley", "unreadable_answer"),
    ],
)  # fmt: skip
def test_answers_that_do_not(answer, problem):
    assert resolve_answer(answer, OPTIONS, base=1).problem == problem


def test_the_text_of_an_option_wins_over_its_number():
    assert resolve_answer("3", ["1", "2", "3", "4"], base=0).index == 2
    assert resolve_answer("A", ["B", "A"], base=1).index == 1


def test_numbers_count_from_the_base():
    assert resolve_answer("0", OPTIONS, base=0).index == 0
    assert resolve_answer("1", OPTIONS, base=0).index == 1


@pytest.mark.parametrize(
    ("answers", "base"),
    [
        (["1", "0", "3"], 0), (["1", "4", "2"], 1), (["1", "2", "3"], None), (["A", "B"], None),
        (["0", "4"], 0), (["१", "४"], 1), ([None, "2"], None), (["(4)"], 1),
    ],
)  # fmt: skip
def test_the_base_is_told_by_all_answers(answers, base):
    assert infer_base(answers, [4] * len(answers)) == base


@given(st.text(max_size=30), st.lists(st.text(min_size=1, max_size=8), min_size=2, max_size=5))
def test_an_index_is_always_one_of_the_options(answer, options):
    found = resolve_answer(answer, options, base=1)
    assert (found.index is None) != (found.problem is None)
    assert found.index is None or 0 <= found.index < len(options)


@pytest.mark.parametrize(
    ("text", "stem", "options"),
    [
        ("Which? (a) wheat (b) rice (c) pea", "Which?", ["wheat", "rice", "pea"]),
        ("Which? A. wheat B. rice C. pea D. tea", "Which?", ["wheat", "rice", "pea", "tea"]),
        ("Which?\n1) wheat\n2) rice", "Which?", ["wheat", "rice"]),
        ("Which? (i) wheat, (ii) rice; (iii) pea", "Which?", ["wheat", "rice", "pea"]),
        ("कौन? (क) गेहूँ (ख) धान (ग) चना", "कौन?", ["गेहूँ", "धान", "चना"]),
        ("कौन? (अ) गेहूँ (ब) धान (स) चना (द) मटर", "कौन?", ["गेहूँ", "धान", "चना", "मटर"]),
        ("Given 1. x 2. y, which? (a) 1 (b) 2", "Given 1. x 2. y, which?", ["1", "2"]),
    ],
)
def test_options_are_cut_out_of_the_question(text, stem, options):
    assert split_options(text) == (stem, options)


@pytest.mark.parametrize(
    "text",
    ["Which crop is it?", "What does section 5(a) say?", "(a) wheat (b) rice", "Is it A. or not?"],
)
def test_questions_without_options_are_left_alone(text):
    assert split_options(text) is None


@given(st.text(max_size=80))
def test_cutting_loses_no_question(text):
    found = split_options(text)
    assert found is None or (found[0] and len(found[1]) >= 2 and all(found[1]))
