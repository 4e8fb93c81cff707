"""Sentences and words of an answer, by rules that need no model and no language.

Lines end sentences, and so do ``. ! ? …`` before white space and ``。！？`` anywhere, with closing
quotes and brackets. Citations behind such an end belong to the sentence before it. A single full
stop does not end one behind an initial, a list number or a common abbreviation, nor before a small
letter. What has no word is no sentence; its citations go to the one before it, or else behind it.
"""  # noqa: RUF002

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from .citations import MARKER

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARKER = re.compile(MARKER)
_CLOSERS = r"[\"'”’»)*_」』]*+"  # noqa: RUF001
# The look-behind keeps a run of stops from being tried at each of them.
_END = re.compile(
    rf"(?P<stops>(?<![.!?…])[.!?…]++){_CLOSERS}(?:(?P<cited>(?:\s*+{MARKER})++)|(?=\s|$))"
    rf"|[。！？]++{_CLOSERS}(?:\s*+{MARKER})*+"  # noqa: RUF001
)
_WORD = re.compile(r"[^\W_]+(?:['’‐‑-][^\W_]+)*")  # noqa: RUF001
_ABBREVIATIONS = frozenset(
    (
        *("dr", "mr", "mrs", "ms", "prof", "st", "jr", "sr"),
        *("vs", "approx", "fig", "eq", "cf", "e.g", "i.e", "u.s", "u.k"),
    )
)
_LOOKED_AT = 12
"""Characters before a full stop that tell its use."""


def sentences(text: str) -> list[str]:
    """Sentences in the order of the text, citations included."""
    found: list[list[str]] = []
    early: list[str] = []
    for piece in _pieces(text):
        if words(piece):
            found.append([*early, piece])
            early = []
        elif _MARKER.search(piece):
            (found[-1] if found else early).append(piece)
    return [" ".join(pieces) for pieces in found]


def words(text: str) -> list[str]:
    """Words without the citations: runs of letters and digits, joined by hyphen or apostrophe.

    A run of a script that sets no spaces is one word.
    """
    return _WORD.findall(_MARKER.sub(" ", text))


def _pieces(text: str) -> Iterator[str]:
    for line in text.splitlines():
        bounds = [0, *(end.end() for end in _END.finditer(line) if _is_end(line, end)), len(line)]
        for start, end in pairwise(bounds):
            piece = line[start:end].strip()
            if piece:
                yield piece


def _is_end(line: str, end: re.Match[str]) -> bool:
    """Whether it is no full stop of another use."""
    if end["stops"] != ".":
        return True
    before = line[max(0, end.start() - _LOOKED_AT) : end.start()]
    word = (before.split() or [""])[-1].lstrip("(*_\"'“‘").lower()  # noqa: RUF001
    if word in _ABBREVIATIONS or (len(word) == 1 and word.isalpha()):
        return False
    if end.start() <= _LOOKED_AT and word.isdigit() and before.strip(" \t*_#>-") == word:
        return False
    following = line[end.end() : end.end() + 2].strip()[:1]
    return end["cited"] is not None or not following.islower()
