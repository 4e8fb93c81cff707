from __future__ import annotations

import math
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.benchmarks.cseo.citations import parse_citations
from domainbench.benchmarks.cseo.impressions import impressions
from domainbench.benchmarks.cseo.sentences import sentences, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("Fine [1]. Next [2].", ["Fine [1].", "Next [2]."]),
        ("Fine. [1] Next.[2][3] Last", ["Fine. [1]", "Next.[2][3]", "Last"]),
        ("Fine.[1]Next", ["Fine.[1]", "Next"]),
        ("Fine [1]\n[2]\nNext", ["Fine [1] [2]", "Next"]),
        ("[1] Fine. [2] Next", ["[1] Fine. [2]", "Next"]),
        ("[1]\nFine.", ["[1] Fine."]),
        ("First line\nSecond line\n\nThird", ["First line", "Second line", "Third"]),
        (
            "It costs 3.50 a piece. Dr. Who sells it.",
            ["It costs 3.50 a piece.", "Dr. Who sells it."],
        ),
        ("Made by J. Smith, e.g. in the U.S. and here.",) * 2,
        ("1. **Lamp**: bright. [1]\n2. Table", ["1. **Lamp**: bright. [1]", "2. Table"]),
        ('He said "Buy it." Then left.', ['He said "Buy it."', "Then left."]),
        ("**Bold.** Next", ["**Bold.**", "Next"]),
        ("Wait... what? Yes", ["Wait...", "what?", "Yes"]),
        ("好的产品。【1】很便宜！买吧", ["好的产品。【1】", "很便宜！", "买吧"]),  # noqa: RUF001
        ("Fine.\n---\n***\nNext", ["Fine.", "Next"]),
        ("[1] [2]", []),
    ],
)
def test_sentences(text: str, found: list[str] | str) -> None:
    assert sentences(text) == ([found] if isinstance(found, str) else found)


def test_words_leave_citations_and_marks_out() -> None:
    text = "The **well-known** lamp[12] isn't 3.5 m [3, 4] - it's 100!"
    assert words(text) == ["The", "well-known", "lamp", "isn't", "3", "5", "m", "it's", "100"]


@given(st.text(st.sampled_from("ab1[]., !?。\n*-^")) | st.text())
def test_sentences_hold_every_citation_once(text: str) -> None:
    found = sentences(text)
    if found:
        cited = [one for part in found for one in parse_citations(part, 9).sequence]
        assert tuple(cited) == parse_citations(text, 9).sequence


@pytest.mark.parametrize(
    "part", [".", ". ", ".[", "1. ", ".[1", ".'", "e.g. ", "a. [1]\n", "[1]\n", ".\n", "。[1"]
)
def test_long_hostile_text_is_split(part: str) -> None:
    # Quadratic splitting would take hours here.
    text = part * 100_000
    assert sum(map(len, sentences(text + "x"))) <= len(text) + 100_000


def test_impressions_by_hand() -> None:
    # Words longer than two characters: 3, 2, 1; the decay is 1, e^-1/2, e^-1.
    text = "Alpha beta gamma is [1]. Delta of epsilon [1][2]. Zeta [3]."
    half, end = math.exp(-0.5), math.exp(-1)
    found = impressions(text, 4)
    assert found.word == pytest.approx((4 / 6, 1 / 6, 1 / 6, 0))
    total = 1 + half + end
    assert found.position == pytest.approx(
        ((1 + half / 2) / total, half / 2 / total, end / total, 0)
    )
    total = 3 + 2 * half + end
    assert found.word_position == pytest.approx(((3 + half) / total, half / total, end / total, 0))


def test_one_sentence_does_not_decay() -> None:
    assert impressions("Good lamps here [2][2][1].", 2).position == pytest.approx((1 / 3, 2 / 3))


def test_citations_of_no_document_take_their_part_of_a_sentence() -> None:
    # The first sentence gives half of its two words to document 1, the second all of its one.
    assert impressions("Good lamps [1][7]. Tables [2].", 2).word == pytest.approx((0.5, 0.5))


@pytest.mark.parametrize("text", ["", "Nothing is cited.", "Only [9].", "[1]", "It is [1]."])
def test_without_weight_all_share_alike(text: str) -> None:
    found = impressions(text, 4)
    assert found.word == found.word_position == (0.25,) * 4


def test_position_counts_sentences_of_short_words() -> None:
    assert impressions("It is [1].", 2).position == (1, 0)


def test_no_document_has_no_impression() -> None:
    assert impressions("Good [1].", 0).word == ()


SENTENCES = st.lists(
    st.tuples(
        st.lists(st.sampled_from(["a", "of", "lamp", "table", "chair"]), min_size=1, max_size=6),
        st.lists(st.integers(0, 3), max_size=4),
    ),
    max_size=6,
)


@given(SENTENCES, st.sampled_from(list(permutations(range(4)))))
def test_permuting_documents_permutes_impressions(
    spoken: list[tuple[list[str], list[int]]], new: tuple[int, ...]
) -> None:
    def told(names: tuple[int, ...]) -> str:
        return "\n".join(
            " ".join(said) + "".join(f"[{names[one] + 1}]" for one in cited) + "."
            for said, cited in spoken
        )

    left, right = impressions(told((0, 1, 2, 3)), 4), impressions(told(new), 4)
    for name in ("word", "position", "word_position"):
        before, after = getattr(left, name), getattr(right, name)
        assert [after[new[one]] for one in range(4)] == pytest.approx(list(before))


@given(st.text(st.sampled_from("abc [1]2.!\n3")), st.integers(1, 8))
def test_impressions_add_up_to_one(text: str, documents: int) -> None:
    found = impressions(text, documents)
    for shares in (found.word, found.position, found.word_position):
        assert len(shares) == documents
        assert sum(shares) == pytest.approx(1)
        assert all(0 <= share <= 1 for share in shares)
