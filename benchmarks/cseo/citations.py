"""Citations of documents in the text of an answer: the original parser, and a strict one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable
    from typing import TypeVar

    T = TypeVar("T", bound=Hashable)

_ORIGINAL = re.compile(r"\[(\d+)\]")
# Neither bracket is inside the class, so that each character is looked at once an opening bracket;
# nor is an end of line, so that lines can be read by themselves.
_INSIDE = r"[0-9^,;，；、 \t\xa0\u202f–-]++"  # noqa: RUF001
MARKER = rf"(?:\[{_INSIDE}\]|【{_INSIDE}】)"
"""Pattern of what may be a citation."""
_MARKER = re.compile(MARKER)
_SEPARATOR = re.compile(r"[,;，；、]")  # noqa: RUF001
_ITEM = re.compile(r"\^?([0-9]{1,9})\^?(?:\s*[–-]\s*\^?([0-9]{1,9})\^?)?")  # noqa: RUF001
_LONGEST_RANGE = 100


@dataclass(frozen=True, slots=True)
class Citations:
    """Documents that a text cites, as it gives them."""

    sequence: tuple[int, ...] = ()
    """Documents from 0 in the order of their citations, each as often as it is cited."""
    hallucinated: tuple[int, ...] = ()
    """Numbers as written, from 1, that no document has; 0 is one of them."""

    @property
    def order(self) -> tuple[int, ...]:
        """Documents from 0 in the order of their first citations."""
        return tuple(unique_in_order(self.sequence))


def cited_positions(text: str) -> list[int]:
    """Documents from 0 by the parser of C-SEO Bench, duplicates and out-of-range ones kept.

    It reads ``[1]`` and nothing else; digits of any script count, and ``[0]`` gives -1. A number
    too long for Python to convert empties the whole list, as it does there.
    """
    try:
        return [int(number) - 1 for number in _ORIGINAL.findall(text)]
    except ValueError:
        return []


def unique_in_order(cited: Iterable[T]) -> list[T]:
    """Each once, by first occurrence."""
    return list(dict.fromkeys(cited))


def parse_citations(text: str, documents: int) -> Citations:
    """Read the citations of an answer.

    Beside ``[1]`` it reads lists (``[1, 2]``, ``[1; 2]``), ranges (``[1-3]``), footnotes
    (``[^1^]``) and the full-width ``【1】``, of ASCII digits. Brackets with anything else inside
    are no citation, nor are numbers of more than nine digits, nor ranges that fall or have more
    numbers than there are documents or than 100. Takes time linear in the text.

    Args:
        text: any text.
        documents: how many documents the answer was given.
    """
    sequence: list[int] = []
    hallucinated: list[int] = []
    for marker in _MARKER.finditer(text):
        for number in _numbers(marker[0][1:-1], documents):
            if 1 <= number <= documents:
                sequence.append(number - 1)
            else:
                hallucinated.append(number)
    return Citations(tuple(sequence), tuple(hallucinated))


def cites(text: str) -> bool:
    """Whether a text has a citation, be it of a document that was not shown."""
    return any(_numbers(marker[0][1:-1], _LONGEST_RANGE) for marker in _MARKER.finditer(text))


def _numbers(inside: str, documents: int) -> list[int]:
    """Numbers between two brackets as written; none if they are no citation."""
    found: list[int] = []
    for item in _SEPARATOR.split(inside):
        match = _ITEM.fullmatch(item.strip())
        if match is None:
            return []
        first = int(match[1])
        last = first if match[2] is None else int(match[2])
        size = last - first + 1
        if size < 1 or (match[2] is not None and size > min(documents, _LONGEST_RANGE)):
            return []
        found.extend(range(first, last + 1))
    return found
