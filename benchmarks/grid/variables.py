"""Variables in the systems of a grid: ``{encoder}`` stands for what is defined for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...schemas.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Value = str | int | float
"""What a variable can stand for."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SYSTEM = re.compile(r"(bm25|dense|passages|rerank|rrf):(.+)", re.DOTALL)
_PLACE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Variables:
    """What is defined for a whole grid.

    A definition may name other variables, axes among them. One that is a specification may be
    written either way, ``bm25:k1=0.9`` or ``bm25(k1=0.9)``: it is put in as the latter, so that it
    can stand as a member of another system.
    """

    values: Mapping[str, str]

    @classmethod
    def merge(cls, defined: Mapping[str, object], given: Mapping[str, str]) -> Variables:
        """The file's definitions, with those of the call in their place.

        Raises:
            UsageError: a definition is no string, a name is none, or the file lacks one that the
                call gives.
        """
        for name, value in defined.items():
            _check_name(name)
            if not isinstance(value, str) or not value.strip():
                raise UsageError(f"{name} has the wrong type", found=value, expected="a string")
        for name in given:
            if name not in defined:
                raise UsageError.from_unknown_name("variable", name, defined)
        return cls({name: given.get(name, str(value)) for name, value in defined.items()})

    def check_axis(self, name: str) -> None:
        """Raise ``UsageError`` if an axis cannot have this name."""
        _check_name(name)
        if name in self.values:
            raise UsageError("an axis has the name of a variable", found=name)

    def used(self, template: str, axes: Iterable[str]) -> set[str]:
        """Axes that a template names, itself or through a variable.

        Raises:
            UsageError: it names something unknown, or a variable that names itself.
        """
        known = set(axes)
        return self._used(template, known, ()) & known

    def _used(self, template: str, axes: set[str], inside: tuple[str, ...]) -> set[str]:
        found: set[str] = set()
        for name in _PLACE.findall(template):
            if name in axes:
                found.add(name)
            elif name in inside:
                raise UsageError("a variable names itself", found=" > ".join((*inside, name)))
            elif name in self.values:
                found |= self._used(self.values[name], axes, (*inside, name))
            else:
                raise UsageError.from_unknown_name(
                    f"variable in {template!r}:", name, [*self.values, *sorted(axes)]
                )
        return found

    def fill(self, template: str, axes: Mapping[str, Value]) -> str:
        """The template with every variable replaced; ``used`` has found it sound."""

        def value(match: re.Match[str]) -> str:
            name = match[1]
            if name in axes:
                return str(axes[name])
            return _as_member(self.fill(self.values[name], axes))

        return _PLACE.sub(value, template)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise UsageError("no name of a variable", found=name, expected="letters, digits and _")


def _as_member(text: str) -> str:
    """A specification with its arguments in parentheses; any other text as it is."""
    system = _SYSTEM.fullmatch(text.strip())
    return f"{system[1]}({system[2]})" if system else text
