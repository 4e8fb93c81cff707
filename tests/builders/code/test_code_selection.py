"""Choosing samples: by hand, and against all subsets of small sets."""

import json
import random
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.builders.code import selection
from domainbench.builders.code.selection import (
    Candidate,
    SelectionOptions,
    run_selection,
    select,
)
from domainbench.schemas.errors import UsageError


def candidate(number, dependencies=0, domain="Internet", repository="r", *, executable=False):
    return Candidate(f"{repository}/f{number}", repository, domain, dependencies, executable)


def chosen_ids(candidates, options):
    return {candidates[place].id for place in select(candidates, options)}


def test_all_takes_everything():
    items = [candidate(n, domain=None) for n in range(9)]
    found = run_selection(items, SelectionOptions())
    assert found.places == list(range(9))
    assert found.report.dropped == {}
    assert found.report.chosen.domains == {"unknown": 9}
    assert found.report.ratio_met is None


def test_a_limit_takes_those_with_tests_first():
    items = [candidate(n, executable=n % 3 == 0) for n in range(12)]
    options = SelectionOptions(limit=4)
    assert select(items, options) == [0, 3, 6, 9]
    report = run_selection(items, options).report
    assert report.dropped == {selection.OVER_LIMIT: 8}
    assert report.chosen.executable == 4


@pytest.mark.parametrize("mode", ["all", "evocodebench", "balanced"])
def test_each_repository_has_its_cap(mode):
    items = [candidate(n, n % 4, repository="large") for n in range(40)]
    items += [candidate(n, n % 4, repository="small") for n in range(3)]
    options = SelectionOptions(mode, max_per_repository=5, mean_dependencies=2.0)
    report = run_selection(items, options).report
    assert report.dropped[selection.OVER_REPOSITORY] == 35
    assert report.chosen.repositories["large"] <= 5
    if mode != "evocodebench":
        assert report.chosen.repositories == {"large": 5, "small": 3}


def test_what_is_chosen_depends_on_ids_and_seed_alone():
    items = [candidate(n, n % 5, repository=f"r{n % 7}") for n in range(300)]
    shuffled = random.Random(3).sample(items, len(items))  # noqa: S311
    for mode in ("all", "evocodebench", "balanced"):
        options = SelectionOptions(mode, limit=60, max_per_repository=20)
        wanted = chosen_ids(items, options)
        assert chosen_ids(shuffled, options) == wanted
        other = SelectionOptions(mode, limit=60, max_per_repository=20, seed=1)
        assert chosen_ids(items, other) != wanted


def test_more_candidates_change_little():
    items = [candidate(n) for n in range(200)]
    before = chosen_ids(items[:190], SelectionOptions(limit=100))
    after = chosen_ids(items, SelectionOptions(limit=100))
    assert len(before - after) <= 10


def test_the_published_distribution():
    """Four times too many standalone functions, and others with too many dependencies."""
    draw = random.Random(5)  # noqa: S311
    items = [candidate(n) for n in range(500)]
    items += [candidate(1000 + n, draw.choice([1, 2, 3, 4, 5, 6, 12])) for n in range(500)]
    report = run_selection(items, SelectionOptions("evocodebench")).report
    assert report.ratio_met
    assert report.mean_met
    assert report.chosen.standalone_ratio == pytest.approx(0.27, abs=0.01)
    assert report.chosen.mean_dependencies == pytest.approx(3.22, abs=0.05)
    # Nobody of the 500 need go but those with most dependencies.
    others = sorted(item.dependencies for item in items if item.dependencies)
    most = max(n for n in range(1, 501) if sum(others[:n]) <= 3.27 * n)
    assert report.chosen.functions - round(most / 0.72) in range(-1, 2)


def test_with_a_limit_the_draw_is_changed_no_more_than_it_must():
    items = [candidate(n) for n in range(100)]
    items += [candidate(1000 + n, 1 + n % 6) for n in range(300)]
    options = SelectionOptions("evocodebench", limit=100, mean_dependencies=3.5)
    found = run_selection(items, options)
    assert found.report.chosen.functions == 100
    assert found.report.chosen.standalone_ratio == 0.27
    plain = chosen_ids([item for item in items if item.dependencies], SelectionOptions(limit=73))
    taken = {items[place].id for place in found.places}
    assert len(plain - taken) <= 10


def test_targets_that_nothing_meets_are_reported():
    few = [candidate(n, 1) for n in range(10)]
    report = run_selection(few, SelectionOptions("evocodebench")).report
    assert report.chosen.functions == 10
    assert (report.ratio_met, report.mean_met) == (False, False)
    alone = [candidate(n) for n in range(10)]
    report = run_selection(alone, SelectionOptions("evocodebench", limit=4)).report
    assert (report.chosen.functions, report.chosen.mean_dependencies) == (4, None)
    report = run_selection(alone + [candidate(99, 1)] * 30, SelectionOptions("evocodebench")).report
    assert (report.ratio_met, report.mean_met) == (True, False)
    assert run_selection([], SelectionOptions("evocodebench")).report.ratio_met is None


def largest(numbers, options):
    """The most numbers with both targets, of all subsets."""
    for size in range(len(numbers), 0, -1):
        for taken in combinations(numbers, size):
            others = [number for number in taken if number]
            ratio = (size - len(others)) / size
            if abs(ratio - options.standalone_ratio) > max(0.01, 0.5 / size) or not others:
                continue
            mean = sum(others) / len(others)
            if abs(mean - options.mean_dependencies) <= options.mean_tolerance + 1e-9:
                return size
    return 0


@given(st.lists(st.integers(0, 6), max_size=9))
def test_no_subset_is_better_by_more_than_a_few(numbers):
    options = SelectionOptions("evocodebench", mean_tolerance=0.25)
    items = [candidate(n, number) for n, number in enumerate(numbers)]
    found = run_selection(items, options)
    best = largest(numbers, options)
    if found.report.ratio_met and found.report.mean_met:
        assert len(found.places) <= best
        assert len(found.places) >= best - 2
    assert len(found.places) + sum(found.report.dropped.values()) == len(items)


def of_domains(**sizes):
    return [candidate(n, domain=d, repository=d) for d, size in sizes.items() for n in range(size)]


@pytest.mark.parametrize(
    ("limit", "counts"),
    [
        (None, {"System": 2, "Internet": 2, "Database": 2}),
        (9, {"System": 2, "Internet": 3, "Database": 3}),
        (13, {"System": 2, "Internet": 6, "Database": 5}),
        (3, {"System": 1, "Internet": 1, "Database": 1}),
        (99, {"System": 2, "Internet": 8, "Database": 5}),
    ],
)
def test_domains_are_balanced(limit, counts):
    items = [*of_domains(System=2, Internet=8, Database=5), candidate(0, domain=None)]
    report = run_selection(items, SelectionOptions("balanced", limit=limit)).report
    assert report.chosen.domains == counts
    assert report.dropped.get(selection.OVER_DOMAIN, 0) == 15 - sum(counts.values())
    assert report.dropped[selection.NO_DOMAIN] == 1


def test_fewer_than_the_domains_are_no_balance():
    with pytest.raises(UsageError, match="number of domains"):
        select(of_domains(System=2, Internet=8), SelectionOptions("balanced", limit=1))
    assert select([candidate(0, domain=None)], SelectionOptions("balanced")) == []


def test_the_report_is_json():
    items = of_domains(System=2, Internet=8)
    told = run_selection(items, SelectionOptions("balanced", seed=4)).report.to_dict()
    assert json.loads(json.dumps(told))["options"]["seed"] == 4
    assert told["candidates"]["functions"] == 10
