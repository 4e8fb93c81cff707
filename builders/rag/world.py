"""What follows from facts: the logic that answers rest on.

Answers are proved under these assumptions: the triples are true; what is declared of predicates
holds; two names that differ by more than case, blanks and punctuation are two entities.

- A statement holds if a fact says it, outright or by the inverse, or if a chain of a transitive
  predicate leads from its subject to its object.
- It fails if its predicate is functional and its subject has another object; or is asymmetric and
  the reverse holds; or is complete, its subject has objects, and it does not follow. The same goes
  for the statement turned round, by the inverse predicate. Nothing else is ever taken to fail.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from .facts import Fact, both_ways, mirrored

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from .rules import Rules

    Triple: TypeAlias = tuple[str, str, str]
    Evidence: TypeAlias = tuple[Fact, ...]


class World:
    """Facts with what follows from them."""

    def __init__(self, facts: Iterable[Fact], rules: Rules, cyclic: AbstractSet[Triple]) -> None:
        """Index facts that contradict each other nowhere.

        Args:
            facts: what is known.
            rules: what is known of predicates.
            cyclic: triples that no chain may use.
        """
        self.facts = list(facts)
        self.rules = rules
        self._cyclic = cyclic
        self._objects: dict[tuple[str, str], dict[str, Fact]] = {}
        for (subject, predicate, other), fact in both_ways(self.facts, rules):
            self._objects.setdefault((subject, predicate), {})[other] = fact
        self._reached: dict[tuple[str, str], dict[str, Fact]] = {}

    def objects(self, subject: str, predicate: str) -> dict[str, Fact]:
        """Object → the fact that says it, for one step."""
        return self._objects.get((subject, predicate), {})

    def holds(self, triple: Triple) -> bool:
        """Whether a statement follows, chains of any length and cyclic facts included."""
        subject, predicate, other = triple
        return other in self.reached(subject, predicate)

    def reached(self, subject: str, predicate: str) -> dict[str, Fact]:
        """Every object of a statement that follows → the last fact of its way there."""
        if not self.rules.get(predicate).transitive:
            return self.objects(subject, predicate)
        key = (subject, predicate)
        if key not in self._reached:
            found: dict[str, Fact] = {}
            front = [subject]
            while front:
                steps = [step for name in front for step in self.objects(name, predicate).items()]
                front = []
                for name, fact in steps:
                    if name not in found:
                        found[name] = fact
                        front.append(name)
            self._reached[key] = found
        return self._reached[key]

    def chains(self, subject: str, predicate: str, longest: int) -> Iterator[tuple[str, Evidence]]:
        """The shortest chain to each object that is two to ``longest`` steps away, and none nearer.

        Of several, the one whose last step begins at the first name in alphabetical order counts.
        """
        ways: dict[str, Evidence] = {subject: ()}
        front = [subject]
        for hops in range(1, longest + 1):
            after: list[str] = []
            for name in front:
                for other, fact in sorted(self.objects(name, predicate).items(), key=_name):
                    if other not in ways and fact.triple not in self._cyclic:
                        ways[other] = (*ways[name], fact)
                        after.append(other)
            front = sorted(after)
            if hops > 1:
                yield from ((name, ways[name]) for name in front)

    def refute(self, triple: Triple) -> Evidence | None:
        """The facts that a statement fails by; None where it holds or may hold."""
        subject, predicate, other = triple
        if alike(subject, other) or self.holds(triple):
            return None
        turned = mirrored(triple, self.rules)
        for said in filter(None, (triple, turned)):
            found = self._by_other_object(said)
            if found is not None:
                return found
        if self.rules.get(predicate).asymmetric:
            found = self._way((other, predicate, subject))
            if found is not None:
                return found
        for said in filter(None, (triple, turned)):
            found = self._by_completeness(said)
            if found is not None:
                return found
        return None

    def all_objects(self, subject: str, predicate: str) -> Evidence | None:
        """Facts that say all objects of a subject; None where there are none, or may be more."""
        known = self.rules.get(predicate)
        steps = self.objects(subject, predicate)
        if not steps or not (known.functional or known.complete):
            return None
        if not known.transitive:
            return _distinct(steps.values())
        names = [subject, *self.reached(subject, predicate)]
        used = [fact for name in names for fact in self.objects(name, predicate).values()]
        if any(fact.triple in self._cyclic for fact in used):
            return None
        return _distinct(used)

    def _by_other_object(self, triple: Triple) -> Evidence | None:
        subject, predicate, other = triple
        if not self.rules.get(predicate).functional:
            return None
        rivals = self.objects(subject, predicate)
        if not rivals or any(alike(name, other) for name in rivals):
            return None
        return tuple(rivals.values())

    def _by_completeness(self, triple: Triple) -> Evidence | None:
        subject, predicate, other = triple
        if not self.rules.get(predicate).complete:
            return None
        if any(alike(name, other) for name in self.reached(subject, predicate)):
            return None
        return self.all_objects(subject, predicate)

    def _way(self, triple: Triple) -> Evidence | None:
        """Facts that a statement follows from, in a chain without cycles."""
        subject, predicate, other = triple
        direct = self.objects(subject, predicate).get(other)
        if not self.rules.get(predicate).transitive:
            return None if direct is None else (direct,)
        if direct is not None and direct.triple not in self._cyclic:
            return (direct,)
        if other not in self.reached(subject, predicate):
            return None
        longest = len(self.reached(subject, predicate))
        return dict(self.chains(subject, predicate, longest)).get(other)


def alike(first: str, second: str) -> bool:
    """Whether two names may be of one entity."""
    return letters(first) == letters(second)


@lru_cache(1 << 16)
def letters(name: str) -> str:
    """A name's letters and digits without case; the name itself where it has none."""
    kept = "".join(character for character in name.casefold() if character.isalnum())
    return kept or name


def _name(step: tuple[str, Fact]) -> str:
    return step[0]


def _distinct(facts: Iterable[Fact]) -> Evidence:
    return tuple(dict.fromkeys(facts))
