"""Questions of similar wording: those that ask the same and those that do not."""

import pytest

from domainbench.builders.qa.distinct import distinct


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("in 2019 the area was", "in 2020 the area was"),
        ("which is a cereal", "which is not a cereal"),
        ("who came first", "who came last"),
        ("कौन सा सही है", "कौन सा गलत है"),
        ("कौन सा है", "कौन सा नहीं है"),
        ("which acid is present in the lemon", "which acid is present in the orange"),
        ("which is the largest river", "which is the second largest river"),
        ("a lack of vitamin a causes", "a lack of vitamin b causes"),
    ],
)
def test_questions_that_ask_for_something_else(left, right):
    assert distinct(left, right)
    assert distinct(right, left)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("which is a cereal", "which is the cereal"),
        ("which was fiirst grown", "which was first grown"),
        ("area in 2019 was", "area was in 2019"),
        ("which of these practices", "which among these practices"),
        ("the rainfall of the region", "the rain fall of the region"),
        ("practice that conserves moisture", "practices that conserve moisture"),
        ("खेत में पानी", "खेत मे पानी"),
    ],
)
def test_questions_that_are_the_same(left, right):
    assert not distinct(left, right)
