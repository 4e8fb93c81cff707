"""The sample's topics, parsed."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from .topics import TOPICS


@dataclass(frozen=True)
class Subject:
    """What a query is about."""

    names: tuple[str, ...]
    """Ways to say it, the one that queries use first."""
    facts: tuple[str, ...]


@dataclass(frozen=True)
class Topic:
    """What a domain asks and tells."""

    domain: str
    asks: str
    subjects: list[Subject] = field(default_factory=list[Subject])
    angles: list[tuple[str, ...]] = field(default_factory=list[tuple[str, ...]])
    """Ways to say an angle, the one that queries use first."""
    sentences: list[str] = field(default_factory=list[str])
    """The first is how every document begins."""


@cache
def topics() -> tuple[Topic, ...]:
    """The domains in their order."""
    found: list[Topic] = []
    name = ""
    for line in TOPICS.replace("\n  ", " ").splitlines():
        word, _, rest = line.partition(" ")
        if word == "domain":
            name = rest
        elif word == "asks":
            found.append(Topic(name, rest))
        elif word == "subject":
            names, _, facts = rest.partition(" : ")
            found[-1].subjects.append(Subject(_split(names, " | "), _split(facts, " ; ")))
        elif word == "angle":
            found[-1].angles.append(_split(rest, " | "))
        else:
            found[-1].sentences.append(rest)
    return tuple(found)


def _split(text: str, mark: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(mark))
