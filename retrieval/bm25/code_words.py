"""Identifiers and their parts: what BM25 takes for words in code.

``HTTPServer_v2`` says what ``http server`` says, and it is a name that is looked for whole. So a
word of ``characters`` becomes its parts and, where it has more than one, itself:

- a connector such as ``_`` parts, and belongs to no part; those at either end are dropped, so that
  ``_read_block`` is ``read_block`` and ``__init__`` is ``init``;
- a number parts from letters, either way: ``utf8`` is ``utf`` and ``8``. A part that is a number
  is kept however short it is: in ``utf8`` and ``base64`` it is what tells one from another;
- a capital begins a part unless a capital stands before it and no small letter behind it:
  ``HTTPServer`` is ``HTTP`` and ``Server``. Letters without case count as neither.

A mark belongs to the letter, number or connector before it. Han and Hiragana characters remain
words by themselves. Operators and brackets are separators already.
"""

from __future__ import annotations

import re
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from .characters import ASSIGNED, code_table, is_single, lower_word, split_words
from .counts import WordCounts, count_words, grow

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from .counts import Utf8

# code_kernels compiles these in; see characters.
CONNECTOR, MARK, NUMBER, CAPITAL, SMALL, OTHER = range(6)
_PARTS = 3
"""Parts of a word that are made room for at first; more where that is not enough."""
_LETTERS = "_MNCSO"
"""A letter for each class, by which a pattern says what a part is."""
_PART = re.compile("(?:NM*+)+|(?:CM*+(?:CM*+(?!S))*|[SO]M*+)(?:[SO]M*+)*")


@cache
def _class(category: str) -> int:
    if category in {"Lu", "Lt"}:
        return CAPITAL
    if category == "Ll":
        return SMALL
    classes = {"L": OTHER, "N": NUMBER, "M": MARK}
    return classes.get(category[0], CONNECTOR)


@cache
def class_table() -> npt.NDArray[np.uint8]:
    """Class of every code point that words are made of: uint8, shape (0x110000,), read-only."""
    table = np.zeros(0x110000, np.uint8)
    for codes in ASSIGNED:
        table[codes.start : codes.stop] = [_class(unicodedata.category(chr(c))) for c in codes]
    table.flags.writeable = False
    return table


def split_code(text: str, *, lowercase: bool = True, min_length: int = 1) -> list[str]:
    """The words of code, in order; an identifier of several parts comes behind them.

    The readable twin of ``code_kernels``: it serves the rank-bm25 backend and the tests.

    Args:
        text: any string; NFC is assumed.
        lowercase: whether to map code points to lower case.
        min_length: fewest code points of a part or an identifier. Numbers, and Han and Hiragana
            characters, are kept whatever it is.
    """
    return [
        lower_word(word) if lowercase else word
        for identifier in split_words(text, lowercase=False)
        for word in _parts(identifier, min_length)
    ]


def _parts(identifier: str, min_length: int) -> Iterator[str]:
    if is_single(identifier):
        yield identifier
        return
    classes = "".join(_LETTERS[_class(unicodedata.category(char))] for char in identifier)
    found = list(_PART.finditer(classes))
    for part in found:
        if classes[part.start()] == "N" or part.end() - part.start() >= min_length:
            yield identifier[part.start() : part.end()]
    if len(found) > 1:
        whole = identifier[found[0].start() : found[-1].end()]
        if len(whole) >= min_length:
            yield whole


def count_code(source: Utf8, *, lowercase: bool, min_length: int, threads: int) -> list[WordCounts]:
    """Count the parts of identifiers as ``counts.count_words`` counts words."""
    pieces = count_words(source, lowercase=False, min_length=1, threads=threads)
    codes, classes = code_table(lowercase=lowercase), class_table()
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(lambda piece: _take_apart(piece, codes, classes, min_length), pieces))


def _take_apart(
    words: WordCounts,
    codes: npt.NDArray[np.int32],
    classes: npt.NDArray[np.uint8],
    min_length: int,
) -> WordCounts:
    from . import code_kernels as kernels

    room = kernels.longest(words.places) + 1
    scratch = np.empty(room, np.int64), np.empty(room, np.uint8), np.empty((room, 2), np.int64)
    hashes = np.empty(_PARTS * len(words.hashes) + room + 1, np.uint64)
    spans = np.empty((len(hashes), 2), np.int64)
    ends = np.zeros(len(words.hashes) + 1, np.int64)
    done = 0
    while True:
        done = kernels.split(
            words.source.data, words.places, codes, classes, min_length, done,
            *scratch, hashes, spans, ends,
        )  # fmt: skip
        if done == len(words.hashes):
            break
        hashes, spans = grow(hashes, room), grow(spans, room)
    made = int(ends[-1])
    distinct, at, names = np.unique(hashes[:made], return_index=True, return_inverse=True)
    postings = int(np.diff(ends)[words.terms].sum())
    terms, counts = np.empty(postings, np.int32), np.empty(postings, np.int32)
    bounds, lengths = np.zeros_like(words.ends), np.zeros_like(words.lengths)
    kept = kernels.expand(
        words.terms, words.counts, words.ends, ends, names, np.full(len(distinct), -1, np.int64),
        terms, counts, bounds, lengths,
    )  # fmt: skip
    return WordCounts(
        words.source, distinct, spans[at], terms[:kept], counts[:kept], bounds, lengths
    )
