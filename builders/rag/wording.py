"""English around the nouns of predicates."""

from __future__ import annotations

import re

_VOWEL = re.compile(r"[aeiou]|h(?:eir|onou?r|our)", re.IGNORECASE)
_CONSONANT = re.compile(r"eu|one\b|once|uni[a-z]|us(?:e|age|u)|uti", re.IGNORECASE)
"""Beginnings that are written with a vowel and spoken without."""


def with_article(noun: str) -> str:
    """A noun behind ``a`` or ``an``, by how its beginning is spoken in most words."""
    vowel = _VOWEL.match(noun) and not _CONSONANT.match(noun)
    return f"{'an' if vowel else 'a'} {noun}"
