"""Options of re-ranking, from text."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from ...schemas.errors import UsageError
from ..dense.options import (
    parse_budget,
    parse_count,
    parse_device,
    parse_dtype,
    parse_flag,
    to_text,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True)
class RerankOptions:
    """How many documents are re-ranked, and how."""

    n: int = 100
    """Documents of each query that are re-ranked: the first of the ranking below."""
    max_length: int | None = None
    """Tokens of a pair that are read; the model's own limit by default."""
    dtype: str = "float32"
    """Type of the model's weights: float32, float16 or bfloat16."""
    device: str = "auto"
    """Where the model runs: auto, cpu, cuda, cuda:1 … or mps."""
    batch_tokens: int | None = None
    """Tokens of a batch, padding included; what suits the device by default (auto)."""
    cache: bool = True
    """Keep scores on disk."""

    def changed(self) -> list[str]:
        """``key=value`` of each option that is not the default, n first."""
        return [
            f"{f.name}={to_text(getattr(self, f.name))}"
            for f in fields(self)
            if getattr(self, f.name) != f.default
        ]


def parse_options(options: Mapping[str, str]) -> RerankOptions:
    """Read options of a specification, ``over`` left aside.

    Raises:
        UsageError: one is unknown or has no such value.
    """
    values: dict[str, Any] = {}
    for name, text in options.items():
        if name not in _PARSERS:
            raise UsageError.from_unknown_name("option of rerank", name, [*_PARSERS, "over"])
        values[name] = _PARSERS[name](name, text)
    return RerankOptions(**values)


_PARSERS: dict[str, Callable[[str, str], Any]] = {
    "n": parse_count,
    "max_length": parse_count,
    "dtype": parse_dtype,
    "device": parse_device,
    "batch_tokens": parse_budget,
    "cache": parse_flag,
}
