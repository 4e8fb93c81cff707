"""Entities of the sample: names, triples, and a paragraph on each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ...patents.sample.dice import Dice
from .topics import TOPICS

if TYPE_CHECKING:
    from ..rules import Rules
    from .topics import Topic

_ROLES = (
    "whole", "group", "maker", "thing", "thing", "thing",
    "group", "maker", "thing", "thing", "thing", "thing",
)  # fmt: skip
"""Roles of a domain's entities in turn."""
_BEGINNINGS = (
    "Bel", "Cor", "Dar", "Esk", "Fal", "Gre", "Hul", "Ild", "Jor", "Kel", "Lun", "Mar", "Nel",
    "Orm", "Pel", "Quin", "Ros", "Sil", "Tar", "Ulm", "Ver", "Wen", "Yor", "Zan",
)  # fmt: skip
_MIDDLES = ("a", "e", "i", "o", "u", "adi", "eno", "iru", "ola", "umi")
_ENDS = ("bran", "dell", "fen", "gard", "lin", "mere", "nor", "rick", "sted", "tha", "vik", "wen")
_YEARS = (1480, 1995)
_REMARKS = (
    "The name {} stands in three old registers, each time spelled in another way.",
    "A street in a far town is called after {}, which surprises most visitors.",
    "In a song that children sing, {} rhymes with a word for rain.",
    "An archive keeps two boxes of letters on {} that nobody has sorted.",
)
"""Sentences on whatever is no thing of its domain."""


@dataclass
class Entity:
    """An invented entity."""

    name: str
    kind: str
    topic: Topic
    triples: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """Predicate and object."""


def invent(seed: int, size: int) -> list[Entity]:
    """Entities of every domain, so many of each, with their triples.

    Names are of no two entities, and of nothing that is known to exist.
    """
    taken: set[str] = set()
    return [entity for topic in TOPICS for entity in _of_topic(topic, seed, size, taken)]


def _of_topic(topic: Topic, seed: int, size: int, taken: set[str]) -> list[Entity]:
    dice = Dice("rag", seed, topic.domain)
    by_role: dict[str, list[Entity]] = {role: [] for role in _ROLES}
    entities: list[Entity] = []
    for number in range(size):
        role = _ROLES[number % len(_ROLES)]
        kind = {"whole": topic.whole, "group": topic.group, "maker": topic.maker}.get(
            role, topic.thing
        )
        entity = Entity(_name(kind, role == "maker", dice, taken), kind, topic)
        by_role[role].append(entity)
        entities.append(entity)
    for entity in by_role["group"]:
        _link(entity, topic.chain, by_role["whole"], dice)
    for entity in by_role["thing"]:
        _link(entity, topic.chain, by_role["group"], dice)
        _link(entity, topic.made, by_role["maker"], dice)
        entity.triples.append((topic.trait, dice.pick(topic.traits)))
        entity.triples.append((topic.year, str(dice.between(*_YEARS))))
    return entities


def _link(entity: Entity, predicate: str, others: list[Entity], dice: Dice) -> None:
    if others:
        entity.triples.append((predicate, dice.pick(others).name))


def _name(kind: str, person: bool, dice: Dice, taken: set[str]) -> str:  # noqa: FBT001
    while True:
        words = [_word(dice) for _ in range(2 if person else 1)]
        name = " ".join(words if person else [*words, kind.rpartition(" ")[2].capitalize()])
        # The first word alone tells entities apart, in whatever domain.
        if words[0] not in taken:
            taken.add(words[0])
            return name


def _word(dice: Dice) -> str:
    return dice.pick(_BEGINNINGS) + dice.pick(_MIDDLES) + dice.pick(_ENDS)


def paragraph(entity: Entity, rules: Rules, dice: Dice) -> str:
    """What is known of an entity, and a remark."""
    article = "an" if entity.kind[0] in "aeiou" else "a"
    sentences = [f"{entity.name} is {article} {entity.kind}."]
    sentences += [f"It {rules.phrase(predicate)} {other}." for predicate, other in entity.triples]
    sentences.append(dice.pick(_remarks(entity)).format(entity.name))
    text = " ".join(sentences)
    person = entity.kind == entity.topic.maker or entity.topic.domain == "people"
    return text.replace(" It ", f" {entity.name} ") if person else text


def _remarks(entity: Entity) -> tuple[str, ...]:
    return entity.topic.remarks if entity.kind == entity.topic.thing else _REMARKS


def page(entity: Entity, rules: Rules, dice: Dice) -> str:
    """A passage of the knowledge base: remarks, with some of what is known among them."""
    remarks = [item.format(entity.name) for item in dice.some(_remarks(entity), 3)]
    known = [
        f"{entity.name} {rules.phrase(predicate)} {other}."
        for predicate, other in entity.triples
        if dice.chance(0.5)
    ]
    return " ".join(dice.some([*remarks, *known], len(remarks) + len(known)))
