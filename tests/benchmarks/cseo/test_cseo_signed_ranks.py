from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import wilcoxon

from domainbench.benchmarks.cseo.signed_ranks import signed_rank_test


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(-5, 5), min_size=1, max_size=8)
    | st.lists(st.integers(-5, 5), min_size=14, max_size=120)
    | st.lists(st.floats(-1, 1, allow_subnormal=False), min_size=1, max_size=50, unique_by=abs)
)
def test_the_test_is_scipys(values: list[float]) -> None:
    gains = np.array(values, np.float64)
    found = signed_rank_test(gains)
    if not gains.any():
        assert found is None
        return
    expected = wilcoxon(gains, alternative="greater")
    assert found is not None
    assert found[0] == expected.statistic
    assert found[1] == pytest.approx(expected.pvalue, rel=1e-9, abs=1e-12)


def test_by_hand() -> None:
    # Ranks 1 to 3, all positive: one of eight signs is as large.
    assert signed_rank_test(np.array([1.0, 2.0, 3.0])) == (6.0, 1 / 8)
    # Ranks 1.5, 1.5 and 3; the sums 4.5 and 6 are as large or larger: three of eight signs.
    assert signed_rank_test(np.array([-1.0, 1.0, 2.0])) == (4.5, 3 / 8)
    assert signed_rank_test(np.array([0.0, 0.0])) is None
