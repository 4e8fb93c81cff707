"""What a language model is asked: one text a question, without context and with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_TASK = "Say whether the answer to the question below is yes or no. Reply with that one word."
_CONTEXT = "Here are texts that were found for a question. They may help or be beside the point."


def question_prompt(question: str, context: Sequence[str] = ()) -> str:
    """The text that is put to a model; it ends in ``Answer:``, without a blank.

    Args:
        question: text of the question.
        context: documents, best first; without any the question stands alone.
    """
    shown = [f"[{number}] {text}" for number, text in enumerate(context, 1)]
    parts = [_CONTEXT, *shown] if shown else []
    return "\n\n".join([*parts, _TASK, f"Question: {question}\nAnswer:"])
