"""What BM25 takes for a word, code point by code point.

One table of int32 answers for every code point: the low 21 bits hold the (lowercased) code point,
the bits above its kind. The kinds follow the word boundaries of Unicode Standard Annex #29, cut
down to what needs no look-ahead:

- a *word* character (letter, number, connector such as ``_``) starts or continues a word;
- a *mark* (Mn, Mc, Me) continues a word, so that Devanagari words stay whole, but starts none;
- an *ignored* character (format characters such as ZWJ, ZWNJ and soft hyphen, variation selectors)
  is invisible: it neither ends a word nor counts in it, so that both spellings meet; ZERO WIDTH
  SPACE, though a format character, separates;
- a *single* character (Han, Hiragana) is a word by itself, as those scripts put no spaces;
- a *nukta letter* (U+0958 to U+095F and their like in other Indic scripts) is a word character that
  counts as its base and the nukta: NFC takes it apart, and both spellings meet;
- everything else separates. Other scripts without spaces (Thai, Lao, Khmer, …) are not segmented:
  what stands between two separators is one word.

Lowercasing maps one code point to one (Unicode's simple mapping; ``İ`` gives ``i``), and a final
sigma counts as any sigma; ``ß`` stays. A decimal digit of any script counts as the ASCII one. Texts
are else taken as they are: NFC is assumed, not made.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

# token_kernels compiles these in, and numba's cache does not notice a change here: clear it then.
KIND_SHIFT = 21
CODE_MASK = (1 << KIND_SHIFT) - 1
SEPARATOR, WORD, MARK, IGNORED, SINGLE, NUKTA_LETTER = range(6)
BLOCK_MASK, NUKTA = ~0x7F, 0x3C
"""The block of an Indic letter, and where in it the nukta stands."""

UNICODE_VERSION = unicodedata.unidata_version

_ZERO_WIDTH_SPACE = 0x200B
_VARIATION_SELECTORS = ((0x180B, 0x180D), (0x180F, 0x180F), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
# Han (with the iteration mark and the zero) and Hiragana; 0x20000-0x3FFFF holds ideographs alone.
_UNSPACED = (
    (0x3005, 0x3005),
    (0x3007, 0x3007),
    (0x3041, 0x309F),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
# Devanagari, Bengali, Gurmukhi, Gujarati, Oriya.
_WITH_NUKTA = (0x900, 0xB80)
ASSIGNED = (range(0x40000), range(0xE0000, 0xE1000))
"""Planes 4-13 are unassigned, 15 and 16 private; plane 14 holds tags and variation selectors."""
_FINAL_SIGMA, _SIGMA = "\N{GREEK SMALL LETTER FINAL SIGMA}", "\N{GREEK SMALL LETTER SIGMA}"


@cache
def _kind(category: str) -> int:
    if category[0] in "LN" or category == "Pc":
        return WORD
    if category[0] == "M":
        return MARK
    return IGNORED if category == "Cf" else SEPARATOR


def _lower(character: str) -> int:
    return ord(_SIGMA if character == _FINAL_SIGMA else character.lower()[0])


def _nukta_letters() -> dict[int, int]:
    """Letters that NFC takes apart into a base and a nukta -> the base."""
    letters: dict[int, int] = {}
    for code in range(*_WITH_NUKTA):
        parts = unicodedata.normalize("NFC", chr(code))
        if len(parts) == 2 and ord(parts[1]) == code & BLOCK_MASK | NUKTA:
            letters[code] = ord(parts[0])
    return letters


@cache
def code_table(*, lowercase: bool) -> npt.NDArray[np.int32]:
    """Kind and mapped code point of every code point: int32, shape (0x110000,), read-only."""
    table = np.zeros(0x110000, np.int32)
    for codes in ASSIGNED:
        characters = [chr(code) for code in codes]
        kind = np.array([_kind(unicodedata.category(char)) for char in characters], np.int32)
        mapped = np.array([_lower(char) for char in characters] if lowercase else codes, np.int32)
        digit = np.array([unicodedata.decimal(char, -1) for char in characters], np.int32)
        mapped = np.where(digit < 0, mapped, digit + ord("0"))
        table[codes.start : codes.stop] = np.where(
            kind == SEPARATOR, 0, kind << KIND_SHIFT | mapped
        )
    for first, last in _VARIATION_SELECTORS:
        table[first : last + 1] = IGNORED << KIND_SHIFT | np.arange(first, last + 1)
    for first, last in _UNSPACED:
        part = table[first : last + 1]
        word = part >> KIND_SHIFT == WORD
        part[word] = SINGLE << KIND_SHIFT | part[word] & CODE_MASK
    for code, base in _nukta_letters().items():
        table[code] = NUKTA_LETTER << KIND_SHIFT | base
    table[_ZERO_WIDTH_SPACE] = SEPARATOR
    table.flags.writeable = False
    return table


class _Translation(dict[int, "str | None"]):
    """A lazily filled table for ``str.translate`` that says what the code table says."""

    def __init__(self, *, lowercase: bool) -> None:
        super().__init__()
        self.codes = code_table(lowercase=lowercase)

    def __missing__(self, code: int) -> str | None:
        entry = int(self.codes[code])
        base = entry & CODE_MASK
        mapped = chr(base)
        kinds = {
            SEPARATOR: " ",
            IGNORED: None,
            SINGLE: f" {mapped} ",
            NUKTA_LETTER: mapped + chr(base & BLOCK_MASK | NUKTA),
        }
        self[code] = value = kinds.get(entry >> KIND_SHIFT, mapped)
        return value

    def kind(self, character: str) -> int:
        """Kind of a character."""
        return int(self.codes[ord(character)]) >> KIND_SHIFT


@cache
def _translation(*, lowercase: bool) -> _Translation:
    return _Translation(lowercase=lowercase)


def is_single(word: str) -> bool:
    """Whether a word is one Han or Hiragana character."""
    return len(word) == 1 and _translation(lowercase=False).kind(word) == SINGLE


def lower_word(word: str) -> str:
    """A word that was split with its case kept, as it is without."""
    return word if is_single(word) else word.translate(_translation(lowercase=True))


def split_words(text: str, *, lowercase: bool = True, min_length: int = 1) -> list[str]:
    """The words of a text, in order.

    The readable twin of the compiled tokenizer: it serves the rank-bm25 backend and the tests.

    Args:
        text: any string; NFC is assumed.
        lowercase: whether to map code points to lower case.
        min_length: fewest code points of a word, ignored ones not counted. Han and Hiragana
            characters, which are words by themselves, are kept whatever it is.
    """
    table = _translation(lowercase=lowercase)
    words: list[str] = []
    for run in text.translate(table).split(" "):
        start = 0
        while start < len(run) and table.kind(run[start]) == MARK:
            start += 1
        word = run[start:]
        if word and (len(word) >= min_length or is_single(word)):
            words.append(word)
    return words
