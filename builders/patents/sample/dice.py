"""Seeded random draws that are the same in every version of Python."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")


class Dice:
    """Random draws made from ``random.Random.random`` alone.

    Of that class, Python promises equal numbers in every version for this method only.
    """

    def __init__(self, *seed: int | str) -> None:
        self._random = random.Random("/".join(map(str, seed)))  # noqa: S311 -- invents prose only

    def chance(self, probability: float) -> bool:
        """Return True with the given probability."""
        return self._random.random() < probability

    def below(self, stop: int) -> int:
        """Return an integer of ``range(stop)``."""
        return int(self._random.random() * stop)

    def between(self, low: int, high: int) -> int:
        """Return an integer from ``low`` to ``high``, both included."""
        return low + self.below(high - low + 1)

    def pick(self, items: Sequence[T]) -> T:
        """Return one of the items."""
        return items[self.below(len(items))]

    def usual(self, synonyms: Sequence[T], share: float) -> T:
        """Return the first of the synonyms, in that share of draws at least, or any of them."""
        return synonyms[0] if self.chance(share) else self.pick(synonyms)

    def some(self, items: Sequence[T], count: int) -> list[T]:
        """Return ``count`` different items (all, if there are fewer) in random order."""
        left = list(items)
        return [left.pop(self.below(len(left))) for _ in range(min(count, len(left)))]

    def weighted(self, weights: dict[T, float]) -> T:
        """Return a key, drawn in proportion to its weight."""
        point = self._random.random() * sum(weights.values())
        for key, weight in weights.items():
            point -= weight
            if point < 0:
                return key
        return next(reversed(weights))
