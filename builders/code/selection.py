"""Choosing samples among candidates: all, in EvoCodeBench's proportions, or equally many a domain.

Every choice follows an order that a hash of seed and identifier gives, candidates with confirmed
tests first, so that adding candidates changes little of what is chosen of the others.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Literal

from ...schemas.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ALL = "all"
EVOCODEBENCH = "evocodebench"
BALANCED = "balanced"
UNKNOWN = "unknown"

OVER_REPOSITORY = "function over its repository's share"
OVER_DOMAIN = "function over its domain's share"
NO_DOMAIN = "function of no known domain"
UNMATCHED = "function that the distribution has no place for"
OVER_LIMIT = "function over the limit"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A function that may become a sample."""

    id: str
    repository: str
    domain: str | None
    """Its main domain."""
    dependencies: int
    """How many definitions of its repository it uses; 0 makes it standalone."""
    executable: bool
    """Whether its tests were confirmed by running them."""


@dataclass(frozen=True)
class SelectionOptions:
    """What to choose."""

    mode: Literal["all", "evocodebench", "balanced"] = ALL
    standalone_ratio: float = 0.27
    """Share of standalone functions (mode ``evocodebench``)."""
    mean_dependencies: float = 3.22
    """Mean number of dependencies of the functions that are not standalone."""
    ratio_tolerance: float = 0.01
    mean_tolerance: float = 0.05
    max_per_repository: int | None = None
    limit: int | None = None
    """Most functions."""
    seed: int = 0


@dataclass(frozen=True)
class Makeup:
    """Of what a set of functions is made."""

    functions: int
    standalone_ratio: float | None
    """None where there is no function."""
    mean_dependencies: float | None
    """Of the functions that are not standalone; None where there is none."""
    executable: int
    domains: Mapping[str, int]
    """Main domain → functions, ``unknown`` among them."""
    repositories: Mapping[str, int]


@dataclass(frozen=True)
class SelectionReport:
    """What was chosen, and how near it comes to what was asked for."""

    options: SelectionOptions
    candidates: Makeup
    chosen: Makeup
    dropped: Mapping[str, int]
    """Reason → functions."""
    ratio_met: bool | None
    """Whether the standalone ratio is within its tolerance, or as near as a whole number of
    functions comes to it; None in other modes."""
    mean_met: bool | None

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Selection:
    """The places of the candidates chosen, ascending, and the report of it."""

    places: list[int]
    report: SelectionReport


def select(candidates: Sequence[Candidate], options: SelectionOptions) -> list[int]:
    """Places of the candidates that are chosen, ascending; see ``run_selection``."""
    return run_selection(candidates, options).places


def run_selection(candidates: Sequence[Candidate], options: SelectionOptions) -> Selection:
    """Choose candidates.

    First of each repository at most ``max_per_repository`` are kept, in the order of the draw. Of
    what is left:

    ``all``
        takes everything, or the first ``limit``.

    ``evocodebench``
        takes the largest set, of ``limit`` at most, with the standalone ratio and with the mean
        number of dependencies of the others. The two targets part: standalone functions do not
        count in the mean. The most others that can have the mean are found from sums of the
        smallest and of the largest numbers; the largest total with the ratio then gives how many
        of each class there are. Of each class the first in the draw are taken; as long as the mean
        of the others is outside its tolerance, one taken is exchanged for one not taken, such that
        the sum comes nearest to the target. Where that ends outside, smaller totals are tried (a
        set that takes two exchanges at once is missed; that happens among few candidates only). A
        target that no set meets is left unmet, and the report says so: without a candidate of one
        class the other is taken alone, and where no set has the mean the numbers are taken as they
        come.

    ``balanced``
        takes equally many of each domain: as many as the smallest has, or with ``limit`` as many
        as fit into it, where a domain that has fewer gives them all. Functions without a domain are
        left out.

    Args:
        candidates: functions with different identifiers.
        options: the mode and its figures.

    Raises:
        UsageError: the limit of a balanced selection is below the number of domains.
    """
    order = sorted(range(len(candidates)), key=lambda place: _draw(candidates[place], options.seed))
    dropped: Counter[str] = Counter()
    left = _capped(candidates, order, options, dropped)
    chosen = {ALL: _all, EVOCODEBENCH: _matching, BALANCED: _balanced}[options.mode](
        candidates, left, options, dropped
    )
    places = sorted(chosen)
    return Selection(places, _report(candidates, places, options, dropped))


