from __future__ import annotations

from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

from domainbench.retrieval.bm25.tokenizer import Tokenizer as WordTokenizer
from domainbench.retrieval.passages import windows
from domainbench.retrieval.passages.windows import model_windows, word_windows
from domainbench.retrieval.texts import Texts
from domainbench.schemas.errors import UsageError


def texts(*strings: str) -> Texts:
    ids = [f"d{place:03}" for place in range(len(strings))]
    return Texts.from_arrays(pa.array(ids, pa.string()), pa.array(strings, pa.string()))


def expected(tokens: list[str], window: int, stride: int) -> list[list[str]]:
    """Windows by the rule: none starts where the one before has reached the end."""
    found: list[list[str]] = []
    first = 0
    while first < len(tokens):
        found.append(tokens[first : first + window])
        if first + window >= len(tokens):
            break
        first += stride
    return found


def by_document(passages) -> list[list[str]]:
    strings = passages.texts.to_pylist()
    starts = passages.starts.tolist()
    return [strings[a:b] for a, b in pairwise(starts)]


def test_windows_follow_each_other_or_overlap():
    documents = texts("one two three four five", "", "six seven")
    plain = by_document(word_windows(documents, WordTokenizer(), 2, 2))
    assert [[p.strip() for p in found] for found in plain] == [
        ["one two", "three four", "five"],
        [],
        ["six seven"],
    ]
    overlapping = by_document(word_windows(documents, WordTokenizer(), 3, 1))
    assert overlapping == [
        ["one two three", "two three four", "three four five"],
        [],
        ["six seven"],
    ]


def test_a_short_word_is_no_token_and_stays_in_its_window():
    found = by_document(word_windows(texts("a bc d ef g hi j"), WordTokenizer(), 2, 1))
    assert found == [["bc d ef", "ef g hi"]]


def test_passages_without_overlap_share_the_texts():
    documents = texts("one two three", "four five")
    passages = word_windows(documents, WordTokenizer(), 2, 2)
    assert passages.texts.buffers()[2].address == documents.texts.buffers()[2].address
    assert "".join(passages.texts.to_pylist()) == "one two threefour five"


@pytest.mark.parametrize(("window", "stride"), [(0, 1), (2, 3), (2, 0), (-1, -1)])
def test_a_stride_that_leaves_words_out_is_refused(window, stride):
    with pytest.raises(UsageError, match=r"the window is|the stride does"):
        word_windows(texts("one"), WordTokenizer(), window, stride)


LETTERS = st.text(
    st.one_of(
        st.sampled_from(
            "abcXYZ  \n-_.,\u200d\u0301\u0915\u093f\u095b\u093c\u4e00\u3042\U00020000é"
        ),
        st.characters(codec="utf-8"),
    ),
    max_size=30,
)


@given(
    st.lists(LETTERS, max_size=5),
    st.integers(1, 4).flatmap(lambda w: st.tuples(st.just(w), st.integers(1, w))),
    st.integers(1, 3),
)
def test_a_window_holds_its_words_again(strings, sizes, min_length):
    window, stride = sizes
    tokenizer = WordTokenizer(min_length=min_length)
    passages = word_windows(texts(*strings), tokenizer, window, stride)
    assert passages.doc_ids.to_pylist() == [f"d{place:03}" for place in range(len(strings))]
    for string, found in zip(strings, by_document(passages), strict=True):
        assert [tokenizer.tokens(p) for p in found] == expected(
            tokenizer.tokens(string), window, stride
        )
        assert all(p in string for p in found)


UNKNOWN = "[UNK]"


def word_level() -> Tokenizer:
    """Runs of letters and single other characters, unknown to the vocabulary or not."""
    tokenizer = Tokenizer(models.WordLevel({UNKNOWN: 0, "ab": 1}, unk_token=UNKNOWN))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r"\p{L}+|\S"), "removed", invert=True)
    tokenizer.enable_truncation(2)
    tokenizer.enable_padding(length=8)
    return tokenizer


def pieces(string: str) -> list[str]:
    tokenizer = word_level()
    tokenizer.no_truncation()
    tokenizer.no_padding()
    offsets = tokenizer.encode(string, add_special_tokens=False).offsets
    return [string[a:b] for a, b in offsets]


@given(
    st.lists(LETTERS, max_size=4),
    st.integers(1, 4).flatmap(lambda w: st.tuples(st.just(w), st.integers(1, w))),
)
def test_windows_of_a_model_are_its_tokens(strings, sizes):
    window, stride = sizes
    passages = model_windows(texts(*strings), word_level(), window, stride)
    for string, found in zip(strings, by_document(passages), strict=True):
        wanted = expected(pieces(string), window, stride)
        assert [pieces(p) for p in found] == wanted


def test_windows_of_a_transformers_tokenizer():
    from transformers import PreTrainedTokenizerFast

    fast = PreTrainedTokenizerFast(tokenizer_object=word_level(), unk_token=UNKNOWN)
    found = by_document(model_windows(texts("Ärger über 12, ab"), fast, 2, 2))
    assert found == [["Ärger über", " 12", ", ab"]]


