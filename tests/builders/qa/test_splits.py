"""Splits by cluster, and permutations by seed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.builders.qa.duplicates import Groups
from domainbench.builders.qa.splits import assign_splits, permutation


def test_no_share_no_split():
    assert assign_splits(["a", "b"], 0.0, 0) == ["test", "test"]


@given(
    st.lists(st.sampled_from("abcdefghijkl"), min_size=1, max_size=60),
    st.floats(0.01, 0.9),
    st.integers(0, 3),
)
def test_clusters_stay_whole_and_the_share_is_kept(clusters, fraction, seed):
    splits = assign_splits(clusters, fraction, seed)
    assert splits.count("dev") <= fraction * len(clusters)
    for name in set(clusters):
        assert len({s for s, c in zip(splits, clusters, strict=True) if c == name}) == 1


def test_the_draw_does_not_depend_on_the_order_of_the_questions():
    clusters = [f"c{n // 2}" for n in range(200)]
    one = dict(zip(clusters, assign_splits(clusters, 0.2, 5), strict=True))
    two = dict(zip(clusters[::-1], assign_splits(clusters[::-1], 0.2, 5), strict=True))
    assert one == two
    assert list(one.values()).count("dev") == 20
    assert one != dict(zip(clusters, assign_splits(clusters, 0.2, 6), strict=True))


@pytest.mark.parametrize("count", [2, 4, 26])
def test_permutations_hold_every_place_once(count):
    assert sorted(permutation(0, "q-1", count)) == list(range(count))


def test_permutations_differ_by_question_and_seed():
    drawn = {tuple(permutation(seed, f"q-{n}", 4)) for seed in range(2) for n in range(100)}
    assert len(drawn) == 24


@given(st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=30))
def test_groups_are_the_connected_parts(edges):
    groups = Groups(20)
    for left, right in edges:
        groups.join(left, right)
    for start in range(20):
        reached, front = {start}, [start]
        while front:
            node = front.pop()
            near = {b for a, b in edges if a == node} | {a for a, b in edges if b == node}
            front += near - reached
            reached |= near
        assert groups.find(start) == min(reached)
