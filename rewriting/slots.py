"""Places for what an author has to fill in: the base of rules that invent nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .method import Rewriting, RuleMethod, Subject
from .options import check_least
from .texts import count_words, sentence_spans

_LEAST_WORDS = 6
"""Shorter sentences are headings and the like; they get a place only if there is no other."""


@dataclass(frozen=True)
class SlotMethod(RuleMethod):
    """Puts a placeholder after some sentences.

    The sentences are cut into as many runs of equal length as there are places; each run's longest
    sentence, the first of equals, gets one.
    """

    placeholder: ClassVar[str]
    """In square brackets, with words in it, so that it reads neither as text nor as a citation."""
    count: int = 3
    """Most places in a document."""

    def __post_init__(self) -> None:
        """Check the options."""
        check_least("count", self.count, 1)

    def rewrite_one(self, subject: Subject) -> Rewriting:
        """Put the places into the text; the title stays."""
        text = subject.text
        for end in reversed(_ends(text, self.count)):
            text = f"{text[:end]} {self.placeholder}{text[end:]}"
        return Rewriting(subject.title, text)


def _ends(text: str, count: int) -> list[int]:
    """Where the chosen sentences end, ascending."""
    sizes = [(end, count_words(text[start:end])) for start, end in sentence_spans(text)]
    worded = [one for one in sizes if one[1] > 0]
    usable = [one for one in worded if one[1] >= _LEAST_WORDS] or worded
    n = min(count, len(usable))
    runs = [usable[len(usable) * i // n : len(usable) * (i + 1) // n] for i in range(n)]
    return [max(run, key=lambda one: one[1])[0] for run in runs]
