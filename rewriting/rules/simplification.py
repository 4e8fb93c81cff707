"""Shorter words and shorter sentences."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from ..method import Rewriting, RuleMethod, Subject
from ..options import check_least
from ..texts import count_words, sentence_spans, word_lists

_JOINT = re.compile(r";\s+|,\s+(?P<word>and|but|so|yet)\s+", re.IGNORECASE)
_FIRST_WORD = re.compile(r"[A-Za-z]+")
_ENTITY = re.compile(r"&#?\w+\Z")
_BRACKETS = ("()", "[]", "“”")
_LEAST_WORDS = 5
"""Words that a part of a sentence needs to stand alone."""


@dataclass(frozen=True)
class Simplification(RuleMethod):
    """Exchanges long English words and phrases for short ones, and splits long sentences.

    A sentence is split at its one semicolon; or before ``and``, ``but``, ``so`` and ``yet`` after a
    comma, where no other comma makes it look like a list and the next word looks like a subject.
    Never inside brackets or quotes.
    """

    name = "simplification"
    about = "short words for long ones, long sentences split"

    max_words: int = 20
    """Words of the longest sentence that is left whole."""

    def __post_init__(self) -> None:
        """Check the options."""
        check_least("max_words", self.max_words, 1)

    def rewrite_one(self, subject: Subject) -> Rewriting:
        """Exchange words in title and text, and split the text's sentences."""
        text = _exchange(subject.text)
        parts: list[str] = []
        read = 0
        for start, end in sentence_spans(text):
            parts += [text[read:start], self._split(text[start:end])]
            read = end
        return Rewriting(_exchange(subject.title), "".join([*parts, text[read:]]))

    def _split(self, sentence: str) -> str:
        parts: list[str] = []
        # Words behind the last cut, and those of them that were read; the word kept at the cut.
        left, head, kept = count_words(sentence), 0, ""
        start = read = 0
        listed = sentence.count(";") > 1
        for joint in _JOINT.finditer(sentence):
            if left <= self.max_words:
                break
            word = joint["word"] or ""
            head += count_words(sentence[read : joint.start()])
            read = joint.start()
            tail = left - head - bool(word)
            clause = sentence[start:read]
            if min(head, tail) < _LEAST_WORDS or not _stands_alone(clause, word):
                continue
            if not _begins(sentence[joint.end() :]) if word else listed:
                continue
            parts.append(_begun(kept, clause, first=not parts) + ".")
            kept = "" if word.lower() == "and" else word
            head = int(bool(kept))
            left = tail + head
            start = read = joint.end()
        return " ".join([*parts, _begun(kept, sentence[start:], first=not parts)])


def _begun(word: str, clause: str, *, first: bool) -> str:
    """A clause behind a word, with a capital unless it begins the sentence already."""
    return clause if first else _capital(f"{word} {clause}" if word else clause)


def _stands_alone(clause: str, word: str) -> bool:
    """Whether a clause before a semicolon, or before a comma and a word, may end there."""
    if word and "," in clause:
        return False
    paired = all(clause.count(left) == clause.count(right) for left, right in _BRACKETS)
    return paired and clause.count('"') % 2 == 0 and not _ENTITY.search(clause)


def _begins(rest: str) -> bool:
    """Whether what follows a comma and a word may be a sentence: it begins with a subject."""
    first = _FIRST_WORD.match(rest)
    return first is not None and first[0].lower() in word_lists()["subjects"]


def _exchange(text: str) -> str:
    return _phrases().sub(_shorter, text)


def _shorter(match: re.Match[str]) -> str:
    long = match[0]
    short: str = word_lists()["simple"][" ".join(long.lower().split())]
    if long.isupper():
        return short.upper()
    return _capital(short) if long[0].isupper() else short


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


@cache
def _phrases() -> re.Pattern[str]:
    """Any phrase of the list, as a whole: the longest first, where several start alike."""
    listed = sorted(word_lists()["simple"], key=lambda phrase: (-len(phrase), phrase))
    either = "|".join(r"\s+".join(map(re.escape, phrase.split())) for phrase in listed)
    # ASCII letters alone: the case of others folds to letters that no phrase holds.
    return re.compile(rf"(?<![\w-])(?ai:{either})(?![\w-])")
