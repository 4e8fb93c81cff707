"""Functions that earlier releases hold already, or that a release holds twice.

Exact ones are told by identifier and by the digest of the syntax tree, near ones by the Jaccard
similarity of their plain code's shingles. All is searched once, for the candidates; what is dropped
and what a report says of the rest are read off from that.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from ...schemas.errors import UsageError
from ..near_duplicates import near_duplicates
from .plain_code import plain_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ...schemas.release import Release

KNOWN = "function of an earlier release"
COPY = "copy of a function of an earlier release"
REPEATED = "copy of another function of this release"
NEAR_KNOWN = "near duplicate of a function of an earlier release"
NEAR_REPEATED = "near duplicate of another function of this release"
_FAMILY = "code"
_SHOWN = 5
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Material:
    """A function that may become a sample."""

    id: str
    digest: str
    """SHA-256 of its normalised syntax tree."""
    code: str
    """The function, with or without its docstring."""


@dataclass(frozen=True)
class LeakOptions:
    """How near duplicates are found, and what happens to them."""

    near_duplicates: Literal["report", "drop"] = "report"
    threshold: float = 0.8
    """Least Jaccard similarity."""
    shingle: int = 5
    """Characters of a shingle."""
    permutations: int = 128
    seed: int = 0


@dataclass(frozen=True)
class Earlier:
    """The functions of an earlier release."""

    name: str
    version: str
    fingerprint: str
    ids: frozenset[str]
    digests: frozenset[str]
    texts: Mapping[str, str]
    """Plain code → the least identifier of the functions that have it."""


@dataclass(frozen=True)
class Leaks:
    """What was found of some candidates."""

    candidates: Sequence[Material]
    earlier: Sequence[Earlier]
    options: LeakOptions
    near_earlier: Sequence[Mapping[int, tuple[str, float]]]
    """By earlier release: place of a candidate → the function most like it, and how much."""
    near_within: Mapping[int, Mapping[int, float]]
    """Place of a candidate → places in front of it of candidates like it, and how much."""


@dataclass(frozen=True)
class Kept:
    """The candidates that are left, and why others are not."""

    places: list[int]
    dropped: dict[str, int]
    """Reason → candidates."""


@dataclass(frozen=True)
class LeakCounts:
    """Functions that are found elsewhere; one may count in ``same_id`` and in ``same_digest``."""

    same_id: int
    same_digest: int
    near: int
    """Those that have no exact counterpart."""


@dataclass(frozen=True)
class LeakExample:
    """A sample and the function most like it."""

    sample: str
    other: str
    similarity: float


@dataclass(frozen=True)
class EarlierReport:
    """What a release shares with an earlier one."""

    name: str
    version: str
    fingerprint: str
    functions: int
    """Functions of the earlier release."""
    candidates: LeakCounts
    samples: LeakCounts
    examples: list[LeakExample]
    """The five near duplicates among the samples that are most alike."""


@dataclass(frozen=True)
class WithinReport:
    """What a release holds more than once; the first of several counts as no repetition."""

    candidates: LeakCounts
    samples: LeakCounts
    examples: list[LeakExample]


@dataclass(frozen=True)
class LeakReport:
    """What the samples of a release share with earlier releases and with each other."""

    parameters: Mapping[str, Any]
    candidates: int
    """Functions in front of the search."""
    samples: int
    """Functions that are left in the end."""
    earlier: list[EarlierReport]
    within: WithinReport

    def to_json(self) -> str:
        """The report's file: sorted keys, two spaces, a newline at the end."""
        return json.dumps(asdict(self), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def find_leaks(
    candidates: Sequence[Material],
    earlier: Iterable[Release],
    options: LeakOptions | None = None,
) -> Leaks:
    """Search candidates in earlier releases and among themselves.

    Args:
        candidates: functions with different identifiers, in the order in which they have
            precedence over copies of them.
        earlier: releases of the code family; one that is given twice counts once.
        options: of near duplicates.

    Raises:
        UsageError: an earlier release is of another family, or an option is out of its range.
    """
    options = options or LeakOptions()
    known = _read(earlier)
    texts = [plain_code(item.code) for item in candidates]
    neighbours = _neighbours([*texts, *(text for one in known for text in one.texts)], options)
    owners: dict[str, list[int]] = defaultdict(list)
    for place, text in enumerate(texts):
        owners[text].append(place)
    return Leaks(
        candidates,
        known,
        options,
        [dict(_near_in(one, candidates, texts, neighbours)) for one in known],
        dict(_near_among(candidates, texts, owners, neighbours)),
    )


def drop_known(leaks: Leaks) -> Kept:
    """Drop candidates that an earlier release holds, and all but the first of equal ones.

    Near duplicates go too where the options say so. A candidate that was dropped is no reason to
    drop another.
    """
    near = leaks.options.near_duplicates == "drop"
    kept: list[int] = []
    taken: set[str] = set()
    standing: set[int] = set()
    dropped: Counter[str] = Counter()
    for place, item in enumerate(leaks.candidates):
        reason = _known_by(leaks, place) or (REPEATED if item.digest in taken else None)
        if reason is None and near:
            reason = _near_by(leaks, place, standing)
        if reason is not None:
            dropped[reason] += 1
            continue
        kept.append(place)
        taken.add(item.digest)
        standing.add(place)
    return Kept(kept, dict(sorted(dropped.items())))


def leak_report(leaks: Leaks, samples: Sequence[int]) -> LeakReport:
    """What is known of the candidates, and of those of them that became samples.

    Args:
        leaks: what ``find_leaks`` found.
        samples: places of the candidates that are left.
    """
    everything = range(len(leaks.candidates))
    chosen = sorted(samples)
    reports = [
        EarlierReport(
            one.name,
            one.version,
            one.fingerprint,
            len(one.ids),
            _counts(leaks, number, everything),
            _counts(leaks, number, chosen),
            _examples(leaks, leaks.near_earlier[number], chosen),
        )
        for number, one in enumerate(leaks.earlier)
    ]
    likest = {
        place: (leaks.candidates[other].id, value)
        for place, (other, value) in _likest_within(leaks, chosen).items()
    }
    within = WithinReport(
        _counts_within(leaks, everything),
        _counts_within(leaks, chosen),
        _examples(leaks, likest, chosen),
    )
    parameters = {**asdict(leaks.options), "text": "plain code", "measure": "Jaccard"}
    return LeakReport(parameters, len(leaks.candidates), len(chosen), reports, within)


def _read(releases: Iterable[Release]) -> list[Earlier]:
    found: dict[str, Earlier] = {}
    for release in releases:
        manifest = release.manifest
        if manifest.family != _FAMILY:
            raise UsageError(
                "an earlier release is of another family, so it shares no function",
                place=release.path,
                found=manifest.family,
                expected=_FAMILY,
            )
        if manifest.fingerprint in found:
            continue
        rows = release.table("samples", columns=["_id", "digest", "code_original"]).to_pylist()
        texts: dict[str, str] = {}
        for row in sorted(rows, key=lambda row: row["_id"]):
            texts.setdefault(plain_code(row["code_original"]), row["_id"])
        found[manifest.fingerprint] = Earlier(
            manifest.name,
            manifest.version,
            manifest.fingerprint,
            frozenset(row["_id"] for row in rows),
            frozenset(row["digest"] for row in rows),
            texts,
        )
    return list(found.values())


def _neighbours(texts: Sequence[str], options: LeakOptions) -> dict[str, dict[str, float]]:
    """Text → texts like it, itself among them; a text without a word is like none."""
    different = [text for text in dict.fromkeys(texts) if text]
    pairs = near_duplicates(
        different,
        threshold=options.threshold,
        shingle=options.shingle,
        permutations=options.permutations,
        seed=options.seed,
    )
    found = {text: {text: 1.0} for text in different}
    for left, right, value in zip(
        pairs.left.tolist(), pairs.right.tolist(), pairs.similarity.tolist(), strict=True
    ):
        found[different[left]][different[right]] = value
        found[different[right]][different[left]] = value
    return found


def _near_in(
    one: Earlier,
    candidates: Sequence[Material],
    texts: Sequence[str],
    neighbours: Mapping[str, Mapping[str, float]],
) -> Iterator[tuple[int, tuple[str, float]]]:
    for place, (item, text) in enumerate(zip(candidates, texts, strict=True)):
        if item.id in one.ids or item.digest in one.digests:
            continue
        near = neighbours.get(text, {})
        found = [(-value, one.texts[other]) for other, value in near.items() if other in one.texts]
        if found:
            value, other = min(found)
            yield place, (other, -value)


def _near_among(
    candidates: Sequence[Material],
    texts: Sequence[str],
    owners: Mapping[str, Sequence[int]],
    neighbours: Mapping[str, Mapping[str, float]],
) -> Iterator[tuple[int, dict[int, float]]]:
    for place, (item, text) in enumerate(zip(candidates, texts, strict=True)):
        found = {
            before: value
            for other, value in neighbours.get(text, {}).items()
            for before in owners.get(other, ())
            if before < place and candidates[before].digest != item.digest
        }
        if found:
            yield place, found


def _known_by(leaks: Leaks, place: int) -> str | None:
    item = leaks.candidates[place]
    if any(item.id in one.ids for one in leaks.earlier):
        return KNOWN
    if any(item.digest in one.digests for one in leaks.earlier):
        return COPY
    return None


def _near_by(leaks: Leaks, place: int, standing: set[int]) -> str | None:
    if any(place in near for near in leaks.near_earlier):
        return NEAR_KNOWN
    if not standing.isdisjoint(leaks.near_within.get(place, {})):
        return NEAR_REPEATED
    return None


def _counts(leaks: Leaks, number: int, places: Sequence[int]) -> LeakCounts:
    one, near = leaks.earlier[number], leaks.near_earlier[number]
    items = [leaks.candidates[place] for place in places]
    return LeakCounts(
        sum(item.id in one.ids for item in items),
        sum(item.digest in one.digests for item in items),
        sum(place in near for place in places),
    )


def _counts_within(leaks: Leaks, places: Sequence[int]) -> LeakCounts:
    digests = {leaks.candidates[place].digest for place in places}
    ids = {leaks.candidates[place].id for place in places}
    near = len(_likest_within(leaks, places))
    return LeakCounts(len(places) - len(ids), len(places) - len(digests), near)


def _likest_within(leaks: Leaks, places: Sequence[int]) -> dict[int, tuple[int, float]]:
    """Place → the likest of the places in front of it, for those that repeat none exactly."""
    chosen = set(places)
    first: set[str] = set()
    found: dict[int, tuple[int, float]] = {}
    for place in places:
        digest = leaks.candidates[place].digest
        if digest in first:
            continue
        first.add(digest)
        near = leaks.near_within.get(place, {})
        ranked = [(-value, other) for other, value in near.items() if other in chosen]
        if ranked:
            value, other = min(ranked)
            found[place] = (other, -value)
    return found


def _examples(
    leaks: Leaks, near: Mapping[int, tuple[str, float]], places: Sequence[int]
) -> list[LeakExample]:
    found = [
        LeakExample(leaks.candidates[place].id, other, round(value, _DIGITS))
        for place in places
        if place in near
        for other, value in [near[place]]
    ]
    return sorted(found, key=lambda item: (-item.similarity, item.sample))[:_SHOWN]
