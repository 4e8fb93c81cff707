from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.benchmarks.code.pass_at_k import pass_at_k

TASK = st.lists(st.booleans(), min_size=1, max_size=9)


@pytest.mark.parametrize(
    ("n", "right", "k", "wanted"),
    [
        (5, 2, 1, 2 / 5),
        (5, 2, 2, 1 - 3 / 10),  # C(3, 2) / C(5, 2)
        (5, 2, 3, 1 - 1 / 10),
        (5, 2, 4, 1.0),  # any four of five hold one of the two
        (5, 0, 5, 0.0),
        (1, 1, 1, 1.0),
        (20, 3, 10, 1 - 120 / 1140),  # C(17, 10) / C(20, 10) = 10·9·8 / (20·19·18)
    ],
)
def test_by_hand(n: int, right: int, k: int, wanted: float) -> None:
    assert pass_at_k(n, right, k) == pytest.approx(float(wanted), abs=1e-15)


def test_fewer_completions_than_tried_leave_it_undefined() -> None:
    assert pass_at_k(4, 4, 5) is None
    assert pass_at_k(0, 0, 1) is None


@given(TASK, st.data())
def test_it_is_the_share_of_subsets_with_one_that_passes(
    passed: list[bool], data: st.DataObject
) -> None:
    k = data.draw(st.integers(1, len(passed)))
    subsets = list(combinations(passed, k))
    wanted = sum(any(subset) for subset in subsets) / len(subsets)
    assert pass_at_k(len(passed), sum(passed), k) == wanted


@given(st.integers(1, 300), st.data())
def test_it_is_a_share_and_grows_with_k(n: int, data: st.DataObject) -> None:
    right = data.draw(st.integers(0, n))
    values = [pass_at_k(n, right, k) for k in range(1, n + 1)]
    shares = [value for value in values if value is not None]
    assert len(shares) == n
    assert shares == sorted(shares)
    assert all(0 <= value <= 1 for value in shares)
    assert shares[0] == right / n


@given(st.integers(1, 60), st.data())
def test_it_is_the_product_that_the_paper_computes(n: int, data: st.DataObject) -> None:
    right, k = data.draw(st.integers(0, n)), data.draw(st.integers(1, n))
    product = Fraction(1)
    for i in range(n - right + 1, n + 1):
        product *= 1 - Fraction(k, i)
    wanted = 1 if n - right < k else 1 - product
    assert pass_at_k(n, right, k) == float(wanted)
