"""The adoption game: what authors gain from a method as more of them adopt it.

The n documents of a context are players. Each adopts the method or stays as it is, and its payoff
is some visibility in the answer. Players are taken to be alike: the payoff depends on the own
choice and the number k of adopters only, u_A(k) for those who adopt, u_N(k) for bystanders.

- Best response where k others adopt: adopt if u_A(k+1) > u_N(k), stay if smaller, either if equal.
- Equilibrium k: no adopter would rather stay, u_A(k) >= u_N(k-1) if k > 0, and no bystander would
  rather adopt, u_N(k) >= u_A(k+1) if k < n. In pure strategies; who adopts is left open.
- Price of adoption at an equilibrium k: u_N(0) less the mean payoff of all players,
  (k u_A(k) + (n-k) u_N(k)) / n. Positive where all would be better off without the method.

Payoffs are known at the k that were played; what needs another one is undefined.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyarrow as pa

from ...schemas.errors import DataError
from ..statistics import LEVEL, Interval, cluster_interval

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

ADOPT = "adopt"
STAY = "stay"
BOTH = "both"
Response = Literal["adopt", "stay", "both"]
COLUMNS = ("domain", "method", "adoption", "documents", "adopter", "query", "value")
# Means of the same payoffs summed in another order differ in the last bits.
_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Payoff:
    """Mean payoffs where so many players adopt."""

    adoption: int
    adopters: float | None
    """u_A; None where nobody observed an adopter."""
    bystanders: float | None
    """u_N."""
    n_adopters: int
    """Payoffs that ``adopters`` is the mean of."""
    n_bystanders: int


@dataclass(frozen=True, slots=True)
class SumChange:
    """How the sum of the payoffs in a context changes against no adoption; 0 in a zero-sum game."""

    adoption: int
    queries: int
    """Those with the payoffs of all players at this adoption and at none."""
    mean: float | None
    """Over queries, sums of repeated answers averaged; None where there is no query."""
    interval: Interval | None
    """Percentile bootstrap over queries; None below two of them."""


@dataclass(frozen=True, slots=True)
class Equilibrium:
    """A number of adopters at which nobody would rather choose otherwise."""

    adoption: int
    price: float | None
    """Price of adoption; None where u_N(0) is missing."""


@dataclass(frozen=True, slots=True)
class Game:
    """The game of one method in the contexts of one domain that have so many documents."""

    domain: str
    method: str
    documents: int
    """n, the players."""
    payoffs: tuple[Payoff, ...]
    """k = 0 to n."""
    sums: tuple[SumChange, ...]
    """k = 1 to n."""
    best_responses: tuple[Response | None, ...]
    """Where k = 0 to n-1 others adopt; None where a payoff is missing."""
    equilibria: tuple[Equilibrium, ...]
    """By adoption."""
    undecided: tuple[int, ...]
    """Adoptions that may be equilibria: no payoff speaks against them, and one is missing."""


@dataclass(slots=True)
class _Observed:
    """Payoffs of one game, as they come."""

    values: dict[tuple[int, bool], list[float]] = field(default_factory=dict)
    queries: dict[tuple[int, Hashable], tuple[list[float], list[float]]] = field(
        default_factory=dict
    )

    def add(self, adoption: int, query: Hashable, value: float, *, adopter: bool) -> None:
        self.values.setdefault((adoption, adopter), []).append(value)
        pair = self.queries.setdefault((adoption, query), ([], []))
        pair[adopter].append(value)


def adoption_games(observations: Any, *, level: float = LEVEL, seed: int = 0) -> list[Game]:
    """Work out the game of every domain, method and number of documents.

    Args:
        observations: a payoff a row, as an Arrow table, a polars frame or a mapping of arrays with
            the columns ``domain``; ``method``, null where nobody adopts, which then counts for
            every method of the domain; ``adoption``, k; ``documents``, n; ``adopter``, whether
            the player is one; ``query``; ``value``, the payoff, null or NaN where undefined.
        level: share of resampled means inside intervals.
        seed: seed of the resamples.

    Returns:
        By domain, method and documents.

    Raises:
        DataError: a column is missing, or a row is no possible play.
    """
    found: dict[tuple[str, str, int], _Observed] = {}
    shared: list[tuple[str, int, Hashable, float]] = []
    for domain, method, k, n, adopter, query, value in _rows(observations):
        if method is None:
            shared.append((domain, n, query, value))
        else:
            game = found.setdefault((domain, method, n), _Observed())
            game.add(k, query, value, adopter=adopter)
    games: dict[tuple[str, int], list[_Observed]] = {}
    for (domain, _, n), game in found.items():
        games.setdefault((domain, n), []).append(game)
    for domain, n, query, value in shared:
        for game in games.get((domain, n), ()):
            game.add(0, query, value, adopter=False)
    return [_game(*key, found[key], level, seed) for key in sorted(found)]


def best_responses(payoffs: Sequence[Payoff]) -> tuple[Response | None, ...]:
    """Best response of a player where k = 0 to n-1 others adopt; None where a payoff is missing.

    Args:
        payoffs: k = 0 to n.
    """
    found: list[Response | None] = []
    for now, then in pairwise(payoffs):
        if now.bystanders is None or then.adopters is None:
            found.append(None)
        elif _alike(then.adopters, now.bystanders):
            found.append(BOTH)
        else:
            found.append(ADOPT if then.adopters > now.bystanders else STAY)
    return tuple(found)


def equilibria(payoffs: Sequence[Payoff]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Numbers of adopters that are equilibria, and those of which missing payoffs leave it open.

    Args:
        payoffs: k = 0 to n.
    """
    best = best_responses(payoffs)
    certain: list[int] = []
    open_: list[int] = []
    for k in range(len(payoffs)):
        # To an adopter k-1 others adopt, to a bystander k.
        kept = [best[k - 1] != STAY if best[k - 1] else None] if k else []
        kept += [best[k] != ADOPT if best[k] else None] if k < len(best) else []
        if all(kept):
            certain.append(k)
        elif False not in kept:
            open_.append(k)
    return tuple(certain), tuple(open_)


