"""The licence of a project, as an SPDX expression, from whatever says it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from .license_names import CLASSIFIERS, FAMILIES, GNU, NAMES, PHRASES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from .trees import Tree

METADATA = "metadata"
CLASSIFIER = "classifier"

_PREFIX = "License :: "
_LONG = 200
"""Characters from which a licence field holds a text and no name."""
_FILE = re.compile(r"(un)?licen[cs]e|copying", re.IGNORECASE)
_NOISE = re.compile(r"\b(the|gnu|licen[cs]ed?|version)\b|\.0\b")
_LONG_NAMES = (
    ("affero general public license", "agpl"),
    ("lesser general public license", "lgpl"),
    ("library general public license", "lgpl"),
    ("general public license", "gpl"),
)
_LATER = re.compile(r" (or|and) (any )?(later|newer)( version)?\b")
_GNU_NAME = re.compile(r"([al]?gpl) ?v?(\d(?:\.\d)?)? ?(\+)?")


class License(NamedTuple):
    """A licence and what says so."""

    expression: str | None
    """SPDX expression; None if nothing says."""
    said_by: str | None
    """metadata, classifier, or the name of a file."""


UNKNOWN = License(None, None)


def find_license(
    expression: str | None, text: str | None, classifiers: Sequence[str], tree: Tree
) -> License:
    """The licence of a project.

    What is exact comes before what is not: an expression, classifiers, the licence field, the text
    of a file. A name that means a family of licences, as ``BSD License``, is made exact by the
    file, and stays a ``LicenseRef-`` without one. Several classifiers, and several texts, are read
    as holding together, as nothing says that one may choose.

    Args:
        expression: an SPDX expression of the metadata.
        text: the free licence field of the metadata.
        classifiers: trove classifiers.
        tree: the project's files.
    """
    stated = [(parse_expression(expression), METADATA)]
    stated.append((from_classifiers(classifiers), CLASSIFIER))
    stated.append((from_text(text), METADATA))
    families: list[License] = []
    for found, said_by in stated:
        if found is not None and found not in FAMILIES:
            return License(found, said_by)
        if found is not None:
            families.append(License(found, said_by))
    file = from_files(tree)
    for family in families:
        parts = (file.expression or "").split(" AND ")
        exact = any(part in FAMILIES[str(family.expression)] for part in parts)
        return file if exact else family
    return file


def parse_expression(text: str | None) -> str | None:
    """The canonical form of an SPDX expression; None if it is none."""
    if not text:
        return None
    try:
        return str(canonicalize_license_expression(text))
    except InvalidLicenseExpression:
        return None


def from_classifiers(classifiers: Iterable[str]) -> str | None:
    """What licence classifiers mean together; None if they name none that is known."""
    named = {item.rpartition(" :: ")[2] for item in classifiers if item.startswith(_PREFIX)}
    found = sorted({CLASSIFIERS[name] for name in named if name in CLASSIFIERS})
    return " AND ".join(found) or None


def from_text(text: str | None) -> str | None:
    """What a free licence field means: a name, an expression, or the text of the licence."""
    if not text or not text.strip() or text.strip().upper() == "UNKNOWN":
        return None
    if len(text) > _LONG:
        return recognise(text)
    name = fold_name(text)
    return parse_expression(text.strip()) or NAMES.get(name) or _gnu(name) or recognise(text)


def fold_name(text: str) -> str:
    """A licence's name without what varies: ``The Apache License, Version 2.0`` is ``apache 2``."""
    words = " ".join(re.sub(r"[^a-z0-9.+]+", " ", text.lower()).split())
    for long, short in _LONG_NAMES:
        words = words.replace(long, short)
    words = _NOISE.sub(" ", _LATER.sub("+", words))
    return " ".join(dict.fromkeys(words.split()))  # "MIT License (MIT)" says it twice


def _gnu(name: str) -> str | None:
    found = _GNU_NAME.fullmatch(name)
    if found is None:
        return None
    which, version, later = found.groups()
    family, versions = GNU[which]
    if version not in versions:
        return family
    return versions[version] + ("-or-later" if later else "-only")


def from_files(tree: Tree) -> License:
    """The licence whose text a file at the top of the project has."""
    names = [name for name in tree.names() if _FILE.match(name)]
    # LICENSE before LICENSE.vendored or COPYING.LESSER: the shortest name is the project's own.
    for name in sorted(names, key=lambda name: (len(name.partition(".")[0]), len(name), name)):
        content = tree.read(name)
        found = recognise(content.decode("utf-8", "replace")) if content else None
        if found is None:
            continue
        lesser = next((other for other in names if "lesser" in other.lower()), None)
        if lesser is not None and lesser != name and found.startswith("GPL-"):
            return _from_file(tree, lesser)
        return License(found, name)
    return UNKNOWN


def _from_file(tree: Tree, name: str) -> License:
    return License(recognise((tree.read(name) or b"").decode("utf-8", "replace")), name)


def recognise(text: str) -> str | None:
    """The licences whose distinctive phrases a text has; None if it has those of none."""
    words = " ".join(re.sub(r"[^a-z0-9]+", " ", text.lower()).split())
    found = {
        phrase.license
        for phrase in PHRASES
        if all(part in words for part in phrase.has)
        and not any(part in words for part in phrase.lacks)
    }
    if "PSF-2.0" in found:
        return "PSF-2.0"  # its text quotes older licences
    return " AND ".join(sorted(found)) or None


def all_of(expressions: Iterable[str | None]) -> str | None:
    """The expression of what all of some expressions ask for together; None without any."""
    named = sorted({name for name in expressions if name})
    parts = [f"({name})" if " OR " in name and len(named) > 1 else name for name in named]
    return " AND ".join(parts) or None


def satisfies(expression: str | None, allowed: Collection[str]) -> bool:
    """Whether some choice that an expression leaves consists of allowed licences alone.

    An exception (``WITH``) only adds permissions, so a licence with one is allowed where the
    licence is; so is one that is listed with its exception.
    """
    canonical = parse_expression(expression)
    if canonical is None:
        return False
    tokens = canonical.replace("(", " ( ").replace(")", " ) ").split()
    wanted = {name.lower() for name in allowed}
    result, _ = _any_of(tokens, 0, wanted)
    return result


def _any_of(tokens: Sequence[str], place: int, allowed: Collection[str]) -> tuple[bool, int]:
    result, place = _all_of(tokens, place, allowed)
    while place < len(tokens) and tokens[place] == "OR":
        other, place = _all_of(tokens, place + 1, allowed)
        result = result or other
    return result, place


def _all_of(tokens: Sequence[str], place: int, allowed: Collection[str]) -> tuple[bool, int]:
    result, place = _single(tokens, place, allowed)
    while place < len(tokens) and tokens[place] == "AND":
        other, place = _single(tokens, place + 1, allowed)
        result = result and other
    return result, place


def _single(tokens: Sequence[str], place: int, allowed: Collection[str]) -> tuple[bool, int]:
    if tokens[place] == "(":
        result, place = _any_of(tokens, place + 1, allowed)
        return result, place + 1
    name = tokens[place].lower()
    result = name in allowed or name.removesuffix("+") in allowed
    if place + 1 < len(tokens) and tokens[place + 1] == "WITH":
        result = result or f"{name} with {tokens[place + 2].lower()}" in allowed
        place += 2
    return result, place + 1
