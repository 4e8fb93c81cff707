from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from domainbench.benchmarks.statistics import (
    cluster_interval,
    cluster_means,
    mcnemar,
    paired_difference_interval,
    stuart_maxwell,
    wilson_interval,
)

COUNTS = st.integers(0, 60)


@given(COUNTS, COUNTS)
def test_wilson_is_that_of_scipy(right: int, wrong: int) -> None:
    n = right + wrong
    if not n:
        assert wilson_interval(right, n) is None
        return
    wanted = binomtest(right, n).proportion_ci(method="wilson")
    assert wilson_interval(right, n) == pytest.approx((wanted.low, wanted.high), abs=1e-12)


def test_newcombe_is_that_of_his_paper() -> None:
    # Newcombe 1998, table II, method 10: the pairs 36, 12, 2, 0.
    assert paired_difference_interval(36, 12, 2, 0) == pytest.approx((0.0569, 0.3404), abs=5e-5)
    assert paired_difference_interval(0, 0, 0, 0) is None


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_newcombe_holds_the_difference_and_mirrors(a: int, b: int, c: int, d: int) -> None:
    found = paired_difference_interval(a, b, c, d)
    if found is None:
        return
    n = a + b + c + d
    assert -1 <= found[0] <= (b - c) / n + 1e-12
    assert (b - c) / n - 1e-12 <= found[1] <= 1
    mirrored = paired_difference_interval(a, c, b, d)
    assert mirrored == pytest.approx((-found[1], -found[0]), abs=1e-12)


@given(COUNTS, COUNTS)
def test_mcnemar_is_the_binomial_test(left: int, right: int) -> None:
    wanted = binomtest(left, left + right).pvalue if left + right else 1.0
    assert mcnemar(left, right) == pytest.approx(wanted, rel=1e-9)


def test_stuart_maxwell_of_two_categories_is_mcnemar_uncorrected() -> None:
    found = stuart_maxwell(np.array([[7, 9], [4, 5]]))
    assert found is not None
    assert found[:2] == (pytest.approx((9 - 4) ** 2 / (9 + 4)), 1)
    assert found[2] == pytest.approx(0.1655, abs=1e-4)


def test_stuart_maxwell_of_three_categories_is_the_formula_of_fleiss() -> None:
    table = np.array([[5, 3, 2], [1, 6, 4], [0, 2, 7]])
    n12, n13, n23 = (3 + 1) / 2, (2 + 0) / 2, (4 + 2) / 2
    d1, d2, d3 = 10 - 6, 11 - 11, 9 - 13
    wanted = (n23 * d1**2 + n13 * d2**2 + n12 * d3**2) / (2 * (n12 * n13 + n12 * n23 + n13 * n23))
    found = stuart_maxwell(table)
    assert found is not None
    assert found[:2] == (pytest.approx(wanted), 2)


def test_stuart_maxwell_leaves_out_what_never_differs() -> None:
    assert stuart_maxwell(np.diag([3, 4, 5])) is None
    small = stuart_maxwell(np.array([[7, 9], [4, 5]]))
    large = stuart_maxwell(np.array([[7, 0, 9], [0, 8, 0], [4, 0, 5]]))
    assert small is not None
    assert large == pytest.approx(small)
    # Pairs that differ within two separate halves leave two degrees of freedom of four categories.
    halves = stuart_maxwell(np.array([[0, 6, 0, 0], [2, 0, 0, 0], [0, 0, 0, 7], [0, 0, 1, 0]]))
    assert halves is not None
    assert halves[:2] == (pytest.approx(16 / 8 + 36 / 8), 2)


def test_the_cluster_bootstrap_of_single_questions_is_the_plain_one() -> None:
    from domainbench.retrieval.significance import bootstrap_interval

    values = np.array([0.0, 1, 1, 0, 1, 1, 1, 0, 0, 1])
    plain = bootstrap_interval(values, seed=3)
    assert cluster_interval(values, np.arange(10), seed=3) == plain


def test_clusters_that_agree_within_widen_the_interval() -> None:
    values = np.repeat([0.0, 1.0, 1.0, 0.0, 1.0], 20)
    apart = cluster_interval(values, np.arange(100), seed=1)
    together = cluster_interval(values, np.repeat(np.arange(5), 20), seed=1)
    assert apart is not None
    assert together is not None
    assert together[1] - together[0] > 2 * (apart[1] - apart[0])
    assert cluster_interval(values, np.zeros(100, np.int64)) is None


def test_figures_of_a_question_are_drawn_together() -> None:
    values = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    clusters = np.array([4, 4, 7, 9, 9])
    means = cluster_means(values, clusters, resamples=500, seed=2)
    assert means is not None
    assert means.sum(axis=1) == pytest.approx(np.ones(500))
    for column in range(2):
        low, high = np.quantile(means[:, column], [0.025, 0.975])
        alone = cluster_interval(values[:, column], clusters, resamples=500, seed=2)
        assert alone == (low, high)
    assert cluster_means(values, np.zeros(5, np.int64)) is None
