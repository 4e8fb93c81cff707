from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.retrieval.aggregation import Aggregation, aggregate
from domainbench.schemas.errors import UsageError

RULES = ["maxP", "avg_top1", "avg_top2", "avg_top3", "avg_top50", "avgP", "sumP"]
score = st.one_of(
    st.sampled_from([-2.5, -0.0, 0.0, 0.1, 1.0, 1e-30, 3e30]), st.floats(-1e6, 1e6, width=32)
).map(np.float32)
documents = st.lists(st.lists(score, max_size=6), max_size=8)


def aggregated(scores: list[list[np.float32]], rule: str, base: int = 0) -> list[np.float32]:
    """What the kernel makes of documents' scores, those of passages below ``base`` left out."""
    rules = Aggregation.parse(rule)
    starts = np.cumsum([base, *map(len, scores)]).astype(np.int64)
    flat = np.array([value for document in scores for value in document], np.float32)
    out = np.full(len(scores), np.nan, np.float32)
    aggregate(flat, starts, base, rules.kind, rules.n, np.empty(rules.n), out)
    return list(out)


def exact(scores: list[np.float32], rule: str) -> Fraction:
    """The rule in exact arithmetic."""
    best = sorted((Fraction(float(value)) for value in scores), reverse=True)
    if rule == "maxP":
        return best[0]
    if rule.startswith("avg_top"):
        best = best[: int(rule.removeprefix("avg_top"))]
    return sum(best, Fraction(0)) / (1 if rule == "sumP" else len(best))


@pytest.mark.parametrize("rule", RULES)
@given(scores=documents, base=st.integers(0, 5))
def test_each_rule_by_exact_arithmetic(
    rule: str, scores: list[list[np.float32]], base: int
) -> None:
    for found, document in zip(aggregated(scores, rule, base), scores, strict=True):
        if not document:
            assert found == 0
            continue
        # float64 sums of a few scores are off by less than a rounding to float32 shows, which near
        # 0 is a step of 2^-149.
        size = max(abs(float(value)) for value in document)
        assert float(found) == pytest.approx(
            float(exact(document, rule)), rel=6e-8, abs=max(size * 1e-7, 2.0**-149)
        )


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
def test_values_by_hand(rule: str, expected: list[float]) -> None:
    scores = [[1, 5, 2, 4], [], [-2, -1, -2], [3]]
    found = aggregated([[np.float32(value) for value in held] for held in scores], rule, base=7)
    assert found == [np.float32(value) for value in expected]


def test_a_document_with_fewer_passages_averages_what_it_has() -> None:
    two = [np.float32(3), np.float32(1)]
    assert aggregated([two], "avg_top3") == aggregated([two], "avgP") == [2]


def test_negative_scores_stay_negative() -> None:
    scores = [np.float32(-3), np.float32(-1), np.float32(-2)]
    assert [aggregated([scores], rule)[0] for rule in ("maxP", "avg_top2", "avgP", "sumP")] == [
        -1, -1.5, -2, -6,
    ]  # fmt: skip


def test_sums_do_not_lose_what_float32_would() -> None:
    scores = [np.float32(2**24), *[np.float32(1)] * 4]
    assert aggregated([scores], "sumP") == [2**24 + 4]


def test_the_order_of_equal_and_of_best_passages_does_not_matter() -> None:
    values = [np.float32(value) for value in (0.1, 0.7, 0.3, 0.7, 1e-8)]
    for rule in ("maxP", "avg_top3"):
        assert aggregated([values], rule) == aggregated([values[::-1]], rule)


@pytest.mark.parametrize(
    ("text", "spelled"),
    [("maxP", "maxP"), (" MAXP ", "maxP"), ("Avg_Top12", "avg_top12"), ("avgp", "avgP"),
     ("sump", "sumP"), ("avg_top9999", "avg_top9999")],
)  # fmt: skip
def test_rules_have_one_spelling(text: str, spelled: str) -> None:
    assert str(Aggregation.parse(text)) == spelled
    assert Aggregation.parse(spelled) == Aggregation.parse(text)


@pytest.mark.parametrize("text", ["", "max", "avg_top", "avg_top0", "avg_top-1", "avg_top10000"])
def test_other_rules_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="aggregation of passages"):
        Aggregation.parse(text)
