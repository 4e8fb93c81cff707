from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.rewriting.distance import edit_distance


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", " \n", (0, None)),
        ("", "a b", (2, 1.0)),
        ("a b c", "", (3, 1.0)),
        ("a  b\nc", "a b c", (0, 0.0)),
        ("the red lamp", "the blue lamp", (1, 1 / 3)),
        ("the red lamp", "a small red lamp is here", (4, 4 / 6)),
        ("Lamp", "lamp", (1, 1.0)),
    ],
)
def test_distance_by_hand(before: str, after: str, expected: tuple[int, float | None]) -> None:
    assert edit_distance(before, after) == expected


words = st.lists(st.sampled_from(["a", "b", "cc"]), max_size=8)


@given(words, words)
def test_distance_is_that_of_the_recurrence(old: list[str], new: list[str]) -> None:
    row = list(range(len(new) + 1))
    for i, left in enumerate(old, 1):
        previous, row = row, [i]
        for j, right in enumerate(new, 1):
            row.append(min(previous[j] + 1, row[-1] + 1, previous[j - 1] + (left != right)))
    assert edit_distance(" ".join(old), " ".join(new))[0] == row[-1]
