"""Reading yes or no out of an answer, strictly: what does not say one of them is unparsed.

An answer counts in one of these forms, the case of letters and Markdown's marks aside:

1. a declaration anywhere in it: ``Answer: no``, ``The answer is yes.``;
2. its first word: ``Yes``, ``No, they do not.``, ``No it is not.``;
3. the only one of both words in it: ``I would say yes.``

Where two forms say different things, or a form says both, as ``yes and no``, nothing is taken. Nor
is it from a word that is negated (``the answer is not yes``), and ``no`` before a noun denies that
noun (``no evidence``, ``No. 5``) and answers nothing. What stands before a last ``</think>`` is
thought, and what stands behind a line that begins with ``Question:`` is an invented one: neither is
part of the answer.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from ...schemas.rag import YES

RIGHT = "right"
WRONG = "wrong"
UNPARSED = "unparsed"
MISSING = "missing"
OUTCOMES = (RIGHT, WRONG, UNPARSED, MISSING)

ABSENT = "absent"
FAILED = "failed"
BLANK = "blank"
NEITHER = "neither"
BOTH = "both"
NEGATED = "negated"
REASONS = (ABSENT, FAILED, BLANK, NEITHER, BOTH, NEGATED)
"""Why there is neither yes nor no: no answer, an error of the model, an empty answer; or one that
has neither word, both, or one that is negated or denies something else."""

_THOUGHT = "</think>"
_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n[\n ]*")
_INVENTED = "\nquestion:"
_MARKS = re.compile(r"[*_`#>~]+")
_FOLDED = str.maketrans(
    {"\u2019": "'", "\u2018": "'", "\uff1a": ":"}
    | dict.fromkeys(["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff"], "")
)
_START = re.compile(r"\w")
_WORD = re.compile(r"(?<!\w)(?<!\w['-])(yes|no)(?!\w|['-]\w)")
_SUBJECTS = (
    "as|because|both|but|each|he|i|it|its|neither|not|she|since|so|that|the|their|there|these|"
    "they|this|those|we|you"
)
_ALONE = re.compile(
    r"\s?(?:$|\n|\.(?!\s?\d)|[,;:!?()\[\]{}\"'\u201d\u2026/&|\u2013\u2014-]"
    rf"|(?:and|or|nor|{_SUBJECTS})\b)"
)
"""What may follow a ``no`` that answers: an end, a mark, or a word that no noun begins with."""
_JOINED = re.compile(
    r"[\s,.;:!?\"')\]]{0,8}(?:[/|&]|(?:and|or|nor)\b)?[\s,\"'(\[]{0,8}"
    r"(?<!\w)(yes|no)(?!\w|['-]\w)"
)
_DECLARED = re.compile(
    r"\b(?:answer|ans)\b\.?\s?(?:is\b\s?:?|[:=\-\u2013\u2014])[\s\"'(\[\u201c]{0,8}"
)
_NEGATION = re.compile(r"\b(?:not|never|cannot|neither|nor|hardly|without)\b|n't\b")
_CLAUSE = re.compile(r"[.,;:!?\n]")
_LONGEST_CLAUSE = 300
"""Characters before a word in which a negation is looked for."""


@dataclass(frozen=True)
class YesNo:
    """What an answer says."""

    value: str | None
    """``yes`` or ``no``; None where it says neither."""
    reason: str | None
    """Of REASONS where it says neither."""


def parse_yes_no(answer: str | None) -> YesNo:
    """Read one answer.

    Args:
        answer: text as the file or the model gives it; None if there is none.
    """
    text = "" if answer is None else _plain(answer)
    if not text:
        return YesNo(None, BLANK)
    words = list(_WORD.finditer(text))
    if not words:
        return YesNo(None, NEITHER)
    firm = {said for said in [*_declared(text), _first(text)] if said is not None}
    said = firm or {word[0] for word in words}
    if BOTH in said or len(said) > 1:
        return YesNo(None, BOTH)
    if not firm and any(_said(text, word) is None for word in words):
        return YesNo(None, NEGATED)
    return YesNo(said.pop(), None)


def judge(found: YesNo, right: str) -> str:
    """The outcome of an answer: right, wrong, unparsed or missing."""
    if found.reason in (ABSENT, FAILED, BLANK):
        return MISSING
    if found.value is None:
        return UNPARSED
    return RIGHT if found.value == right else WRONG


def _plain(text: str) -> str:
    """The part of an answer that counts, without marks, in one form of letters and blanks."""
    text = text.rpartition(_THOUGHT)[2]
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(_FOLDED)
    text = _BLANKS.sub(" ", _MARKS.sub("", text).casefold())
    return _LINES.sub("\n", text).strip().partition(_INVENTED)[0].strip()


def _said(text: str, word: re.Match[str]) -> str | None:
    """The word, BOTH if the other one follows it at once, None if it is negated or denies."""
    if _is_negated(text, word.start()) or not _answers(text, word[0], word.end()):
        return None
    joined = _JOINED.match(text, word.end())
    other = joined is not None and joined[1] != word[0] and _answers(text, joined[1], joined.end())
    return BOTH if other else word[0]


def _answers(text: str, word: str, end: int) -> bool:
    """Whether a word that ends at a place is an answer, and no ``no`` of a noun."""
    return word == YES or _ALONE.match(text, end) is not None


def _is_negated(text: str, place: int) -> bool:
    """Whether a negation stands before a place in its clause."""
    before = text[max(0, place - _LONGEST_CLAUSE) : place]
    return _NEGATION.search(_CLAUSE.split(before)[-1]) is not None


def _declared(text: str) -> list[str]:
    """What each declaration says; one that is negated or says something else is none."""
    found: list[str] = []
    for mark in _DECLARED.finditer(text):
        word = _WORD.match(text, mark.end())
        if word is None or _is_negated(text, mark.start()):
            continue
        said = _said(text, word)
        if said is not None:
            found.append(said)
    return found


def _first(text: str) -> str | None:
    """What the first word says, if it is one of both."""
    start = _START.search(text)
    word = _WORD.match(text, start.start()) if start else None
    return None if word is None else _said(text, word)
