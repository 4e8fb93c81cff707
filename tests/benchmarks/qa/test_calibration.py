from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, log_loss

from domainbench.benchmarks.qa.calibration import calibration

ROWS = [[0.7, 0.2, 0.1], [0.1, 0.5, 0.4], [0.3, 0.1, 0.6], [0.9, 0.1, 0.0]]
RIGHT = [0, 2, 2, 1]


def test_by_hand() -> None:
    found = calibration(ROWS, RIGHT, bins=2)
    assert found is not None
    # Confidences .7 right and .5 wrong, .6 right, .9 wrong; .5 closes the first bin.
    first, second = found.reliability
    assert (first.n, first.confidence, first.accuracy) == (1, pytest.approx(0.5), 0.0)
    assert (second.n, second.accuracy) == (3, pytest.approx(2 / 3))
    assert second.confidence == pytest.approx(2.2 / 3)
    assert found.ece == pytest.approx((0.5 + abs(2.2 - 2)) / 4)
    # In order of confidence: .5 and .6, then .7 and .9.
    assert found.adaptive_ece == pytest.approx((abs(1.1 - 1) + abs(1.6 - 1)) / 4)
    brier = (0.14 + 0.62 + 0.26 + 1.62) / 4
    assert found.brier == pytest.approx(brier)
    logs = [math.log(0.7), math.log(0.4), math.log(0.6), math.log(0.1)]
    assert found.log_loss == pytest.approx(-sum(logs) / 4)


def test_a_certain_error_is_finite() -> None:
    found = calibration([[1.0, 0.0]], [1])
    assert found is not None
    assert found.log_loss == pytest.approx(-math.log(1e-15))
    assert (found.ece, found.brier) == (1.0, 2.0)
    assert calibration([], []) is None


@given(st.integers(0, 2**32), st.integers(1, 40))
def test_proper_scores_are_those_of_scikit_learn(seed: int, n: int) -> None:
    draws = np.random.default_rng(seed)
    rows = draws.dirichlet([1.0] * 4, size=n)
    right = draws.integers(0, 4, size=n)
    found = calibration(rows.tolist(), right.tolist())
    assert found is not None
    labels = [0, 1, 2, 3]
    assert found.log_loss == pytest.approx(log_loss(right, rows, labels=labels))
    wanted = brier_score_loss(right, rows, labels=labels, scale_by_half=False)
    assert found.brier == pytest.approx(wanted)
    assert sum(one.n for one in found.reliability) == n
    weighed = sum(
        one.n * abs(one.confidence - one.accuracy)
        for one in found.reliability
        if one.confidence is not None and one.accuracy is not None
    )
    assert found.ece == pytest.approx(weighed / n)