def draw_key(name: str, seed: int) -> bytes:
    """What candidates are drawn in the order of, whatever others there are."""
    return hashlib.sha256(f"{seed}\x1f{name}".encode()).digest()


def _draw(item: Candidate, seed: int) -> tuple[bool, bytes]:
    return not item.executable, draw_key(item.id, seed)


def _capped(
    candidates: Sequence[Candidate],
    order: Sequence[int],
    options: SelectionOptions,
    dropped: Counter[str],
) -> list[int]:
    if options.max_per_repository is None:
        return list(order)
    taken: Counter[str] = Counter()
    kept: list[int] = []
    for place in order:
        repository = candidates[place].repository
        if taken[repository] < options.max_per_repository:
            kept.append(place)
            taken[repository] += 1
        else:
            dropped[OVER_REPOSITORY] += 1
    return kept


def _all(
    _: Sequence[Candidate], order: Sequence[int], options: SelectionOptions, dropped: Counter[str]
) -> list[int]:
    chosen = list(order[: options.limit])
    _count(dropped, OVER_LIMIT, len(order) - len(chosen))
    return chosen


def _balanced(
    candidates: Sequence[Candidate],
    order: Sequence[int],
    options: SelectionOptions,
    dropped: Counter[str],
) -> list[int]:
    by_domain: dict[str, list[int]] = defaultdict(list)
    for place in order:
        domain = candidates[place].domain
        if domain is None:
            dropped[NO_DOMAIN] += 1
        else:
            by_domain[domain].append(place)
    sizes = sorted(len(places) for places in by_domain.values())
    if options.limit is not None and options.limit < len(sizes):
        raise UsageError(
            "the limit is below the number of domains, of which each shall have as many functions",
            found=options.limit,
            expected=f"{len(sizes)} or more",
        )
    share = _share(sizes, options.limit)
    chosen = [place for domain in sorted(by_domain) for place in by_domain[domain][:share]]
    _count(dropped, OVER_DOMAIN, sum(sizes) - len(chosen))
    return chosen


def _share(sizes: Sequence[int], limit: int | None) -> int:
    """How many of each domain there are at most, of domains with so many candidates."""
    if not sizes:
        return 0
    if limit is None:
        return sizes[0]
    fitting = (
        share
        for share in range(sizes[-1], 0, -1)
        if sum(min(size, share) for size in sizes) <= limit
    )
    return next(fitting, 0)


def _matching(
    candidates: Sequence[Candidate],
    order: Sequence[int],
    options: SelectionOptions,
    dropped: Counter[str],
) -> list[int]:
    alone = [place for place in order if not candidates[place].dependencies]
    others = [place for place in order if candidates[place].dependencies]
    numbers = [candidates[place].dependencies for place in others]
    # Where no set has the mean, numbers are taken as they come.
    most = _most_with_mean(numbers, options) or len(others)
    result: list[int] | None = None
    for few, many in _sizes(len(alone), most, options):
        chosen = _with_mean(numbers, many, options)
        tried = [*alone[:few], *(others[place] for place in chosen)]
        result = tried if result is None else result
        if _has_mean(sum(numbers[place] for place in chosen), many, options):
            result = tried
            break
    result = result or []
    _count(dropped, UNMATCHED, len(order) - len(result))
    return result


def _most_with_mean(numbers: Sequence[int], options: SelectionOptions) -> int:
    """The most numbers whose mean can be in its tolerance; 0 if no number of them can."""
    ascending = sorted(numbers)
    low = options.mean_dependencies - options.mean_tolerance
    high = options.mean_dependencies + options.mean_tolerance
    smallest, largest = list(accumulate(ascending)), list(accumulate(reversed(ascending)))
    fitting = (
        count
        for count in range(len(numbers), 0, -1)
        if smallest[count - 1] <= high * count and largest[count - 1] >= low * count
    )
    return next(fitting, 0)


