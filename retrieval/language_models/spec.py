"""Names of language models, as ``local:gpt2,device=cpu`` or ``endpoint:qwen@http://host:8000/v1``.

A specification is ``local:FOLDER_OR_NAME`` or ``endpoint:MODEL@URL``, each followed by any options
as ``,name=value``. ``OPTIONS`` lists those of each kind with their defaults.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...schemas.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

LOCAL = "local"
ENDPOINT = "endpoint"
OPTIONS: Mapping[str, Mapping[str, Any]] = {
    LOCAL: {"device": "", "dtype": "float32", "batch": 8, "max_tokens": 256},
    ENDPOINT: {
        "key": "OPENAI_API_KEY",
        "concurrency": 8,
        "timeout": 120.0,
        "retries": 6,
        "max_tokens": 1024,
    },
}
"""Kind → option → default.

- ``device``: ``cpu``, ``cuda`` …; empty takes what there is.
- ``dtype``: ``float32``, ``float16`` or ``bfloat16``.
- ``batch``: texts that are run through the model together.
- ``max_tokens``: tokens that are generated at most.
- ``key``: environment variable that holds the key of the endpoint, if it wants one.
- ``concurrency``: requests under way at a time.
- ``timeout``: seconds to wait for an answer.
- ``retries``: further tries of a request that the server could not take.
"""
DTYPES = ("float32", "float16", "bfloat16")
_ZERO_ALLOWED = ("retries",)
_OPTION = re.compile(r",(?=[a-z_]+=[^,]*(?:,|$))")


@dataclass(frozen=True)
class ModelSpec:
    """A language model and how to reach it."""

    kind: str
    """``local`` or ``endpoint``."""
    model: str
    """Folder or name on the Hub; the name that the endpoint knows."""
    url: str | None
    """Base URL of the endpoint, as ``http://localhost:8000/v1``; None for a local model."""
    options: Mapping[str, Any]
    """Every option of the kind."""
    text: str
    """The specification as it was written."""


def parse_model(text: str) -> ModelSpec:
    """Read a specification.

    Raises:
        UsageError: an unknown kind or option, a missing model or URL, or a value out of range.
    """
    head, *given = _OPTION.split(text.strip())
    kind, colon, rest = head.partition(":")
    if not colon or kind not in OPTIONS:
        raise UsageError(
            f"{text!r} names no language model",
            expected="local:FOLDER_OR_NAME or endpoint:MODEL@URL",
        )
    model, url = rest, None
    if kind == ENDPOINT:
        model, _, url = rest.rpartition("@")
        if not model or not re.match(r"https?://[^/\s]+", url):
            raise UsageError(
                f"{text!r} names no model of an endpoint",
                expected="endpoint:MODEL@http://host:port/v1",
            )
    if not model:
        raise UsageError(f"{text!r} lacks the model", expected="local:FOLDER_OR_NAME")
    options = dict(OPTIONS[kind])
    for part in given:
        name, _, value = part.partition("=")
        if name not in options:
            raise UsageError.from_unknown_name(f"option of {kind} models", name, options)
        options[name] = _value(name, value, options[name])
    return ModelSpec(kind, model, url.rstrip("/") if url else None, options, text.strip())


def _value(name: str, text: str, default: Any) -> Any:
    """A value of the type of the option's default."""
    if isinstance(default, str):
        if name == "dtype" and text not in DTYPES:
            raise UsageError.from_unknown_name("dtype", text, DTYPES)
        return text
    try:
        value = type(default)(text)
    except ValueError:
        value = -1
    if not (value > 0 or (value == 0 and name in _ZERO_ALLOWED)) or value == float("inf"):
        kind = "a number" if isinstance(default, float) else "a whole number"
        raise UsageError(
            f"the option {name} has no such value", found=text, expected=f"{kind} above 0"
        )
    return value
