"""Which questions go into the split dev: whole clusters, drawn by seed."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

DEV = "dev"
TEST = "test"


def assign_splits(clusters: Sequence[str], fraction: float, seed: int) -> list[str]:
    """The split of each question.

    Clusters are drawn in the order of a hash of seed and name, and one that would make the split
    larger than its share is passed over. Nothing drawn depends on other clusters' names.

    Args:
        clusters: cluster of each question.
        fraction: largest share of the questions in ``dev``.
        seed: another seed, another draw.
    """
    if not fraction:
        return [TEST] * len(clusters)
    sizes = Counter(clusters)
    left = int(fraction * len(clusters))
    chosen: set[str] = set()
    for name in sorted(sizes, key=lambda cluster: (_draw(seed, cluster), cluster)):
        if sizes[name] <= left:
            chosen.add(name)
            left -= sizes[name]
    return [DEV if cluster in chosen else TEST for cluster in clusters]


def permutation(seed: int, key: str, count: int) -> list[int]:
    """A permutation of ``range(count)`` that only seed and key decide."""
    return sorted(range(count), key=lambda place: (_draw(seed, f"{key}\x1f{place}"), place))


def _draw(seed: int, name: str) -> bytes:
    return hashlib.sha256(f"{seed}\x1f{name}".encode()).digest()
