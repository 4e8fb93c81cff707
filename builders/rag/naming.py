"""Which entities a paragraph is on, told by its first sentence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..qa.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Iterable


def named_in(paragraph: str, entities: Iterable[str]) -> list[str]:
    """Those of some entities that a paragraph's first sentence names, in their order.

    A name counts as whole words, in any case; a paragraph that begins with one names it too,
    whatever its first sentence is cut to.
    """
    spans = split_sentences(paragraph)
    first = paragraph[: spans[0][1]] if spans else paragraph
    return [name for name in entities if _names(first, name) or _begins(paragraph, name)]


def _names(sentence: str, name: str) -> bool:
    pattern = rf"(?<!\w){re.escape(name)}(?!\w)"
    return re.search(pattern, sentence, re.IGNORECASE) is not None


def _begins(paragraph: str, name: str) -> bool:
    return re.match(rf"{re.escape(name)}(?!\w)", paragraph, re.IGNORECASE) is not None
