from __future__ import annotations

import math

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from domainbench.retrieval.bm25.characters import split_words
from domainbench.retrieval.bm25.stopwords import STOPWORDS
from domainbench.retrieval.keywords import keywords

STOP = {word for words in STOPWORDS.values() for word in words}


def strings(*values):
    return pa.array(values, pa.large_string())


def by_definition(text, documents, count):
    """The rule in plain Python."""
    words = split_words(text, min_length=3)
    sets = [set(split_words(document, min_length=3)) for document in documents]

    def weight(word):
        df = sum(word in held for held in sets)
        idf = round(math.log1p((len(sets) - df + 0.5) / (df + 0.5)), 9)
        return words.count(word) * idf

    usable = [w for w in dict.fromkeys(words) if w not in STOP and not w.isnumeric()]
    return sorted(usable, key=lambda word: -weight(word))[:count]


def test_the_words_with_the_highest_weight_come_first():
    text = "The valve opens the valve and a pump of 1234 litres"
    documents = [strings("a valve", "valve pump"), strings("pump seal", "litres")]
    # Of 4 documents 2 hold "valve" (twice in the text) and "pump", 1 "litres", none "opens".
    assert keywords(strings(text), documents).to_pylist() == [["opens", "valve", "litres", "pump"]]


def test_a_text_without_words_has_none():
    assert keywords(strings("", "of 12 x"), [strings("valve")]).to_pylist() == [[], []]


def test_nothing_in_nothing_out():
    assert keywords(strings(), []).to_pylist() == []


WORDS = st.lists(
    st.sampled_from(["valve", "pump", "seal", "Pump", "the", "42", "12345", "नल", "ab"]),
    max_size=12,
)


@given(st.lists(WORDS, max_size=4), st.lists(WORDS, max_size=6), st.integers(1, 4))
def test_they_follow_the_definition(texts, documents, count):
    lines = [" ".join(words) for words in texts]
    collection = [" ".join(words) for words in documents]
    found = keywords(strings(*lines), [strings(*collection)], count=count).to_pylist()
    assert found == [by_definition(line, collection, count) for line in lines]
