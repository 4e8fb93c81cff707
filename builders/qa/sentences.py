# ruff: noqa: RUF001 -- punctuation of many scripts is the matter here
"""Where sentences end, in English, Hindi and other languages of their scripts."""

from __future__ import annotations

import re
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Titles and the like that go before what they belong to: no sentence ends with them.
_TITLES: Final = _words(
    """
    mr mrs ms messrs dr prof rev hon gen lt col maj capt cmdr sgt adm gov sen rep pres st mt ft viz
    cf vs e.g i.e approx smt shri डॉ डा प्रो श्री सुश्री पं स्व मौ कर्न मि क्र सं नं पृ अनु
    """
)
# Those that go before a number; "no" is a word as well.
_NUMBERED: Final = _words("no nos fig figs eq art arts sec secs ch vol vols pp p para")
# Abbreviations that may end a sentence as well.
_ABBREVIATIONS: Final = _words(
    """
    etc inc ltd co corp bros jr sr al a.m p.m b.c a.d u.s u.k u.n ph.d m.a b.a m.d d.c jan feb apr
    jun jul aug sept oct nov dec govt dept univ assn ave blvd rd ed eds
    ई ईस्वी पू ई.पू किमी कि.मी कि मी सेमी से.मी ग्रा कि.ग्रा रु इत्यादि
    """
)
# Words that begin a sentence far more often than they follow an abbreviation within one.
_STARTERS: Final = _words(
    """
    the a an in on at it he she they we this these those that his her its their our there then when
    while after before although though since because however but and as by for from if to with
    during under according some many most other such one two both all each several another what
    which who how why where no not today later also
    """
)
_LETTER_NAMES: Final = _words(
    """
    ए बी सी डी ई एफ जी एच आई जे के एल एम एन ओ पी क्यू आर एस टी यू वी डब्ल्यू डब्लू एक्स वाई जेड
    ज़ेड
    """
)

_CLOSERS: Final = "\"'”’)\\]}»"
_NOTES: Final = r"(?:\[[^\]\n.!?।]{1,40}\])*"
_END = re.compile(
    rf"॥\s*[0-9०-९.]+\s*॥|(?:[।॥۔؟。！？]|(?<![.!?…])[.!?…]++(?=[{_CLOSERS}]*{_NOTES}(?:\s|$)))"
    rf"[.!?।॥…]*[{_CLOSERS}]*{_NOTES}"
)
_TOKEN = re.compile(r"[^\s(\[{\"'“‘]*$")
_NEXT = re.compile(r"[\s\"'“‘(\[{«*-]*(\w?)")
_NEXT_WORD = re.compile(r"[\s\"'“‘(\[{«*-]*([A-Za-z]+)")
_NEXT_NUMBER = re.compile(r"\s*[(\[]?(?:\d|[IVX]+\b)")
_INITIAL = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")
_NUMBER = re.compile(r"[(\[]?(?:\d{1,3}|[ivxIVX]{1,4}|[a-zA-Z])[)\]]?")
_REMARK = re.compile(r"\[[^].!?।]*\]\W*")
"""What stands alone in brackets belongs to the sentence before, as do marks without letters."""
_LEAD = 8
"""Blanks and the like, in characters, that stand before an item's number at most."""
_PARAGRAPH = re.compile(r"\n\s*\n")


def split_sentences(text: str, language: str = "en") -> list[tuple[int, int]]:
    """Spans of the sentences of a text.

    A danda ends a sentence wherever it stands; a full stop, ``!`` and ``?`` do before a blank,
    unless the next word is in lower case or the stop belongs to an abbreviation, to initials or to
    a number that heads an item. An empty line ends a sentence, a single line feed does not.

    Args:
        text: any text.
        language: ISO 639-1 code; in English, words that begin sentences tell whether an
            abbreviation ends one.

    Returns:
        Pairs of code points (start, end), in order, that do not overlap and hold all that is not
        blank. Marks and numbers without a letter, and a remark in square brackets, stay with the
        sentence before them.
    """
    spans: list[tuple[int, int]] = []
    for start, stop in _paragraphs(text):
        first = start
        pieces: list[tuple[int, int]] = []
        for match in _END.finditer(text, start, stop):
            if _ends(text, first, match.start(), match.end(), language):
                _append(pieces, text, first, match.end())
                first = match.end()
        _append(pieces, text, first, stop)
        spans += pieces
    return spans


def _paragraphs(text: str) -> list[tuple[int, int]]:
    cuts = [0]
    for match in _PARAGRAPH.finditer(text):
        cuts += match.span()
    cuts.append(len(text))
    return list(zip(cuts[::2], cuts[1::2], strict=True))


def _append(pieces: list[tuple[int, int]], text: str, start: int, stop: int) -> None:
    part = text[start:stop]
    kept = part.strip()
    if not kept:
        return
    first = start + len(part) - len(part.lstrip())
    if pieces and (_REMARK.fullmatch(kept) or not any(map(str.isalpha, kept))):
        first = pieces.pop()[0]
    pieces.append((first, start + len(part.rstrip())))


def _ends(text: str, first: int, at: int, after: int, language: str) -> bool:
    """Whether the mark at ``at`` ends the sentence that began at ``first``."""
    if text[at] not in ".!?…":
        return True
    following = _NEXT.match(text, after)
    letter = following[1] if following else ""
    if not letter:
        return True
    if letter.islower():
        return False
    if text[at] in "!?" or text[at : at + 2] == "..":
        return True
    return _full_stop(text, first, at, after, language)


def _full_stop(text: str, first: int, at: int, after: int, language: str) -> bool:
    found = _TOKEN.search(text, max(first, at - 30), at)
    token = found[0] if found else ""
    lowered = token.lower().rstrip(".")
    if lowered in _TITLES or token in _LETTER_NAMES or token.rsplit(".", 1)[-1] in _LETTER_NAMES:
        return False
    if lowered in _NUMBERED and _NEXT_NUMBER.match(text, after):
        return False
    lead = at - len(token)
    if lead - first < _LEAD and not text[first:lead].strip() and _NUMBER.fullmatch(token):
        return False
    if lowered in _ABBREVIATIONS or _INITIAL.fullmatch(token):
        return _starts_sentence(text, after, language)
    return True


def _starts_sentence(text: str, after: int, language: str) -> bool:
    word = _NEXT_WORD.match(text, after)
    return language == "en" and word is not None and word[1].lower() in _STARTERS
