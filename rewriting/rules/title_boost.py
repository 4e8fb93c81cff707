"""The text's key terms in its title."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ...retrieval.bm25.characters import lower_word, split_words
from ..method import Rewriting, RuleMethod, Subject
from ..options import check_least
from ..texts import stop_words, with_keywords

_LEAST_LENGTH = 3


@dataclass(frozen=True)
class TitleBoost(RuleMethod):
    """Adds to the title the words that are most frequent in the text.

    Words have three letters or more, and are neither numbers, nor stop words, nor in the title
    already. Equally frequent ones come in the order of the text, as it first writes them.
    """

    name = "title_boost"
    about = "the text's most frequent terms are added to the title"

    count: int = 3
    """Most words that are added."""

    def __post_init__(self) -> None:
        """Check the options."""
        check_least("count", self.count, 1)

    def rewrite_one(self, subject: Subject) -> Rewriting:
        """Add the terms; the text stays."""
        left_out = {*split_words(subject.title), *stop_words()}
        counts: Counter[str] = Counter()
        written: dict[str, str] = {}
        for word in split_words(subject.text, lowercase=False, min_length=_LEAST_LENGTH):
            folded = lower_word(word)
            # A Han character passes the least length, but says too little alone.
            if folded not in left_out and len(word) >= _LEAST_LENGTH and not word.isnumeric():
                counts[folded] += 1
                written.setdefault(folded, word)
        terms = [written[folded] for folded, _ in counts.most_common(self.count)]
        return Rewriting(with_keywords(subject.title, terms), subject.text)
