from __future__ import annotations

from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.benchmarks.cseo.game import (
    ADOPT,
    BOTH,
    COLUMNS,
    STAY,
    Equilibrium,
    Payoff,
    adoption_games,
    best_responses,
    equilibria,
    price_of_adoption,
)
from domainbench.schemas.errors import DataError


def payoffs(adopters: list[float | None], bystanders: list[float | None]) -> list[Payoff]:
    """u_A(1..n) and u_N(0..n-1) as payoffs."""
    n = len(adopters)
    return [Payoff(k, ([None, *adopters])[k], ([*bystanders, None])[k], 0, 0) for k in range(n + 1)]


def played(
    adopters: list[float], bystanders: list[float], queries: tuple[str, ...] = ("q", "r")
) -> dict[str, list[Any]]:
    """Every player's payoff at every k, the same in every query."""
    n = len(adopters)
    rows = [
        ("web", "m", k, n, player < k, query, adopters[k - 1] if player < k else bystanders[k])
        for query in queries
        for k in range(n + 1)
        for player in range(n)
    ]
    return {name: [row[i] for row in rows] for i, name in enumerate(COLUMNS)}


def test_prisoners_dilemma_all_adopt_and_all_lose() -> None:
    [game] = adoption_games(played([5, 1], [3, 0]))
    assert (game.domain, game.method, game.documents) == ("web", "m", 2)
    assert game.payoffs == (
        Payoff(0, None, 3, 0, 4), Payoff(1, 5, 0, 2, 2), Payoff(2, 1, None, 4, 0),
    )  # fmt: skip
    assert game.best_responses == (ADOPT, ADOPT)
    assert game.equilibria == (Equilibrium(2, 2),)
    assert game.undecided == ()
    assert [(one.adoption, one.queries, one.mean, one.interval) for one in game.sums] == [
        (1, 2, -1, (-1, -1)), (2, 2, -4, (-4, -4)),
    ]  # fmt: skip


def test_without_incentive_nobody_adopts() -> None:
    [game] = adoption_games(played([1, 1], [2, 2]))
    assert game.best_responses == (STAY, STAY)
    assert game.equilibria == (Equilibrium(0, 0),)


def test_a_crowded_method_has_an_interior_equilibrium() -> None:
    # Adopt while at most one other does: u_A(1), u_A(2) > u_N(0), u_N(1), but u_A(3) < u_N(2).
    found = payoffs([6, 4, 1], [3, 2, 2.5])
    assert best_responses(found) == (ADOPT, ADOPT, STAY)
    assert equilibria(found) == ((2,), ())
    assert price_of_adoption(found, 2) == pytest.approx(3 - (2 * 4 + 2.5) / 3)


def test_adopting_together_or_not_at_all() -> None:
    assert equilibria(payoffs([1, 4], [2, 3])) == ((0, 2), ())


def test_a_tie_lets_players_do_either() -> None:
    found = payoffs([2, 2], [2, 2])
    assert best_responses(found) == (BOTH, BOTH)
    assert equilibria(found) == ((0, 1, 2), ())
    # Means of the same payoffs in another order are a tie too.
    assert best_responses(payoffs([0.1 + 0.2], [0.3])) == (BOTH,)


def test_missing_payoffs_leave_open_what_they_decide() -> None:
    # Played at k = 0, 1 and 4 of 4, as unilateral and full adoption are.
    found = payoffs([5, None, None, 1], [3, 2, None, None])
    assert best_responses(found) == (ADOPT, None, None, None)
    assert equilibria(found) == ((), (1, 2, 3, 4))
    assert price_of_adoption(found, 4) == 2
    assert price_of_adoption(found, 1) == pytest.approx(3 - (5 + 3 * 2) / 4)
    assert price_of_adoption(found, 2) is None
    discouraged = payoffs([1, None, None, 1], [3, 2, None, None])
    assert equilibria(discouraged) == ((0,), (2, 3, 4))


def test_the_price_needs_payoffs_without_adoption() -> None:
    found = payoffs([5, 1], [None, 0])
    assert equilibria(found) == ((2,), (0,))
    assert price_of_adoption(found, 2) is None


