# ruff: noqa: RUF001 -- digits and quotes of other scripts are the matter here
"""Normal forms of texts: one to show, two to compare by; and what is beyond repair.

The shown form changes only what a reader does not see: canonical composition, blanks, invisible
characters, spellings of Devanagari that Unicode tells not to use, pipes typed for a danda.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, Literal

Form = Literal["NFC", "NFKC"]

# Format characters (category Cf) without a picture, the byte order mark among them; the visible
# Arabic ones (U+0600-0605, U+06DD, U+08E2) stay. Then C0 and C1 controls.
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0001\U000e0020-\U000e007f\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]"
)
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_BLANKS = re.compile("[ \t\x1f\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_BLANK_LINES = re.compile(" ?\n[ \n]*")

# Letters and marks of the Indic blocks (Devanagari to Sinhala) and of Arabic: joiners between them
# choose a shape. Dandas and digits are none.
_ZWNJ, _ZWJ = "\u200c", "\u200d"
_JOINED: Final = "\u0620-\u065f\u066e-\u06d3\u0750-\u077f\u0900-\u0963\u0971-\u0de5\u0df2\u0df3"
_JOINERS = re.compile(f"(?<![{_JOINED}])[\u200c\u200d]|[\u200c\u200d](?![{_JOINED}])")
_JOINER_RUN = re.compile("([\u200c\u200d])[\u200c\u200d]+")

# A nukta belongs before the vowel sign; canonical ordering leaves it behind (signs have class 0).
_NUKTA: Final = "\u093c"
_SIGNS: Final = "\u0300-\u036f\u093e-\u094d\u0951-\u0954\u0962\u0963"
_LATE_NUKTA = re.compile(f"(?<![{_SIGNS}])[{_SIGNS}]++{_NUKTA}[{_NUKTA}{_SIGNS}]*")
# The Unicode Standard, table 12-1, "do not use" for Devanagari vowel letters; and the sign of o or
# au typed as that of aa with that of e or ai.
_VOWELS: Final = {
    "\u0905\u093e": "\u0906",
    "\u0909\u0941": "\u090a",
    "\u090f\u0945": "\u090d",
    "\u090f\u0947": "\u0910",
    "\u0905\u0949": "\u0911",
    "\u0906\u0945": "\u0911",
    "\u0905\u094b": "\u0913",
    "\u0906\u0947": "\u0913",
    "\u0905\u094c": "\u0914",
    "\u0906\u0948": "\u0914",
    "\u093e\u0945": "\u0949",
    "\u093e\u0947": "\u094b",
    "\u093e\u0948": "\u094c",
}
_VOWEL = re.compile("|".join(_VOWELS))

_DEVANAGARI: Final = "\u0900-\u0963\u0966-\u097f"
# Verbs and their endings that close a Hindi sentence.
_VERB: Final = (
    "(?:है|हैं|हो|हूँ|हूं|था|थी|थे|थीं|नहीं|गया|गयी|गई|गए|गये|हुआ|हुई|हुए|किया|दिया|लिया|करें|चुनें"
    "|(?:[\u0905-\u0939][\u0902\u093c\u093e-\u094d]*)+(?:गा|गी|गे|िए|िये|इए|इये))"
)
_VERSE_NUMBER = re.compile(rf"(?<=[{_DEVANAGARI}])( ?)\|\|( ?[0-9०-९.]+ ?)\|\|")
_DOUBLE_PIPE = re.compile(rf"(?<=[{_DEVANAGARI}])( ?)\|\|(?= ?$)", re.MULTILINE)
_VERB_PIPE = re.compile(rf"(?<![{_DEVANAGARI}])({_VERB}) ?\|(?![|])(?=\s|$)")
_LAST_PIPE = re.compile(rf"^([^|\n]*[{_DEVANAGARI}]['\"”’)]?) ?\|$", re.MULTILINE)


def normalise(text: str, *, form: Form = "NFC") -> str:
    """The form in which a text is shown.

    - NFC, in which letters with a nukta (U+0958 to U+095F) are two code points however they came.
      A nukta behind its vowel sign goes before it, and vowels spelt with two code points that
      Unicode has one for become that one.
    - Line ends become one line feed, other blanks one space, none at the ends of a line.
    - Control and invisible characters go, ZWJ and ZWNJ unless between letters that join.
    - ``|`` and ``||`` at the end of a sentence in Devanagari become danda and double danda.

    U+FFFD and lone surrogates stay for ``broken_unicode`` to find.

    Args:
        text: any string.
        form: ``NFKC`` folds compatibility characters (ligatures, superscripts) as well.
    """
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip(" ")
    text = _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text))
    if not text.isascii():
        text = _compose(text, form)
    text = _BLANK_LINES.sub("\n", _BLANKS.sub(" ", text)).strip(" \n")
    return _dandas(text) if "|" in text and not text.isascii() else text


def _nukta_first(match: re.Match[str]) -> str:
    return _NUKTA * match[0].count(_NUKTA) + match[0].replace(_NUKTA, "")


_PASSES = 8
"""Rounds after which a text is at rest, but for heaps of marks that no language has."""


def _compose(text: str, form: Form) -> str:
    for _ in range(_PASSES):
        last = text
        if _ZWNJ in text or _ZWJ in text:
            text = _JOINERS.sub("", _JOINER_RUN.sub(r"\1", text))
        text = _LATE_NUKTA.sub(_nukta_first, unicodedata.normalize(form, text))
        text = _VOWEL.sub(lambda match: _VOWELS[match[0]], text)
        if text == last:
            break
    return text


def _dandas(text: str) -> str:
    text = _VERSE_NUMBER.sub(r"\1॥\2॥", text)
    text = _DOUBLE_PIPE.sub(r"\1॥", text)
    text = _VERB_PIPE.sub(r"\1।", text)
    # A blank goes before a danda made of a pipe; a row of a table has more than one pipe.
    return _LAST_PIPE.sub(r"\1।", text)


class _KeyTable(dict[int, str]):
    """What ``str.translate`` makes of a character for ``match_key``, filled as they come."""

    def __missing__(self, code: int) -> str:
        self[code] = value = _key_character(chr(code))
        return value


_KEPT: Final = ".-/"
"""Punctuation that may be part of a number."""


def _key_character(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if character in _KEPT or category == "Pd" or character == "\N{MINUS SIGN}":
        return character if character in _KEPT else "-"
    if category[0] in "PZ" or character in "|\n":
        return " "
    return f" {character} " if category in ("Sm", "Sc") else character


_KEYS = _KeyTable({ord("%"): " % "})
_NOT_IN_NUMBER = re.compile(r"(?<![0-9])[./]|[./](?![0-9])|-(?![0-9])|(?<=[^\s(=,])-")


def match_key(text: str) -> str:
    """What texts share that differ only in case, punctuation, blanks, joiners or kind of digits.

    Punctuation becomes a blank, but for what is part of a number (``-5``, ``3.5``, ``1/2``);
    symbols and ``%`` are words of their own. A text of punctuation alone is its own key.
    """
    # Joiners go first: what they held apart may compose.
    shown = normalise(text.replace(_ZWNJ, "").replace(_ZWJ, ""))
    key = unicodedata.normalize("NFC", shown.casefold().translate(_KEYS))
    key = " ".join(_NOT_IN_NUMBER.sub(" ", key).split())
    return key or shown


_INDIC_MARKS: Final = "".join(
    chr(code)
    for code in range(0x900, 0xE00)
    if unicodedata.category(chr(code)) in ("Mn", "Mc") and not 0x951 <= code <= 0x954
)
_DANGLING = re.compile(
    f"(?<![\u0900-\u0963\u0971-\u0dff\u1cd0-\u1cff\ua8e0-\ua8ff\u200c\u200d\u25cc])"
    f"[{_INDIC_MARKS}]+(?=[\u0904-\u0939\u0958-\u0961])"
)
_MOJIBAKE = re.compile(
    "\u00e0[\u00a4-\u00b7][\u0080-\u00bf\u0152-\u0192\u02c6-\u02dc\u2013-\u2122]"  # Indic letters
    "|\u00e2\u20ac[\u0080-\u00bf\u0152-\u0192\u02c6-\u02dc\u2013-\u2122]"  # quotes, dashes
    "|\u00e2\u201a\u00b9"  # rupee sign
    "|\u00c3[\u0080-\u00bf]|\u00c2[\u0080-\u00bf]"  # Latin letters with accents, signs
)
# Devanagari typed in a font that draws it in place of Latin letters (Kruti Dev): है, हैं, में, और …
_LEGACY_STRONG = re.compile(r"(?<![A-Za-z;])(?:gSa?|esa|vkSj|D;k|dkSu|fdl|fuEu\S*)(?![A-Za-z;])")
_LEGACY_WEAK = re.compile(r"(?<![A-Za-z;])(?:d[khs]|dks|ls|us|ij|Fkk|gks|rFkk|;g)(?![A-Za-z;])")


def _problem(character: str) -> str | None:
    if character == "\ufffd":
        return "replacement character"
    kinds = {"Cs": "lone surrogate", "Co": "private use character", "Cn": "unassigned character"}
    return kinds.get(unicodedata.category(character))


class _ProblemTable(dict[str, "str | None"]):
    def __missing__(self, character: str) -> str | None:
        self[character] = value = _problem(character)
        return value


_PROBLEMS = _ProblemTable()


def broken_unicode(text: str) -> str | None:
    """What shows that a text was damaged on its way, or None.

    Found are replacement, private use and unassigned characters, lone surrogates, UTF-8
    read as Windows-1252, Indic vowel signs that begin a word, Hindi in the encoding of a font, and
    letters lost to question marks.
    """
    if text.isascii():
        return _broken_ascii(text)
    if any(map(_PROBLEMS.__getitem__, set(text))):
        first = next(character for character in text if _PROBLEMS[character])
        return f"{_PROBLEMS[first]} U+{ord(first):04X}"
    if match := _MOJIBAKE.search(text):
        return f"UTF-8 read as Windows-1252: {match[0]}"
    if match := _DANGLING.search(text):
        return f"vowel sign at the start of a word: U+{ord(match[0][0]):04X}"
    return _broken_ascii(text)


def _broken_ascii(text: str) -> str | None:
    marks = text.count("?")
    if marks > 5 and 2 * marks > len(text) - text.count(" "):
        return "letters lost to question marks"
    if (match := _LEGACY_STRONG.search(text)) and (
        len(_LEGACY_STRONG.findall(text)) + len(_LEGACY_WEAK.findall(text)) > 2
    ):
        return f"Hindi in the encoding of a font: {match[0]}"
    return None
