"""Texts in pieces of so many tokens, with their places in the text."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# Scripts without spaces: Han with its iteration mark, Hiragana.
_UNSPACED = "\u3005\u3007\u3041-\u309f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_TOKEN = re.compile(rf"[{_UNSPACED}]|[^\s{_UNSPACED}]+")
_LINE = re.compile(r"[^\n]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text: from its first token's first character to behind its last one's last."""

    start: int
    end: int
    tokens: int


def token_spans(text: str) -> list[tuple[int, int]]:
    """Start and end of each token: a run of characters without white space.

    A Han or Hiragana character is a token by itself, as those scripts put no spaces.
    """
    return [found.span() for found in _TOKEN.finditer(text)]


def cut(text: str, size: int, overlap: int = 0) -> list[Piece]:
    """A text in pieces of ``size`` tokens, the last one shorter; none of a text without tokens.

    Args:
        text: the text.
        size: tokens of a piece, 1 or more.
        overlap: tokens that a piece shares with the one before, fewer than ``size``.
    """
    spans = token_spans(text)
    last = max(len(spans) - overlap, 1)
    return [_piece(spans[at : at + size]) for at in range(0, last, size - overlap) if spans]


def cut_lines(text: str) -> list[Piece]:
    """Each line with tokens as a piece, without the white space around it."""
    pieces: list[Piece] = []
    for line in _LINE.finditer(text):
        spans = token_spans(line[0])
        if spans:
            piece = _piece(spans)
            start = line.start()
            pieces.append(Piece(start + piece.start, start + piece.end, piece.tokens))
    return pieces


def _piece(spans: Sequence[tuple[int, int]]) -> Piece:
    return Piece(spans[0][0], spans[-1][1], len(spans))


def page_of(start: int, pages: Sequence[int], numbers: Sequence[int]) -> int | None:
    """Number of the page that a character is on; None where there are no pages.

    Args:
        start: place of the character.
        pages: where each page begins, ascending from 0.
        numbers: number of each page.
    """
    return numbers[bisect_right(pages, start) - 1] if pages else None
