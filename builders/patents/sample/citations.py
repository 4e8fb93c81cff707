"""Citations among the sample patents: they follow subjects within a topic, mechanisms across."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from itertools import chain, combinations
from typing import TYPE_CHECKING

from .families import FIRST_PRIORITY, Citation, outsider

if TYPE_CHECKING:
    from collections.abc import Hashable

    from .dice import Dice
    from .families import Family, Member

_REASONS = {"subject": 59.0, "topic": 24.0, "mechanism": 13.0, "chance": 4.0}
"""Why a family cites another: a part of the same device, the same device, the same mechanism."""
_CITED = {1: 1.0, 2: 3.0, 3: 4.0, 4: 4.0, 5: 2.0, 6: 1.0}
"""How many families of the file one family cites."""
_COMPARED = 6
"""Candidates compared for one citation; the one closest in subject is cited."""
_YOUNGER = 0.07
"""Share of citations that go to a family with a later priority (by a late examiner, say)."""


def _keys(family: Family, reason: str) -> list[list[Hashable]]:
    """Return the groups a family belongs to for a reason, narrow groups before wide ones."""
    topic, mechanism = family.topic.names[0], family.mechanism.key
    match reason:
        case "subject":
            focus = sorted(family.focus)
            return [[(topic, *parts) for parts in combinations(focus, n)] for n in (3, 2, 1)]
        case "mechanism":
            return [[(mechanism, family.principle)], [(mechanism,)]]
        case "topic":
            return [[topic]]
        case _:
            return [[None]]


def add_citations(dice: Dice, families: list[Family]) -> None:
    """Fill in the citation lists of every publication, in time linear in their number.

    Args:
        dice: Draws to use.
        families: All families, oldest first, as ``make_families`` returns them.
    """
    groups: defaultdict[Hashable, list[Family]] = defaultdict(list)
    for family in families:
        for reason in _REASONS:
            for key in chain.from_iterable(_keys(family, reason)):
                groups[key].append(family)
    for family in families:
        for _ in range(dice.weighted(_CITED)):
            cited = _choose(dice, groups, family, dice.weighted(_REASONS))
            if cited is not None:
                _cite(dice, family, cited)
        _cite_outside(dice, family)


def _choose(
    dice: Dice, groups: dict[Hashable, list[Family]], family: Family, reason: str
) -> Family | None:
    """Choose the family to cite: an older one, or now and then one a little younger."""
    younger = dice.chance(_YOUNGER)
    for level in _keys(family, reason):
        group = groups[dice.pick(level)]
        here = bisect_left(group, family.index, key=lambda other: other.index)
        low, high = (here + 1, here + 1 + _COMPARED) if younger else (0, here)
        high = min(high, len(group))
        if low >= high:
            continue
        drawn = [group[dice.between(low, high - 1)] for _ in range(_COMPARED)]
        if reason == "mechanism":
            drawn = [other for other in drawn if other.topic != family.topic]
        if drawn:
            return max(drawn, key=lambda other: _closeness(family, other))
    return None


def _closeness(family: Family, other: Family) -> int:
    """Return how much two families have in common; 7 at most."""
    shared = (family.mechanism == other.mechanism) + (family.principle == other.principle)
    if family.topic == other.topic:
        shared += 1 + len(set(family.focus) & set(other.focus))
    return shared


def _cite(dice: Dice, family: Family, cited: Family) -> None:
    """Let one or two publications of a family cite the first that was out by then."""
    first = cited.members[0]
    able = [member for member in family.members if member.published > first.published]
    for citing in dice.some(able, 2 if dice.chance(0.15) else 1):
        public = [member for member in cited.members if member.published < citing.published]
        target = dice.pick(public) if dice.chance(0.3) else first
        category, letters = _category(dice, citing, _closeness(family, cited))
        citing.citations.append(Citation(target.publication_number, category, letters))


def _category(dice: Dice, citing: Member, closeness: int) -> tuple[str, str]:
    """Return category and type of a citation as the citing office codes them."""
    letters = dice.pick(("X", "Y", "XY") if closeness > 3 else ("A", "A", "Y"))
    match citing.office:
        case "US":
            return ("APP", "") if dice.chance(0.55) else ("EXA", "")
        case "WO":
            return "ISR", letters
        case "EP" if citing.kind == "A1":
            return "SEA", letters
        case "EP":
            return ("EXA", "") if dice.chance(0.6) else ("APP", "D")
        case _:
            return ("SEA", letters) if dice.chance(0.6) else ("APP", "")


def _cite_outside(dice: Dice, family: Family) -> None:
    """Add citations of publications that the file lacks, and of papers."""
    citing = dice.pick(family.members)
    for _ in range(dice.weighted({0: 6.0, 1: 3.0, 2: 1.0})):
        year = dice.between(FIRST_PRIORITY.year, citing.published.year - 1)
        category, letters = _category(dice, citing, 0)
        citing.citations.append(Citation(outsider(dice, year), category, letters))
    if dice.chance(0.15):
        year = dice.between(1980, citing.published.year - 1)
        pages = dice.between(3, 300)
        paper = (
            f"On {family.mechanism.names[0]} in {family.topic.media[0]} handling,"
            f" conference paper, {year}, pp. {pages}-{pages + dice.between(4, 14)}"
        )
        category, letters = _category(dice, citing, 0)
        citing.citations.append(Citation("", category, letters, paper))
