from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import bootstrap, permutation_test

from domainbench.retrieval.significance import (
    bootstrap_interval,
    bootstrap_intervals,
    holm,
    paired_randomisation,
)
from domainbench.schemas.errors import UsageError

figures = st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=1, max_size=9)


def test_interval_of_a_known_sample() -> None:
    # The mean of n fair 0/1 figures has standard error 0.5 / sqrt(n) = 0.025.
    low, high = bootstrap_interval(np.arange(400) % 2 * 1.0, resamples=5_000) or (0, 0)
    assert low == pytest.approx(0.5 - 1.96 * 0.025, abs=0.004)
    assert high == pytest.approx(0.5 + 1.96 * 0.025, abs=0.004)


def test_interval_is_the_seed_s() -> None:
    values = np.linspace(0, 1, 50) ** 2
    assert bootstrap_interval(values, seed=3) == bootstrap_interval(values, seed=3)
    assert bootstrap_interval(values, seed=3) != bootstrap_interval(values, seed=4)
    # Pinned: another machine or numpy must draw the same samples.
    assert bootstrap_interval(values, seed=0) == pytest.approx(
        (0.251942107455227, 0.42092232403165336), abs=1e-12
    )


def test_interval_needs_two_queries() -> None:
    assert bootstrap_interval(np.array([0.5])) is None
    assert bootstrap_interval(np.array([])) is None
    assert bootstrap_interval(np.array([0.5, 0.5])) == (0.5, 0.5)
    with pytest.raises(UsageError):
        bootstrap_interval(np.ones(3), level=1.0)


@given(figures, st.randoms(use_true_random=False))
def test_small_samples_are_enumerated(left: list[float], random) -> None:
    right = [random.choice([0.0, 0.25, 0.5, 1.0]) for _ in left]
    differences = [a - b for a, b in zip(left, right, strict=True)]
    observed = abs(sum(differences))
    extreme = [
        abs(sum(sign * d for sign, d in zip(signs, differences, strict=True))) >= observed - 1e-12
        for signs in product((-1, 1), repeat=len(differences))
    ]
    wanted = sum(extreme) / len(extreme)
    assert paired_randomisation(np.array(left), np.array(right)) == pytest.approx(wanted)


def test_large_samples_are_drawn() -> None:
    # 40 wins of 0.1 and none lost: only 2 of 2**40 patterns are as extreme.
    assert paired_randomisation(np.full(40, 0.6), np.full(40, 0.5), resamples=999) == 0.001
    # 30 wins and 30 losses of one size: every pattern is at least as extreme as no difference.
    left = np.repeat([0.1, 0.0], 30)
    assert paired_randomisation(left, left[::-1]) == 1.0


def test_drawn_p_values_are_near_the_exact_ones() -> None:
    # Binomial: |wins - losses| >= 8 of 24 fair coins has probability 0.1516.
    left = np.concatenate([np.ones(16), np.zeros(8)])
    assert paired_randomisation(left, 1 - left) == pytest.approx(0.1516, abs=0.01)


def test_undefined_figures_are_left_out() -> None:
    values = np.linspace(0, 1, 50) ** 2
    gaps = np.insert(values, [0, 7, 50], np.nan)
    assert bootstrap_interval(gaps) == bootstrap_interval(values)
    assert paired_randomisation(gaps, gaps[::-1] * 0) == paired_randomisation(values, values * 0)
    assert bootstrap_interval(np.array([1.0, np.nan])) is None
    assert paired_randomisation(np.array([1.0]), np.array([np.nan])) is None


def test_no_query_has_no_p_value() -> None:
    assert paired_randomisation(np.array([]), np.array([])) is None
    assert paired_randomisation(np.ones(3), np.ones(3)) == 1.0
    with pytest.raises(UsageError, match="differ"):
        paired_randomisation(np.ones(3), np.ones(2))


def test_holm_by_hand() -> None:
    # Sorted .01 .02 .03 .04 times 4 3 2 1: .04 .06 .06 .04, made monotone.
    assert holm([0.04, 0.01, 0.03, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_several_figures_at_once_have_the_intervals_of_each() -> None:
    values = np.random.default_rng(1).beta(2, 5, (40, 4))
    values[3, 1] = values[9:12, 2] = np.nan
    values[:, 3] = np.nan
    values[0, 3] = 0.5
    found = bootstrap_intervals(values, seed=7)
    assert found == [bootstrap_interval(np.ascontiguousarray(c), seed=7) for c in values.T]
    assert found[3] is None
    assert bootstrap_intervals(np.empty((0, 2))) == [None, None]


def test_interval_agrees_with_scipy() -> None:
    values = np.random.default_rng(2).beta(2, 5, 300)
    reference = bootstrap(
        (values,), np.mean, n_resamples=6_000, method="percentile", rng=np.random.default_rng(3)
    ).confidence_interval
    found = bootstrap_interval(values, resamples=6_000)
    assert found == pytest.approx(tuple(reference), abs=0.06 * (reference.high - reference.low))


@pytest.mark.parametrize("n", [5, 17, 40, 131])
def test_p_value_agrees_with_scipy(n: int) -> None:
    random = np.random.default_rng(n)
    left = random.beta(2, 5, n)
    right = np.clip(left - random.normal(0.02, 0.08, n), 0, 1)
    reference = permutation_test(
        (left, right),
        lambda a, b, axis: (a - b).mean(axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=20_000,
        rng=np.random.default_rng(1),
    )
    assert paired_randomisation(left, right) == pytest.approx(reference.pvalue, abs=0.015)
