# ruff: noqa: RUF001 -- letters of many scripts are the matter of these tests
from __future__ import annotations

import sys
from collections import Counter
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domainbench.retrieval.bm25.characters import split_words
from domainbench.retrieval.bm25.counts import Utf8, hash_words
from domainbench.retrieval.bm25.stopwords import STOPWORDS
from domainbench.retrieval.bm25.tokenizer import Tokenizer, join_stopwords
from domainbench.schemas.errors import MissingDependencyError, UsageError


def compiled_counts(texts: list[str], tokenizer: Tokenizer, threads: int = 1) -> list[Counter[int]]:
    """Per text, how often each hash occurs, from the compiled tokenizer."""
    source = Utf8.from_arrow(pa.array(texts, pa.large_string()))
    found: list[Counter[int]] = []
    for piece in tokenizer.count(source, threads):
        hashes = piece.hashes[piece.terms]
        for row, (start, stop) in enumerate(pairwise(piece.ends)):
            counts = dict(zip(hashes[start:stop].tolist(), piece.counts[start:stop], strict=True))
            assert sum(counts.values()) == piece.lengths[row]
            found.append(Counter({key: int(count) for key, count in counts.items()}))
    return found


def readable_counts(texts: list[str], tokenizer: Tokenizer) -> list[Counter[int]]:
    words = [
        split_words(text, lowercase=tokenizer.lowercase, min_length=tokenizer.min_length)
        for text in texts
    ]
    return [Counter(hash_words(split).tolist()) for split in words]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello, WORLD_1 x-ray 3.5", ["hello", "world_1", "x", "ray", "3", "5"]),
        ("", []),
        (" .,;!? \n\t", []),
        ("में हिन्दी की किताबें", ["में", "हिन्दी", "की", "किताबें"]),
        ("क्\u200dष क्ष", ["क्ष", "क्ष"]),  # ZWJ is invisible
        ("می\u200cخواهم", ["میخواهم"]),  # and so is ZWNJ
        ("co\u00adoperate", ["cooperate"]),
        ("हिन्दी, क्षत्रिय। ज\u093cमीन॥", ["हिन्दी", "क्षत्रिय", "ज\u093cमीन"]),
        ("\u095bमीन म\u095b\u095b", ["ज\u093cमीन", "मज\u093cज\u093c"]),  # as NFC writes them
        ("\u09dc \u0a59ੁ \u0b5c", ["\u09a1\u09bc", "\u0a16\u0a3cੁ", "\u0b21\u0b3c"]),
        ("धारा ३०२ ٣٤ ３x", ["धारा", "302", "34", "3x"]),
        ("a\u200bb", ["a", "b"]),  # ZERO WIDTH SPACE
        ("İSTANBUL Işık ılık", ["istanbul", "işık", "ılık"]),
        ("Straße STRAẞE", ["straße", "straße"]),
        ("ΟΔΟΣ οδός", ["οδο\u03c3", "οδό\u03c3"]),
        ("東京タワーは高い", ["東", "京", "タワー", "は", "高", "い"]),
        ("漢a漢", ["漢", "a", "漢"]),
        ("서울 특별시", ["서울", "특별시"]),
        ("I ❤️ it 👩‍🔬 1️⃣", ["i", "it", "1\u20e3"]),
        ("cafe\u0301 \u0301x", ["cafe\u0301", "x"]),  # a mark starts no word
        ("𝒳 \U00020000\U00020001", ["𝒳", "\U00020000", "\U00020001"]),
        ("x₂ ½ ⅷ", ["x₂", "½", "ⅷ"]),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert split_words(text) == words
    tokenizer = Tokenizer(min_length=1)
    assert compiled_counts([text], tokenizer) == readable_counts([text], tokenizer)


def test_min_length_counts_code_points_and_spares_single_characters() -> None:
    assert split_words("a ab é éé का क 漢 は", min_length=2) == ["ab", "éé", "का", "漢", "は"]
    assert split_words("ab abc に", min_length=3) == ["abc", "に"]
    # A letter with a nukta is two, however it is written.
    assert split_words("\u095b ज\u093c ज", min_length=2) == ["ज\u093c", "ज\u093c"]


def test_case_is_kept_on_demand() -> None:
    assert split_words("Ab ΣΑΣ", lowercase=False) == ["Ab", "ΣΑΣ"]


any_text = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from(
            "aAzZ09_ .,\u200d\u200c\u200b\u00ad\ufe0f\u0301कािं्漢はカİςΣß\u095b\u093c०９"
        ),
    ),
    max_size=40,
)


@settings(deadline=None)
@given(texts=st.lists(any_text, max_size=6), lowercase=st.booleans(), min_length=st.integers(1, 3))
def test_compiled_and_readable_tokenizers_agree(
    *, texts: list[str], lowercase: bool, min_length: int
) -> None:
    tokenizer = Tokenizer(min_length=min_length, lowercase=lowercase)
    assert compiled_counts(texts, tokenizer) == readable_counts(texts, tokenizer)


def test_arrays_grow_within_a_text_and_between_texts() -> None:
    rng = np.random.default_rng(1)
    sizes = (3, 30_000, 0, 9000)
    texts = [" ".join(f"{word:x}" for word in rng.integers(0, 40_000, n)) for n in sizes]
    tokenizer = Tokenizer(min_length=1)
    assert compiled_counts(texts, tokenizer) == readable_counts(texts, tokenizer)


def test_pieces_cover_all_texts_in_order() -> None:
    texts = ["", "", "alpha beta", "", "gamma " * 50, "delta", ""]
    for threads in (1, 2, 3, 20):
        tokenizer = Tokenizer()
        assert compiled_counts(texts, tokenizer, threads) == readable_counts(texts, tokenizer)


