from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import wilcoxon
from statsmodels.stats.multitest import multipletests

from domainbench.benchmarks.cseo.citations import cited_positions, unique_in_order
from domainbench.benchmarks.cseo.gain_summaries import summarise_gains
from domainbench.benchmarks.cseo.gains import (
    citation_rank_gain,
    fixed_cutoff_gain,
    normalised_rank_gain,
    position_controlled,
    positional_ranks,
    reciprocal_rank,
)
from domainbench.schemas.errors import UsageError

ORDERS = st.permutations(range(8)).flatmap(
    lambda order: st.integers(0, 8).map(lambda cited: order[:cited])
)


@pytest.mark.parametrize(
    ("before", "after", "original", "fixed"),
    [
        ([1, 2, 0], [0, 1], 2, 2),  # cited by both
        ([0, 1, 2], [1, 2, 0], -2, -2),
        ([0, 1], [1], -1, -5),  # only before: rank 1 in the shorter list, or the cutoff
        ([0, 1], [1, 2, 3], -3, -5),
        ([1, 2], [0], 2, 5),  # only after
        ([], [0], 0, 5),
        ([], [1, 0], -1, 4),  # cited, and yet a loss against an empty answer
        ([1, 2, 3], [1], 0, 0),  # by neither
        ([], [], 0, 0),
        ([1, 2, 3, 4, 5, 0], [0], 5, 5),  # beyond the cutoff is not cited
        ([1, 2, 3, 4, 5, 0], [1, 2, 3, 4, 5, 6, 0], 0, 0),
    ],
)
def test_gains_by_hand(before: list[int], after: list[int], original: int, fixed: int) -> None:
    assert citation_rank_gain(before, after, 0) == original
    assert fixed_cutoff_gain(before, after, 0) == fixed


def test_a_moved_document_has_another_name_in_the_second_answer() -> None:
    assert citation_rank_gain([3, 2, 7], [0, 7, 3], 7, 0) == 2
    assert citation_rank_gain([0], [7], 7, 0) == 0
    assert fixed_cutoff_gain([3, 2], [5, 0], 7, 0) == 4
    assert normalised_rank_gain([3, 2], [0], 7, 0, documents=10) == 1


def test_orders_of_repeated_citations_are_those_of_first_ones() -> None:
    before = unique_in_order(cited_positions("[2][2] [3] [2] [1]"))
    after = unique_in_order(cited_positions("[1] [1] [2]"))
    assert citation_rank_gain(before, after, 0) == 2


def test_an_empty_answer_ranks_nothing() -> None:
    assert citation_rank_gain([4, 0], cited_positions(""), 0) == 1
    assert fixed_cutoff_gain([4, 0], cited_positions(""), 0) == -4


@given(ORDERS, ORDERS, st.integers(0, 7), st.integers(1, 9))
def test_gains_change_sign_with_the_answers(
    before: list[int], after: list[int], document: int, cutoff: int
) -> None:
    for gain in (citation_rank_gain, fixed_cutoff_gain):
        found = gain(before, after, document, cutoff=cutoff)
        assert found == -gain(after, before, document, cutoff=cutoff)
        assert -cutoff <= found <= cutoff


@given(ORDERS, ORDERS, st.integers(1, 8))
def test_fixed_gains_of_all_documents_depend_on_numbers_cited_only(
    before: list[int], after: list[int], cutoff: int
) -> None:
    def ranks(cited: int) -> int:
        return sum(range(cited)) + (8 - cited) * cutoff

    total = sum(fixed_cutoff_gain(before, after, one, cutoff=cutoff) for one in range(8))
    assert total == ranks(min(len(before), cutoff)) - ranks(min(len(after), cutoff))
    assert abs(total) <= ranks(0) - ranks(cutoff)


def test_reciprocal_rank() -> None:
    assert reciprocal_rank([4, 2, 0], 0) == pytest.approx(1 / 3)
    assert reciprocal_rank([4, 2], 0) == 0


@pytest.mark.parametrize(
    ("before", "after", "gain"),
    [
        ([1, 2, 0], [0], 2 / 9),
        ([0], [1, 2, 3, 0], -3 / 9),
        ([1], [0], 1),  # 11 to 1 of 10, cut
        ([0], [], -1),
        ([], [], 0),
    ],
)
def test_normalised_rank_gain(before: list[int], after: list[int], gain: float) -> None:
    assert normalised_rank_gain(before, after, 0, documents=10) == pytest.approx(gain)


