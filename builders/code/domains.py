"""Domains of repositories and of their functions, from evidence that is kept.

What speaks for a domain is data (``domains.toml``): trove classifiers with weights, and libraries
by how much an import of them says. Nothing is learnt and nothing is guessed: without evidence
enough there is no domain.

A domain's score is the sum of two parts, classifiers and libraries. In each part the best piece of
evidence counts in full and the others by half, so that many little signs do not outweigh a clear
one.
A library counts by the square root of the share of files that import it.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from ...schemas.code import DOMAINS
from .corrections import NO_CORRECTIONS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from .corrections import Corrections

_SHIPPED = "domains.toml"
_IMPORTED = {"strong": 3.0, "fair": 1.5, "weak": 0.5, "named": 0.0}
"""Weight of a library that all files import, by how much its import says."""
_NAMED = {"strong": 3.0, "fair": 2.5, "weak": 2.0, "named": 2.5}
"""Weight of being the library."""
_REPOSITORY = 2.0
"""Weight of a repository's main domain for each of its functions: more than that of a fair import,
less than that of a strong one."""
_LEAST = 1.0
"""Score below which there is no domain."""
_SHARE = 0.5
"""Share of the main domain's score that a further domain must exceed."""
_MOST = 3
_SHOWN = 5
_SEPARATOR = " :: "
_MARKS = re.compile(r"[-_.]+")


@dataclass(frozen=True, slots=True)
class DomainLabel:
    """Domains with what speaks for them."""

    domains: tuple[str, ...] = ()
    """The main one first; empty if unknown."""
    evidence: tuple[str, ...] = ()
    """As ``Database: imports sqlalchemy in 14 files``, by domain, the strongest first."""
    shares: tuple[float, ...] = ()
    """Score of each domain as a share of the main one's."""
    corrected: bool = False
    """Whether a person gave the domains."""


@dataclass(frozen=True)
class DomainMap:
    """What speaks for a domain."""

    classifiers: Mapping[str, Mapping[str, float]]
    """Classifier or beginning of one → domain → weight."""
    libraries: Mapping[str, Mapping[str, str]]
    """Import name → domain → tier."""
    projects: Mapping[str, str]
    """Normalised project name → import name; projects have no names of the standard library."""
    standard: frozenset[str]
    """Libraries that are modules of the standard library."""


@dataclass(frozen=True, slots=True)
class _Sign:
    """One piece of evidence."""

    domain: str
    weight: float
    text: str


@cache
def domain_map() -> DomainMap:
    """The map that comes with the package."""
    text = files(__package__ or "domainbench.builders.code").joinpath(_SHIPPED).read_text("utf-8")
    payload = tomllib.loads(text)
    libraries: dict[str, dict[str, str]] = defaultdict(dict)
    for domain, tiers in payload["libraries"].items():
        for tier, names in tiers.items():
            for name in names:
                libraries[name][domain] = tier
    standard = frozenset(payload["standard"])
    projects = {name.lower(): name for name in libraries if name not in standard}
    projects |= payload["projects"]
    return DomainMap(payload["classifiers"], dict(libraries), projects, standard)


def label_domains(
    classifiers: Sequence[str],
    imports: Mapping[str, int],
    repository: str,
    corrections: Corrections = NO_CORRECTIONS,
    *,
    own: Collection[str] = (),
    python_files: int | None = None,
) -> DomainLabel:
    """Domains of a repository.

    Args:
        classifiers: its trove classifiers.
        imports: top-level package → files that import it; tests are best left out.
        repository: its name, which may be that of a known library.
        corrections: domains that a person gave.
        own: top-level packages that it consists of; that it imports itself says nothing.
        python_files: files that were read; where None, as many as import the commonest package.
    """
    given = corrections.domains.get(repository)
    if given is not None:
        return _corrected(given)
    total = max(python_files or 0, max(imports.values(), default=1), 1)
    known = domain_map()
    topics = [sign for name in sorted(set(classifiers)) for sign in _of_classifier(name)]
    used = [
        _Sign(domain, _IMPORTED[tier] * math.sqrt(count / total), f"imports {name} in {_n(count)}")
        for name, count in imports.items()
        if name not in own
        for domain, tier in known.libraries.get(name, {}).items()
    ]
    project = known.projects.get(_MARKS.sub("_", repository).lower())
    return _label(topics, [*used, *_of_name(project, "is")], {})


