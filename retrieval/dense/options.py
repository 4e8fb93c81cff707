"""Options of the dense system, from text."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from ...schemas.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_WITHOUT_MODEL = ("dims", "seed")
"""Options of the encoder that is fitted on the corpus."""
_WITH_MODEL = ("query_prompt", "doc_prompt", "max_length", "truncate_dim", "dtype")
"""Options of a named model."""
_DTYPES = ("float32", "float16", "bfloat16")
_NAMED_ESCAPES = {"s": " ", "n": "\n", "t": "\t", "\\": "\\"}
_ESCAPE = re.compile(r"\\(?:([snt\\])|x([0-9a-f]{2}))")
_GRAMMAR = re.compile(r"[\\\n\t,()+]|^ | $")
"""What the grammar of specifications would read as its own, or trim."""


@dataclass(frozen=True)
class DenseOptions:
    """How texts are encoded and searched."""

    query_prompt: str | None = None
    """Put before every query, such as ``query: ``, or the name of one of the model's prompts; the
    model's own for queries by default, none if empty."""
    doc_prompt: str | None = None
    """The same for documents."""
    max_length: int | None = None
    """Tokens of a text that are read; the model's own limit by default."""
    truncate_dim: int | None = None
    """Leading dimensions that are kept (Matryoshka models)."""
    dtype: str = "float32"
    """Type of the model's weights: float32, float16 or bfloat16."""
    device: str = "auto"
    """Where the model and the search run: auto, cpu, cuda, cuda:1 …, mps (search on the CPU). The
    encoder fitted on the corpus itself always runs on the CPU."""
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

    def gpu(self) -> int | None:
        """Number of the GPU that may search; None for the CPU."""
        kind, _, number = self.device.partition(":")
        return int(number or 0) if kind in ("auto", "cuda") else None


def parse_options(options: Mapping[str, str], *, has_model: bool) -> DenseOptions:
    r"""Read options of a specification.

    In prompts ``\s``, ``\n``, ``\t``, ``\\`` and ``\xHH`` stand for a blank, a line's end, a tab, a
    backslash and the character HH: the grammar trims blanks, and commas and parentheses are its own.

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
    return _ESCAPE.sub(
        lambda m: _NAMED_ESCAPES[m[1]] if m[1] else chr(int(m[2], 16)),
        text,
    )


def _escaped(found: re.Match[str]) -> str:
    letters = {character: letter for letter, character in _NAMED_ESCAPES.items()}
    letter = letters.get(found[0])
    return f"\\{letter}" if letter else f"\\x{ord(found[0]):02x}"


def _count(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()) or (int(text) < 1 and name != "seed"):
        raise UsageError(f"{name} of dense is out of range", found=text, expected="a whole number")
    return int(text)


def _dtype(name: str, text: str) -> str:
    if text not in _DTYPES:
        raise UsageError.from_unknown_name(name, text, _DTYPES)
    return text


def _device(_name: str, text: str) -> str:
    if not re.fullmatch(r"auto|cpu|mps|cuda(:[0-9]+)?", text):
        raise UsageError.from_unknown_name("device", text, ("auto", "cpu", "cuda", "cuda:1", "mps"))
    return text


def _flag(name: str, text: str) -> bool:
    known = {"true": True, "on": True, "false": False, "off": False}
    if text.lower() not in known:
        raise UsageError.from_unknown_name(f"value of {name}", text, known)
    return known[text.lower()]


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _GRAMMAR.sub(_escaped, str(value))


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
