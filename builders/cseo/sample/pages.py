"""Documents of the sample: product pages and passages that fit a query more or less."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ....schemas.cseo import DOMAIN_TASKS, RECOMMENDATION

if TYPE_CHECKING:
    from ...patents.sample.dice import Dice
    from .vocabulary import Subject, Topic

_SLOT = re.compile(r"\{([SAFN])\}|\{(\d+)-(\d+)\}")
_BEGINNINGS = ("Bel", "Tor", "Vin", "Mar", "Sol", "Kel", "Dan", "Nex", "Fen", "Gra", "Ulm", "Per")
_MIDDLES = ("a", "i", "o", "ari", "eno", "ul", "e")
_ENDS = ("dor", "lin", "mo", "vex", "tra", "ken", "ra", "sel", "nar", "bo", "wick", "ton")
_SENTENCES = (5, 9)
_FEWEST_WORDS = 70
_PRICES = {"retail": (9, 140), "videogames": (5, 60), "books": (8, 40)}


def page(topic: Topic, subject: Subject, angle: tuple[str, ...], usual: float, dice: Dice) -> str:
    """A document on a subject under an angle, of some 60 to 240 words.

    Args:
        topic: its domain.
        subject: what it is about.
        angle: ways to say how.
        usual: share of the words that are those of queries, and no synonyms.
        dice: draws everything else.
    """
    writer = _Writer(subject, angle, usual, dice)
    count = dice.between(*_SENTENCES)
    chosen = dice.some(topic.sentences[1:], len(topic.sentences))
    sentences = [writer.fill(topic.sentences[0])]
    for template in chosen:
        if len(sentences) >= count and sum(map(_words, sentences)) >= _FEWEST_WORDS:
            break
        sentences.append(writer.fill(template))
    if DOMAIN_TASKS[topic.domain] != RECOMMENDATION:
        return " ".join(sentences)
    low, high = _PRICES[topic.domain]
    facts = dice.some(subject.facts, dice.between(2, 4))
    lines = [
        f"Name: {writer.name} {writer.say(subject.names)}",
        f"Description: {' '.join(sentences)}",
        "Features:",
        *(f"- {fact}" for fact in facts),
        f"Price: ${dice.between(low, high)}.{dice.pick(('00', '49', '90', '99'))}",
        f"Rating: {dice.between(28, 50) / 10}",
    ]
    return "\n".join(lines)


def _words(text: str) -> int:
    return len(text.split())


class _Writer:
    """Fills sentences; a document keeps its one name, and no fact comes twice before all did."""

    def __init__(self, subject: Subject, angle: tuple[str, ...], usual: float, dice: Dice) -> None:
        self._subject = subject
        self._angle = angle
        self._usual = usual
        self._dice = dice
        self._facts: list[str] = []
        middle = dice.pick(_MIDDLES)
        self.name = dice.pick(_BEGINNINGS) + middle + dice.pick(_ENDS)

    def say(self, ways: tuple[str, ...]) -> str:
        """The way of queries, or another one."""
        return ways[0] if self._dice.chance(self._usual) else self._dice.pick(ways[1:])

    def fill(self, sentence: str) -> str:
        """A sentence with its slots filled, beginning with a capital letter."""
        text = _SLOT.sub(self._slot, sentence)
        return text[0].upper() + text[1:]

    def _slot(self, match: re.Match[str]) -> str:
        if match[1] == "S":
            return self.say(self._subject.names)
        if match[1] == "A":
            return self.say(self._angle)
        if match[1] == "N":
            return self.name
        if match[1] is None:
            return str(self._dice.between(int(match[2]), int(match[3])))
        if not self._facts:
            self._facts = self._dice.some(self._subject.facts, len(self._subject.facts))
        return self._facts.pop()
