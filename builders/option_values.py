"""Options of builders as a call, a command line or a configuration file gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from ..schemas.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

M = TypeVar("M", bound=BaseModel)


def none_word(value: Any) -> Any:
    """``none`` from a command line or a configuration file, where None cannot be written."""
    return None if isinstance(value, str) and value.lower() == "none" else value


def comma_list(value: Any) -> Any:
    """``X,Y`` as the two of them."""
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else value


def checked_options(kind: type[M], given: Mapping[str, Any], base: Mapping[str, Any]) -> M:
    """Options of a builder, those given winning over those of a preset.

    Raises:
        UsageError: an unknown option, or a value out of an option's range.
    """
    for key in given:
        if key not in kind.model_fields:
            raise UsageError.from_unknown_name("option", key, kind.model_fields)
    try:
        return kind.model_validate({**base, **given})
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(
            f"option {first['loc'][0]!r} has a wrong value",
            found=repr(first["input"]),
            expected=first["msg"],
        ) from None
