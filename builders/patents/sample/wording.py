"""The words of one sample family: each concept gets the synonym that all its texts use."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .vocabulary import PRINCIPLES

if TYPE_CHECKING:
    from .dice import Dice
    from .families import Family
    from .vocabulary import Part

_PART_SHARE, _MECHANISM_SHARE = 0.4, 0.9
"""How often the usual synonym is taken: sets how hard IN and OUT targets are to find by words."""
_AID_CONTENTS = ("a replaceable insert", "a spare element", "a self-test input")


@dataclass(frozen=True, slots=True)
class Component:
    """A part as one patent names and describes it."""

    name: str
    does: str
    content: str
    """What it contains: a material or an element."""

    @property
    def with_article(self) -> str:
        """The name behind the indefinite article."""
        return article(self.name)


@dataclass(frozen=True, slots=True)
class Limits:
    """A quantity with the two values that one patent claims."""

    name: str
    span: str
    """Such as ``between 4 and 9 km/h``."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The words that one family uses throughout its texts."""

    device: str
    parts: list[Component]
    """The focus of the invention first: what the abstract names; then parts of lesser weight."""
    mechanism: str
    mechanism_parts: list[Component]
    """The first is named by its principle as well."""
    gains: list[str]
    mechanism_gains: list[str]
    medium: str
    limits: list[Limits]


def article(noun: str) -> str:
    """Put the indefinite article before a noun.

    The vocabulary has no noun whose first letter misleads (unit, hour), which a test keeps true.
    """
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def sentence(text: str) -> str:
    """Write the first letter as a capital."""
    return text[0].upper() + text[1:]


def choose_wording(dice: Dice, family: Family) -> Wording:
    """Choose one synonym per concept for a family."""
    topic, focus, mechanism = family.topic, family.focus, family.mechanism
    others = [position for position in range(len(topic.parts)) if position not in focus]
    positions = [*focus, *dice.some(others, 3)]
    materials = dice.some(topic.materials, len(topic.materials))
    principle = dice.usual(PRINCIPLES[family.principle], _MECHANISM_SHARE)
    main = family.principle % len(mechanism.parts)
    aids = [
        _component(dice, part, content, _MECHANISM_SHARE)
        for part, content in zip(
            mechanism.parts[main:] + mechanism.parts[:main], _AID_CONTENTS, strict=True
        )
    ]
    return Wording(
        device=dice.pick(topic.names),
        parts=[
            _component(dice, topic.parts[position], materials[rank % len(materials)], _PART_SHARE)
            for rank, position in enumerate(positions)
        ],
        mechanism=dice.usual(mechanism.names, _MECHANISM_SHARE),
        mechanism_parts=[replace(aids[0], name=f"{principle} {aids[0].name}"), *aids[1:]],
        gains=dice.some(topic.gains, 2),
        mechanism_gains=dice.some(mechanism.gains, 2),
        medium=dice.pick(topic.media),
        limits=[
            _limits(dice, item.name, item.unit, item.low, item.high)
            for item in dice.some(topic.quantities, 2)
        ],
    )


def _component(dice: Dice, part: Part, content: str, share: float) -> Component:
    return Component(dice.usual(part.names, share), dice.usual(part.does, share), content)


def _limits(dice: Dice, name: str, unit: str, low: int, high: int) -> Limits:
    middle = (low + high) // 2
    least, most = dice.between(low, middle), dice.between(middle + 1, high)
    return Limits(name, f"between {least} and {most} {unit}")
