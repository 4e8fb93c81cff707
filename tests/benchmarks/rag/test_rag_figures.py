from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

from domainbench.benchmarks.rag import figures
from domainbench.benchmarks.rag.answers import NONE, RETRIEVED, Answer, Condition, Judged
from domainbench.benchmarks.rag.transformation import (
    Ratios,
    normalised_transformation,
    ratio,
    transformation,
)
from domainbench.benchmarks.rag.usage import Sample
from domainbench.benchmarks.rag.yes_no import judge, parse_yes_no
from domainbench.benchmarks.statistics import paired_difference_interval

BOTH: list[Condition] = [NONE, RETRIEVED]


def judged(name: str, condition: Any, text: str | None, **given: Any) -> Judged:
    said = parse_yes_no(text)
    domain, reasoning = given.pop("domain", "culture"), given.pop("reasoning", "inverse")
    right, context = given.pop("right", "yes"), given.pop("context", None)
    answer = Answer(said, text, **given)
    outcome = judge(said, right)
    return Judged(name, domain, reasoning, condition, right, outcome, answer, context)


def paired(pairs: Sequence[tuple[str, str]], domain: str = "culture") -> list[Judged]:
    """Answers to questions whose right answer is yes."""
    return [
        judged(f"{domain}{place}", condition, text, domain=domain)
        for place, texts in enumerate(pairs)
        for condition, text in zip(BOTH, texts, strict=True)
    ]


def test_accuracy_counts_every_outcome() -> None:
    texts = ["yes", "no", "perhaps", "", "yes and no", "yes"]
    rows = [judged(str(i), NONE, text) for i, text in enumerate(texts)]
    rows.append(judged("z", NONE, "no", right="no", domain="health", reasoning="negation"))
    every, culture, health, inverse, negation = figures.accuracies(rows, [NONE])
    assert (every.n, every.right, every.wrong, every.unparsed, every.missing) == (7, 3, 1, 2, 1)
    assert every.said_yes == 2
    assert every.value == 3 / 7
    reference = binomtest(3, 7).proportion_ci(method="wilson")
    assert (every.low, every.high) == pytest.approx((reference.low, reference.high), abs=1e-12)
    assert every.majority == 6 / 7
    assert (culture.column, culture.slice, culture.n) == ("domain", "culture", 6)
    assert (health.slice, health.value) == ("health", 1)
    assert (inverse.column, inverse.slice) == ("reasoning", "inverse")
    assert negation.n == 1


def test_improvement_by_hand() -> None:
    # 3 right both times, 4 with context alone, 1 without it alone, 2 never: 0.7 - 0.4.
    pairs = [("yes", "yes")] * 3 + [("no", "yes")] * 4 + [("yes", "")] + [("", "perhaps")] * 2
    found = figures.improvements(paired(pairs))[0]
    assert (found.n, found.gained, found.lost) == (10, 4, 1)
    assert (found.without, found.with_context) == (0.4, 0.7)
    assert found.difference == pytest.approx(0.3)
    assert (found.low, found.high) == paired_difference_interval(3, 4, 1, 2)
    assert found.p_value == pytest.approx(binomtest(1, 5, 0.5).pvalue)
    assert found.p_value == pytest.approx(12 / 32)
    assert found.p_adjusted == found.p_value


def test_p_values_are_adjusted_over_the_domains() -> None:
    rows = [
        *paired([("no", "yes")] * 8, "a"),
        *paired([("no", "yes")] * 6, "b"),
        *paired([("yes", "yes")] * 3, "c"),
    ]
    every, *domains, inverse = figures.improvements(rows)
    assert [one.slice for one in domains] == ["a", "b", "c"]
    assert [one.p_value for one in domains] == [2 / 2**8, 2 / 2**6, 1]
    assert [one.p_adjusted for one in domains] == [3 * 2 / 2**8, 2 * 2 / 2**6, 1]
    assert every.p_adjusted == every.p_value == inverse.p_adjusted
    reference: Any = multipletests([one.p_value for one in domains], method="holm")
    assert [one.p_adjusted for one in domains] == pytest.approx(reference[1].tolist())
    test: Any = mcnemar([[3, 0], [14, 0]], exact=True)
    assert every.p_value == pytest.approx(test.pvalue)


def test_only_questions_of_both_conditions_are_paired() -> None:
    rows = [*paired([("yes", "no")]), judged("alone", NONE, "yes")]
    found = figures.improvements(rows)[0]
    assert (found.n, found.difference) == (1, -1)
    nothing = figures.improvements([judged("alone", NONE, "yes")])[0]
    assert (nothing.n, nothing.difference, nothing.low, nothing.p_value) == (0, None, None, None)
    assert nothing.p_adjusted is None


