from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import bootstrap

from domainbench.retrieval.gaps import partition_gap
from domainbench.retrieval.significance import bootstrap_interval
from domainbench.schemas.errors import UsageError

NAN = np.nan


def test_means_are_over_the_queries_that_each_side_has():
    left = np.array([0.5, 1.0, NAN, 0.0, NAN])
    right = np.array([0.25, NAN, 0.75, 0.25, NAN])
    found = partition_gap(left, right)
    assert (found.left_n, found.right_n) == (3, 3)
    assert found.difference == pytest.approx(1.5 / 3 - 1.25 / 3)
    assert found.ratio == pytest.approx(1.25 / 1.5)
    assert found.difference_low < found.difference < found.difference_high
    assert found.ratio_low < found.ratio < found.ratio_high


def test_intervals_agree_with_an_independent_bootstrap_of_the_same_queries():
    generator = np.random.default_rng(3)
    left = generator.beta(4, 6, 300)
    right = left * 0.3 + generator.beta(2, 20, 300)
    found = partition_gap(left, right, resamples=6_000)
    for statistic, low, high in (
        (
            lambda a, b, axis: a.mean(axis) - b.mean(axis),
            found.difference_low,
            found.difference_high,
        ),
        (lambda a, b, axis: b.mean(axis) / a.mean(axis), found.ratio_low, found.ratio_high),
    ):
        reference = bootstrap(
            (left, right),
            statistic,
            paired=True,
            n_resamples=6_000,
            method="percentile",
            rng=np.random.default_rng(1),
        ).confidence_interval
        width = reference.high - reference.low
        assert low == pytest.approx(reference.low, abs=0.06 * width)
        assert high == pytest.approx(reference.high, abs=0.06 * width)


def test_a_constant_right_side_leaves_the_interval_of_the_left_mean():
    left = np.linspace(0, 1, 50)
    found = partition_gap(left, np.full(50, 0.25))
    low, high = bootstrap_interval(left) or (0, 0)
    assert found.difference_low == pytest.approx(low - 0.25)
    assert found.difference_high == pytest.approx(high - 0.25)


def test_what_cannot_be_said_is_none():
    nothing = partition_gap(np.array([0.5, NAN]), np.array([NAN, NAN]))
    assert (nothing.left_n, nothing.right_n) == (1, 0)
    assert nothing.difference is nothing.ratio is nothing.difference_low is None
    zero = partition_gap(np.zeros(3), np.ones(3))
    assert (zero.difference, zero.ratio, zero.ratio_low) == (-1, None, None)
    single = partition_gap(np.array([1.0, 0.5]), np.array([0.5, NAN]))
    assert single.difference == 0.25
    assert single.difference_low is None


FIGURES = st.lists(st.sampled_from([0.25, 0.5, 1.0, NAN]), min_size=2, max_size=9)


@given(FIGURES, st.integers(0, 5))
def test_a_partition_has_no_gap_with_itself(values, seed):
    side = np.array(values)
    found = partition_gap(side, side, seed=seed, resamples=50)
    if found.left_n > 1:
        assert (found.difference_low, found.difference, found.difference_high) == (0, 0, 0)
        assert (found.ratio_low, found.ratio, found.ratio_high) == (1, 1, 1)


@given(FIGURES, FIGURES)
def test_a_factor_scales_differences_and_leaves_ratios(one, two):
    size = min(len(one), len(two))
    left, right = np.array(one[:size]), np.array(two[:size])
    plain = partition_gap(left, right, resamples=50)
    doubled = partition_gap(2 * left, 2 * right, resamples=50)
    assert doubled.ratio == plain.ratio
    assert (doubled.ratio_low, doubled.ratio_high) == (plain.ratio_low, plain.ratio_high)
    if plain.difference is not None:
        assert doubled.difference == 2 * plain.difference


def test_it_is_the_seed_s():
    left, right = np.linspace(0, 1, 40) ** 2, np.linspace(0, 0.5, 40)
    assert partition_gap(left, right, seed=2) == partition_gap(left, right, seed=2)
    assert partition_gap(left, right, seed=2) != partition_gap(left, right, seed=3)


@pytest.mark.parametrize("options", [{"level": 1.0}, {"resamples": 0}])
def test_bad_calls_are_refused(options):
    with pytest.raises(UsageError):
        partition_gap(np.ones(2), np.ones(2), **options)
    with pytest.raises(UsageError, match="differ in number"):
        partition_gap(np.ones(2), np.ones(3))
