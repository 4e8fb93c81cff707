"""Skeletons of the sample patents: families and their publications, still without citations."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from .vocabulary import PRINCIPLES, mechanisms, topics

if TYPE_CHECKING:
    from .dice import Dice
    from .vocabulary import Mechanism, Topic

FIRST_PRIORITY = date(1998, 1, 5)
LAST_PRIORITY = date(2021, 6, 30)
LAST_DAY = date(2023, 12, 29)
FIRST_US_APPLICATION = date(2001, 3, 15)
"""Since this day the United States publish applications; before it, grants alone."""

_HOMES = {"US": 50.0, "EP": 15.0, "JP": 14.0, "DE": 13.0, "CN": 8.0}
_SIZES = {1: 22.0, 2: 30.0, 3: 24.0, 4: 14.0, 5: 10.0}
_ROUTES = {
    "US A1": 20.0,
    "US B2": 26.0,
    "EP A1": 18.0,
    "EP B1": 12.0,
    "WO A1": 16.0,
    "JP A": 10.0,
    "DE A1": 7.0,
    "CN A": 10.0,
}
"""Publications a family may have, with the weight of each."""
_UNTIL_PUBLISHED = timedelta(days=545)
"""From priority to the publication of an application: eighteen months."""
_OFFICE_LANGUAGE = {"JP": "ja", "DE": "de"}
_OWN_SHARE = 0.9
"""Share of an office's yearly numbers that the file uses; the rest is for outsiders."""


@dataclass(frozen=True, slots=True)
class Citation:
    """One entry of a publication's citation list."""

    publication_number: str
    category: str
    type: str
    npl_text: str = ""


@dataclass(slots=True)
class Member:
    """One publication of a family."""

    office: str
    number: str
    kind: str
    application: str
    filed: date
    published: date
    languages: tuple[str, ...]
    """Languages of title and abstract; claims and description are in English or absent."""
    citations: list[Citation] = field(default_factory=list[Citation])

    @property
    def publication_number(self) -> str:
        """COUNTRY-NUMBER-KIND."""
        return f"{self.office}-{self.number}-{self.kind}"

    @property
    def granted(self) -> bool:
        """Whether this is a granted patent (B, or the A of the United States up to 2000)."""
        return self.kind.startswith("B") or (self.office == "US" and self.kind == "A")


@dataclass(slots=True)
class Family:
    """One invention: its subject and its publications, oldest first."""

    index: int
    topic: Topic
    focus: tuple[int, ...]
    """Positions in ``topic.parts`` of what the invention is about."""
    mechanism: Mechanism
    principle: int
    """Position in ``PRINCIPLES``: how the mechanism works."""
    priority: date
    priority_application: str
    ipc: list[str]
    members: list[Member] = field(default_factory=list[Member])


class Numbers:
    """Gives each publication and application a number, rising within its year, never twice."""

    def __init__(self) -> None:
        self._last: defaultdict[tuple[str, int], int] = defaultdict(int)

    def take(self, dice: Dice, series: str, year: int) -> str:
        """Return the next number of an office's series (``US B2``, ``EP``, ``WO`` …)."""
        if (series, year) not in self._last:
            self._last[series, year] = _series(series, year)[3] // 4
        self._last[series, year] += dice.between(1, 9)
        return _number(series, year, self._last[series, year])

    def application(self, dice: Dice, office: str, year: int) -> str:
        """Return the next application number of an office."""
        self._last[f"{office} filed", year] += dice.between(1, 9)
        return f"{office}-{year}{self._last[f'{office} filed', year]:06d}-A"


def outsider(dice: Dice, year: int) -> str:
    """Return the number of a publication that is not in the file."""
    series, kind = dice.pick((("US B2", "B2"), ("EP", "A1"), ("WO", "A1"), ("JP", "A")))
    capacity = _series(series, year)[3]
    own = int(capacity * _OWN_SHARE)
    number = _number(series, year, dice.between(own, capacity - 1))
    kind = "A" if series == "US B2" and year < FIRST_US_APPLICATION.year else kind
    return f"{series[:2]}-{number}-{kind}"


def _number(series: str, year: int, serial: int) -> str:
    prefix, first, digits, _ = _series(series, year)
    return f"{prefix}{first + serial:0{digits}d}"


def _series(series: str, year: int) -> tuple[str, int, int, int]:
    """Return prefix, first number, digits and capacity of an office's numbers in a year."""
    full, short = str(year), f"{year % 100:02d}"
    eras = {
        "US B2": [(1998, "", 5_700_000 + (year - 1998) * 240_000, 7, 240_000)],
        "EP": [(1998, "", 850_000 + (year - 1998) * 125_000, 7, 125_000)],
        "WO": [(1998, short, 0, 5, 100_000), (2002, full, 0, 6, 1_000_000)],
        "JP": [(1998, f"H{year - 1988:02d}", 0, 6, 1_000_000), (2000, full, 0, 6, 1_000_000)],
        "DE": [
            (1998, f"1{short}", 0, 5, 100_000),
            (2004, f"10{full}", 0, 6, 1_000_000),
        ],
        "CN": [
            (1998, "", 1_200_000 + (year - 1998) * 90_000, 7, 90_000),
            (2007, "", 101_000_000 + (year - 2007) * 900_000, 9, 900_000),
        ],
    }
    known = eras.get(series, [(1998, full, 0, 6, 1_000_000)])
    return next(era[1:] for era in reversed(known) if era[0] <= year)


