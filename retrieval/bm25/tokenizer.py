"""From texts to terms: words, stop words, stems."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ...schemas.errors import UsageError
from .characters import split_words
from .stems import check_stemmers, stem
from .stopwords import STOPWORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from .counts import Utf8, WordCounts

NONE = "none"
WORDS, CODE = "words", "code"
TOKENIZERS = (WORDS, CODE)
JOIN = "+"
"""Joins the names of several lists of stop words, or of several stemmers."""
_LIST_MARK = "|"


@dataclass(frozen=True)
class Tokenizer:
    r"""What a word is, which words are dropped, and how they are reduced.

    ``characters`` says where a word begins and ends. Words shorter than ``min_length`` code points
    are dropped (2 by default, as the pattern ``\w\w+`` of scikit-learn and bm25s does), then
    stop words, and what is left is stemmed. A document's length counts the words that are left.
    """

    min_length: int = 2
    """Fewest code points of a word; Han and Hiragana characters stay whatever it is."""
    lowercase: bool = True
    """Whether words are compared in lower case."""
    stopwords: str = NONE
    """``none``, names of lists in ``STOPWORDS`` joined by ``+``, or words joined (or ended) by
    ``|``."""
    stemmer: str = NONE
    """``none`` or Snowball algorithms of PyStemmer, as ``english`` or ``english+hindi``: each word
    is stemmed by the one of its script."""
    form: str = WORDS
    """``words``, or ``code``: identifiers and their parts (see ``code_words``)."""

    def __post_init__(self) -> None:
        if self.form not in TOKENIZERS:
            raise UsageError.from_unknown_name("tokenizer", self.form, TOKENIZERS)
        if self.min_length < 1:
            raise UsageError("min_length is too small", found=self.min_length, expected="1 or more")
        words = self.stopword_set
        # One spelling, so that equal tokenizers have equal specifications and indexes.
        if _LIST_MARK in self.stopwords:
            object.__setattr__(self, "stopwords", join_stopwords(sorted(words)))
        else:
            object.__setattr__(self, "stopwords", _sorted_names(self.stopwords))
        object.__setattr__(self, "stemmer", _sorted_names(self.stemmer))
        if self.stemmer != NONE:
            check_stemmers(self.stemmer.split(JOIN))

    @cached_property
    def stopword_set(self) -> frozenset[str]:
        """The words dropped, as they come out of a text.

        Raises:
            UsageError: the list is unknown, or an entry is not one word.
        """
        if self.stopwords == NONE:
            return frozenset()
        entries: list[str] = []
        if _LIST_MARK not in self.stopwords:
            for name in self.stopwords.split(JOIN):
                if name not in STOPWORDS:
                    known = [*STOPWORDS] if JOIN in self.stopwords else [NONE, *STOPWORDS]
                    raise UsageError.from_unknown_name("list of stop words", name, known)
                entries += STOPWORDS[name]
        else:
            entries = [entry for entry in self.stopwords.split(_LIST_MARK) if entry]
        words: set[str] = set()
        for entry in entries:
            split = self._split(entry)
            if len(split) != 1:
                raise UsageError(
                    f"the stop word {entry!r} is not one word",
                    found=" ".join(split) or "no word",
                    hint="list the words as a text gives them: 'don' and 't', not 'don't'",
                )
            words.update(split)
        return frozenset(words)

    @property
    def whole(self) -> Tokenizer:
        """What finds the words that may have parts, however short: itself, where none has."""
        return self if self.form == WORDS else Tokenizer(min_length=1)

    def tokens(self, text: str) -> list[str]:
        """The terms of a text in order, repeated as they occur."""
        words = self._split(text, self.min_length)
        stopwords = self.stopword_set
        kept = [word for word in words if word not in stopwords] if stopwords else words
        return kept if self.stemmer == NONE else stem(kept, self.stemmer.split(JOIN))

    def count(self, texts: Utf8, threads: int) -> list[WordCounts]:
        """Count the words of texts, stop words and unstemmed forms still among them."""
        if self.form == CODE:
            from .code_words import count_code as count_words
        else:
            from .counts import count_words
        return count_words(
            texts, lowercase=self.lowercase, min_length=self.min_length, threads=threads
        )

    def terms(self, counts: Sequence[WordCounts]) -> list[npt.NDArray[np.uint64]] | None:
        """Hash of the term that each word of each piece stands for, 0 where the word is dropped.

        Stop words are dropped and stems made once for each distinct word, not for each token.

        Returns:
            One array of shape (words,) a piece, or None where every word stands for itself.
        """
        from .counts import hash_words

        if self.stemmer == NONE and not self.stopword_set:
            return None
        stop = hash_words(sorted(self.stopword_set))
        kept = [
            np.where(np.isin(piece.hashes, stop), np.uint64(0), piece.hashes) for piece in counts
        ]
        if self.stemmer == NONE:
            return kept
        words, at = np.unique(np.concatenate([*kept, np.zeros(1, np.uint64)]), return_index=True)
        stems = stem(self._spell(counts, at[1:]), self.stemmer.split(JOIN))
        hashes = np.concatenate([np.zeros(1, np.uint64), hash_words(stems)])
        return [hashes[np.searchsorted(words, piece)] for piece in kept]

    def _split(self, text: str, min_length: int = 1) -> list[str]:
        if self.form == CODE:
            from .code_words import split_code

            return split_code(text, lowercase=self.lowercase, min_length=min_length)
        return split_words(text, lowercase=self.lowercase, min_length=min_length)

    def _spell(self, counts: Sequence[WordCounts], at: npt.NDArray[np.int64]) -> list[str]:
        """The words at some places of the pieces' words, put end to end."""
        first = np.concatenate([[0], np.cumsum([len(piece.hashes) for piece in counts])])
        owner = np.searchsorted(first, at, side="right") - 1
        words: list[str] = []
        for piece, place in zip(owner.tolist(), (at - first[owner]).tolist(), strict=True):
            start, stop = counts[piece].places[place].tolist()
            words += split_words(counts[piece].source.string(start, stop), lowercase=self.lowercase)
        return words


def join_stopwords(words: Sequence[str]) -> str:
    """A list of stop words as the value of the option: sorted, without doubles."""
    distinct = sorted(set(words))
    if not distinct:
        return NONE
    return _LIST_MARK.join(distinct) + (_LIST_MARK if len(distinct) == 1 else "")


def _sorted_names(names: str) -> str:
    return JOIN.join(sorted(set(names.split(JOIN))))
