from __future__ import annotations

import pytest

from domainbench.benchmarks.qa.prompts import continuations, generation_prompt, loglikelihood_prompt
from domainbench.schemas.errors import UsageError


def test_the_public_form() -> None:
    assert loglikelihood_prompt("Which?", ["one", "दो"], None) == (
        "Question: Which?\nChoices:\nA. one\nB. दो\nAnswer:"
    )
    assert continuations(2) == [" A", " B"]


def test_a_passage_stands_before_its_question() -> None:
    text = loglikelihood_prompt("Which?", ["one", "two"], "A text.")
    assert text.startswith("Passage: A text.\nQuestion: Which?")


def test_generation_asks_for_a_line_in_the_language_of_the_question() -> None:
    texts = {code: generation_prompt("Q", ["x", "y"], None, code) for code in ("en", "hi", "ta")}
    assert all("`Answer: <letter>`" in text for text in texts.values())
    assert texts["hi"].startswith("नीचे")
    assert texts["ta"] == texts["en"]
    assert texts["en"].endswith("Choices:\nA. x\nB. y\n")


@pytest.mark.parametrize("count", [0, 27])
def test_numbers_of_choices_without_letters(count: int) -> None:
    with pytest.raises(UsageError, match="so many choices"):
        continuations(count)
    assert continuations(26)[-1] == " Z"