def price_of_adoption(payoffs: Sequence[Payoff], adoption: int) -> float | None:
    """Mean payoff without adoption less that of all players at an adoption; None where unknown.

    Args:
        payoffs: k = 0 to n.
        adoption: k.
    """
    n = len(payoffs) - 1
    start, there = payoffs[0].bystanders, payoffs[adoption]
    if start is None:
        return None
    total = 0.0
    for count, mean in ((adoption, there.adopters), (n - adoption, there.bystanders)):
        if count:
            if mean is None:
                return None
            total += count * mean
    return start - total / n


def _alike(left: float, right: float) -> bool:
    return math.isclose(left, right, rel_tol=_SAME, abs_tol=_SAME)


def _game(domain: str, method: str, n: int, seen: _Observed, level: float, seed: int) -> Game:
    payoffs = tuple(_payoff(seen, k) for k in range(n + 1))
    certain, undecided = equilibria(payoffs)
    return Game(
        domain=domain,
        method=method,
        documents=n,
        payoffs=payoffs,
        sums=tuple(_sum_change(seen, k, n, level, seed) for k in range(1, n + 1)),
        best_responses=best_responses(payoffs),
        equilibria=tuple(Equilibrium(k, price_of_adoption(payoffs, k)) for k in certain),
        undecided=undecided,
    )


def _payoff(seen: _Observed, k: int) -> Payoff:
    adopters = seen.values.get((k, True), [])
    bystanders = seen.values.get((k, False), [])
    return Payoff(k, _mean(adopters), _mean(bystanders), len(adopters), len(bystanders))


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None


def _sum_change(seen: _Observed, k: int, n: int, level: float, seed: int) -> SumChange:
    changes: list[float] = []
    for (adoption, query), played in seen.queries.items():
        if adoption == k:
            before = _total(seen.queries.get((0, query)), 0, n)
            after = _total(played, k, n)
            if before is not None and after is not None:
                changes.append(after - before)
    values = np.array(changes, dtype=np.float64)
    interval = cluster_interval(values, np.arange(len(values)), level=level, seed=seed)
    return SumChange(k, len(changes), _mean(changes), interval)


def _total(played: tuple[list[float], list[float]] | None, k: int, n: int) -> float | None:
    """Mean sum of all payoffs of one answer; None unless every player's is there."""
    if played is None:
        return None
    bystanders, adopters = played
    answers, rest = divmod(len(bystanders) + len(adopters), n)
    if rest or not answers or len(adopters) != answers * k:
        return None
    return math.fsum([*bystanders, *adopters]) / answers


def _rows(
    observations: Any,
) -> Iterator[tuple[str, str | None, int, int, bool, Hashable, float]]:
    """Plays with a defined payoff, checked."""
    table: Any = pa.table(observations)
    missing = [name for name in COLUMNS if name not in table.column_names]
    if missing:
        raise DataError("the payoffs lack columns", found=", ".join(missing))
    columns = [table.column(name).to_pylist() for name in COLUMNS]
    for row, play in enumerate(zip(*columns, strict=True), 1):
        domain, method, k, n, adopter, query, value = play
        if None in (domain, k, n, adopter, query):
            raise DataError("a payoff has a field without a value", line=row, found=play)
        if not 0 <= k <= n or n < 1 or (adopter and not k) or (not adopter and k == n):
            raise DataError(
                "a payoff is of no possible play",
                line=row,
                found=f"adoption {k} of {n}, adopter {adopter}",
                expected="0 <= adoption <= documents; adopters only where there are some",
            )
        if method is None and k:
            raise DataError("adopters have no method", line=row, found=f"adoption {k}")
        if value is not None and not math.isnan(value):
            yield domain, method, k, n, bool(adopter), query, float(value)
