"""Options of methods as text, ``count=3,where=title``: the fields of a method's dataclass."""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from ..schemas.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_BOOLS = {"true": True, "false": False}
T = TypeVar("T")


def parse_options(text: str, *, method: str) -> dict[str, str]:
    """Take ``NAME=VALUE,NAME=VALUE`` apart.

    Args:
        text: the options; may be empty.
        method: named in errors.

    Raises:
        UsageError: a part is no NAME=VALUE, or a name stands twice.
    """
    found: dict[str, str] = {}
    for part in text.split(",") if text.strip() else []:
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or not name:
            raise UsageError(
                f"an option of {method} is malformed", found=part.strip(), expected="NAME=VALUE"
            )
        if name in found:
            raise UsageError(f"the option {name} of {method} stands twice", found=text)
        found[name] = value
    return found


def with_options(kind: type[T], given: Mapping[str, str], *, method: str) -> T:
    """Make an object of a class, with options given as text.

    Args:
        kind: the class; a dataclass has its fields as options, any other class none.
        given: option to value, as text.
        method: named in errors.

    Raises:
        UsageError: an option is unknown, or a value has not the type of the option's default.
    """
    defaults: dict[str, Any] = {}
    if is_dataclass(kind):
        defaults = {field.name: field.default for field in fields(kind) if field.init}
    for name in given:
        if name not in defaults:
            raise _unknown(name, defaults, method)
    return kind(**{name: _value(name, text, defaults[name]) for name, text in given.items()})


def check_least(name: str, value: float, least: float) -> None:
    """Raise ``UsageError`` unless an option's value is at least so much."""
    if value < least:
        raise UsageError(
            f"the option {name} is too small", found=value, expected=f"{least} or more"
        )


def check_choice(name: str, value: str, choices: Iterable[str]) -> None:
    """Raise ``UsageError`` unless an option's value is one of the choices."""
    known = tuple(choices)
    if value not in known:
        raise UsageError.from_unknown_name(name, value, known)


def _unknown(name: str, known: Iterable[str], method: str) -> UsageError:
    names = list(known)
    if not names:
        return UsageError(f"the method {method} has no options", found=name)
    return UsageError.from_unknown_name(f"option of {method}", name, names)


def _value(name: str, text: str, default: Any) -> Any:
    """A value of the type of the option's default; text where it has none."""
    if default is MISSING or isinstance(default, str):
        return text
    try:
        return _BOOLS[text.lower()] if isinstance(default, bool) else type(default)(text)
    except (KeyError, ValueError, TypeError):
        kinds = {bool: "true or false", int: "a whole number", float: "a number"}
        raise UsageError(
            f"the option {name} has no such value",
            found=text,
            expected=kinds.get(type(default), type(default).__name__),
        ) from None
