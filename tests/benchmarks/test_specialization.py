from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.benchmarks.specialization import (
    PAPER_UNDEFINED,
    domain_specific_improvement,
    improvement_intervals,
    verdict,
)

RATE = st.floats(0.01, 1)


def test_by_hand() -> None:
    # Mean distance to the other two, in shares of the own rate: (1 + 3) / 2 of 7, (-1 + 2) / 2 of
    # 6, (-3 - 2) / 2 of 4.
    found = domain_specific_improvement([7, 6, 4])
    assert found == pytest.approx([100 * 4 / 14, 100 / 12, -100 * 5 / 8])


def test_the_paper_s_row_of_databases() -> None:
    # arXiv 2410.22821, tables 6 and 7; the two StarCoder2 columns in the order of table 6.
    rates = [38.89, 38.89, 33.33, 33.33, 38.89, 33.33, 33.33, 33.33]
    wanted = [10.21, 10.21, -7.15, -7.15, 10.21, -7.15, -7.15, -7.15]
    assert domain_specific_improvement(rates) == pytest.approx(wanted, abs=0.01)


def test_without_success() -> None:
    assert domain_specific_improvement([0.5, 0, 0]) == [100, None, None]
    assert domain_specific_improvement([0.5, 0, 0], undefined=PAPER_UNDEFINED) == [100, -100, -100]
    assert domain_specific_improvement([0, 0]) == [None, None]


def test_unknown_rates_leave_their_model_out() -> None:
    known = domain_specific_improvement([7, 6, 4])
    assert domain_specific_improvement([7, None, 6, 4]) == [known[0], None, *known[1:]]
    assert domain_specific_improvement([0.4, None]) == [None, None]
    assert domain_specific_improvement([0.4]) == [None]


@given(RATE, RATE)
def test_of_two_models_each_tells_the_other_s(one: float, two: float) -> None:
    # 1 - DSI / 100 is the ratio of the rates, and its inverse for the other model.
    left, right = domain_specific_improvement([one, two])
    assert left is not None
    assert right is not None
    assert (1 - left / 100) * (1 - right / 100) == pytest.approx(1)
    assert math.copysign(1, left) == -math.copysign(1, right) or left == right == 0


@given(st.lists(RATE, min_size=2, max_size=8), st.floats(0.1, 1000))
def test_bounds_signs_and_scale(rates: list[float], scale: float) -> None:
    found = [value for value in domain_specific_improvement(rates) if value is not None]
    assert len(found) == len(rates)
    assert max(found) < 100
    assert found[rates.index(max(rates))] >= -1e-9
    assert found[rates.index(min(rates))] <= 1e-9
    for one, two in combinations(range(len(rates)), 2):
        if rates[one] > 1.001 * rates[two]:
            assert found[one] > found[two]
    scaled = domain_specific_improvement([rate * scale for rate in rates])
    assert scaled == pytest.approx(found, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [(10.1, "comfort"), (10.0, "neither"), (-10.0, "neither"), (-10.1, "strange"), (None, None)],
)
def test_comfort_and_strange_domains(value: float | None, wanted: str | None) -> None:
    assert verdict(value) == wanted


def test_the_threshold() -> None:
    assert verdict(15, 20) == "neither"
    assert verdict(0.5, 0) == "comfort"


def test_models_are_resampled_together() -> None:
    # The right model has half of what the left one has on every task: DSI 50 and -100 in every
    # resample, however the tasks are drawn.
    left = np.array([1.0, 0.5, 0.25, 0.75, 0.5])
    values = np.column_stack([left, left / 2])
    (low, high), other = improvement_intervals(values, np.arange(5), seed=1)
    assert (low, high) == pytest.approx((50, 50))
    assert other == pytest.approx((-100, -100))


def test_intervals_hold_what_a_plain_bootstrap_gives() -> None:
    generator = np.random.default_rng(0)
    values = (generator.random((60, 3)) < [0.5, 0.4, 0.6]).astype(float)
    clusters = np.repeat(np.arange(20), 3)
    found = improvement_intervals(values, clusters, seed=5)
    plain = np.array(
        [
            domain_specific_improvement(
                values.reshape(20, 3, 3)[generator.integers(0, 20, 20)].mean((0, 1)).tolist()
            )
            for _ in range(4000)
        ],
        float,
    )
    for model, (low, high) in enumerate(found):
        wanted = np.quantile(plain[:, model], [0.025, 0.975])
        assert (low, high) == pytest.approx(tuple(wanted), abs=6)


def test_an_interval_without_a_lower_bound() -> None:
    # A third of the resamples draw nothing that the right model has solved.
    values = np.array([[1.0, 1.0], [1.0, 0.0], [1.0, 0.0]])
    (low, high), (none, top) = improvement_intervals(values, np.arange(3), seed=0)
    assert low == 0
    assert high == 100
    assert none is None
    assert top == 0
    paper = improvement_intervals(values, np.arange(3), undefined=PAPER_UNDEFINED, seed=0)
    assert paper[1] == pytest.approx((-200, 0))


def test_no_interval() -> None:
    values = np.array([[1.0, 1.0], [0.0, 1.0]])
    assert improvement_intervals(values, np.zeros(2, np.int64)) == [(None, None)] * 2
    assert improvement_intervals(values[:, :1], np.arange(2)) == [(None, None)]
    assert improvement_intervals(np.zeros((3, 2)), np.arange(3)) == [(None, None)] * 2
