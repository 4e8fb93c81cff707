"""Whether two questions of similar wording ask different things."""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from ...retrieval.bm25.stopwords import STOPWORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

_NEGATIONS = frozenset(
    """not no never none neither nor except without cannot isn aren doesn don didn wasn weren
    नहीं न ना मत बिना सिवाय छोड़कर अतिरिक्त""".split()  # noqa: SIM905
)
"""Words that turn a question around where they stand in one of two texts only."""
_OPPOSITES = frozenset(
    """minimum maximum lowest highest smallest largest first last least most best worst increase
    decrease increases decreases before after more less true false correct incorrect right wrong
    अधिकतम न्यूनतम सबसे कम अधिक प्रथम अंतिम पहले बाद सही गलत सत्य असत्य उचित अनुचित""".split()  # noqa: SIM905
)
"""Words that do so where another of them stands in their place."""
_FUNCTION_WORDS = frozenset(
    """among amongst above below been did do does following from given had has have here its one
    were what which who whom""".split()  # noqa: SIM905
).union(*STOPWORDS.values())
_ALIKE = 0.75
_DIGITS = re.compile(r"\d")


def distinct(left: str, right: str) -> bool:
    """Whether two similar texts ask different things.

    They are the same where only slips of the pen, inflections, blanks, the order of words and
    function words part them. They differ if words with digits in them do, if one has a negation
    that the other has not ("not", "except", नहीं), if each has a word of opposites that the other
    has not ("first" and "last", सही and गलत), or if what other words each has alone is unlike: the
    ratio of Ratcliff and Obershelp (1988) of these, put end to end, is below 0.75.

    Args:
        left: a text as ``match_key`` gives it.
        right: another.
    """
    ours, theirs = left.split(), right.split()
    only = _alone(ours, theirs), _alone(theirs, ours)
    if any(word in _NEGATIONS or _DIGITS.search(word) for words in only for word in words):
        return True
    if all(any(word in _OPPOSITES for word in words) for words in only):
        return True
    weighty = [[word for word in words if word not in _FUNCTION_WORDS] for words in only]
    return not (_are_alike(*weighty) or _are_alike(*only))


def _are_alike(left: Sequence[str], right: Sequence[str]) -> bool:
    one, two = "".join(left), "".join(right)
    return one == two or SequenceMatcher(None, one, two, autojunk=False).ratio() >= _ALIKE


def _alone(words: Sequence[str], others: Sequence[str]) -> list[str]:
    """Words that the other text has fewer of, in order."""
    left = Counter(others)
    found: list[str] = []
    for word in words:
        if left[word]:
            left[word] -= 1
        else:
            found.append(word)
    return found
