"""What is known of predicates: inverses, transitivity, how many objects a subject has, wording."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ...schemas.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_OWN = "rules.toml"

Words = Annotated[str, Field(min_length=1)]


class Predicate(BaseModel):
    """What a rules file declares of a predicate p; p(s, o) is the fact "s p o"."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    inverse: Words | None = None
    """The predicate q with q(o, s) whenever p(s, o), and the reverse; p itself if symmetric."""
    transitive: bool = False
    """p(a, b) and p(b, c) give p(a, c)."""
    asymmetric: bool = False
    """p(a, b) excludes p(b, a); with transitive, no chain leads back to where it began."""
    functional: bool = False
    """A subject has one object at most."""
    complete: bool = False
    """The triples say all: of a subject with some, whatever does not follow from them is false."""
    phrase: Words | None = None
    """Verb and what follows, to stand between subject and object."""
    noun: Words | None = None
    """What the object is to the subject, as in "have the same …"."""
    aliases: tuple[Words, ...] = ()
    """Other names that sources have for it."""
    wikidata: Words | None = None
    """Id of the Wikidata property."""


class Rules:
    """Predicates by name, with what follows from one declaration for another filled in."""

    def __init__(self, predicates: Mapping[str, Predicate], place: str) -> None:
        """Check the declarations.

        Raises:
            DataError: they contradict each other.
        """
        self._predicates = dict(predicates)
        self._names: dict[str, str] = {}
        for name in predicates:
            self._mirror(name, place)
        for name, predicate in self._predicates.items():
            self._check(name, predicate, place)
            for alias in (name, *predicate.aliases, *filter(None, [predicate.wikidata])):
                if self._names.setdefault(_folded(alias), name) != name:
                    both = f"{name!r} and {self._names[_folded(alias)]!r}"
                    raise DataError(
                        f"two predicates go by {alias!r}", place=place, found=both,
                        expected="a name of one predicate",
                    )  # fmt: skip

    def canonical(self, name: str) -> str:
        """The name that a predicate is declared by; the name itself where it is not declared."""
        return self._names.get(_folded(name), name)

    def get(self, name: str) -> Predicate:
        """What is known of a predicate; nothing of one that is not declared."""
        return self._predicates.get(name, _UNDECLARED)

    def phrase(self, name: str) -> str:
        """Words between subject and object."""
        return self.get(name).phrase or f'stands in the relation "{name}" to'

    def noun(self, name: str) -> str:
        """What objects of the predicate are to their subjects."""
        return self.get(name).noun or name

    @property
    def properties(self) -> dict[str, str]:
        """Id of a Wikidata property → predicate."""
        known = ((item.wikidata, name) for name, item in self._predicates.items())
        return {key: name for key, name in known if key is not None}

    def _mirror(self, name: str, place: str) -> None:
        """Tell a predicate's inverse what holds for both."""
        predicate = self._predicates[name]
        if predicate.inverse is None:
            return
        other = self._predicates.get(predicate.inverse)
        if other is None or other.inverse not in {None, name}:
            found = "not declared" if other is None else f"its inverse is {other.inverse!r}"
            raise DataError(
                f"the inverse of {name!r} is {predicate.inverse!r}", place=place, found=found,
                expected=f"a predicate whose inverse is {name!r}",
            )  # fmt: skip
        shared = {
            "transitive": predicate.transitive or other.transitive,
            "asymmetric": predicate.asymmetric or other.asymmetric,
        }
        self._predicates[name] = predicate.model_copy(update=shared)
        # Of a symmetric predicate this is the same one.
        mirrored = self._predicates[predicate.inverse]
        update = {**shared, "inverse": name}
        self._predicates[predicate.inverse] = mirrored.model_copy(update=update)

    def _check(self, name: str, predicate: Predicate, place: str) -> None:
        clashes = {
            "transitive and functional": predicate.transitive and predicate.functional,
            "symmetric and asymmetric": predicate.inverse == name and predicate.asymmetric,
            "symmetric and transitive": predicate.inverse == name and predicate.transitive,
        }
        for words, clash in clashes.items():
            if clash:
                raise DataError(f"the predicate {name!r} cannot be both {words}", place=place)


_UNDECLARED = Predicate()


def load_rules(path: Path | None = None) -> Rules:
    """The package's predicates, and those of a file, which win where both declare one.

    Raises:
        DataError: the file is not TOML, or its declarations are wrong.
    """
    own = files(__package__ or "domainbench.builders.rag").joinpath(_OWN)
    predicates = _parsed(own.read_text(encoding="utf-8"), _OWN)
    if path is None:
        return Rules(predicates, _OWN)
    return Rules({**predicates, **_parsed(read_toml_text(path), str(path))}, str(path))


def read_toml_text(path: Path) -> str:
    """A file's text; ``DataError`` where it is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError("the file is not UTF-8", place=path, found=error) from None


def parse_toml(text: str, place: str, table: str) -> Any:
    """The value of a file's only key.

    Raises:
        DataError: it is not TOML, or has another key.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DataError("the file is not TOML", place=place, found=error) from None
    if set(content) != {table}:
        raise DataError(
            f"the file has not the one table {table!r}", place=place,
            found=", ".join(content) or "nothing", expected=table,
        )  # fmt: skip
    return content[table]


def _parsed(text: str, place: str) -> dict[str, Predicate]:
    declared = parse_toml(text, place, "predicates")
    if not isinstance(declared, dict):
        raise DataError("predicates is no table", place=place, found=declared)
    found: dict[str, Predicate] = {}
    for name, values in declared.items():
        try:
            found[name] = Predicate.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(map(str, first["loc"])) or "table"
            raise DataError(
                f"the predicate {name!r} is declared wrongly: {key}", place=place,
                found=repr(first["input"]), expected=first["msg"],
            ) from None  # fmt: skip
    return found


def _folded(name: str) -> str:
    return " ".join(name.replace("_", " ").casefold().split())
