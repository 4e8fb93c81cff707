"""Facts of a build: triples by the names of the rules, without those that contradict each other."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .rules import Rules

CONTRADICTION = "contradicts another triple"
ITSELF = "triple of an entity with itself"


@dataclass(frozen=True, slots=True)
class Fact:
    """A triple with its place; equal ones of a domain are one."""

    domain: str | None
    subject: str
    predicate: str
    object: str
    file: int
    line: int | None

    @property
    def triple(self) -> tuple[str, str, str]:
        """Subject, predicate, object."""
        return self.subject, self.predicate, self.object


@dataclass(frozen=True, slots=True)
class Cycle:
    """Entities that chains of a transitive predicate lead from each to each."""

    predicate: str
    entities: tuple[str, ...]
    facts: tuple[Fact, ...]
    """Those between its entities, which say them."""


@dataclass
class Settled:
    """Facts that can be reasoned from, and what was left out."""

    facts: list[Fact]
    """In the order they came; they contradict each other nowhere."""
    cycles: list[Cycle] = field(default_factory=list[Cycle])
    rejected: list[tuple[Fact, str, str]] = field(default_factory=list[tuple[Fact, str, str]])
    """Fact, reason, detail."""
    repeated: int = 0

    @property
    def cyclic(self) -> set[tuple[str, str, str]]:
        """Triples that no chain may use."""
        return {fact.triple for cycle in self.cycles for fact in cycle.facts}


def mirrored(triple: tuple[str, str, str], rules: Rules) -> tuple[str, str, str] | None:
    """The same fact said the other way round; None where the predicate has no inverse."""
    subject, predicate, other = triple
    inverse = rules.get(predicate).inverse
    return None if inverse is None else (other, inverse, subject)


def settle(given: Iterable[Fact], rules: Rules) -> Settled:
    """Sort out what is repeated, contradictory or circular.

    A functional predicate with two objects of one subject (in any domain, said either way) and an
    asymmetric one said both ways are contradictions: all triples concerned are left out. So are
    those of a cycle of a predicate that is transitive and asymmetric; those of a cycle of any other
    transitive predicate stay as facts, but no chain uses them.
    """
    firsts: dict[tuple[str | None, tuple[str, str, str]], Fact] = {}
    settled = Settled([])
    for fact in given:
        if fact.subject == fact.object:
            detail = f"{fact.subject!r} {fact.predicate} itself"
            settled.rejected.append((fact, ITSELF, detail))
        elif firsts.setdefault((fact.domain, fact.triple), fact) is not fact:
            settled.repeated += 1
    faults = _contradictions(list(firsts.values()), rules)
    left = [fact for fact in firsts.values() if fact.triple not in faults]
    settled.cycles = _cycles(left, rules)
    for cycle in settled.cycles:
        if rules.get(cycle.predicate).asymmetric:
            ring = ", ".join(cycle.entities[:5])
            faults |= {fact.triple: f"chains lead round: {ring}" for fact in cycle.facts}
    settled.facts = [fact for fact in left if fact.triple not in faults]
    settled.rejected += [
        (fact, CONTRADICTION, faults[fact.triple])
        for fact in firsts.values()
        if fact.triple in faults
    ]
    return settled


def both_ways(facts: Iterable[Fact], rules: Rules) -> list[tuple[tuple[str, str, str], Fact]]:
    """Every triple that facts say, outright or the other way round, with the fact; outright first.

    What two facts say is listed for the first of them.
    """
    said: dict[tuple[str, str, str], Fact] = {}
    listed = list(facts)
    for fact in listed:
        said.setdefault(fact.triple, fact)
    for fact in listed:
        turned = mirrored(fact.triple, rules)
        if turned is not None:
            said.setdefault(turned, fact)
    return list(said.items())


def _contradictions(facts: Sequence[Fact], rules: Rules) -> dict[tuple[str, str, str], str]:
    """Triple → what it contradicts; a triple is named as its source has it."""
    objects: dict[tuple[str, str], dict[str, None]] = {}
    said: set[tuple[str, str, str]] = set()
    for subject, predicate, other in (triple for triple, _ in both_ways(facts, rules)):
        said.add((subject, predicate, other))
        objects.setdefault((subject, predicate), {})[other] = None
    faults: dict[tuple[str, str, str], str] = {}
    for fact in facts:
        for triple in filter(None, (fact.triple, mirrored(fact.triple, rules))):
            subject, predicate, other = triple
            known = rules.get(predicate)
            rivals = [name for name in objects[subject, predicate] if name != other]
            if known.functional and rivals:
                detail = f"{subject!r} has one {predicate!r} at most: {other!r}, {rivals[0]!r}"
                faults.setdefault(fact.triple, detail)
            if known.asymmetric and not known.transitive and (other, predicate, subject) in said:
                detail = f"{predicate!r} holds both ways for {subject!r} and {other!r}"
                faults.setdefault(fact.triple, detail)
    return faults


def _cycles(facts: Sequence[Fact], rules: Rules) -> list[Cycle]:
    edges: dict[str, list[tuple[str, str, Fact]]] = {}
    for fact in facts:
        known = rules.get(fact.predicate)
        if not known.transitive:
            continue
        # A predicate and its inverse lead round the same cycles.
        if known.inverse is None or fact.predicate <= known.inverse:
            edges.setdefault(fact.predicate, []).append((fact.subject, fact.object, fact))
        else:
            edges.setdefault(known.inverse, []).append((fact.object, fact.subject, fact))
    return [cycle for name in sorted(edges) for cycle in _cycles_of(name, edges[name])]


def _cycles_of(predicate: str, edges: Sequence[tuple[str, str, Fact]]) -> list[Cycle]:
    """Strongly connected parts of two and more entities, by scipy's search."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    names = sorted({name for start, end, _ in edges for name in (start, end)})
    number = {name: place for place, name in enumerate(names)}
    start = np.array([number[edge[0]] for edge in edges])
    end = np.array([number[edge[1]] for edge in edges])
    shape = (len(names), len(names))
    graph = coo_array((np.ones(len(edges), np.int8), (start, end)), shape=shape)
    _, label = connected_components(graph, directed=True, connection="strong")
    part = {name: int(label[place]) for name, place in number.items()}
    sizes = Counter(part.values())
    members: dict[int, list[str]] = {}
    for name in names:
        if sizes[part[name]] > 1:
            members.setdefault(part[name], []).append(name)
    return [
        Cycle(
            predicate,
            tuple(entities),
            tuple(f for a, b, f in edges if part[a] == part[b] == key),
        )
        for key, entities in members.items()
    ]
