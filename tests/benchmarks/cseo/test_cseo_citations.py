from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.benchmarks.cseo.citations import (
    Citations,
    cited_positions,
    cites,
    parse_citations,
    unique_in_order,
)

HOSTILE = st.text(st.sampled_from("[]【】^,;-– 0123456789\na.٣")) | st.text()  # noqa: RUF001


def test_original_keeps_duplicates_and_what_no_document_has() -> None:
    text = "Good [2]. Better [1][2], [0], [99]. Not [1, 3], [4-5], [^1^] or 【1】."
    assert cited_positions(text) == [1, 0, 1, -1, 98]
    assert unique_in_order(cited_positions(text)) == [1, 0, -1, 98]


def test_original_reads_digits_of_any_script() -> None:
    assert cited_positions("[٣]") == [2]


def test_original_loses_all_to_a_number_that_python_cannot_convert() -> None:
    assert cited_positions("[1] [" + "9" * 5000 + "]") == []


@pytest.mark.parametrize(
    ("text", "sequence", "hallucinated"),
    [
        ("", (), ()),
        ("Nothing is cited.", (), ()),
        ("One [1], two [2], one again [1].", (0, 1, 0), ()),
        ("[3][1]", (2, 0), ()),
        ("[0] [5] [6] [7]", (4,), (0, 6, 7)),
        ("[1, 2] and [3;4]", (0, 1, 2, 3), ()),
        ("[1-3] and [2–4]", (0, 1, 2, 1, 2, 3), ()),  # noqa: RUF001
        ("[1-2, 5]", (0, 1, 4), ()),
        ("[2-2]", (1,), ()),
        ("[^1^] [^2] [^1^, ^3^]", (0, 1, 0, 2), ()),
        ("【1】 and 【2，3】", (0, 1, 2), ()),  # noqa: RUF001
        ("[ 1 ]", (0,), ()),
        ("[[1]](https://example.org)", (0,), ()),
        ("[4-6]", (3, 4), (6,)),
    ],
)
def test_strict_parser_reads(
    text: str, sequence: tuple[int, ...], hallucinated: tuple[int, ...]
) -> None:
    assert parse_citations(text, 5) == Citations(sequence, hallucinated)


@pytest.mark.parametrize(
    "text",
    [
        *("[a]", "[1, a]", "[]", "[ ]", "[,]", "[1,]", "[1 2]", "[1-]", "[-1]", "[1】", "[1"),
        *("[3-1]", "[1990-2020]", "[1-6]", "[12345678901]", "[٣]", "(1)", "\\[1\\]", "[1\n]"),
    ],
)
def test_strict_parser_leaves(text: str) -> None:
    assert parse_citations(text, 5) == Citations()


def test_order_is_that_of_first_citations() -> None:
    assert parse_citations("[3] [1] [3] [2] [1] [9]", 3).order == (2, 0, 1)


def test_without_documents_every_citation_is_hallucinated() -> None:
    assert parse_citations("[1] [2-3]", 0) == Citations((), (1,))


@given(HOSTILE, st.integers(0, 12))
def test_parsers_never_raise(text: str, documents: int) -> None:
    found = parse_citations(text, documents)
    assert all(0 <= one < documents for one in found.sequence)
    assert not any(1 <= one <= documents for one in found.hallucinated)
    assert set(found.order) == set(found.sequence)
    assert all(isinstance(one, int) for one in cited_positions(text))


@given(st.lists(st.integers(0, 30)), st.integers(0, 20))
def test_parsers_agree_on_plain_citations(numbers: list[int], documents: int) -> None:
    text = " and ".join(f"so [{number}]." for number in numbers)
    inside = [one for one in cited_positions(text) if 0 <= one < documents]
    assert parse_citations(text, documents).sequence == tuple(inside)


@pytest.mark.parametrize("part", ["[", "[1,", "[1 ", "[1-", "[^", "[ ", "1]", "[1]", "【[", "[[1]"])
def test_long_hostile_text_is_read(part: str) -> None:
    # Quadratic reading would take hours here.
    text = part * 100_000
    assert len(parse_citations(text, 3).sequence) == len(re.findall(r"\[1\]", text))
    assert len(parse_citations("[" + part[1:] * 100_000, 3).sequence) <= 100_000


def test_what_counts_as_a_citation() -> None:
    for text in ("A lamp [1].", "A lamp 【3】.", "A lamp [99].", "A lamp [1-3]."):
        assert cites(text)
    for text in ("A lamp.", "A lamp [see there].", "A lamp []."):
        assert not cites(text)
