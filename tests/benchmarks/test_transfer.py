from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.benchmarks.results import Figure
from domainbench.benchmarks.transfer import (
    DEFINITIONS,
    SOURCE,
    cross_domain_transfer_ratio,
    domain_specialization_index,
    generalization_gap,
    transfer_scores,
    values_of_code,
    values_of_qa,
    values_of_rag,
    values_of_results,
)
from domainbench.schemas.errors import UsageError


def test_a_domain_is_held_against_the_mean_of_the_others() -> None:
    found = domain_specialization_index({"law": 0.9, "health": 0.6, "finance": 0.3, "art": None})
    assert found == {
        "law": pytest.approx(2.0),
        "health": pytest.approx(1.0),
        "finance": pytest.approx(0.4),
        "art": None,
    }


def test_what_has_nothing_to_be_held_against_is_undefined() -> None:
    assert domain_specialization_index({"law": 0.9}) == {"law": None}
    assert domain_specialization_index({"law": 0.9, "art": 0.0}) == {"law": None, "art": 0.0}
    assert domain_specialization_index({"law": 0.9, "art": None}) == {"law": None, "art": None}


def test_the_gap_is_between_home_and_the_rest() -> None:
    values = {"law": 0.9, "finance": 0.7, "art": 0.3, "music": 0.1, "dance": None}
    assert generalization_gap(values, ["law", "finance"]) == pytest.approx(0.6)
    assert generalization_gap(values, ["dance"]) is None
    assert generalization_gap({"law": 0.9}, ["law"]) is None
    with pytest.raises(UsageError, match="unknown domain 'lore'"):
        generalization_gap(values, ["lore"])


def test_ratios_are_over_the_domains_own_system() -> None:
    table = {"law": {"law": 0.8, "art": 0.3}, "art": {"law": 0.2, "art": 0.6}, "new": {"law": 0.4}}
    assert cross_domain_transfer_ratio(table) == {
        ("law", "art"): pytest.approx(0.5),
        ("law", "new"): None,
        ("art", "law"): pytest.approx(0.25),
        ("art", "new"): None,
        ("new", "law"): pytest.approx(0.5),
        ("new", "art"): None,
    }
    assert cross_domain_transfer_ratio({"a": {"a": 1.0, "b": 1.0}, "b": {"b": 0.0, "a": 0.0}}) == {
        ("a", "b"): None,
        ("b", "a"): 0.0,
    }


def test_all_metrics_stand_with_their_definitions() -> None:
    table = {
        "for-law": {"law": 0.8, "art": 0.4},
        "for-art": {"law": 0.2, "art": 0.5},
        "for-all": {"law": 0.6},
    }
    found = transfer_scores(
        table, {"for-law": ["law"], "for-art": ["art"], "for-all": ["law", "art"]}
    )
    assert (found.definitions, found.source) == (DEFINITIONS, SOURCE)
    assert "own reading" in found.source
    assert found.domains == ["art", "law"]
    law, art, every = found.systems
    assert law.domain_specialization_index == {"art": 0.5, "law": 2.0}
    assert law.generalization_gap == pytest.approx(0.4)
    assert art.generalization_gap == pytest.approx(0.3)
    assert (every.values, every.home) == ({"art": None, "law": 0.6}, ["art", "law"])
    assert every.generalization_gap is None
    ratios = {(p.left, p.right, p.system): p.cross_domain_transfer_ratio for p in found.pairs}
    assert ratios == {
        ("art", "law", "for-art"): pytest.approx(0.25),
        ("law", "art", "for-law"): pytest.approx(0.8),
    }


def test_two_systems_of_one_domain_have_no_ratio() -> None:
    table = {"one": {"law": 0.8, "art": 0.4}, "two": {"law": 0.8, "art": 0.4}}
    assert transfer_scores(table, {"one": ["law"], "two": ["law"]}).pairs == []
    assert transfer_scores(table).systems[0].generalization_gap is None


@pytest.mark.parametrize(
    ("homes", "problem"), [({"two": ["law"]}, "unknown system"), ({"one": ["lore"]}, "domain")]
)
def test_unknown_homes_are_refused(homes: dict[str, list[str]], problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        transfer_scores({"one": {"law": 0.8}}, homes)


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.floats(0.01, 1), min_size=2),
    st.floats(0.1, 10),
)
def test_indexes_know_no_unit(values: dict[str, float], factor: float) -> None:
    found = domain_specialization_index(cast("dict[str, float | None]", values))
    scaled = domain_specialization_index({name: factor * v for name, v in values.items()})
    assert scaled == {name: pytest.approx(value) for name, value in found.items()}
    flat = domain_specialization_index(dict.fromkeys(values, 0.5))
    assert flat == dict.fromkeys(values, 1.0)


def accuracy(column: str | None, label: str | None, value: float, **more: Any) -> Any:
    return SimpleNamespace(column=column, slice=label, value=value, **more)


def scores(rows: list[Any]) -> Any:
    return SimpleNamespace(accuracies=rows, source=SimpleNamespace(name="model"))


def test_values_are_read_from_answers() -> None:
    rows = [accuracy(None, None, 0.5), accuracy("domain", "law", 0.4), accuracy("level", "law", 0)]
    assert values_of_qa(scores(rows)) == {"model": {"law": 0.4}}
    by = [
        accuracy("domain", "law", 0.4, condition="none"),
        accuracy("domain", "law", 0.7, condition="retrieved"),
    ]
    assert values_of_rag(scores(by)) == {"model": {"law": 0.7}}
    assert values_of_rag(scores(by), condition="none") == {"model": {"law": 0.4}}


def figure(column: str | None, label: str | None, value: float) -> Figure:
    return Figure(
        system="bm25", partition="ALL", column=column, slice=label, measure="RR", n=1, value=value
    )


def test_values_are_read_from_retrieval_and_code() -> None:
    figures = [figure(None, None, 0.9), figure("domain", "law", 0.8)]
    results: Any = SimpleNamespace(primary="RR", figures=figures)
    assert values_of_results(results) == {"bm25": {"law": 0.8}}
    code: Any = SimpleNamespace(
        figures=[
            SimpleNamespace(model="m", column="domain", slice="web", measure="pass@1", value=0.1),
            SimpleNamespace(model="m", column="domain", slice="web", measure="pass@5", value=0.2),
        ]
    )
    assert values_of_code(code) == {"m": {"web": 0.1}}


@pytest.mark.parametrize("read", [values_of_qa, values_of_rag, values_of_code, values_of_results])
def test_scores_without_domains_are_refused(read: Callable[..., object]) -> None:
    empty = SimpleNamespace(
        figures=[], accuracies=[], primary="RR", source=SimpleNamespace(name="m")
    )
    with pytest.raises(UsageError, match="the scores have no"):
        read(empty)
