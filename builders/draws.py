"""Draws by a seeded hash: the same on every machine, each independent of what else is drawn."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def draw(seed: int, *parts: str) -> int:
    """A number below 2^64, evenly spread, of a seed and what is drawn for."""
    text = "\0".join([str(seed), *parts])
    return int.from_bytes(hashlib.sha256(text.encode("utf-8")).digest()[:8], "big")


def drawn_order(items: Iterable[str], seed: int, *parts: str) -> list[str]:
    """Items in the order of their draws; what comes first stays first when others are added."""
    return sorted(items, key=lambda item: (draw(seed, *parts, item), item))


def pick(items: Sequence[str], seed: int, *parts: str) -> str:
    """One of the items."""
    return items[draw(seed, *parts) % len(items)]
