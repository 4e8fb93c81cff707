"""What an answer key means: a letter, a number or a text, resolved to an option."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

NO_ANSWER = "no_answer"
UNREADABLE = "unreadable_answer"
OUTSIDE = "answer_outside"
SEVERAL = "several_answers"

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_HINDI = ("कखगघङ", "अबसदइ")
"""The two ways that Hindi papers count options."""
_ROMAN = {"i": 0, "ii": 1, "iii": 2, "iv": 3, "v": 4, "vi": 5}
_MARKED = re.compile(
    r"^(?:(?:option|ans(?:wer)?|choice|विकल्प|उत्तर)\s*[:.\-]?\s*)?[(\[{]?\s*"
    r"(?P<mark>[A-Za-z]|[0-9]{1,3}|[ivIV]{1,3}|[\u0905-\u0939])\s*[)\]}.:]*$",
    re.IGNORECASE,
)
_JOINED = re.compile(r"\s*(?:,|;|/|&|\||\band\b|\bor\b|और|तथा|या)\s*", re.IGNORECASE)
_NUMBER = re.compile(r"^[(\[]?\s*([0-9]{1,3})(?:\.0+)?\s*[)\].]*$")
_STOPS = " .।"
_BLANKS = re.compile(r"\s+")
_EMPTY = {"", "-", "--", "na", "n/a", "nan", "none", "null", "?", "nil", "x*"}


@dataclass(frozen=True, slots=True)
class Resolved:
    """The right option's index from 0, or why there is none."""

    index: int | None = None
    problem: str | None = None


def resolve_answer(answer: str | None, options: Sequence[str], *, base: int | None) -> Resolved:
    """Find the option that an answer names.

    An answer equal to the text of exactly one option is that option, so numeric options win over
    numbers of options. Else it is read as a letter (Latin or Devanagari), a Roman numeral or a
    number counted from ``base``.

    Args:
        answer: as the source has it.
        options: texts, in the source's order.
        base: number of the first option, 0 or 1; None is read as 1.
    """
    text = _folded(answer or "")
    if text.casefold() in _EMPTY:
        return Resolved(problem=NO_ANSWER)
    same = [place for place, option in enumerate(options) if _folded(option) == text]
    if len(same) == 1:
        return Resolved(same[0])
    index = _place(text, base)
    if index is not None:
        return Resolved(index) if 0 <= index < len(options) else Resolved(problem=OUTSIDE)
    return _by_text(text, _folded_options(options), base, len(options))


def infer_base(answers: Sequence[str | None], option_counts: Sequence[int]) -> int | None:
    """The number of the first option, told by all answers of a file.

    Returns:
        0 if an answer is 0, 1 if one is the number of options, None if no answer is a number or
        they do not tell.
    """
    numbers = [
        (int(found.group(1)), count)
        for answer, count in zip(answers, option_counts, strict=True)
        if answer is not None and (found := _NUMBER.match(_folded(answer)))
    ]
    if any(number == 0 for number, _ in numbers):
        return 0
    if any(count and number == count for number, count in numbers):
        return 1
    return None


def _folded(text: str) -> str:
    plain = _BLANKS.sub(" ", text).strip()
    if plain.isascii():
        return plain
    digits = (str(unicodedata.decimal(c)) if c.isdecimal() else c for c in plain)
    return unicodedata.normalize("NFC", "".join(digits))


def _folded_options(options: Sequence[str]) -> dict[str, int]:
    """Texts of options without case → their places; texts that repeat are left out."""
    texts = [_folded(option).casefold().rstrip(_STOPS) for option in options]
    return {text: place for place, text in enumerate(texts) if texts.count(text) == 1}


def _place(text: str, base: int | None) -> int | None:
    """The place that a letter or number names, from 0; None if it names none."""
    number = _NUMBER.match(text)
    if number:
        return int(number.group(1)) - (1 if base is None else base)
    marked = _MARKED.match(text)
    if marked is None:
        return None
    mark = marked["mark"].casefold()
    if mark.isdecimal():
        return int(mark) - (1 if base is None else base)
    if len(mark) > 1 or mark in {"i", "v"}:
        return _ROMAN.get(mark)
    if mark in _LETTERS:
        return _LETTERS.index(mark)
    return next((row.index(mark) for row in _HINDI if mark in row), None)


def _by_text(text: str, alike: dict[str, int], base: int | None, count: int) -> Resolved:
    """An answer that is neither a letter nor a number."""
    named = alike.get(text.casefold().rstrip(_STOPS))
    if named is not None:
        return Resolved(named)
    if _are_several(text, alike, base) or _are_letters(text, count):
        return Resolved(problem=SEVERAL)
    return _behind_mark(text, alike, base, count)


def _are_several(text: str, alike: dict[str, int], base: int | None) -> bool:
    """Whether it is a list of letters, of numbers or of options' texts."""
    parts = [part for part in _JOINED.split(text) if part]
    if len(parts) < 2:
        return False
    places = {_place(part, base) for part in parts}
    known = {alike.get(part.casefold().rstrip(_STOPS)) for part in parts}
    return None not in places or None not in known


def _are_letters(text: str, count: int) -> bool:
    """Whether it is two or more letters of options run together, as ``AC`` or ``BD``."""
    letters = _LETTERS[:count]
    folded = text.casefold()
    return (
        1 < len(folded) <= count
        and text.isupper()
        and all(letter in letters for letter in folded)
        and len(set(folded)) == len(folded)
    )


_LED = re.compile(r"^[(\[]?\s*([A-Za-z]|[0-9]|[\u0905-\u0939])\s*[)\].:\-]+\s*(.+)$")


def _behind_mark(text: str, alike: dict[str, int], base: int | None, count: int) -> Resolved:
    """An answer with letter and text, as ``(b) Wheat``; the two must agree."""
    found = _LED.match(text)
    if found is None:
        return Resolved(problem=UNREADABLE)
    index = _place(found[1], base)
    named = alike.get(found[2].casefold().rstrip(_STOPS))
    if index is not None and index == named and index < count:
        return Resolved(index)
    return Resolved(problem=UNREADABLE)
