"""Words and sentences of a document in any language, and the lists of words that rules know."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from ..retrieval.bm25.characters import lower_word, split_words
from ..retrieval.bm25.stopwords import STOPWORDS

# A run of full stops and the like ends a sentence before a blank; those of scripts without blanks
# end one anywhere; a line break always does.
_CLOSING = r"\"\u201d\u2019\u00bb)\]\u300d\u300f\uff09"
_BREAK = re.compile(
    rf"(?P<weak>[.!?\u2026]+['{_CLOSING}]*(?=\s|\Z))|[\u3002\uff01\uff1f।॥؟]+[{_CLOSING}]*|[\r\n]+"
)
_NEXT = re.compile(r"[^\S\r\n]*(\S?)")
_NUMBERING = re.compile(r"[(\[]?(?:\d+|[A-Za-z])")
_ABBREVIATIONS = frozenset(
    (
        "ca",
        "cf",
        "dr",
        "e.g",
        "fig",
        "i.e",
        "mr",
        "mrs",
        "ms",
        "mt",
        "pp",
        "prof",
        "st",
        "vol",
        "vs",
    )
)
_LOOK_BACK = 40
"""Characters before a stop that say whether it ends a sentence."""
_OPENING = "(\"'\u201c\u2018"


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Where the sentences of a text start and end, without the blanks around them.

    A full stop ends none after an abbreviation, an initial or a line's number, or before a small
    letter. A line break ends one, so that headings and items of lists stand alone.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _BREAK.finditer(text):
        if match["weak"] and _goes_on(text, start, match):
            continue
        _add(spans, text, start, match.end())
        start = match.end()
    _add(spans, text, start, len(text))
    return spans


def _goes_on(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether a stop that was found belongs inside its sentence."""
    following = _NEXT.match(text, match.end())
    if following is not None and following[1].islower():
        return True
    if match["weak"] != ".":
        return False
    first = max(start, match.start() - _LOOK_BACK)
    before = text[first : match.start()].split()
    if not before:
        return False
    last = before[-1].lstrip(_OPENING)
    if len(before) == 1 and first == start and _NUMBERING.fullmatch(before[0]):
        return True
    return last.lower() in _ABBREVIATIONS or (len(last) == 1 and last.isalpha() and last.isupper())


def _add(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    part = text[start:end]
    left = start + len(part) - len(part.lstrip())
    right = start + len(part.rstrip())
    if left < right:
        spans.append((left, right))


def count_words(text: str) -> int:
    """Number of words, a Han or Hiragana character being one."""
    return len(split_words(text))


def missing_words(wanted: str, text: str) -> list[str]:
    """Words of one text that another lacks, but for stop words; once each, as they are written."""
    seen = {*split_words(text), *stop_words()}
    found: list[str] = []
    for word in split_words(wanted, lowercase=False):
        folded = lower_word(word)
        if folded not in seen:
            seen.add(folded)
            found.append(word)
    return found


def with_keywords(title: str, words: list[str]) -> str:
    """A title with words after it."""
    listed = ", ".join(words)
    return f"{title} | {listed}" if title.strip() and words else title if title.strip() else listed


@cache
def word_lists() -> dict[str, Any]:
    """The tables of ``words.toml``."""
    return tomllib.loads(
        files(__package__ or "domainbench.rewriting")
        .joinpath("words.toml")
        .read_text(encoding="utf-8")
    )


@cache
def stop_words() -> frozenset[str]:
    """Words that carry no topic, in small letters: English and Hindi."""
    listed = (word for words in STOPWORDS.values() for word in words)
    return frozenset((*listed, *word_lists()["function_words"]))
