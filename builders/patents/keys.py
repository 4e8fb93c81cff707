"""Keys of families: what evidence groups publications, and where a key stands on the hash ring."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..sources.record import Publication

RULES = ("source", "members", "priorities", "single")
"""Evidence of a family, strongest first."""

RING_BITS = 62
RING = 1 << RING_BITS
"""Positions on the ring; with them, ``position + factor * factor`` stays below 2^63."""
FACTOR_BITS = 31

_SAFE = re.compile(r"[A-Za-z0-9._-]+")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def family_key(publication: Publication) -> tuple[str, str]:
    """Key that members of the publication's family share, and the rule it follows.

    ``source``: the source's own family id (docdb:123 → docdb-123); ``members``: ``fam-`` and the
    smallest member that the source names; ``priorities``: ``prio-`` and 16 hex digits of the
    SHA-256 of the sorted priority applications, one a line; ``single``: the publication itself.
    """
    if publication.family_id:
        return safe_id(publication.family_id.replace(":", "-", 1)), "source"
    if publication.members:
        return safe_id("fam-" + min(publication.members)), "members"
    if publication.priorities:
        listed = "\n".join(sorted(set(publication.priorities)))
        return "prio-" + hashlib.sha256(listed.encode()).hexdigest()[:16], "priorities"
    return safe_id(publication.publication_id), "single"


def safe_id(text: str) -> str:
    """The text itself if it holds only letters, digits, ``.``, ``_`` and ``-``.

    Otherwise such a text made of it, with 8 hex digits of its SHA-256 so that it stays apart.
    """
    if _SAFE.fullmatch(text):
        return text
    return f"{_UNSAFE.sub('-', text)}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def order_key(key: str, rule: str) -> str:
    """The key behind the digit of its rule: the least of several has the strongest evidence."""
    return f"{RULES.index(rule)}{key}"


def ring_place(key: str) -> tuple[int, int]:
    """Position below 2^62 and factor below 2^31 of a key, by BLAKE2b; no seed enters."""
    digest = hashlib.blake2b(key.encode(), digest_size=16).digest()
    position = int.from_bytes(digest[:8], "big") >> (64 - RING_BITS)
    factor = int.from_bytes(digest[8:], "big") >> (64 - FACTOR_BITS)
    return position, factor


def draw_constants(seed: int, purpose: str) -> tuple[int, int]:
    """Multiplier below 2^31 and shift below 2^62 that one draw moves all positions by."""
    digest = hashlib.blake2b(f"{seed}/{purpose}".encode(), digest_size=16).digest()
    multiplier = int.from_bytes(digest[8:], "big") >> (64 - FACTOR_BITS)
    shift = int.from_bytes(digest[:8], "big") >> (64 - RING_BITS)
    return multiplier, shift


def number_of(publication_id: str) -> str:
    """COUNTRY-NUMBER of COUNTRY-NUMBER-KIND."""
    return "-".join(publication_id.split("-", 2)[:2])
