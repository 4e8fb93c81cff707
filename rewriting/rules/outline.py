"""The document as an outline in Markdown, after the manner of llms.txt."""

from __future__ import annotations

import re

from ..method import Rewriting, RuleMethod, Subject
from ..texts import count_words, sentence_spans

_MARKS = re.compile(r"\A(?:[-*•>#]+ )+")


class Outline(RuleMethod):
    """Orders a text under its title: the first sentence as a summary, the others as items.

    A document without a title has its first sentence for one. No word is added, but for the
    heading ``Details``, or left out.
    """

    name = "outline"
    about = "title, summary and items in Markdown, after the manner of llms.txt"

    def rewrite_one(self, subject: Subject) -> Rewriting:
        """Order the text; the title stays. Without a word in it, the document stays as it is."""
        units = [_plain(subject.text[start:end]) for start, end in sentence_spans(subject.text)]
        title = " | ".join(subject.title.splitlines())
        lines = [_plain(title), *units]
        lines = [line for line in lines if count_words(line)]
        if not lines:
            return Rewriting(subject.title, subject.text)
        head, *rest = lines
        parts = [f"# {head}", *(f"> {line}" for line in rest[:1])]
        if rest[1:]:
            parts += ["## Details", "\n".join(f"- {line}" for line in rest[1:])]
        return Rewriting(subject.title, "\n\n".join(parts))


def _plain(line: str) -> str:
    """A line without marks of Markdown before it."""
    return _MARKS.sub("", line)
