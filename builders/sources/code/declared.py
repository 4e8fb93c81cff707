"""What one file of a project declares, and requirements as all of them write them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

TEST_NAMES = ("test", "tests", "testing")
"""Extras and dependency groups that hold what tests need."""

DEV_NAMES = ("dev",)
"""Those that hold it among what else developers need."""

_EXTRA = r'extra == "[^"]+"'
_GROUP = rf"(?:{_EXTRA}|\({_EXTRA}(?: or {_EXTRA})*\))"
_JOINED = re.compile(rf" and {_GROUP}|{_GROUP} and ")
_ALONE = re.compile(rf"{_GROUP}|{_EXTRA}(?: or {_EXTRA})*")


@dataclass
class Declared:
    """What a file says of its project; None, and empty, where it says nothing."""

    name: str | None = None
    version: str | None = None
    classifiers: tuple[str, ...] = ()
    requires_python: str | None = None
    license_expression: str | None = None
    license_text: str | None = None
    dependencies: tuple[str, ...] = ()
    extras: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Extra, normalised → requirements."""
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Dependency group, normalised → requirements, with those of groups that it includes."""
    tests: tuple[str, ...] = ()
    """What tests need, said otherwise than by an extra or a group."""


def requirements(texts: Iterable[object]) -> tuple[str, ...]:
    """Requirements in their canonical form, each once; what is none is left out."""
    found = (parse_requirement(text) for text in texts)
    return tuple(dict.fromkeys(str(item) for item in found if item is not None))


def parse_requirement(text: object) -> Requirement | None:
    """A requirement; None if the text is none."""
    try:
        return Requirement(str(text).strip())
    except (ValueError, RecursionError):  # the former also for a number of too many digits
        return None


def split_extras(texts: Iterable[object], declared: Declared) -> None:
    """Sort requirements of metadata into those of the project and those of its extras."""
    plain: list[str] = []
    extras: dict[str, list[str]] = {}
    for text in texts:
        requirement = parse_requirement(text)
        if requirement is None:
            continue
        marker = str(requirement.marker or "")
        names = re.findall(r'extra == "([^"]+)"', marker)
        if not names:
            plain.append(str(requirement))
            continue
        rest = _JOINED.sub("", marker)
        if _ALONE.fullmatch(rest):
            rest = ""
        if "extra" in rest:
            continue  # an extra that excludes: nothing of it is needed
        requirement.marker = None
        bare = f"{requirement} ; {rest}" if rest else str(requirement)
        for name in names:
            extras.setdefault(canonicalize_name(name), []).append(bare)
    declared.dependencies = requirements(plain)
    declared.extras = {name: requirements(found) for name, found in extras.items()}


def normalised_extras(extras: Mapping[str, Iterable[object]]) -> dict[str, tuple[str, ...]]:
    """Extras by normalised names."""
    return {canonicalize_name(str(name)): requirements(found) for name, found in extras.items()}


def named_requirements(declared: Declared, names: Sequence[str]) -> tuple[str, ...]:
    """What extras and groups of some names need, with extras of the project that they name."""
    found: list[str] = []
    seen: set[str] = set()
    queue = list(names)
    while queue:
        extra = queue.pop(0)
        if extra in seen:
            continue
        seen.add(extra)
        for text in declared.extras.get(extra, ()):
            requirement = Requirement(text)
            if declared.name and canonicalize_name(requirement.name) == declared.name:
                queue += sorted(canonicalize_name(name) for name in requirement.extras)
            else:
                found.append(text)
    found += (item for name in names for item in declared.groups.get(name, ()))
    return tuple(dict.fromkeys(found))


def merge(parts: Sequence[Declared]) -> Declared:
    """What several files say together; of each thing, the first that says it is heard."""
    merged = Declared()
    for part in parts:
        merged.name = merged.name or part.name
        merged.version = merged.version or part.version
        merged.classifiers = merged.classifiers or part.classifiers
        merged.requires_python = merged.requires_python or part.requires_python
        merged.dependencies = merged.dependencies or part.dependencies
        if not (merged.license_expression or merged.license_text):
            merged.license_expression = part.license_expression
            merged.license_text = part.license_text
        merged.extras = {**part.extras, **merged.extras}
        merged.groups = {**part.groups, **merged.groups}
        merged.tests = tuple(dict.fromkeys((*merged.tests, *part.tests)))
    return merged
