"""Symbols of the International Patent Classification and the CPC: one spelling, H01R13/115."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SUBCLASS = r"([A-HY])\s*(\d{2})\s*([A-Z])"
_SLASHED = re.compile(_SUBCLASS + r"\s*(\d{1,4})\s*/\s*(\d{2,6})(?![0-9A-Z])", re.ASCII)
_FIXED = re.compile(r"([A-HY])(\d{2})([A-Z])([ \d]{2}\d)(\d{2,6})(?: .*)?", re.ASCII)
"""Group right-aligned in three places, then the subgroup, as in USPTO files: A45F  504."""
_PADDED = re.compile(r"([A-HY])(\d{2})([A-Z])(\d{4})(\d{6})(?![0-9]).*", re.ASCII)
"""WIPO ST.8 with all zeros: A61K0031165000."""
_BROAD = re.compile(r"([A-HY])\s*(\d{2})\s*([A-Z])?", re.ASCII)


def normalise(text: str) -> str | None:
    """The symbol that a text begins with, as H01R13/115; H04L and H04 stay; None for others."""
    text = text.strip().upper()
    found = _SLASHED.match(text) or _PADDED.fullmatch(text) or _FIXED.fullmatch(text)
    if found:
        section, cls, subclass, group, subgroup = found.groups()
        return from_parts(section, cls, subclass, group, _without_padding(subgroup))
    broad = _BROAD.fullmatch(text)
    return broad[1] + broad[2] + (broad[3] or "") if broad else None


def from_parts(
    section: str | None,
    cls: str | None,
    subclass: str | None,
    group: str | None = None,
    subgroup: str | None = None,
) -> str | None:
    """The symbol of separate fields; as deep as they go; None without section and class."""
    head = f"{(section or '').strip()}{(cls or '').strip()}{(subclass or '').strip()}".upper()
    broad = _BROAD.fullmatch(head)
    if not broad or broad[0] != head:
        return None
    group, subgroup = (group or "").strip(), (subgroup or "").strip()
    if not broad[3] or not (group + subgroup).isdecimal() or not int(group or "0"):
        return head
    if len(subgroup) < len("00"):
        return head
    return f"{head}{int(group)}/{subgroup}"


def symbols(texts: Iterable[str]) -> list[str]:
    """The valid ones, normalised, unique and sorted."""
    return sorted({symbol for text in texts if (symbol := normalise(text))})


def _without_padding(subgroup: str) -> str:
    """Six places are padded with zeros on the right; two always stay."""
    if len(subgroup) < len("165000"):
        return subgroup
    return subgroup[:2] + subgroup[2:].rstrip("0")