def make_families(dice: Dice, count: int) -> list[Family]:
    """Return families, oldest priority first, each with its publications."""
    days = (LAST_PRIORITY - FIRST_PRIORITY).days
    numbers = Numbers()
    starts = sorted(dice.below(days + 1) for _ in range(count))
    return [
        _family(dice, numbers, index, FIRST_PRIORITY + timedelta(days=start))
        for index, start in enumerate(starts)
    ]


def _family(dice: Dice, numbers: Numbers, index: int, priority: date) -> Family:
    topic = dice.pick(topics())
    mechanism = mechanisms()[dice.pick(topic.shares)]
    home = dice.weighted(_HOMES)
    family = Family(
        index=index,
        topic=topic,
        focus=tuple(dice.some(range(len(topic.parts)), 4)),
        mechanism=mechanism,
        principle=dice.below(len(PRINCIPLES)),
        priority=priority,
        priority_application=numbers.application(dice, home, priority.year),
        ipc=_classes(dice, topic, mechanism),
    )
    family.members = _members(dice, numbers, family, home)
    return family


def _classes(dice: Dice, topic: Topic, mechanism: Mechanism) -> list[str]:
    """Return IPC symbols, the main one first; a few families have none."""
    if dice.chance(0.035):
        return []
    symbols = dice.some(topic.ipc, dice.between(1, 3))
    if dice.chance(0.3):
        symbols.append(dice.pick(topic.second_ipc))
    if dice.chance(0.1):
        symbols.append(dice.pick(mechanism.ipc))
    return symbols


def _members(dice: Dice, numbers: Numbers, family: Family, home: str) -> list[Member]:
    """Return the publications of a family up to the last day of the file, oldest first."""
    language = _OFFICE_LANGUAGE.get(home, "en")
    if home == "EP":
        language = dice.weighted({"en": 6.0, "de": 2.5, "fr": 1.5})
    members: dict[str, Member] = {}
    for route in _routes(dice, family, home):
        member = _member(dice, numbers, family, route, members)
        member.languages = _languages(dice, member.office, language)
        if member.published <= LAST_DAY:
            members[route] = member
    return sorted(members.values(), key=lambda member: (member.published, member.office))


def _routes(dice: Dice, family: Family, home: str) -> list[str]:
    """Return where a family is published, an office's application before its grant."""
    routes = [next(route for route in _ROUTES if route.startswith(home))]
    for _ in range(dice.weighted(_SIZES) - 1):
        left = {route: weight for route, weight in _ROUTES.items() if route not in routes}
        routes.append(dice.weighted(left))
    if family.priority + _UNTIL_PUBLISHED < FIRST_US_APPLICATION:
        routes = ["US B2" if route == "US A1" else route for route in routes]
    return sorted(set(routes))


def _member(
    dice: Dice, numbers: Numbers, family: Family, route: str, members: dict[str, Member]
) -> Member:
    office, kind = route.split()
    sibling = members.get(f"{office} A1")
    application, filed = family.priority_application, family.priority
    if sibling:
        application, filed = sibling.application, sibling.filed
    elif not application.startswith(office):
        filed += timedelta(days=dice.between(200, 365))
        application = numbers.application(dice, office, filed.year)
    if kind.startswith("B"):
        published = filed + timedelta(days=dice.between(800, 2000))
    else:
        published = family.priority + _UNTIL_PUBLISHED + timedelta(days=dice.below(30))
    if route == "EP B1" and sibling:
        number = sibling.number  # a European patent keeps the number of its application
    else:
        number = numbers.take(dice, route if route == "US B2" else office, published.year)
    if route == "US B2":
        kind = _us_grant_kind(published, sibling)
    return Member(office, number, kind, application, filed, published, ())


def _us_grant_kind(published: date, sibling: Member | None) -> str:
    if published.year <= 2000:
        return "A"
    return "B2" if sibling else "B1"


def _languages(dice: Dice, office: str, original: str) -> tuple[str, ...]:
    """Return the languages an office gives title and abstract in."""
    if office in ("US", "CN") or (office in ("EP", "WO") and original == "en"):
        return ("en",)
    if office in _OFFICE_LANGUAGE:
        native = _OFFICE_LANGUAGE[office]
        return (native,) if dice.chance(0.55) else ("en", native)
    if office == "EP" and original == "ja":
        return ("en",)
    return (original,) if dice.chance(0.4) else ("en", original)
