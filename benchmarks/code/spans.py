"""Where a sample stands in its file, and what it is called there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...programs.splice import Span

if TYPE_CHECKING:
    from collections.abc import Mapping


def qualname_of(row: Mapping[str, Any]) -> str:
    """The part of a sample's dotted name behind its module, which its path ends with."""
    names = row["namespace"].split(".")
    parts = row["completion_path"].removesuffix(".py").split("/")
    parts = parts[:-1] if parts[-1] == "__init__" else parts
    for first in range(len(parts)):
        module = parts[first:]
        if names[: len(module)] == module and len(names) > len(module):
            return ".".join(names[len(module) :])
    return names[-1]


def span_of(row: Mapping[str, Any]) -> Span:
    """The place of a sample."""
    return Span.of_row(row, qualname_of(row))
