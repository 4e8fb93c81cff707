"""From a specification to a model, the settings that decide what it says, and its recording."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from ...schemas.errors import UsageError
from ..dense.models import model_revision
from .endpoint import EndpointModel, endpoint_parameters
from .local import LocalModel, find_folder, local_parameters
from .recording import recorded_parameters
from .spec import ENDPOINT

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import JsonValue

    from .requests import Model
    from .spec import ModelSpec

_SLUG_LENGTH = 80


def open_model(spec: ModelSpec) -> Model:
    """The model that is named; a local one is loaded.

    Raises:
        UsageError: there is no such model, or it cannot be loaded.
    """
    return EndpointModel(spec) if spec.kind == ENDPOINT else LocalModel(spec)


def response_parameters(
    spec: ModelSpec, protocol: str, recorded: Path | None
) -> dict[str, JsonValue]:
    """Settings that decide a response; for a local model also which weights they are.

    Args:
        spec: the model.
        protocol: ``loglikelihood`` or ``generation``.
        recorded: recording that says which weights they were where the model is gone; None if it
            is not to be used.

    Raises:
        UsageError: the local model is gone, and no recording knows it.
    """
    if spec.kind == ENDPOINT:
        return endpoint_parameters(spec, protocol)
    problem = None
    try:
        find_folder(spec.model)
        revision = model_revision(spec.model)
    except UsageError as error:
        problem, revision = error, None
    if revision is None and recorded is not None:
        # The model is gone: its recording says which one it was.
        revision = (recorded_parameters(recorded) or {}).get("revision")
    if revision is None and problem is not None:
        raise problem
    return {**local_parameters(spec, protocol), "revision": revision}


def recording_path(folder: Path, spec: ModelSpec, protocol: str) -> Path:
    """Where the responses of a model under a protocol are recorded, below an output folder."""
    name = "".join(c if c.isascii() and (c.isalnum() or c in ".-") else "_" for c in spec.model)
    where = f"{spec.kind}:{spec.model}@{spec.url or ''}"
    digest = hashlib.sha256(where.encode("utf-8")).hexdigest()[:8]
    slug = f"{spec.kind}-{name[-_SLUG_LENGTH:]}-{digest}-{protocol}"
    return folder / "recordings" / f"{slug}.jsonl"
