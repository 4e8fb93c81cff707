"""Wordings of questions: templates with slots, chosen by draw."""

from __future__ import annotations

from importlib.resources import files
from string import Formatter
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ...schemas.errors import DataError
from ...schemas.rag import REASONINGS
from .rules import parse_toml, read_toml_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_OWN = "templates.toml"
STATEMENT, NEGATION = "statement", "negation"
_ENTITIES = ("subject", "object")
_WORDINGS = ("phrase", "noun", "a_noun", "predicate")
SLOTS = (*_ENTITIES, *_WORDINGS)


class Template(BaseModel):
    """One wording."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=1)]
    reasoning: Annotated[str, Field(min_length=1)]
    asks: Literal["statement", "negation"] = STATEMENT
    """Whether yes means that the statement holds, or that it does not."""
    text: str


class Templates:
    """Templates by rule and by what they ask; a rule may have none of one kind."""

    def __init__(self, templates: Sequence[Template]) -> None:
        self._by_kind: dict[tuple[str, str], list[Template]] = {}
        for template in templates:
            self._by_kind.setdefault((template.reasoning, template.asks), []).append(template)

    def choose(self, reasoning: str, kind: int, place: int) -> Template:
        """The template that two draws fall on: of its kind, of its place in that kind."""
        kinds = [
            found
            for asks in (STATEMENT, NEGATION)
            if (found := self._by_kind.get((reasoning, asks)))
        ]
        chosen = kinds[kind % len(kinds)]
        return chosen[place % len(chosen)]


def load_templates(path: Path | None = None) -> Templates:
    """The package's templates; a rule that a file has templates for has those instead.

    Raises:
        DataError: the file is not TOML, or a template lacks a slot or has an unknown one.
    """
    own = files(__package__ or "domainbench.builders.rag").joinpath(_OWN)
    templates = _parsed(own.read_text(encoding="utf-8"), _OWN)
    if path is not None:
        given = _parsed(read_toml_text(path), str(path))
        replaced = {template.reasoning for template in given}
        templates = [item for item in templates if item.reasoning not in replaced] + given
    return Templates(templates)


def _parsed(text: str, place: str) -> list[Template]:
    listed = parse_toml(text, place, "templates")
    if not isinstance(listed, list) or not listed:
        raise DataError("templates is no list of tables", place=place, expected="[[templates]]")
    found: dict[str, Template] = {}
    for number, values in enumerate(listed, 1):
        try:
            template = Template.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(map(str, first["loc"])) or "table"
            raise DataError(
                f"template {number} is wrong: {key}", place=place, found=repr(first["input"]),
                expected=first["msg"],
            ) from None  # fmt: skip
        _check(template, place)
        if found.setdefault(template.name, template) is not template:
            raise DataError(f"two templates are called {template.name!r}", place=place)
    return list(found.values())


def _check(template: Template, place: str) -> None:
    what = f"the template {template.name!r}"
    if template.reasoning not in REASONINGS:
        raise DataError(
            f"{what} is of an unknown rule", place=place, found=template.reasoning,
            expected="one of " + ", ".join(REASONINGS),
        )  # fmt: skip
    try:
        fields = list(Formatter().parse(template.text))
    except ValueError as error:
        raise DataError(
            f"{what} cannot be read", place=place, found=error, hint="write {{ for a brace"
        ) from None
    slots = [name for _, name, _, _ in fields if name is not None]
    plain = all(not form and not conversion for _, name, form, conversion in fields if name)
    unknown = next((name for name in slots if name not in SLOTS), None)
    if unknown is not None or not plain:
        raise DataError(
            f"{what} has an unknown slot {{{unknown or slots[0]}}}", place=place,
            found=template.text, expected=", ".join(f"{{{name}}}" for name in SLOTS),
        )  # fmt: skip
    missing = [f"{{{name}}}" for name in _ENTITIES if name not in slots]
    if not set(slots) & set(_WORDINGS):
        missing.append(" or ".join(f"{{{name}}}" for name in _WORDINGS))
    if missing:
        raise DataError(
            f"{what} lacks the slot {missing[0]}", place=place, found=template.text,
            expected="{subject}, {object}, and one of {phrase}, {noun}, {a_noun}, {predicate}",
        )  # fmt: skip
