"""Faults that the words of a question show."""

import pytest

from domainbench.builders.qa.checks import (
    exact_key,
    is_truncated,
    option_key,
    refers_to_image,
    same_symbols,
    standing,
)


@pytest.mark.parametrize(
    "question",
    [
        "Identify the part marked X in the figure given below.",
        "The graph shown above represents which function?",
        "Study the following diagram and answer.",
        "What is <img src='a.png'> here?",
        "![plot](plot.png) Which line is steeper?",
        "What does the circuit shown in the figure compute?",
        "नीचे दिए गए चित्र में कौन सा भाग दिखाया गया है?",
        "चित्र में दर्शाए गए पौधे का नाम क्या है?",
    ],
)
def test_questions_that_need_an_image(question):
    assert refers_to_image(question)


@pytest.mark.parametrize(
    "question",
    [
        "Which figure of speech is used in the line?",
        "The graph of y = 2x passes through which point?",
        "Which gas law does the picture theory of Wittgenstein not concern?",
        "What is the image of 3 under f(x) = x + 1?",
        "राजा रवि वर्मा के चित्र किस शैली के हैं?",
        "Which map projection keeps areas?",
    ],
)
def test_questions_that_only_use_the_word(question):
    assert refers_to_image(question) is None


@pytest.mark.parametrize(
    ("question", "options"),
    [
        ("The crops grown in winter are wheat &", ["gram", "rice"]),
        ("Which of these crops,", ["Wheat", "Rice"]),
        ("The main ingredient (according to the", ["Wheat", "Rice"]),
        ("What is photosynthesis [...]", ["A process", "A plant"]),
        ("निम्न में से कौन सा खनिज (", ["लोहा", "सोना"]),
        ("Which crop is grown?", ["Wheat", "Rice in the [...]"]),
    ],
)
def test_cut_texts(question, options):
    assert is_truncated(question, options)


@pytest.mark.parametrize(
    ("question", "options"),
    [
        ("The capital of India is", ["Delhi", "Mumbai"]),
        ("The gas evolved is the", ["oxygen", "hydrogen"]),
        ("The interval [0, 1) is", ["open", "half-open"]),
        ("Which is true (see Act 5)?", ["A", "B"]),
        ("Fill in: the pH of water is ____", ["7", "-"]),
        ("Name the process...", ["a", "b"]),
        ("निम्न में से कौन सही है-", ["लोहा", "सोना"]),
        ("Which of these is an ion?", ["OH-", "वमनम्"]),
        ("भारत की राजधानी है", ["दिल्ली", "मुंबई"]),
    ],
)
def test_whole_texts(question, options):
    assert is_truncated(question, options) is None


@pytest.mark.parametrize(
    "option",
    [
        "All of the above", "None of these", "Both (a) and (b)", "A and C only", "both a & b",
        "Neither A nor B", "(a), (b) and (c)", "उपरोक्त सभी", "इनमें से कोई नहीं", "(क) और (ख) दोनों",
        "More than one of the above",
    ],
)  # fmt: skip
def test_options_that_name_others(option):
    assert standing("Which is right?", ["Wheat", option]) == [True, False]


@pytest.mark.parametrize(
    "option",
    [
        "Wheat and rice", "Vitamin A and vitamin B", "All plants", "Both parents", "Article 14",
        "None", "सभी पौधे", "A", "Section 3 and its proviso",
    ],
)  # fmt: skip
def test_options_that_stand_alone(option):
    assert standing("Which is right?", ["Wheat", option]) == [True, True]


def test_numbers_of_statements_that_the_question_lists_name_no_options():
    question = "Consider: 1. Rice is kharif. 2. Wheat is rabi. Which is right?"
    assert standing(question, ["1 and 2", "Both 1 and 2", "2 only"]) == [True] * 3


def test_equal_texts_share_their_key():
    assert exact_key("Delhi.") == exact_key("  delhi ")
    assert exact_key("२०१९ में") == exact_key("2019 में")
    assert exact_key("क्\u200dष") == exact_key("क्ष")


def test_options_that_differ_by_case_alone_are_symbols_or_slips():
    assert option_key("Tt") != option_key("tt")
    assert option_key("CO") != option_key("Co")
    assert option_key("Wheat") == option_key(" wheat. ")
    assert option_key("१०") == option_key("10")


def test_signs_and_superscripts_make_another_text():
    assert exact_key("x > 5") != exact_key("x < 5")
    assert exact_key("+5") != exact_key("-5")
    assert exact_key("x²") != exact_key("x2")


def test_symbols_are_compared_in_order():
    assert same_symbols("a + b = c", "x + y = z")
    assert not same_symbols("5% of 10", "5 of 10")
