"""Results as JSON files: written whole or not at all, read back with clear errors."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from ..schemas.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

M = TypeVar("M", bound=BaseModel)


def write_json(model: BaseModel, path: Path) -> Path:
    """Write a model to a file that appears whole or not at all."""
    stage = path.with_name(f".{path.name}.{os.getpid()}")
    text = json.dumps(model.model_dump(mode="json"), indent=2, ensure_ascii=False)
    stage.write_text(text + "\n", encoding="utf-8")
    stage.replace(path)
    return path


def read_json(kind: type[M], path: Path, *, what: str, command: str, version: int) -> M:
    """Read what ``write_json`` wrote.

    Args:
        kind: the model; it has a field ``format``.
        path: the file.
        what: name of its content, in the plural, for messages.
        command: what makes such a file.
        version: the ``format`` that is read.

    Raises:
        DataError: the file is missing, damaged or of another format.
    """
    try:
        payload = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(
            f"there are no {what} here", place=path, hint=f"`{command}` makes them"
        ) from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"the {what} are not JSON", place=path, found=error) from None
    if not isinstance(payload, dict) or payload.get("format") != version:
        found = payload.get("format") if isinstance(payload, dict) else type(payload).__name__
        raise DataError(
            f"the {what} have another format", place=path, found=found, expected=version
        )
    try:
        return kind.model_validate(payload)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise DataError(
            f"the {what}' {where} is wrong", place=path, expected=first["msg"]
        ) from None
