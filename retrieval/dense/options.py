"""Options of the dense system, from text."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field, fields
from functools import partial
from typing import TYPE_CHECKING, Any

from ...schemas.errors import UsageError
from ..numbers import whole_number
from .search_options import SearchOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DTYPES = ("float32", "float16", "bfloat16")
_WITHOUT_MODEL = ("dims", "seed")
"""Options of the encoder that is fitted on the corpus."""
_WITH_MODEL = (
    "query_prompt", "doc_prompt", "max_length", "truncate_dim", "dtype", "trust_remote_code",
)  # fmt: skip
"""Options of a named model."""
_SEARCH = {("search_dtype" if f.name == "dtype" else f.name): f for f in fields(SearchOptions)}
"""Fields of the search's options by the names they have here."""
_NAMED_ESCAPES = {"s": " ", "n": "\n", "t": "\t", "\\": "\\"}
_ESCAPE = re.compile(r"\\(?:([snt\\])|u([0-9a-f]{4}))")
_GRAMMAR = re.compile(r"[\\\n\t,()+]|^\s|\s\Z")
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
    trust_remote_code: bool = False
    """Run code that the model brings along; some models cannot be loaded without."""
    device: str = "auto"
    """Where the model and the search run: auto, cpu, cuda, cuda:1 …, mps (search on the CPU). The
    encoder fitted on the corpus itself always runs on the CPU."""
    dims: int = 256
    """Dimensions of the encoder fitted on the corpus."""
    seed: int = 0
    """Seed of its decomposition."""
    normalize: bool = True
    """Scale vectors to length 1, so that scores are cosines."""
    batch_tokens: int | None = None
    """Tokens of a batch, padding included; what suits the device by default (auto)."""
    cache: bool = True
    """Keep embeddings and fitted encoders on disk."""
    search: SearchOptions = field(default_factory=SearchOptions)
    """How vectors are searched; its ``dtype`` is the option ``search_dtype``."""

    def as_dict(self, *, has_model: bool) -> dict[str, Any]:
        """The options that mean something, as JSON values."""
        hidden = _WITHOUT_MODEL if has_model else _WITH_MODEL
        values = {key: value for key, value in asdict(self).items() if key not in hidden}
        found = values.pop("search")
        return values | {name: found[f.name] for name, f in _SEARCH.items()}

    def changed(self) -> list[str]:
        """``key=value`` of each option that is not the default."""
        default = DenseOptions()
        mine, usual = (
            [(f.name, getattr(o, f.name)) for f in fields(o) if f.name != "search"]
            + [(name, getattr(o.search, f.name)) for name, f in _SEARCH.items()]
            for o in (self, default)
        )
        return [
            f"{name}={to_text(value)}"
            for (name, value), (_, plain) in zip(mine, usual, strict=True)
            if value != plain
        ]


def parse_options(options: Mapping[str, str], *, has_model: bool) -> DenseOptions:
    r"""Read options of a specification.

    In prompts ``\s``, ``\n``, ``\t``, ``\\`` and ``\uHHHH`` stand for a blank, a line's end, a tab,
    a backslash and the character of that number: the grammar trims blanks, and commas and
    parentheses are its own.

    Raises:
        UsageError: one is unknown, has no such value, or means nothing here.
    """
    values: dict[str, Any] = {}
    searching: dict[str, Any] = {}
    for name, text in options.items():
        if name in (_WITHOUT_MODEL if has_model else _WITH_MODEL):
            without = "the encoder fitted on the corpus (`dense` alone)"
            raise UsageError(
                f"the option {name!r} is not for {'a named model' if has_model else without}"
            )
        if name in _PARSERS:
            values[name] = _PARSERS[name](name, text)
        elif name in _SEARCH:
            searching[_SEARCH[name].name] = _search_value(name, text)
        else:
            raise UsageError.from_unknown_name("option of dense", name, [*_PARSERS, *_SEARCH])
    return DenseOptions(**values, search=SearchOptions(**searching))


def _search_value(name: str, text: str) -> Any:
    """A whole number or a word; ``SearchOptions`` says which of them it takes."""
    return parse_count(name, text, least=0) if "int" in str(_SEARCH[name].type) else text


def parse_prompt(_name: str, text: str) -> str:
    r"""Text with ``\s``, ``\n``, ``\t``, ``\\`` and ``\uHHHH`` replaced."""
    return _ESCAPE.sub(
        lambda m: _NAMED_ESCAPES[m[1]] if m[1] else chr(int(m[2], 16)),
        text,
    )


def _escaped(found: re.Match[str]) -> str:
    letters = {character: letter for letter, character in _NAMED_ESCAPES.items()}
    letter = letters.get(found[0])
    return f"\\{letter}" if letter else f"\\u{ord(found[0]):04x}"


def parse_count(name: str, text: str, least: int = 1) -> int:
    """A whole number from ``least``; ``UsageError`` if it is none."""
    number = whole_number(text, least)
    if number is None:
        raise UsageError(
            f"{name} is out of range", found=text, expected=f"a whole number from {least}"
        )
    return number


def parse_budget(name: str, text: str) -> int | None:
    """A whole number, or None for ``auto``; ``UsageError`` if it is neither."""
    return None if text == "auto" else parse_count(name, text)


def parse_dtype(name: str, text: str) -> str:
    """One of ``DTYPES``; ``UsageError`` if it is none."""
    if text not in DTYPES:
        raise UsageError.from_unknown_name(name, text, DTYPES)
    return text


def parse_device(_name: str, text: str) -> str:
    """``auto``, ``cpu``, ``mps``, ``cuda`` or ``cuda:N``; ``UsageError`` if it is none."""
    if not re.fullmatch(r"auto|cpu|mps|cuda(:[0-9]+)?", text):
        raise UsageError.from_unknown_name("device", text, ("auto", "cpu", "cuda", "cuda:1", "mps"))
    return text


def parse_flag(name: str, text: str) -> bool:
    """``true``, ``on``, ``false`` or ``off``; ``UsageError`` if it is none."""
    known = {"true": True, "on": True, "false": False, "off": False}
    if text.lower() not in known:
        raise UsageError.from_unknown_name(f"value of {name}", text, known)
    return known[text.lower()]


def to_text(value: object) -> str:
    """A value as a specification says it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return _GRAMMAR.sub(_escaped, str(value))


_PARSERS: dict[str, Callable[[str, str], Any]] = {
    "query_prompt": parse_prompt,
    "doc_prompt": parse_prompt,
    "max_length": parse_count,
    "truncate_dim": parse_count,
    "dtype": parse_dtype,
    "trust_remote_code": parse_flag,
    "device": parse_device,
    "dims": parse_count,
    "seed": partial(parse_count, least=0),
    "normalize": parse_flag,
    "batch_tokens": parse_budget,
    "cache": parse_flag,
}
