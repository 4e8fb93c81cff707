"""The query's words, where the document lacks them."""

from __future__ import annotations

from dataclasses import dataclass

from ...schemas.cseo import shown_text
from ..method import Rewriting, RuleMethod, Subject
from ..options import check_choice, check_least
from ..texts import missing_words, with_keywords

_PLACES = ("start", "end", "title")


@dataclass(frozen=True)
class KeywordInsertion(RuleMethod):
    """Puts the query's words that a document lacks into it, as a list; stop words are left out."""

    name = "keyword_insertion"
    about = "the query's words that the document lacks are put into it"
    sees_query = True

    count: int = 0
    """Most words that are put in, the first of the query; 0 for all."""
    where: str = "end"
    """``start`` or ``end`` for a line of its own in the text, or ``title``."""

    def __post_init__(self) -> None:
        """Check the options."""
        check_least("count", self.count, 0)
        check_choice("where", self.where, _PLACES)

    def rewrite_one(self, subject: Subject) -> Rewriting:
        """Put the words in; without a query the document stays as it is."""
        title, text = subject.title, subject.text
        words = missing_words(subject.query, shown_text(title, text))
        words = words[: self.count or None]
        if not words:
            return Rewriting(title, text)
        if self.where == "title":
            return Rewriting(with_keywords(title, words), text)
        line = ", ".join(words)
        if self.where == "start":
            return Rewriting(title, f"{line}\n{text}" if text else line)
        gap = "\n" if text and not text.endswith("\n") else ""
        return Rewriting(title, f"{text}{gap}{line}")
