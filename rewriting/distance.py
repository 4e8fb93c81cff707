"""How much a rewriting changed."""

from __future__ import annotations

from rapidfuzz.distance import Levenshtein


def edit_distance(before: str, after: str) -> tuple[int, float | None]:
    """Levenshtein distance over words, which blanks set apart.

    Returns:
        Words put in, taken out or exchanged; and their share of the words of the longer text, None
        where neither has one.
    """
    old, new = before.split(), after.split()
    distance = Levenshtein.distance(old, new)
    longest = max(len(old), len(new))
    return distance, distance / longest if longest else None