@given(
    st.lists(
        st.tuples(st.none() | st.integers(0, 4), st.none() | st.integers(0, 4)),
        min_size=1,
        max_size=6,
    )
)
def test_what_is_an_equilibrium_stays_one_whatever_is_missing(
    both: list[tuple[int | None, int | None]],
) -> None:
    found = payoffs([one for one, _ in both], [one for _, one in both])
    certain, undecided = equilibria(found)
    for other in (0, 9):
        filled = payoffs(
            [other if one is None else one for one, _ in both],
            [other if one is None else one for _, one in both],
        )
        complete, none = equilibria(filled)
        assert none == ()
        assert complete  # a symmetric game of two choices always has one
        assert set(certain) <= set(complete) <= {*certain, *undecided}


def test_a_query_without_every_payoff_counts_in_no_sum() -> None:
    rows = played([5, 1], [3, 0])
    rows["value"][3] = None  # query q at k = 1
    rows["value"][5] = float("nan")  # and at k = 2
    [game] = adoption_games(rows)
    assert [one.queries for one in game.sums] == [1, 1]
    assert [one.interval for one in game.sums] == [None, None]
    assert [(one.n_adopters, one.n_bystanders) for one in game.payoffs] == [(0, 4), (2, 1), (3, 0)]


def test_repeated_answers_of_a_query_are_averaged() -> None:
    once, twice = played([5, 1], [3, 0], ("q",)), played([7, 3], [3, 0], ("q",))
    rows = {name: [*once[name], *twice[name]] for name in COLUMNS}
    [game] = adoption_games(rows)
    assert [(one.queries, one.mean) for one in game.sums] == [(1, 0), (1, -2)]


def test_sums_of_a_zero_sum_game_do_not_change() -> None:
    [game] = adoption_games(played([6, 3, 2], [2, 0, 0]))
    assert [one.mean for one in game.sums] == [0, 0, 0]


def test_plays_without_method_count_for_every_method() -> None:
    rows = {
        "domain": ["web"] * 4,
        "method": [None, None, "a", "b"],
        "adoption": [0, 0, 1, 1],
        "documents": [2, 2, 2, 2],
        "adopter": [False, False, True, True],
        "query": ["q"] * 4,
        "value": [1.0, 3.0, 4.0, 1.0],
    }
    games = adoption_games(rows)
    assert [game.method for game in games] == ["a", "b"]
    assert [game.payoffs[0].bystanders for game in games] == [2, 2]
    assert [game.best_responses for game in games] == [(ADOPT, None), (STAY, None)]
    assert [one.queries for one in games[0].sums] == [0, 0]  # no bystander was observed


def test_contexts_of_other_sizes_are_other_games() -> None:
    left, right = played([5, 1], [3, 0]), played([2], [1])
    rows = {name: [*left[name], *right[name]] for name in COLUMNS}
    assert [(one.documents, len(one.payoffs)) for one in adoption_games(rows)] == [(1, 2), (2, 3)]


@pytest.mark.parametrize("kind", [pa.table, pl.DataFrame])
def test_tables_and_frames_are_read(kind: Any) -> None:
    rows = played([5, 1], [3, 0])
    assert adoption_games(kind(rows)) == adoption_games(rows)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("adoption", 3, "no possible play"),
        ("adoption", -1, "no possible play"),
        ("adopter", True, "no possible play"),
        ("domain", None, "without a value"),
    ],
)
def test_impossible_plays_are_refused(column: str, value: object, message: str) -> None:
    rows = played([5, 1], [3, 0])
    rows[column][0] = value
    with pytest.raises(DataError, match=message):
        adoption_games(rows)


def test_a_bystander_where_all_adopt_is_refused() -> None:
    rows = played([5, 1], [3, 0])
    rows["adopter"][-1] = False
    with pytest.raises(DataError, match="no possible play"):
        adoption_games(rows)


def test_adopters_of_no_method_are_refused() -> None:
    rows = played([5, 1], [3, 0])
    rows["method"][-1] = None
    with pytest.raises(DataError, match="no method"):
        adoption_games(rows)


def test_missing_columns_are_named() -> None:
    rows = played([5, 1], [3, 0])
    del rows["query"], rows["value"]
    with pytest.raises(DataError, match="lack columns") as caught:
        adoption_games(rows)
    assert caught.value.found == "query, value"
