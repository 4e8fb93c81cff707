"""What a language model is asked: one text a question, zero-shot.

The question stands over its lettered choices and the word ``Answer:``, the public form of
BhashaBench's evaluation; a passage that it is about stands before it. The words around a Hindi
question stay English there, as they are in that form; a generation prompt is worded in the
language of the question.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

from ...schemas.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

LETTERS = string.ascii_uppercase
"""Names of the choices, in their order."""

_INSTRUCTIONS = {
    "en": (
        "Choose the one right answer to the following question. "
        "End with a line of the form `Answer: <letter>`, with the letter of your choice."
    ),
    "hi": (
        "नीचे दिए गए प्रश्न का एक सही उत्तर चुनिए। "
        "अंत में `Answer: <letter>` के रूप में एक पंक्ति लिखिए, जिसमें चुने गए विकल्प का अक्षर हो।"
    ),
}


def letters(count: int) -> str:
    """Letters of so many choices.

    Raises:
        UsageError: there are none, or more than letters.
    """
    if not 0 < count <= len(LETTERS):
        raise UsageError(
            "a question cannot be asked with so many choices",
            found=count,
            expected=f"1 to {len(LETTERS)}",
        )
    return LETTERS[:count]


def loglikelihood_prompt(question: str, options: Sequence[str], context: str | None) -> str:
    """The text whose continuations are compared; it ends in ``Answer:``, without a blank.

    Args:
        question: text of the question.
        options: its choices, at most 26.
        context: passage that the question is about, or None.

    Raises:
        UsageError: there are no choices, or too many.
    """
    rows = [
        f"{letter}. {option}" for letter, option in zip(letters(len(options)), options, strict=True)
    ]
    passage = [f"Passage: {context}"] if context else []
    return "\n".join([*passage, f"Question: {question}", "Choices:", *rows, "Answer:"])


def continuations(n: int) -> list[str]:
    """What may follow ``loglikelihood_prompt``, one for each of n choices: a blank and its letter.

    Raises:
        UsageError: there are no choices, or too many.
    """
    return [f" {letter}" for letter in letters(n)]


def generation_prompt(
    question: str, options: Sequence[str], context: str | None, language: str
) -> str:
    """The text that a model answers freely, with a last line that says its choice.

    Args:
        question: text of the question.
        options: its choices, at most 26.
        context: passage that the question is about, or None.
        language: code of the question's language; English words the instruction where there is
            none in that language.

    Raises:
        UsageError: there are no choices, or too many.
    """
    asked = loglikelihood_prompt(question, options, context).removesuffix("\nAnswer:")
    return f"{_INSTRUCTIONS.get(language, _INSTRUCTIONS['en'])}\n\n{asked}\n"