def test_slices_of_arrow_arrays_are_read_from_their_offset() -> None:
    whole = pa.array(["never", "one two", "two"], pa.large_string())
    source = Utf8.from_arrow(whole.slice(1))
    (piece,) = Tokenizer().count(source, 1)
    assert len(source) == 2
    assert piece.lengths.tolist() == [2, 1]
    assert [source.string(*place) for place in piece.places.tolist()] == ["one", "two"]


def test_stop_words_are_dropped_after_lowercasing() -> None:
    assert Tokenizer(stopwords="en").tokens("The cat is ON the mat") == ["cat", "mat"]
    assert Tokenizer(stopwords="hi").tokens("यह किताब और वह मेज़") == ["किताब", "मेज़"]
    assert Tokenizer(stopwords="cat|MAT").tokens("The cat on the mat") == ["the", "on", "the"]


def test_every_stop_word_of_the_lists_is_one_word() -> None:
    for name, words in STOPWORDS.items():
        assert Tokenizer(stopwords=name).stopword_set == set(words)


def test_lists_of_stop_words_have_one_spelling() -> None:
    assert join_stopwords(["b", "a", "b"]) == "a|b"
    assert Tokenizer(stopwords=join_stopwords(["en"])).stopword_set == {"en"}
    assert join_stopwords([]) == "none"


def test_stop_words_that_cannot_work_are_refused() -> None:
    with pytest.raises(UsageError, match="is not one word"):
        Tokenizer(stopwords="don't|")
    with pytest.raises(UsageError, match="unknown list of stop words 'eng'") as error:
        Tokenizer(stopwords="eng")
    assert "did you mean en" in str(error.value)


def test_stems_are_made_after_stop_words() -> None:
    pytest.importorskip("Stemmer")
    tokenizer = Tokenizer(stopwords="running|", stemmer="english")
    assert tokenizer.tokens("Running runs the engines") == ["run", "the", "engin"]


def test_words_stand_for_their_stems_and_stop_words_for_nothing() -> None:
    pytest.importorskip("Stemmer")
    tokenizer = Tokenizer(stopwords="en", stemmer="english")
    source = Utf8.from_arrow(pa.array(["the Engines", "engine of naïveté"], pa.large_string()))
    pieces = tokenizer.count(source, 2)
    terms = tokenizer.terms(pieces)
    assert terms is not None
    engine, naive = hash_words(["engin", "naïveté"]).tolist()
    assert np.concatenate(terms).tolist() == [0, engine, engine, 0, naive]


def test_each_word_is_stemmed_by_the_algorithm_of_its_script() -> None:
    pytest.importorskip("Stemmer")
    text = "running 4wheelers फसलें книги"
    both = Tokenizer(stemmer="hindi+english")
    assert both == Tokenizer(stemmer="english+hindi")
    assert both.stemmer == "english+hindi"
    assert both.tokens(text) == ["run", "4wheeler", "फसल", "книги"]
    assert Tokenizer(stemmer="english").tokens(text) == ["run", "4wheeler", "फसलें", "книги"]
    assert Tokenizer(stemmer="hindi").tokens(text) == ["running", "4wheelers", "फसल", "книги"]
    assert Tokenizer(stemmer="hindi+russian").tokens(text) == [
        "running",
        "4wheelers",
        "फसल",
        "книг",
    ]


def test_stemmers_of_one_script_are_refused() -> None:
    pytest.importorskip("Stemmer")
    with pytest.raises(UsageError, match="words of one script") as error:
        Tokenizer(stemmer="german+english")
    assert "english and german" in str(error.value)
    with pytest.raises(UsageError, match="unknown stemmer 'hind'"):
        Tokenizer(stemmer="english+hind")


def test_lists_of_stop_words_are_joined() -> None:
    both = Tokenizer(stopwords="hi+en")
    assert both == Tokenizer(stopwords="en+hi")
    assert both.tokens("The soil और वह मिट्टी") == ["soil", "मिट्टी"]
    assert both.stopword_set == set(STOPWORDS["en"]) | set(STOPWORDS["hi"])
    with pytest.raises(UsageError, match="unknown list of stop words 'none'"):
        Tokenizer(stopwords="en+none")


@settings(deadline=None)
@given(texts=st.lists(any_text, max_size=4))
def test_terms_are_the_same_on_both_ways(texts: list[str]) -> None:
    pytest.importorskip("Stemmer")
    tokenizer = Tokenizer(stopwords="en+hi", stemmer="english+hindi")
    texts = [*texts, "The crops फसलें और खेतों में"]
    pieces = tokenizer.count(Utf8.from_arrow(pa.array(texts, pa.large_string())), 1)
    terms = tokenizer.terms(pieces)
    assert terms is not None
    found: list[Counter[int]] = []
    for piece, hashes in zip(pieces, terms, strict=True):
        for start, stop in pairwise(piece.ends):
            counts: Counter[int] = Counter()
            for term, count in zip(piece.terms[start:stop], piece.counts[start:stop], strict=True):
                counts[int(hashes[term])] += int(count)
            del counts[0]
            found.append(counts)
    assert found == [Counter(hash_words(tokenizer.tokens(text)).tolist()) for text in texts]


def test_unknown_stemmers_are_named() -> None:
    pytest.importorskip("Stemmer")
    with pytest.raises(UsageError, match="unknown stemmer 'englsh'"):
        Tokenizer(stemmer="englsh")


def test_a_missing_stemmer_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "Stemmer", None)
    with pytest.raises(MissingDependencyError, match="PyStemmer"):
        Tokenizer(stemmer="english")


def test_min_length_must_be_positive() -> None:
    with pytest.raises(UsageError, match="min_length"):
        Tokenizer(min_length=0)
