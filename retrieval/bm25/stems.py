"""Snowball stemmers, several at once: each word goes to the one of its script."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from ...schemas.errors import MissingDependencyError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

# Code points of the letters that an algorithm knows; those not named here are for Latin letters.
_DEVANAGARI = ((0x0900, 0x097F),)
_ARABIC = ((0x0600, 0x077F),)
_CYRILLIC = ((0x0400, 0x052F),)
_RANGES: dict[str, tuple[tuple[int, int], ...]] = {
    "hindi": _DEVANAGARI,
    "nepali": _DEVANAGARI,
    "arabic": _ARABIC,
    "persian": _ARABIC,
    "russian": _CYRILLIC,
    "serbian": _CYRILLIC,
    "armenian": ((0x0530, 0x058F),),
    "greek": ((0x0370, 0x03FF), (0x1F00, 0x1FFF)),
    "tamil": ((0x0B80, 0x0BFF),),
    "yiddish": ((0x0590, 0x05FF),),
}
# From the digits on, for words such as "4wheelers".
_LATIN = ((0x0030, 0x024F), (0x1E00, 0x1EFF))


def check_stemmers(algorithms: Sequence[str]) -> None:
    """See that stemmers can work together.

    Raises:
        UsageError: an algorithm is unknown, or two are for words of one script.
        MissingDependencyError: PyStemmer is not installed.
    """
    for algorithm in algorithms:
        _stemmer(algorithm)
    for one, other in combinations(algorithms, 2):
        if _ranges(one) == _ranges(other):
            raise UsageError(
                "two stemmers are for words of one script",
                found=f"{one} and {other}",
                expected="one a script, as english+hindi",
            )


def stem(words: Sequence[str], algorithms: Sequence[str]) -> list[str]:
    """The stems of words, in order.

    One algorithm gets all words; of several, each gets those that begin with a letter of its
    script, and words of other scripts stay as they are.
    """
    if len(algorithms) == 1:
        return _stemmer(algorithms[0]).stemWords(words)
    stems = list(words)
    for algorithm in algorithms:
        ranges = _ranges(algorithm)
        places = [place for place, word in enumerate(words) if _begins_in(word, ranges)]
        found = _stemmer(algorithm).stemWords([words[place] for place in places])
        for place, stemmed in zip(places, found, strict=True):
            stems[place] = stemmed
    return stems


def _ranges(algorithm: str) -> tuple[tuple[int, int], ...]:
    return _RANGES.get(algorithm, _LATIN)


def _begins_in(word: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    code = ord(word[0])
    return any(first <= code <= last for first, last in ranges)


def _stemmer(algorithm: str) -> Any:
    try:
        import Stemmer
    except ImportError:
        raise MissingDependencyError.from_package("PyStemmer", "stem", "stemming") from None
    known = sorted(Stemmer.algorithms())
    if algorithm not in known:
        raise UsageError.from_unknown_name("stemmer", algorithm, ["none", *known])
    return Stemmer.Stemmer(algorithm)