def _sizes(alone: int, others: int, options: SelectionOptions) -> Iterator[tuple[int, int]]:
    """Numbers of both classes that stand in the ratio, the largest together first."""
    most = min(alone + others, options.limit or alone + others)
    if not alone or not others:
        yield (most, 0) if alone else (0, most)
        return
    for total in range(most, 0, -1):
        few = min(max(round(options.standalone_ratio * total), total - others), alone)
        if total - few <= others and _is_near(few, total, options):
            yield few, total - few


def _has_mean(total: int, count: int, options: SelectionOptions) -> bool:
    return abs(total - options.mean_dependencies * count) <= options.mean_tolerance * count


def _is_near(few: int, total: int, options: SelectionOptions) -> bool:
    distance = abs(few / total - options.standalone_ratio)
    return distance <= max(options.ratio_tolerance, 0.5 / total)


def _with_mean(numbers: Sequence[int], count: int, options: SelectionOptions) -> list[int]:
    """Places of ``count`` numbers with the mean: the first, and then as few exchanged as need be.

    Of numbers that are equal, those late in the order go and those early in it come.
    """
    wanted = options.mean_dependencies * count
    taken = _Stock(range(count), numbers)
    spare = _Stock(range(len(numbers) - 1, count - 1, -1), numbers)
    total = sum(numbers[:count])
    while not _has_mean(total, count, options) and spare.values:
        error, _, gone, come = min(
            (abs(total - gone + come - wanted), abs(come - gone), gone, come)
            for gone in taken.values
            for come in spare.nearest(gone + wanted - total)
        )
        if error >= abs(total - wanted):
            break
        leaving, coming = taken.pop(gone), spare.pop(come)
        taken.add(coming, come)
        spare.add(leaving, gone)
        total += come - gone
    return taken.places()


class _Stock:
    """Places by the number that stands in them; the last one added is taken first."""

    def __init__(self, places: Sequence[int], numbers: Sequence[int]) -> None:
        self._by_number: dict[int, list[int]] = defaultdict(list)
        for place in places:
            self._by_number[numbers[place]].append(place)

    @property
    def values(self) -> list[int]:
        """The different numbers, ascending."""
        return sorted(number for number, places in self._by_number.items() if places)

    def nearest(self, wanted: float) -> list[int]:
        """The numbers on both sides of one."""
        values = self.values
        place = bisect_right(values, wanted)
        return values[max(0, place - 1) : place + 1]

    def pop(self, number: int) -> int:
        """Take out a place with that number."""
        return self._by_number[number].pop()

    def add(self, place: int, number: int) -> None:
        """Put in a place."""
        self._by_number[number].append(place)

    def places(self) -> list[int]:
        """All of them, ascending."""
        return sorted(place for places in self._by_number.values() for place in places)


def _report(
    candidates: Sequence[Candidate],
    places: Sequence[int],
    options: SelectionOptions,
    dropped: Counter[str],
) -> SelectionReport:
    chosen = _makeup([candidates[place] for place in places])
    matched = options.mode == EVOCODEBENCH and chosen.functions > 0
    ratio, mean = chosen.standalone_ratio, chosen.mean_dependencies
    few = round((ratio or 0) * chosen.functions)
    return SelectionReport(
        options,
        _makeup(candidates),
        chosen,
        dict(sorted(dropped.items())),
        _is_near(few, chosen.functions, options) if matched else None,
        mean is not None and abs(mean - options.mean_dependencies) <= options.mean_tolerance
        if matched
        else None,
    )


def _makeup(items: Sequence[Candidate]) -> Makeup:
    numbers = [item.dependencies for item in items if item.dependencies]
    return Makeup(
        len(items),
        (len(items) - len(numbers)) / len(items) if items else None,
        sum(numbers) / len(numbers) if numbers else None,
        sum(item.executable for item in items),
        dict(sorted(Counter(item.domain or UNKNOWN for item in items).items())),
        dict(sorted(Counter(item.repository for item in items).items())),
    )


def _count(dropped: Counter[str], reason: str, number: int) -> None:
    if number:
        dropped[reason] += number
