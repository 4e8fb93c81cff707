"""Where a release was pulled from: a record that stands beside its folder.

The folder itself stays byte for byte what was published.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from .errors import DataError
from .fingerprint import file_sha256
from .manifest import MANIFEST_NAME, Sha256

if TYPE_CHECKING:
    from pathlib import Path


class Origin(BaseModel):
    """The commit whose files a release is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    repository: str
    """``OWNER/NAME`` on the Hub."""
    revision: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}$")]
    """SHA of the commit."""
    asked: str | None
    """The version, tag, branch or SHA that was asked for; None if none was."""
    checked: bool
    """Whether the Hub said which commit that is; otherwise the cache did."""
    endpoint: str
    """Address of the Hub."""
    manifest_sha256: Sha256
    """Of ``manifest.json``: the record counts for a folder that holds this one only."""


def origin_path(target: Path) -> Path:
    """Where the origin of the release at ``target`` is recorded."""
    return target.with_name(target.name + ".origin.json")


def write_origin(target: Path, origin: Origin) -> None:
    """Record the origin of the release at ``target``, whole or not at all."""
    path = origin_path(target)
    stage = path.with_name(f".{path.name}.{os.getpid()}")
    text = json.dumps(origin.model_dump(mode="json"), indent=2, ensure_ascii=False)
    stage.write_text(text + "\n", encoding="utf-8")
    stage.replace(path)


def read_origin(target: Path) -> Origin | None:
    """The origin of the release at ``target``; None where there is no record of these files.

    Raises:
        DataError: there is a record that cannot be read.
    """
    path = origin_path(target.resolve())
    try:
        origin = Origin.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        raise DataError(
            "the record of where the release was pulled from is damaged",
            place=path,
            found=error.errors()[0]["msg"],
            hint="remove it, or pull the release again",
        ) from None
    digest = file_sha256(target / MANIFEST_NAME)
    return origin if origin.manifest_sha256 == digest else None
