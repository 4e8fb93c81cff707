from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.retrieval.aggregation import Aggregation, aggregate
from domainbench.schemas.errors import UsageError


def combined(groups: list[list[float]], rule: str) -> list[float]:
    """The kernel over passages that start at some place of a longer array."""
    aggregation = Aggregation.parse(rule)
    base = 7
    starts = base + np.cumsum([0, *map(len, groups)]).astype(np.int64)
    scores = np.array([score for group in groups for score in group], np.float32)
    out = np.full(len(groups), np.nan, np.float32)
    best = np.empty(aggregation.n)
    aggregate(scores, starts, base, aggregation.kind, aggregation.n, best, out)
    return out.tolist()


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("maxP", [5, 0, -1, 3]),
        ("avg_top1", [5, 0, -1, 3]),
        ("avg_top2", [4.5, 0, -1.5, 3]),
        ("avg_top3", [11 / 3, 0, -5 / 3, 3]),
        ("avgP", [3, 0, -5 / 3, 3]),
        ("sumP", [12, 0, -5, 3]),
    ],
)
def test_the_rules_by_hand(rule, expected):
    groups = [[1, 5, 2, 4], [], [-2, -1, -2], [3]]
    assert combined(groups, rule) == pytest.approx(expected, rel=1e-6)


SCORES = st.floats(-1e4, 1e4, width=32)


@given(st.lists(st.lists(SCORES, max_size=9), max_size=5), st.integers(1, 6))
def test_they_equal_plain_sums_of_sorted_scores(groups, n):
    for rule, kept in ((f"avg_top{n}", n), ("avgP", 9), ("maxP", 1)):
        expected = []
        for group in groups:
            held = sorted(group, reverse=True)[:kept]
            expected.append(sum(held) / len(held) if held else 0.0)
        assert combined(groups, rule) == pytest.approx(expected, rel=1e-5, abs=1e-3)


@pytest.mark.parametrize("text", ["maxp", " AVG_TOP12 ", "sumP", "avgp"])
def test_a_rule_reads_back_as_itself(text):
    rule = Aggregation.parse(text)
    assert str(rule).lower() == text.strip().lower()
    assert Aggregation.parse(str(rule)) == rule


@pytest.mark.parametrize("text", ["best", "avg_top", "avg_top0", "avg_topx", ""])
def test_anything_else_is_refused(text):
    with pytest.raises(UsageError, match="aggregation"):
        Aggregation.parse(text)
