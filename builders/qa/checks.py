"""Faults that the words of a question show: cut text, absent images, options that name others."""

from __future__ import annotations

import re
import sys
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_IMAGE = re.compile(
    r"<img\b|!\[[^\]]*\]\(|\[(?:image|figure|diagram|चित्र)\]|\.(?:png|jpe?g|gif|svg|webp)\b"
    r"|\b(?:figure|diagram|image|picture|photograph|graph|map|sketch)s?\b"
    r"(?=[^.?!।]{0,40}\b(?:below|above|given|shown|following|alongside)\b)"
    r"|\b(?:given|following|above|below|adjoining|accompanying|attached)\s+"
    r"(?:figure|diagram|image|picture|photograph|graph|sketch)\b"
    r"|\b(?:shown|seen|depicted)\s+in\s+the\s+(?:figure|diagram|image|picture|graph|map)\b"
    r"|(?:नीचे|ऊपर|निम्न|उपरोक्त|निम्नलिखित)[^।?!]{0,24}(?:चित्र|आरेख|रेखाचित्र|मानचित्र|ग्राफ)"
    r"|(?:चित्र|आरेख|रेखाचित्र|मानचित्र|ग्राफ)\s+(?:में|के\s+अनुसार)",
    re.IGNORECASE,
)
_OPENING = "([{"
_CLOSING = ")]}"
_CUT_MARK = re.compile(
    r"(?:\[(?:\.{3}|…)\]|\((?:\.{3}|…)\)|\[?\(?(?:truncated|cut off|continued)\)?\]?)$",
    re.IGNORECASE,
)
_CUT_END = re.compile(r"[,;&]$")
"""A sign that joins, with nothing behind it."""

_PLACE = r"\(?(?:[a-h]|[ivx]{1,4}|[1-8]|[कखगघ])\)?"
_REFERENCE = re.compile(
    r"\b(?:all|none|any|both|neither|either|two|more\s+than\s+one)\s+(?:of\s+)?(?:the\s+)?"
    r"(?:above|these|those|options|choices|foregoing|given)\b"
    rf"|^(?:both|only|either|neither)?\s*{_PLACE}\s*(?:,\s*{_PLACE}\s*)*"
    rf"(?:,?\s*(?:and|or|nor|&|both|और|तथा|एवं|या)\s*{_PLACE})+(?:\s+(?:only|both|दोनों|केवल))?\.?$"
    r"|(?:उपरोक्त|उपर्युक्त|ऊपर|इनमें|इन|दिए\s+गए)[^।]{0,16}(?:सभी|कोई\s+नहीं|कोई\s+भी\s+नहीं|दोनों|सब)"
    r"|^(?:ये\s+सभी|सभी|इनमें\s+से\s+कोई\s+नहीं|दोनों)$",
    re.IGNORECASE,
)
_LISTED = re.compile(rf"(?:^|\s){_PLACE}[.:)]\s", re.IGNORECASE)
_SHORT = 3
"""Characters of a text that may be a symbol, in which case tells."""
_BLANKS = re.compile(r"\s+")
_JOINERS = dict.fromkeys(map(ord, "\u200b\u200c\u200d\ufeff"))
_DIGITS = {
    code: str(unicodedata.decimal(chr(code)))
    for code in range(0x80, sys.maxunicode + 1)
    if chr(code).isdecimal()
}
_TRAILING = " .;,:।॥"
_SYMBOLS = re.compile(r"[<>=+*/^%±×÷≤≥≠√∞°₹$€-]")  # noqa: RUF001


def refers_to_image(question: str) -> str | None:
    """The words that refer to an image, None where there are none."""
    found = _IMAGE.search(question)
    return found.group() if found else None


def is_truncated(question: str, options: Sequence[str]) -> str | None:
    """What shows that the question or an option is cut short, None if nothing does.

    Only signs at the end count: a mark of omission; in the question also a comma or "&" with
    nothing behind it and a bracket left open. A stem that goes on in its options ("The capital
    is", "सही है-") is no fault, nor is a virama, in which Sanskrit words end. A text cut without a
    sign is not found.
    """
    for text in (question, *options):
        if mark := _CUT_MARK.search(text.rstrip()):
            return f"it ends in {mark.group()!r}"
    if mark := _CUT_END.search(question.rstrip()):
        return f"it ends in {mark.group()!r}"
    return _open_bracket(question)


def _open_bracket(text: str) -> str | None:
    # All kinds together: an interval such as [0, 1) is whole.
    opened = sum(text.count(sign) for sign in _OPENING)
    closed = sum(text.count(sign) for sign in _CLOSING)
    last = max(text.rfind(sign) for sign in _OPENING)
    if opened > closed and last > max(text.rfind(sign) for sign in _CLOSING):
        return f"the bracket {text[last]!r} near its end is not closed"
    return None


def standing(question: str, options: Sequence[str]) -> list[bool]:
    """For each option, whether it stands for itself and refers to no other by its place.

    Options such as "2 only" or "1 and 3" refer to statements where the question lists such.
    """
    return [not _refers(option, question) for option in options]


def _refers(option: str, question: str) -> bool:
    found = _REFERENCE.search(option)
    if found is None:
        return False
    numbered = any(sign.isdigit() for sign in found.group())
    return not (numbered and _LISTED.search(question))


def exact_key(text: str) -> str:
    """What equal texts share: case, joiners, blanks and the full stop at the end do not count.

    Signs within do, as they make "x > 5" another text than "x < 5".

    Args:
        text: in normal form.
    """
    plain = _plain(text)
    if plain.isascii():
        return plain.casefold()
    return unicodedata.normalize("NFC", plain.casefold()).translate(_DIGITS)


def option_key(text: str) -> str:
    """As ``exact_key``, but case counts, except that of the first letter of a longer text.

    "Tt" and "tt", or "CO" and "Co", are different options; "Wheat" and "wheat" are not.

    Args:
        text: in normal form.
    """
    plain = _plain(text)
    if len(plain) > _SHORT:
        plain = plain[0].lower() + plain[1:]
    return plain if plain.isascii() else plain.translate(_DIGITS)


def _plain(text: str) -> str:
    return _BLANKS.sub(" ", text.translate(_JOINERS)).strip(_TRAILING)


def same_symbols(left: str, right: str) -> bool:
    """Whether two texts have the same operators and units in the same order."""
    return _SYMBOLS.findall(left) == _SYMBOLS.findall(right)
