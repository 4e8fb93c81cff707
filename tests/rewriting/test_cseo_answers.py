from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.rewriting.answers import clean_answer

BODY = "The lamp is red.\n\nIt glows."


@pytest.mark.parametrize(
    "answer",
    [
        BODY,
        f"\n {BODY}\n\n",
        f"```\n{BODY}\n```",
        f"```markdown\n{BODY}\n```",
        f"~~~~\n{BODY}\n~~~~",
        f'"{BODY}"',
        f"“{BODY}”",
        f"<document>\n{BODY}\n</document>",
        f"<document->{BODY}</document->",
        f"Rewritten document:\n{BODY}",
        f"**Rewritten Document:**\n\n{BODY}",
        f"## Revised version\n{BODY}",
        f"Document:\n{BODY}",
        f"The improved text: {BODY}".removeprefix("The "),
        f"Here is the rewritten document:\n\n{BODY}",
        f"Here\u2019s your document in plain words:\n{BODY}",
        f"Sure! Here it is:\n```text\n{BODY}\n```",
        f"Certainly!\n{BODY}",
        f"<think>It is a lamp.\nRed.</think>\n\n{BODY}",
        f"It is a lamp.</think>{BODY}",
        f"Big Lamp\n{BODY}",
        f"**Title: Big Lamp**\n{BODY}",
    ],
)
def test_what_models_put_around_a_document_goes(answer: str) -> None:
    assert clean_answer(answer, title="Big Lamp", text="Red lamp.") == BODY


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("Document:\nA lamp.", "Document:\nThe lamp."),
        ('"A lamp"', '"The lamp"'),
        ("```\nlamp()\n```", "```\nlight()\n```"),
        ("```\na\n```\nand\n```\nb\n```", "x"),
        ('"A lamp," she said, "is red"', "x"),
        ("Here are five reasons:\n- It is red.", "x"),
        ("Of course, the lamp is red.", "x"),
        ("# Big Lamp\n\n> Red.", "x"),
        ("Improved text: lamp", "Improved text: light"),
        ("Why <think>? </think>", "Think </think>"),
        ("See [12] for it.", "As [12] says."),
        ('"', "x"),
    ],
)
def test_what_belongs_to_a_document_stays(answer: str, text: str) -> None:
    assert clean_answer(answer, title="Big Lamp", text=text) == answer


def test_bare_numbers_in_square_brackets_that_are_new_get_round_ones() -> None:
    assert clean_answer("A [1] b [2][33] [x].", title="", text="[2]") == "A (1) b [2](33) [x]."
    new = "[1, 2] [1-3] [^4^] 【5】 [1; a] [-] [] [[6]]"
    old = "(1, 2) (1-3) (^4^) (5) [1; a] [-] [] [(6)]"
    assert clean_answer(new, title="", text="") == old
    assert clean_answer(new, title="", text=new) == new


@pytest.mark.parametrize("answer", ["", "  ", '""', "```\n\n```", "Rewritten document:", "Sure!"])
def test_nothing_is_left_of_an_answer_without_a_document(answer: str) -> None:
    assert clean_answer(answer, title="", text="x") == ""


@given(st.text(), st.text(max_size=10), st.text())
def test_any_answer_is_cleaned_once(answer: str, title: str, text: str) -> None:
    found = clean_answer(answer, title=title, text=text)
    assert clean_answer(found, title=title, text=text) == found
