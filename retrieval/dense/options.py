"""Options of the dense system, from text."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from ...schemas.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_WITHOUT_MODEL = ("dims", "seed")
"""Options of the encoder that is fitted on the corpus."""
_WITH_MODEL = ("query_prompt", "doc_prompt", "max_length", "truncate_dim", "dtype", "device")
"""Options of a named model."""


@dataclass(frozen=True)
class DenseOptions:
    """How texts are encoded and searched."""

    query_prompt: str | None = None
    """Put before every query, such as ``query: ``."""
    doc_prompt: str | None = None
    """Put before every document."""
    max_length: int | None = None
    """Tokens of a text that are read; the model's own limit by default."""
    truncate_dim: int | None = None
    """Leading dimensions that are kept (Matryoshka models)."""
    dtype: str = "float32"
    """Type of the model's weights: float32, float16 or bfloat16."""
    device: str = "auto"
    """Where the model runs: auto, cpu, cuda …; cpu keeps the search there too."""
    dims: int = 256
    """Dimensions of the encoder fitted on the corpus."""
    seed: int = 0
    """Seed of its decomposition."""
    normalize: bool = True
    """Scale vectors to length 1, so that scores are cosines."""
    batch_tokens: int = 4_096
    """Tokens of a batch, padding included."""
    cache: bool = True
    """Keep embeddings and fitted encoders on disk."""

    def as_dict(self, *, has_model: bool) -> dict[str, Any]:
        """The options that mean something, as JSON values."""
        hidden = _WITHOUT_MODEL if has_model else _WITH_MODEL
        return {key: value for key, value in asdict(self).items() if key not in hidden}

    def changed(self) -> list[str]:
        """``key=value`` of each option that is not the default."""
        return [
            f"{f.name}={_text(getattr(self, f.name))}"
            for f in fields(self)
            if getattr(self, f.name) != f.default
        ]


def parse_options(options: Mapping[str, str], *, has_model: bool) -> DenseOptions:
    """Read options of a specification.

    Raises:
        UsageError: one is unknown, has no such value, or means nothing here.
    """
    values: dict[str, Any] = {}
    for name, text in options.items():
        if name not in _PARSERS:
            raise UsageError.from_unknown_name("option of dense", name, _PARSERS)
        if name in (_WITHOUT_MODEL if has_model else _WITH_MODEL):
            without = "the encoder fitted on the corpus (`dense` alone)"
            raise UsageError(
                f"the option {name!r} is not for {'a named model' if has_model else without}"
            )
        values[name] = _PARSERS[name](name, text)
    return DenseOptions(**values)


def _prompt(_name: str, text: str) -> str:
    # The grammar trims values; a prompt such as "query: " says its blank with \s.
    return text.replace("\\s", " ")


def _count(name: str, text: str) -> int:
    if not text.isdigit() or (int(text) < 1 and name != "seed"):
        raise UsageError(f"{name} of dense is out of range", found=text, expected="a whole number")
    return int(text)


def _dtype(name: str, text: str) -> str:
    if text not in ("float32", "float16", "bfloat16"):
        raise UsageError.from_unknown_name(name, text, ("float32", "float16", "bfloat16"))
    return text


def _device(_name: str, text: str) -> str:
    if text not in ("auto", "cpu", "mps") and text.split(":", maxsplit=1)[0] != "cuda":
        raise UsageError.from_unknown_name("device", text, ("auto", "cpu", "cuda", "mps"))
    return text


def _flag(name: str, text: str) -> bool:
    known = {"true": True, "on": True, "false": False, "off": False}
    if text.lower() not in known:
        raise UsageError.from_unknown_name(f"value of {name}", text, known)
    return known[text.lower()]


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return text.removesuffix(" ") + "\\s" if text.endswith(" ") else text


_PARSERS: dict[str, Callable[[str, str], Any]] = {
    "query_prompt": _prompt,
    "doc_prompt": _prompt,
    "max_length": _count,
    "truncate_dim": _count,
    "dtype": _dtype,
    "device": _device,
    "dims": _count,
    "seed": _count,
    "normalize": _flag,
    "batch_tokens": _count,
    "cache": _flag,
}