def test_a_lone_document_has_no_normalised_gain() -> None:
    assert normalised_rank_gain([], [0], 0, documents=1) is None


def test_positional_ranks_and_what_they_leave_of_a_gain() -> None:
    means = positional_ranks(
        [["a", "b"], ["d", "c"]], [{"a": 1, "b": 2}, {"c": 1, "d": 2, "e": 3}], cutoff=5
    )
    assert means == {1: 0.5, 2: 0.5, 3: 5}
    assert position_controlled(4, 3, 1, means) == pytest.approx(-0.5)
    assert position_controlled(4, 2, 2, means) == 4
    assert position_controlled(4, 3, 4, means) is None
    assert position_controlled(4, 9, 1, means) is None


def test_orders_need_their_contexts() -> None:
    with pytest.raises(UsageError, match="differ in number"):
        positional_ranks([[1]], [])


def test_mean_and_deviation_are_written_as_the_original_writes_them() -> None:
    # Its evaluation prints np.mean and np.std, of divisor n: here √2 where n - 1 would give 1.5811.
    [found] = summarise_gains(["retail"] * 5, ["m"] * 5, range(5), [-1, 0, 1, 2, 3])
    assert found.mean is not None
    assert found.deviation is not None
    assert f"{found.mean:.4f} ± {found.deviation:.4f}" == "1.0000 ± 1.4142"


def test_summaries_are_scipys_and_statsmodels() -> None:
    random = np.random.default_rng(7)
    gains = {f"m{i}": random.integers(-5, 6, 60) + i // 2 for i in range(5)}
    rows = [(name, query, int(gain)) for name in gains for query, gain in enumerate(gains[name])]
    found = summarise_gains(
        ["web"] * len(rows), [row[0] for row in rows], [row[1] for row in rows],
        [row[2] for row in rows],
    )  # fmt: skip
    wanted = [wilcoxon(values, alternative="greater") for values in gains.values()]
    assert [one.method for one in found] == list(gains)
    assert [one.statistic for one in found] == [one.statistic for one in wanted]
    assert [one.p_value for one in found] == pytest.approx([one.pvalue for one in wanted])
    adjusted = multipletests([one.pvalue for one in wanted], method="holm")[1]
    assert [one.p_adjusted for one in found] == pytest.approx(list(adjusted))
    for one in found:
        assert one.low is not None
        assert one.high is not None
        assert one.mean is not None
        assert one.low < one.mean < one.high
        assert (one.n, one.undefined) == (60, 0)


def test_domains_are_families_of_their_own() -> None:
    gains = [1, 2, 3, 1, 2, 3, 1, 2, 3]
    domains = ["web"] * 6 + ["news"] * 3
    methods = ["a"] * 3 + ["b"] * 3 + ["a"] * 3
    found = summarise_gains(domains, methods, list(range(9)), gains)
    assert [(one.domain, one.method, one.p_adjusted) for one in found] == [
        ("web", "a", 0.25), ("web", "b", 0.25), ("news", "a", 0.125),
    ]  # fmt: skip


def test_gains_of_one_query_are_drawn_together() -> None:
    one_query = summarise_gains(["d"] * 3, ["m"] * 3, ["q"] * 3, [1, 2, 3])[0]
    assert (one_query.low, one_query.high) == (None, None)
    two = summarise_gains(["d"] * 4, ["m"] * 4, ["q", "r", "q", "r"], [0, 4, 0, 4])[0]
    assert (two.low, two.high) == (0, 4)


def test_undefined_gains_are_counted_and_left_out() -> None:
    nothing, all_zero = summarise_gains(
        ["d"] * 5, ["m", "m", "z", "z", "z"], ["q", "r", "q", "r", "s"],
        [None, float("nan"), 0, 0, None],
    )  # fmt: skip
    assert (nothing.n, nothing.undefined) == (0, 2)
    assert nothing.mean is nothing.deviation is nothing.low is nothing.p_value is None
    assert (all_zero.n, all_zero.undefined, all_zero.mean, all_zero.deviation) == (2, 1, 0, 0)
    assert all_zero.statistic is all_zero.p_value is all_zero.p_adjusted is None


def test_columns_of_gains_are_of_one_length() -> None:
    with pytest.raises(UsageError, match="every gain"):
        summarise_gains(["d"], ["m"], ["q"], [])
