"""A seeded generator of patent publications, so that a benchmark can be built with no download.

It writes what Google Patents Public Data exports (nested JSON Lines): families with members in
several offices and languages, IPC classes, and citations inside and across classes. Devices, people
and companies are invented; dates, numbers and codes have the form that the offices use.
"""

from __future__ import annotations

import json
from itertools import chain
from typing import TYPE_CHECKING

from ....schemas.errors import UsageError
from . import prose
from .citations import add_citations
from .dice import Dice
from .families import make_families
from .wording import choose_wording

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from .families import Citation, Family, Member

MAX_FAMILIES = 100_000
"""Behind it, an office's numbers of one year could run out."""

_ONSETS = ("Bel", "Cor", "Dre", "Fal", "Gor", "Hul", "Jas", "Kel", "Lom", "Mar", "Nev", "Orv")
_ENDINGS = ("vane", "dorn", "tisk", "mere", "quell", "lund", "brix", "sow", "thal", "nique")
_FIRMS = ("Works", "Laboratories", "Devices", "Systems", "Engineering", "Technologies")


def generate(path: Path, *, seed: int = 0, families: int = 300) -> Path:
    """Write a file of invented patent publications.

    The bytes depend on ``seed`` and ``families`` alone, on any machine.

    Args:
        path: File to write, JSON Lines in the layout of
            ``patents-public-data.patents.publications``; a file there is replaced.
        seed: Seed of every draw, 0 or more.
        families: Simple families to make, 1 to 100,000; a family has 1 to 5 publications.

    Returns:
        ``path``.

    Raises:
        UsageError: If ``seed`` is negative or ``families`` is out of its range.
    """
    if seed < 0:
        raise UsageError("the seed is negative", found=seed, expected="0 or more")
    if not 1 <= families <= MAX_FAMILIES:
        raise UsageError(
            "the number of families is out of range",
            found=families,
            expected=f"1 to {MAX_FAMILIES}",
        )
    with path.open("wb") as file:
        for record in _records(seed, families):
            line = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
            file.write(line.encode() + b"\n")
    return path


def _records(seed: int, count: int) -> Iterator[dict[str, object]]:
    """Yield the publications, family by family; texts exist for one family at a time."""
    families = make_families(Dice(seed, "families"), count)
    add_citations(Dice(seed, "citations"), families)
    return chain.from_iterable(_family_records(seed, family) for family in families)


def _family_records(seed: int, family: Family) -> Iterator[dict[str, object]]:
    dice = Dice(seed, "texts", family.index)
    words = choose_wording(dice, family)
    english = {
        "title": prose.title(dice, words),
        "abstract": prose.abstract(dice, words),
        "description": prose.description(dice, words),
    }
    claims_seed = dice.below(1 << 30)
    people = {
        "inventor": [f"{_name(dice)} {_name(dice)}" for _ in range(dice.between(1, 4))],
        "assignee": [f"{_name(dice)} {dice.pick(_FIRMS)}"],
    }
    for member in family.members:
        # The same draws for every member: a grant differs from its application in claim 1 only.
        claims = prose.claims(Dice(claims_seed), words, granted=member.granted)
        texts = _texts(family, member, {**english, "claims": claims})
        yield {
            **_bibliography(family, member),
            **texts,
            **_classification(family, member),
            **people,
        }


def _name(dice: Dice) -> str:
    return dice.pick(_ONSETS) + dice.pick(_ENDINGS)


def _texts(family: Family, member: Member, english: dict[str, str]) -> dict[str, object]:
    """Return the four localized fields; only title and abstract exist in other languages."""
    titles: list[dict[str, str]] = []
    abstracts: list[dict[str, str]] = []
    for language in member.languages:
        title, abstract = english["title"], english["abstract"]
        if language != "en":
            title, abstract = prose.native_texts(language, family.topic, family.mechanism)
        titles.append({"text": title, "language": language})
        abstracts.append({"text": abstract, "language": language})
    full = member.office in ("US", "EP", "WO") and member.languages[0] == "en"
    return {
        "title_localized": titles,
        "abstract_localized": abstracts,
        "claims_localized": [{"text": english["claims"], "language": "en"}] if full else [],
        "description_localized": (
            [{"text": english["description"], "language": "en"}] if full else []
        ),
    }


def _bibliography(family: Family, member: Member) -> dict[str, object]:
    priority = {
        "publication_number": "",
        "application_number": family.priority_application,
        "npl_text": "",
        "type": "",
        "category": "",
        "filing_date": _day(family.priority),
    }
    return {
        "publication_number": member.publication_number,
        "application_number": member.application,
        "country_code": member.office,
        "kind_code": member.kind,
        "application_kind": "W" if member.office == "WO" else "A",
        "family_id": str(20_000_000 + 37 * family.index),
        "publication_date": _day(member.published),
        "filing_date": _day(member.filed),
        "grant_date": _day(member.published) if member.granted else 0,
        "priority_date": _day(family.priority),
        "priority_claim": [priority],
    }


def _classification(family: Family, member: Member) -> dict[str, object]:
    """Return IPC and CPC codes and the citations."""
    codes = [
        {"code": symbol, "inventive": rank < 2, "first": rank == 0, "tree": []}
        for rank, symbol in enumerate(family.ipc)
    ]
    cpc = codes if member.office in ("US", "EP") else []
    return {"ipc": codes, "cpc": cpc, "citation": [_citation(item) for item in member.citations]}


def _citation(citation: Citation) -> dict[str, object]:
    return {
        "publication_number": citation.publication_number,
        "application_number": "",
        "npl_text": citation.npl_text,
        "type": citation.type,
        "category": citation.category,
        "filing_date": 0,
    }


def _day(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day