def test_usage_of_measured_batches() -> None:
    one = Sample(0, 2.0, peak_mib=10, delta_mib=4, gpu_mib=None)
    two = Sample(1, 5.0, peak_mib=30, delta_mib=-1, gpu_mib=None)
    rows = [
        judged("a", RETRIEVED, "yes", sample=one),
        judged("b", RETRIEVED, "yes", sample=one),
        judged("c", RETRIEVED, "yes", sample=two, domain="health"),
        judged("d", RETRIEVED, "yes", domain="health"),
    ]
    every, culture, health, *_ = figures.usages(rows, [RETRIEVED], 0.5)
    assert (every.timed, every.answering_seconds, every.seconds) == (3, 3.0, 3.5)
    # A batch counts once in the mean of deltas, of whatever sign.
    assert (every.memory_mib, every.memory_delta_mib, every.gpu) == (30, 1.5, None)
    assert (culture.memory_mib, culture.memory_delta_mib) == (10, 4)
    assert (health.timed, health.seconds, health.memory_delta_mib) == (1, 5.5, -1)


def test_usage_that_a_file_tells() -> None:
    rows = [
        judged("a", NONE, "yes", seconds=1.0, memory_mib=-2.0, gpu=10.0),
        judged("b", NONE, "yes", seconds=3.0, memory_mib=8.0),
    ]
    found = figures.usages(rows, [NONE], 9.0)[0]
    assert (found.seconds, found.memory_mib, found.gpu) == (2.0, 3.0, 10.0)
    assert found.memory_delta_mib is None
    nothing = figures.usages([judged("a", RETRIEVED, "yes")], [RETRIEVED], 9.0)[0]
    assert (nothing.timed, nothing.seconds, nothing.memory_mib) == (0, None, None)


def test_transformation_by_hand() -> None:
    rows = [
        judged("a", NONE, "yes", seconds=2.0, memory_mib=4.0, gpu=10.0),
        judged("a", RETRIEVED, "yes", seconds=4.0, memory_mib=2.0, gpu=20.0),
    ]
    found = figures.transformations(figures.usages(rows, BOTH, None))[0]
    assert (found.time_ratio, found.memory_ratio, found.gpu_ratio) == (2, 0.5, 2)
    assert found.transformation == pytest.approx(0.4 / 2 + 0.3 / 2 + 0.3 / 0.5)
    assert found.transformation_normalised == pytest.approx(found.transformation)
    assert figures.transformations(figures.usages(rows[:1], [NONE], None)) == []


def test_a_term_without_a_ratio_is_left_out() -> None:
    ratios = Ratios(time=2.0, memory=None, gpu=None)
    assert transformation(ratios) == 0.2
    assert normalised_transformation(ratios) == pytest.approx(0.5)
    nothing = Ratios(None, None, None)
    assert transformation(nothing) is None
    assert normalised_transformation(nothing) is None


@pytest.mark.parametrize(
    ("with_context", "without"),
    [(1.0, 0.0), (0.0, 1.0), (-1.0, 1.0), (-2.0, -1.0), (1.0, None), (None, 1.0)],
)
def test_ratios_that_are_none(with_context: float | None, without: float | None) -> None:
    assert ratio(with_context, without) is None


AMOUNT = st.floats(0.01, 100)


@given(st.tuples(AMOUNT, AMOUNT, AMOUNT), AMOUNT)
def test_equal_ratios_are_undone(amounts: tuple[float, float, float], factor: float) -> None:
    ratios = Ratios(*(ratio(factor * amount, amount) for amount in amounts))
    assert transformation(ratios) == pytest.approx(1 / factor)
    assert normalised_transformation(ratios) == pytest.approx(1 / factor)
    partial = Ratios(ratios.time, None, ratios.gpu)
    assert normalised_transformation(partial) == pytest.approx(1 / factor)
    assert transformation(partial) == pytest.approx(0.7 / factor)


def test_what_a_context_holds() -> None:
    rows = {"d1": {"domain": ["culture"]}, "d2": {"domain": []}, "d3": {"domain": ["health"]}}
    answers = [
        judged("a", RETRIEVED, "yes", context=("d1", "d2")),
        judged("b", RETRIEVED, "yes", context=("d3",), domain="health"),
        judged("c", RETRIEVED, "yes", context=()),
        judged("a", NONE, "yes", context=()),
    ]
    gold = {"a": ["d1", "d9"], "b": [], "c": []}
    every, culture, health, _ = figures.contexts(answers, rows, gold)
    assert (every.n, every.without, every.documents) == (3, 1, 1.0)
    assert (every.same_domain, every.gold_recall) == (0.75, 0.5)
    assert (culture.n, culture.same_domain) == (2, 0.5)
    assert (health.same_domain, health.gold_recall) == (1.0, None)
    assert figures.contexts([judged("a", RETRIEVED, "yes")], rows, gold) == []


OUTCOMES = st.sampled_from(["yes", "no", "", "perhaps"])


@given(st.lists(st.tuples(OUTCOMES, OUTCOMES), min_size=1, max_size=30))
def test_differences_are_those_of_the_accuracies(pairs: list[tuple[str, str]]) -> None:
    rows = paired(pairs)
    without, _, _, with_context, *_ = figures.accuracies(rows, BOTH)
    found = figures.improvements(rows)[0]
    assert found.without == without.value
    assert found.with_context == with_context.value
    assert found.difference is not None
    assert math.isclose(
        found.difference, (with_context.value or 0) - (without.value or 0), abs_tol=1e-12
    )
    assert found.low is not None
    assert found.high is not None
    assert found.low <= found.difference <= found.high