def label_sample(
    repository: DomainLabel,
    imports: Collection[str],
    module: str,
    sample: str,
    corrections: Corrections = NO_CORRECTIONS,
    *,
    own: Collection[str] = (),
) -> DomainLabel:
    """Domains of a function, by its repository and its file.

    The repository's main domain comes first unless the file itself says otherwise by a strong
    import, or by several lesser ones. A correction of the function is final; one of the repository
    holds for all its functions that have none of their own.

    Args:
        repository: the label of its repository.
        imports: top-level packages that its file imports.
        module: dotted name of the file's module, which may be part of a known library: so files of
            the standard library are told apart.
        sample: identifier of the function.
        corrections: domains that a person gave.
        own: top-level packages of the repository; an import of one counts only if it is a module of
            the standard library.
    """
    given = corrections.domains.get(sample)
    if given is not None:
        return _corrected(given)
    if repository.corrected:
        return repository
    prior = {
        domain: _REPOSITORY * share
        for domain, share in zip(repository.domains, repository.shares, strict=True)
    }
    known = domain_map()
    used = [
        _Sign(domain, _IMPORTED[tier], f"imports {name}")
        for name in sorted(set(imports))
        if name not in own or name in known.standard
        for domain, tier in known.libraries.get(name, {}).items()
    ]
    return _label([], [*used, *_of_name(module.partition(".")[0], "is part of")], prior)


def _corrected(domains: tuple[str, ...]) -> DomainLabel:
    return DomainLabel(domains, ("correction",), (1.0,) * len(domains), corrected=True)


def _of_classifier(classifier: str) -> list[_Sign]:
    """What a classifier says, by its longest beginning that is known."""
    known = domain_map().classifiers
    parts = classifier.strip().split(_SEPARATOR)
    for length in range(len(parts), 0, -1):
        weights = known.get(_SEPARATOR.join(parts[:length]))
        if weights is not None:
            text = f"classifier {classifier.strip()}"
            return [_Sign(domain, weight, text) for domain, weight in weights.items()]
    return []


def _of_name(library: str | None, relation: str) -> list[_Sign]:
    """What being a library says; by half for domains that it is in only besides."""
    tiers = domain_map().libraries.get(library or "", {})
    best = max((_NAMED[tier] for tier in tiers.values()), default=0.0)
    return [
        _Sign(domain, weight if weight == best else weight / 2, f"{relation} {library}")
        for domain, tier in tiers.items()
        for weight in [_NAMED[tier]]
    ]


def _label(
    topics: Sequence[_Sign], libraries: Sequence[_Sign], prior: Mapping[str, float]
) -> DomainLabel:
    scores: dict[str, float] = defaultdict(float, prior)
    for part in (topics, libraries):
        for domain, weights in _by_domain(part).items():
            scores[domain] += (max(weights) + math.fsum(weights)) / 2
    # What parts two scores must not be the rounding of a sum.
    rounded = {domain: round(score, 6) for domain, score in scores.items()}
    ranked = sorted(rounded, key=lambda domain: (-rounded[domain], DOMAINS.index(domain)))
    if not ranked or rounded[ranked[0]] < _LEAST:
        return DomainLabel()
    best = rounded[ranked[0]]
    further = [domain for domain in ranked[1:_MOST] if rounded[domain] > _SHARE * best]
    domains = (ranked[0], *further)
    signs = [sign for sign in (*topics, *libraries) if sign.weight > 0]
    signs += [_Sign(domain, weight, "its repository") for domain, weight in prior.items()]
    return DomainLabel(
        domains,
        tuple(_evidence(domains, signs)),
        tuple(round(rounded[domain] / best, 4) for domain in domains),
    )


def _by_domain(signs: Iterable[_Sign]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = defaultdict(list)
    for sign in signs:
        found[sign.domain].append(sign.weight)
    return found


def _evidence(domains: Sequence[str], signs: Sequence[_Sign]) -> Iterable[str]:
    for domain in domains:
        mine = [sign for sign in signs if sign.domain == domain]
        ranked = sorted(mine, key=lambda sign: (-round(sign.weight, 6), sign.text))
        for sign in ranked[:_SHOWN]:
            yield f"{domain}: {sign.text}"


def _n(count: int) -> str:
    return f"{count} file{'s' if count != 1 else ''}"