def test_a_tokenizer_that_tells_no_places_is_refused():
    with pytest.raises(UsageError, match="fast tokenizer"):
        model_windows(texts("one"), object(), 2, 2)


def byte_level() -> Tokenizer:
    """Bytes, and blanks that belong to the word behind them."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=True)
    trainer = trainers.BpeTrainer(
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), vocab_size=262, show_progress=False
    )
    tokenizer.train_from_iterator(["pump pump"], trainer)
    return tokenizer


def word_pieces() -> Tokenizer:
    vocabulary = [UNKNOWN, "pump", "##s", "##ing", "valve", "."]
    tokenizer = Tokenizer(
        models.WordPiece({w: i for i, w in enumerate(vocabulary)}, unk_token=UNKNOWN)
    )
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return tokenizer


@pytest.mark.parametrize("make", [word_level, word_pieces, byte_level])
@given(st.lists(LETTERS, max_size=4), st.integers(1, 5))
def test_windows_of_a_model_without_overlap_are_the_texts_cut_up(make, strings, window):
    documents = texts(*(string + "pump" for string in strings))
    passages = model_windows(documents, make(), window, window)
    passages.texts.validate(full=True)  # no character is cut in two
    assert "" not in passages.texts.to_pylist()
    assert ["".join(found) for found in by_document(passages)] == documents.texts.to_pylist()
    if strings:
        shared = documents.texts.buffers()[2].address
        assert passages.texts.buffers()[2].address == shared


def test_windows_begin_and_end_between_tokens():
    documents = texts("Été pumping valves.", " ", "pump")
    assert by_document(model_windows(documents, word_pieces(), 2, 2)) == [
        ["Été pump", "ing valve", "s."],
        [],
        ["pump"],
    ]
    assert by_document(model_windows(documents, word_pieces(), 4, 3)) == [
        ["Été pumping valve", " valves."],
        [],
        ["pump"],
    ]


def test_a_blank_goes_with_the_word_behind_it():
    tokenizer = byte_level()
    passages = model_windows(texts("pump pump pump"), tokenizer, 1, 1).texts.to_pylist()
    assert passages == ["pump", " pump", " pump"]
    assert [tokenizer.encode(p).tokens for p in passages] == [["pump"], ["Ġpump"], ["Ġpump"]]


def test_a_window_of_less_than_a_character_is_none():
    documents = texts("a\U0001f600b", "\U0001f600")
    assert by_document(model_windows(documents, byte_level(), 1, 1)) == [
        ["a", "\U0001f600", "b"],
        ["\U0001f600"],
    ]


def test_texts_are_tokenised_some_at_a_time(monkeypatch):
    documents = texts("pump valve pipe", "", "é " * 9, "hose")
    whole = by_document(model_windows(documents, word_level(), 2, 1))
    monkeypatch.setattr(windows, "_BATCH_BYTES", 8)
    assert by_document(model_windows(documents, word_level(), 2, 1)) == whole


@pytest.mark.parametrize("threads", [1, 2, 3, 7])
def test_the_number_of_threads_changes_no_window(threads, monkeypatch):
    documents = texts(
        *(" ".join(["pump", "of", "valve"][: place % 4] * place) for place in range(40))
    )
    monkeypatch.setattr(windows, "thread_count", lambda: threads)
    for window, stride in ((3, 3), (3, 2)):
        found = by_document(word_windows(documents, WordTokenizer(), window, stride))
        assert [[p.split() for p in held] for held in found] == [
            expected(text.split(), window, stride) for text in documents.texts.to_pylist()
        ]


def test_part_of_an_array_is_cut_as_the_whole():
    documents = texts("one two", "three four five", "six")
    part = Texts(documents.ids.slice(1, 1), documents.texts.slice(1, 1))
    for cut, tokenizer in ((word_windows, WordTokenizer()), (model_windows, word_level())):
        passages = cut(part, tokenizer, 2, 2)
        assert passages.texts.buffers()[2].address == documents.texts.buffers()[2].address
        assert "".join(passages.texts.to_pylist()) == "three four five"


def test_a_text_of_short_words_lends_no_letters():
    documents = texts("pump a", "b", "c valve")
    passages = word_windows(documents, WordTokenizer(), 1, 1)
    assert passages.starts.tolist() == [0, 1, 1, 2]
    assert [WordTokenizer().tokens(p) for p in passages.texts.to_pylist()] == [["pump"], ["valve"]]


def test_no_texts_make_no_passages():
    nothing = Texts.from_arrays(pa.array([], pa.string()), pa.array([], pa.string()))
    for cut, tokenizer in ((word_windows, WordTokenizer()), (model_windows, word_level())):
        for stride in (1, 2):
            passages = cut(nothing, tokenizer, 2, stride)
            assert len(passages) == 0
            assert passages.starts.tolist() == [0]
