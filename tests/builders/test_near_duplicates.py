"""Near duplicates against brute force."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.builders.near_duplicates import banding, miss_rate, near_duplicates
from domainbench.schemas.errors import UsageError

VOWELS = "अआइईउऊएऐओऔ"


def shingles(text, size=5):
    if not text:
        return set()
    return {text[i : i + size] for i in range(max(1, len(text) - size + 1))}


def jaccard(left, right):
    one, two = shingles(left), shingles(right)
    return len(one & two) / len(one | two) if one | two else 0.0


def corpus(count, seed):
    """Texts in two scripts, some of them another with words exchanged."""
    draw = random.Random(seed)  # noqa: S311
    words = [
        "".join(draw.choice("abcdefgh" + VOWELS) for _ in range(draw.randint(3, 8)))
        for _ in range(900)
    ]
    texts = [" ".join(draw.choices(words, k=draw.randint(6, 30))) for _ in range(count)]
    for _ in range(count // 2):
        parts = draw.choice(texts).split()
        for _ in range(draw.randint(0, 3)):
            parts[draw.randrange(len(parts))] = draw.choice(words)
        texts.append(" ".join(parts))
    draw.shuffle(texts)
    return texts


@pytest.mark.parametrize("threshold", [0.6, 0.8, 0.95])
def test_pairs_are_those_of_brute_force(threshold):
    texts = corpus(600, seed=1)
    found = near_duplicates(texts, threshold=threshold)
    # Of equal texts only the first takes part in pairs with others.
    first = {}
    for place, text in enumerate(texts):
        first.setdefault(text, place)
    sets = [shingles(text) for text in texts]
    wanted = {
        (one, two)
        for one in sorted(first.values())
        for two in sorted(first.values())
        if one < two and len(sets[one] & sets[two]) >= threshold * len(sets[one] | sets[two])
    } | {(first[text], place) for place, text in enumerate(texts) if first[text] != place}
    pairs = set(zip(found.left.tolist(), found.right.tolist(), strict=True))
    assert pairs <= wanted
    assert len(pairs) >= 0.99 * len(wanted)
    for one, two, value in zip(found.left, found.right, found.similarity, strict=True):
        assert value == pytest.approx(jaccard(texts[one], texts[two]))


def test_clusters_are_named_by_their_first_text():
    texts = ["the quick brown fox", "lazy dogs sleep all day", "the quick brown fox", ""]
    found = near_duplicates(texts)
    assert found.cluster.tolist() == [0, 1, 0, 3]
    assert (found.left.tolist(), found.right.tolist()) == ([0], [2])


def test_neither_threads_nor_order_of_pairs_change_what_is_found():
    texts = corpus(300, seed=2)
    one, many = (near_duplicates(texts, threads=threads) for threads in (1, 4))
    for name in ("left", "right", "similarity", "cluster"):
        assert np.array_equal(getattr(one, name), getattr(many, name))


@given(st.lists(st.text(alphabet="ab क", max_size=12), max_size=12))
def test_any_texts_are_taken(texts):
    found = near_duplicates(texts, threshold=0.5)
    assert len(found.cluster) == len(texts)
    for one, two, value in zip(found.left, found.right, found.similarity, strict=True):
        assert one < two
        same = texts[one] == texts[two]
        assert value == (1.0 if same else pytest.approx(jaccard(texts[one], texts[two])))


def test_a_crowd_of_equal_texts_gives_no_square_of_pairs():
    found = near_duplicates(["one and the same text"] * 20_000)
    assert len(found.left) == 19_999
    assert set(found.left.tolist()) == {0}


def test_banding_misses_at_most_one_in_a_thousand_at_the_threshold():
    bands, rows = banding(0.8, 128)
    assert (bands, rows) == (25, 5)
    assert miss_rate(0.8, bands, rows) == pytest.approx((1 - 0.8**5) ** 25)
    assert miss_rate(0.8, bands, rows) <= 1e-3 < miss_rate(0.8, 128 // 6, 6)


@pytest.mark.parametrize("options", [{"threshold": 0}, {"threshold": 1.1}, {"shingle": 0}])
def test_wrong_parameters_are_the_calls_fault(options):
    with pytest.raises(UsageError):
        near_duplicates(["a"], **options)
