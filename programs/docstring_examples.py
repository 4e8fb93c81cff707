"""Examples and notes on versions in docstrings: doctests, fenced code and markup of reST."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .docstring_items import indent_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_FENCE = re.compile(r"```|~~~")
_MARKUP = re.compile(r"\.\.(?:\s|$)")
_MATH = re.compile(r"\.\.\s+math::")
_INTRODUCTION = re.compile(
    r"(?:^|(?<=[.!?])\s)[^.!?]*\b(?:examples?|usage|instance|doctests?|session)\b[^.!?]*:{1,2}\W*$",
    re.IGNORECASE,
)


def without_examples(lines: Sequence[str]) -> list[str]:
    """Lines of a docstring less its doctests, its fenced code and explicit markup.

    Explicit markup are the directives, footnotes, targets and comments of reST; formulas stay.
    What only introduces what is gone goes too.
    """
    kept: list[str] = []
    at = 0
    while at < len(lines):
        end = _end(lines, at)
        if end == at:
            kept.append(lines[at])
            at += 1
        else:
            _forget_introduction(kept)
            kept.append("")
            at = end
    return kept


def _end(lines: Sequence[str], at: int) -> int:
    """Where what begins at a line ends; the line itself if nothing to be left out begins there."""
    told = lines[at].lstrip()
    if told.startswith(">>>"):
        return next((n for n in range(at, len(lines)) if not lines[n].strip()), len(lines))
    if _FENCE.match(told):
        closing = (n for n in range(at + 1, len(lines)) if lines[n].strip() == told[:3])
        return next(closing, at - 1) + 1
    if _MARKUP.match(told) and not _MATH.match(told):
        indent = indent_of(lines[at])
        below = range(at + 1, len(lines))
        return next(
            (n for n in below if lines[n].strip() and indent_of(lines[n]) <= indent), len(lines)
        )
    return at


def _forget_introduction(kept: list[str]) -> None:
    while kept and not kept[-1].strip():
        kept.pop()
    if kept:
        kept[-1] = _INTRODUCTION.sub("", kept[-1])
