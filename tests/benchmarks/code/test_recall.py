from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.benchmarks.code.recall import recall_at_k

NAMES = st.frozensets(st.sampled_from("abcdef"))


def test_by_hand() -> None:
    reference = frozenset({"m.a", "m.b", "m.c"})
    generated = [frozenset[str](), frozenset({"m.a", "x"}), frozenset({"m.b"}), reference]
    found = [recall_at_k(reference, generated, k) for k in (1, 2, 3, 4)]
    # Completions 2 and 3 have one name each: they are not put together.
    assert found == [0.0, pytest.approx(1 / 3), pytest.approx(1 / 3), 1.0]


def test_undefined() -> None:
    some = frozenset({"a"})
    assert recall_at_k(frozenset(), [some], 1) is None
    assert recall_at_k(some, [some], 2) is None
    assert recall_at_k(some, [], 1) is None
    assert recall_at_k(some, [some, None], 1) == 1.0
    assert recall_at_k(some, [some, None], 2) is None


@given(NAMES.filter(bool), st.lists(NAMES, min_size=1, max_size=8))
def test_it_is_a_share_and_grows_with_k(
    reference: frozenset[str], generated: list[frozenset[str]]
) -> None:
    values = [recall_at_k(reference, generated, k) for k in range(1, len(generated) + 1)]
    shares = [value for value in values if value is not None]
    assert len(shares) == len(generated)
    assert shares == sorted(shares)
    assert all(0 <= value <= 1 for value in shares)
    assert (shares[-1] == 1) == any(reference <= names for names in generated)
