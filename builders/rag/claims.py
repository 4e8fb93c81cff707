"""Statements to ask about, each with whether it holds and the facts that prove it, rule by rule."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from ..draws import draw, drawn_order
from .facts import Fact, mirrored
from .world import World, alike, letters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from .facts import Settled
    from .options import RagOptions
    from .rules import Rules
    from .world import Evidence, Triple

_TRIED = 64
"""Objects that are tried for a statement that fails."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement and its proof.

    Of negation, the statement is that subject and object are not so related; of composite, that
    subject and object have the same, as to the predicate.
    """

    domain: str | None
    reasoning: str
    subject: str
    predicate: str
    object: str
    holds: bool
    evidence: Evidence

    @property
    def words(self) -> tuple[str, ...]:
        """What tells it from others."""
        return (self.domain or "", self.reasoning, self.subject, self.predicate, self.object)

    @property
    def label(self) -> str:
        """The derived predicate, named as OmniBench-RAG does: ``same_country``."""
        prefix = _PREFIXES.get(self.reasoning)
        return f"{prefix}_{self.predicate.replace(' ', '_')}" if prefix else self.predicate


_PREFIXES = {"composite": "same", "negation": "not", "transitive": "trans"}


def derive(settled: Settled, rules: Rules, options: RagOptions) -> Iterator[Claim]:
    """Every statement that the rules give, of each domain in turn; none twice.

    What a statement of a domain is proved by are facts of that domain; no domain's facts may hold
    what is said to fail.
    """
    everything = World(settled.facts, rules, settled.cyclic)
    by_domain: dict[str | None, list[Fact]] = {}
    for fact in settled.facts:
        by_domain.setdefault(fact.domain, []).append(fact)
    for domain in sorted(by_domain, key=lambda name: name or ""):
        facts = by_domain[domain]
        alone = len(by_domain) == 1
        local = everything if alone else World(facts, rules, settled.cyclic)
        deriver = _Deriver(domain, local, everything, options)
        for reasoning in sorted(options.reasonings):
            seen: set[tuple[str, ...]] = set()
            for claim in _DERIVATIONS[reasoning](deriver):
                if len(claim.evidence) <= options.max_evidence and claim.words not in seen:
                    seen.add(claim.words)
                    yield claim


class _Deriver:
    def __init__(
        self, domain: str | None, local: World, everything: World, options: RagOptions
    ) -> None:
        self.domain = domain
        self.local = local
        self._everything = everything
        self._options = options
        pools: dict[str, dict[str, None]] = {}
        for fact in local.facts:
            pools.setdefault(fact.predicate, {})[fact.object] = None
        self._pools = {predicate: sorted(objects) for predicate, objects in pools.items()}

    def inverses(self) -> Iterator[Claim]:
        """p(s, o) gives q(o, s) by the inverse q of p; what fails of p fails of q turned round."""
        for fact in self.local.facts:
            turned = mirrored(fact.triple, self.local.rules)
            if turned is None:
                continue
            yield self._claim("inverse", turned, (fact,), holds=True)
            for triple, evidence in self._failing(fact.triple):
                other = mirrored(triple, self.local.rules)
                if other is not None:
                    yield self._claim("inverse", other, evidence, holds=False)

    def negations(self) -> Iterator[Claim]:
        """That a fact is not so fails; that what fails is not so holds."""
        for fact in self.local.facts:
            yield self._claim("negation", fact.triple, (fact,), holds=False)
            for triple, evidence in self._failing(fact.triple):
                yield self._claim("negation", triple, evidence, holds=True)

    def transitions(self) -> Iterator[Claim]:
        """A chain of two and more facts gives its ends; what fails does so of its first one."""
        starts = dict.fromkeys((fact.subject, fact.predicate) for fact in self.local.facts)
        for subject, predicate in starts:
            if not self.local.rules.get(predicate).transitive:
                continue
            for other, way in self.local.chains(subject, predicate, self._options.max_hops):
                triple = (subject, predicate, other)
                yield self._claim("transitive", triple, way, holds=True)
                for wrong, evidence in self._failing(triple, way):
                    yield self._claim("transitive", wrong, evidence, holds=False)

    def composites(self) -> Iterator[Claim]:
        """p(a, c) and p(b, c): a and b have the same; all objects known and none shared: not so."""
        groups: dict[tuple[str, str], dict[str, Fact]] = {}
        subjects: dict[str, dict[str, None]] = {}
        for fact in self.local.facts:
            groups.setdefault((fact.predicate, fact.object), {})[fact.subject] = fact
            subjects.setdefault(fact.predicate, {})[fact.subject] = None
        for (predicate, other), members in groups.items():
            for first, second in self._pairs(members, predicate, other):
                evidence = (members[first], members[second])
                triple = (first, predicate, second)
                yield self._claim("composite", triple, evidence, holds=True)
        for predicate, names in subjects.items():
            yield from self._unshared(predicate, sorted(names))

    def _pairs(
        self, members: Mapping[str, Fact], predicate: str, other: str
    ) -> Iterator[tuple[str, str]]:
        """Each member with those that follow it in a drawn ring, the first name first."""
        ring = drawn_order(members, self._options.seed, "ring", predicate, other)
        for place, name in enumerate(ring):
            for step in range(1, min(self._options.partners, len(ring) - 1) + 1):
                first, second = sorted((name, ring[(place + step) % len(ring)]))
                if not alike(first, second):
                    yield first, second

    def _unshared(self, predicate: str, names: Sequence[str]) -> Iterator[Claim]:
        """For each subject whose objects are all known, one that has none of them."""
        known = self.local.rules.get(predicate)
        if not (known.functional or known.complete):
            return
        for name in names:
            for other in self._drawn(names, "unshared", predicate, name):
                evidence = self._apart(name, other, predicate)
                if evidence is not None:
                    first, second = sorted((name, other))
                    triple = (first, predicate, second)
                    yield self._claim("composite", triple, evidence, holds=False)
                    break

    def _apart(self, first: str, second: str, predicate: str) -> Evidence | None:
        """Facts by which two subjects share no object; None where they may."""
        if alike(first, second):
            return None
        for world in (self._everything, self.local):
            known = [world.all_objects(name, predicate) for name in (first, second)]
            if any(facts is None for facts in known):
                return None
            left, right = (
                {letters(other) for other in world.reached(name, predicate)}
                for name in (first, second)
            )
            if left & right:
                return None
        found = [self.local.all_objects(name, predicate) or () for name in (first, second)]
        return tuple(dict.fromkeys(chain.from_iterable(found)))

    def _failing(
        self, triple: Triple, way: Evidence | None = None
    ) -> Iterator[tuple[Triple, Evidence]]:
        """A statement near one that holds, and the facts it fails by; none where none is found.

        The same with another object, or else turned round.

        Args:
            triple: what holds.
            way: the facts that it follows from, where it is no fact itself.
        """
        subject, predicate, other = triple
        known = self.local.rules.get(predicate)
        inverse = self.local.rules.get(known.inverse) if known.inverse is not None else known
        single = known.functional or known.complete or inverse.functional or inverse.complete
        for name in self._drawn(self._pools[predicate], "failing", *triple) if single else ():
            wrong = (subject, predicate, name)
            evidence = self._refuted(wrong)
            if evidence is not None:
                yield wrong, evidence
                return
        if known.asymmetric:
            wrong = (other, predicate, subject)
            evidence = self._refuted(wrong)
            if evidence is not None:
                yield wrong, way or evidence

    def _refuted(self, triple: Triple) -> Evidence | None:
        evidence = self.local.refute(triple)
        return None if self._everything.refute(triple) is None else evidence

    def _drawn(self, items: Sequence[str], *parts: str) -> Iterable[str]:
        """Up to so many items in a row, from a drawn place on."""
        start = draw(self._options.seed, *parts) % len(items) if items else 0
        return (items[(start + step) % len(items)] for step in range(min(_TRIED, len(items))))

    def _claim(self, reasoning: str, triple: Triple, evidence: Evidence, *, holds: bool) -> Claim:
        return Claim(self.domain, reasoning, *triple, holds, evidence)


_DERIVATIONS: Mapping[str, Callable[[_Deriver], Iterator[Claim]]] = {
    "composite": _Deriver.composites,
    "inverse": _Deriver.inverses,
    "negation": _Deriver.negations,
    "transitive": _Deriver.transitions,
}
