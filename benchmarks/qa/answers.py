"""Reading the choice out of an answer, strictly: what does not say one choice is unparsed.

An answer counts in one of these forms, the case of letters and Markdown's marks aside:

1. a choice: a letter (``B``, ``(b)``, ``b.``, ``option B``; Devanagari ``ख`` of क ख ग घ ङ च, ``ब``
   of अ ब स द, ``आ`` of अ आ इ ई, ``विकल्प ख``), a number from 1 in digits of any script (``2``,
   ``(२)``), the text of one option, or a letter or number before its own text (``B. Gram``);
2. a longer text with lines that declare a choice of form 1: ``Answer: B``, ``The answer is (B).``,
   ``उत्तर - (ख)``, ``सही उत्तर ख है।``; the choice may stand on the line below. All such lines must
   declare the same choice. What stands before a last ``</think>`` is thought, not answer.

Several letters, a letter before other words, a position that the question lacks, or a number that
is the text of one option and the position of another are unparsed. Nothing is guessed from words
in the running text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from .prompts import LETTERS

if TYPE_CHECKING:
    from collections.abc import Sequence

RIGHT = "right"
WRONG = "wrong"
UNPARSED = "unparsed"
MISSING = "missing"
OUTCOMES = (RIGHT, WRONG, UNPARSED, MISSING)

ABSENT = "absent"
FAILED = "failed"
BLANK = "blank"
NO_CHOICE = "no_choice"
SEVERAL = "several"
OUT_OF_RANGE = "out_of_range"
AMBIGUOUS = "ambiguous"
REASONS = (ABSENT, FAILED, BLANK, NO_CHOICE, SEVERAL, OUT_OF_RANGE, AMBIGUOUS)
"""Why there is no choice: no answer, an error of the model, an empty answer; or one that names
none, several, one that the question lacks, or one by its text and another by its position."""

_SERIES = (LETTERS.lower(), "कखगघङच", "अबसद", "अआइई")
_PLACES = {letter: place for series in _SERIES for place, letter in enumerate(series)}
_LETTER = f"[{''.join(sorted(_PLACES))}]"
# A label ends where its word does: not before a letter, a digit or a vowel sign.
_LABEL = rf"(?:{_LETTER}|\d{{1,3}})(?![^\W_]|[\u0900-\u0903\u093a-\u094f\u200c\u200d])"
_NAMED = re.compile(rf"(?:(?:option|choice|विकल्प)\s*)?[(\[]?\s*({_LABEL})\s*[)\]]?")
_JOINED = re.compile(r"\s*(?:[,;/&+]|and\b|or\b|और|या|तथा|एवं)\s*")
_DECLARED = re.compile(
    r"(?:[-\u2022]\s+)?(?:(?:so|thus|hence|therefore|अतः|इसलिए)\b,?\s*)?"
    r"(?:(?:the|my|final|correct|right|best|सही|अंतिम)\s+){0,3}"
    r"(?:(?:answer|ans|उत्तर|जवाब)(?![^\W_]|[\u0900-\u0903\u093a-\u094f])\.?)"
    r"(?:(?:\s+(?:is|है))?\s*[:=\-\u2013\u2014]|\s+is\b(?!\s*[:=])|(?=\s+.*\sहै$))\s*(.*)$"
)
_THOUGHT = "</think>"
_DIGIT = re.compile(r"(?![0-9])\d")
_MARKS = re.compile(r"[*_`#>]+")
_OUTER = " \t.,;:!?'\"()[]{}<>।॥-\u2013\u2014\u2018\u2019\u201c\u201d"
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))


@dataclass(frozen=True)
class Choice:
    """What an answer says."""

    index: int | None
    """Position of the choice, from 0; None where it says none."""
    reason: str | None
    """Of REASONS where it says none."""


def parse_answer(answer: str | None, options: Sequence[str], *, base: int = 1) -> Choice:
    """Read one answer.

    Args:
        answer: text as the file or the model gives it; None if there is none.
        options: texts of the question's choices.
        base: what a number that stands for the first choice is, 0 or 1.
    """
    if answer is not None:
        answer = answer.rpartition(_THOUGHT)[2]
    if answer is None or not answer.strip():
        return Choice(None, BLANK)
    keys = [key(option) for option in options]
    whole = _choice(answer, keys, base)
    if whole.reason != NO_CHOICE:
        return whole
    lines = [line for line in map(_plain, answer.splitlines()) if line]
    return _declared_choice(lines, keys, base)


def judge(choice: Choice, right: int) -> str:
    """The outcome of a choice: right, wrong, unparsed or missing."""
    if choice.reason in (ABSENT, FAILED, BLANK):
        return MISSING
    if choice.index is None:
        return UNPARSED
    return RIGHT if choice.index == right else WRONG


@lru_cache(maxsize=1 << 12)
def key(text: str) -> str:
    """What two texts of one option share: letters' case, forms, digits, outer marks folded."""
    return _bare(_plain(text))


def _bare(plain: str) -> str:
    return " ".join(plain.strip(_OUTER).split()) or plain


def _plain(text: str) -> str:
    """A line without Markdown's marks, in one form of letters and digits."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(_INVISIBLE).replace("\uff1a", ":")
        text = _DIGIT.sub(lambda found: str(unicodedata.decimal(found[0])), text)
    return _MARKS.sub("", text).casefold().strip()


def _declared_choice(lines: Sequence[str], keys: Sequence[str], base: int) -> Choice:
    found: list[Choice] = []
    for place, line in enumerate(lines):
        declared = _DECLARED.match(line.rstrip(" .।"))
        if declared is None:
            continue
        value = declared.group(1).strip()
        if value.endswith(" है"):
            value = value.removesuffix(" है")
        if not value.strip(_OUTER) and place + 1 < len(lines):
            value = lines[place + 1]
        found.append(_choice(value, keys, base))
    if not found:
        return Choice(None, NO_CHOICE)
    indices = {choice.index for choice in found}
    if None not in indices and len(indices) > 1:
        return Choice(None, SEVERAL)
    return next((choice for choice in found if choice.index is None), found[0])


def _choice(text: str, keys: Sequence[str], base: int) -> Choice:
    """The choice that a text is, as form 1 says."""
    plain = _plain(text)
    named = _NAMED.match(plain)
    by_label = _label(named, plain, keys, base) if named else None
    bare = _bare(plain)
    same = [place for place, option in enumerate(keys) if option == bare]
    if not same:
        return by_label or Choice(None, NO_CHOICE)
    if len(same) > 1 or (by_label and by_label.index is not None and by_label.index != same[0]):
        return Choice(None, AMBIGUOUS)
    return Choice(same[0], None)


def _label(named: re.Match[str], plain: str, keys: Sequence[str], base: int) -> Choice | None:
    """The choice that a label at the start of a text names, None if the text is no label."""
    place = _place(named.group(1), base)
    rest = plain[named.end() :]
    said = rest.strip(_OUTER)
    if said:
        joined = _JOINED.match(rest)
        if joined and _NAMED.match(rest, joined.end()):
            return Choice(None, SEVERAL)
        if not 0 <= place < len(keys) or " ".join(said.split()) != keys[place]:
            return None
    return Choice(place, None) if 0 <= place < len(keys) else Choice(None, OUT_OF_RANGE)


def _place(label: str, base: int) -> int:
    return int(label) - base if label.isdigit() else _PLACES[label]
