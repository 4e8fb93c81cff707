"""Domains, subdomains and topics: their names, what sources call them, and words that tell them.

A taxonomy is a TOML file::

    [[domain]]
    name = "agriculture"            # the label; lower case, digits and underscores
    title = "Agriculture"
    title_hi = "कृषि"
    aliases = ["Krishi", "BBK"]     # what sources call it

    [[domain.subdomain]]
    name = "soil_science"
    title = "Soil Science"
    aliases = ["Soil Science & Agricultural Chemistry"]
    keywords = ["soil", "humus", "मृदा"]

    [domain.subdomain.topics]       # topic = words that tell it, or [] for none
    soil_fertility = ["soil fertility", "manure"]
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...schemas.errors import DataError, UsageError
from .normalise import match_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_NAME = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
_SHIPPED = "taxonomies/bhashabench.toml"
_DOMAIN_KEYS = {"name", "title", "title_hi", "aliases", "keywords", "subdomain"}
_SUBDOMAIN_KEYS = {"name", "title", "title_hi", "aliases", "keywords", "topics"}


@dataclass(frozen=True)
class Topic:
    """The finest label."""

    name: str
    keywords: tuple[str, ...]
    """Match keys of words and phrases that tell it."""


@dataclass(frozen=True)
class Subdomain:
    """A part of a domain."""

    name: str
    title: str
    aliases: tuple[str, ...]
    keywords: tuple[str, ...]
    topics: tuple[Topic, ...]


@dataclass(frozen=True)
class Domain:
    """A knowledge domain."""

    name: str
    title: str
    aliases: tuple[str, ...]
    keywords: tuple[str, ...]
    subdomains: tuple[Subdomain, ...]


@dataclass(frozen=True)
class Taxonomy:
    """All domains; labels that sources write are resolved to its names."""

    domains: tuple[Domain, ...]

    def resolve_domain(self, label: str) -> str | None:
        """The domain that a source's label stands for, None if it is not known."""
        return self._domain_names.get(_key(label))

    def resolve_subdomain(self, domain: str | None, label: str) -> str | None:
        """The subdomain that a label stands for within a domain, None if it is not known."""
        return self._subdomain_names.get((domain, _key(label)))

    def resolve_topic(self, domain: str | None, subdomain: str | None, label: str) -> str | None:
        """The topic that a label stands for within a subdomain, None if it is not known."""
        return self._topic_names.get((domain, subdomain, _key(label)))

    @cached_property
    def _domain_names(self) -> dict[str, str]:
        return {
            _key(text): domain.name
            for domain in self.domains
            for text in (domain.name, domain.title, *domain.aliases)
        }

    @cached_property
    def _subdomain_names(self) -> dict[tuple[str | None, str], str]:
        return {
            (domain.name, _key(text)): sub.name
            for domain in self.domains
            for sub in domain.subdomains
            for text in (sub.name, sub.title, *sub.aliases)
        }

    @cached_property
    def _topic_names(self) -> dict[tuple[str | None, str | None, str], str]:
        return {
            (domain.name, sub.name, _key(topic.name)): topic.name
            for domain in self.domains
            for sub in domain.subdomains
            for topic in sub.topics
        }


def slug(label: str) -> str:
    """A source's own label as a name: match key, blanks to underscores."""
    return match_key(label).replace(" ", "_")


def load_taxonomy(path: Path | None = None) -> Taxonomy:
    """Read a taxonomy; the package's own where no path is given.

    Raises:
        UsageError: there is no such file.
        DataError: the file is not TOML, or does not have the form that this module describes.
    """
    place = path or Path(str(files(__package__ or "domainbench.builders.qa").joinpath(_SHIPPED)))
    try:
        payload = tomllib.loads(place.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError("there is no such taxonomy", place=place) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError("the taxonomy is not TOML", place=place, found=error) from None
    entries = payload.get("domain")
    if not isinstance(entries, list) or set(payload) != {"domain"}:
        raise DataError(
            "the taxonomy has another form",
            place=place,
            found=", ".join(payload),
            expected="[[domain]] tables only",
        )
    domains = tuple(_domain(entry, place) for entry in entries)
    _check_unique((domain.name for domain in domains), "domain", place)
    return Taxonomy(domains)


def _domain(entry: Mapping[str, Any], place: Path) -> Domain:
    _check_keys(entry, _DOMAIN_KEYS, place)
    name = _name(entry.get("name"), place)
    subdomains = tuple(_subdomain(item, place) for item in entry.get("subdomain", []))
    _check_unique((sub.name for sub in subdomains), f"subdomain of {name}", place)
    return Domain(
        name,
        str(entry.get("title", name)),
        _aliases(entry, place),
        _keywords(entry.get("keywords", []), place),
        subdomains,
    )


def _subdomain(entry: Mapping[str, Any], place: Path) -> Subdomain:
    _check_keys(entry, _SUBDOMAIN_KEYS, place)
    topics = entry.get("topics", {})
    if not isinstance(topics, dict):
        raise DataError(
            "topics are no table", place=place, found=topics, expected='name = ["keyword", …]'
        )
    return Subdomain(
        _name(entry.get("name"), place),
        str(entry.get("title", entry.get("name"))),
        _aliases(entry, place),
        _keywords(entry.get("keywords", []), place),
        tuple(
            Topic(_name(topic, place), _keywords(words, place)) for topic, words in topics.items()
        ),
    )


def _aliases(entry: Mapping[str, Any], place: Path) -> tuple[str, ...]:
    named = [entry["title_hi"]] if "title_hi" in entry else []
    return (*named, *_strings(entry.get("aliases", []), place))


def _keywords(values: Any, place: Path) -> tuple[str, ...]:
    return tuple(dict.fromkeys(match_key(text) for text in _strings(values, place)))


def _strings(values: Any, place: Path) -> list[str]:
    if not isinstance(values, list) or not all(isinstance(text, str) and text for text in values):
        raise DataError("expected a list of texts", place=place, found=values)
    return values


def _name(value: Any, place: Path) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise DataError(
            "a name is wrong", place=place, found=value, expected="lower case, digits, underscores"
        )
    return value


def _check_keys(entry: Any, known: set[str], place: Path) -> None:
    if not isinstance(entry, dict):
        raise DataError("expected a table", place=place, found=entry)
    odd = sorted(set(entry) - known)
    if odd:
        raise DataError(
            "the taxonomy has an unknown key",
            place=place,
            found=odd[0],
            expected=", ".join(sorted(known)),
        )


def _check_unique(names: Iterable[str], what: str, place: Path) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise DataError(f"a {what} stands twice", place=place, found=name)
        seen.add(name)


def _key(label: str) -> str:
    return match_key(label.replace("_", " "))
