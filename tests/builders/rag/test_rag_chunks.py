"""Chunks are slices of the text, cover its tokens, and overlap as told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.builders.rag.chunks import Piece, cut, cut_lines, page_of, token_spans
from domainbench.builders.sources.rag.plain import clean, decode, html_text, markdown_text

TEXTS = st.text(st.characters(codec="utf-8")) | st.text("ab \n\t\u65e5\u3042.")


def tokens(text):
    return [text[start:end] for start, end in token_spans(text)]


def test_tokens_are_runs_without_blanks_and_single_unspaced_characters():
    assert tokens(" One, two\n(three)  ") == ["One,", "two", "(three)"]
    assert tokens("\u65e5\u672c go \u304b\u306a") == ["\u65e5", "\u672c", "go", "\u304b", "\u306a"]
    assert tokens("हिन्दी पाठ") == ["हिन्दी", "पाठ"]


def test_pieces_of_a_short_text():
    text = " one two\nthree  four five "
    assert cut(text, 2) == [Piece(1, 8, 2), Piece(9, 20, 2), Piece(21, 25, 1)]
    assert [text[p.start : p.end] for p in cut(text, 2)] == ["one two", "three  four", "five"]
    assert [text[p.start : p.end] for p in cut(text, 3, 1)] == [
        "one two\nthree",
        "three  four five",
    ]
    assert cut(" \n", 3) == cut("", 3) == []


def test_lines_are_pieces_without_the_blanks_around():
    text = "  a b \n\n\t\nc\n"
    assert cut_lines(text) == [Piece(2, 5, 2), Piece(10, 11, 1)]


@given(TEXTS, st.integers(1, 7), st.integers(0, 6))
def test_pieces_cover_all_tokens_in_order(text, size, overlap):
    overlap = min(overlap, size - 1)
    pieces = cut(text, size, overlap)
    found = [tokens(text[piece.start : piece.end]) for piece in pieces]
    assert all(len(words) == piece.tokens for words, piece in zip(found, pieces, strict=True))
    assert all(len(words) == size for words in found[:-1])
    whole = found[0] if found else []
    for words in found[1:]:
        assert whole[len(whole) - overlap :] == words[:overlap]
        assert len(words) > overlap
        whole = whole + words[overlap:]
    assert whole == tokens(text)


@given(TEXTS)
def test_pieces_of_lines_hold_every_token(text):
    pieces = cut_lines(text)
    parts = [text[piece.start : piece.end] for piece in pieces]
    assert [word for part in parts for word in tokens(part)] == tokens(text)
    assert all(part.strip() and "\n" not in part for part in parts)


@given(TEXTS)
def test_what_is_shown_of_any_page_and_any_markdown_can_be_cut(text):
    for shown in (
        html_text(f"<p>{text}</p>".encode())[0],
        markdown_text(clean(text))[0],
        decode(text.encode("utf-16")),
    ):
        assert clean(shown) == shown
        for piece in cut(shown, 3):
            part = shown[piece.start : piece.end]
            assert part == part.strip()
            assert clean(part) == part


@pytest.mark.parametrize(("start", "page"), [(0, 1), (9, 1), (10, 3), (24, 3), (25, 4), (90, 4)])
def test_the_page_is_the_last_that_has_begun(start, page):
    assert page_of(start, (0, 10, 25), (1, 3, 4)) == page


def test_a_text_without_pages_has_none():
    assert page_of(3, (), ()) is None
