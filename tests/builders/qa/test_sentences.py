"""Ends of sentences in English and Hindi."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.builders.qa.sentences import split_sentences

if TYPE_CHECKING:
    from pathlib import Path

# Sentences are written with "¦" between them, where they are split.
ENGLISH = [
    "Soil holds water.¦ Plants need it!¦ Do they?¦ Yes",
    "Dr. A. K. Rao met Mr. Smith at 5 p.m. on Jan. 5, 2019.¦ He left.",
    "It fell to 3.5 per cent.¦ See Fig. 2 and Sec. IV of Vol. 3.",
    "The answer is no.¦ It rose.",
    "He lives in the U.S. The Army knows.".replace("U.S. ", "U.S.¦ "),
    "He joined the U.S. Army in 1940.",
    "Rice, wheat, etc. are grown.¦ Maize, etc.¦ The rest is left.",
    "“It is late.”¦ (He slept.)¦ [He woke.]¦ She said “Go!” and left.",
    "A fact.[1][2]¦ Another.[citation needed]¦ A third",
    "1. Sow the seed.¦ 2. Water it.",
    "It is e.g. green, i.e. alive.¦ Yahoo! was a firm.",
    "Wait... What?¦ Yes.".replace("... ", "...¦ "),
    "First\n\nSecond".replace("\n\n", "\n\n¦"),
    "one line\nanother line of it.¦\nNext",
]
HINDI = [
    "जल ही जीवन है।¦ पेड़ लगाइए!¦ क्यों?¦ हाँ",
    "जल है।¦मिट्टी है।",
    "डॉ. ए. पी. जे. अब्दुल कलाम राष्ट्रपति थे।¦ वे वैज्ञानिक थे।",
    "यह 5 कि.मी. दूर है.¦ वह 3.5 किलो का है.",
    "धर्मक्षेत्रे कुरुक्षेत्रे ॥ १ ॥¦ मामकाः पाण्डवाश्चैव ॥२॥",
    "उन्होंने कहा, “चलो।”¦ फिर वे गए।[1]¦ अंत",
    "यह ई. पू. 500 की बात है।",
]
CASES = [("en", text) for text in ENGLISH] + [("hi", text) for text in HINDI]


@pytest.mark.parametrize(
    ("language", "marked"), CASES, ids=[f"{case[0]}-{n}" for n, case in enumerate(CASES)]
)
def test_sentences(language: str, marked: str) -> None:
    text = marked.replace("¦", "")
    found = [text[start:end] for start, end in split_sentences(text, language)]
    assert found == [part.strip() for part in marked.split("¦")]


def test_other_scripts_and_languages() -> None:
    text = "これは水です。土もあります。"
    assert [text[a:b] for a, b in split_sentences(text, "ja")] == [
        "これは水です。",
        "土もあります。",
    ]
    # Words that begin English sentences tell nothing in another language.
    assert len(split_sentences("Es el U.S. The Army.", "es")) == 1


def test_nothing_in_nothing() -> None:
    assert split_sentences("") == []
    assert split_sentences(" \n\n ") == []


@pytest.mark.parametrize("mark", [". ", "...", "a. ", "1. ", "॥ ", '"', "[", "A.B."])
def test_long_runs_of_marks_are_covered(mark: str) -> None:
    text = mark * 20_000 + "x"
    spans = split_sentences(text)
    assert spans[0][0] == 0
    assert spans[-1][1] == len(text)


PIECES = st.sampled_from(
    ["a", "B", " ", "\n", ".", "!", "।", "॥", "1", '"', ")", "[", "]", "Dr.", "है"]
)


@given(
    text=st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=25).map("".join)),
    language=st.sampled_from(["en", "hi"]),
)
def test_spans_cover_the_text_in_order(text: str, language: str) -> None:
    spans = split_sentences(text, language)
    assert all(start < end for start, end in spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
    edges = [0, *(place for span in spans for place in span), len(text)]
    assert all(not text[a:b].strip() for a, b in zip(edges[::2], edges[1::2], strict=True))
    assert all(text[start:end] == text[start:end].strip() for start, end in spans)


@pytest.mark.real_data
@pytest.mark.parametrize("language", ["en", "hi"])
def test_real_answers_lie_within_a_sentence(data_dir: Path, language: str) -> None:
    read = json.loads((data_dir / "qa" / f"xquad.{language}.json").read_text("utf-8"))
    crossing = 0
    for paragraph in (each for article in read["data"] for each in article["paragraphs"]):
        spans = split_sentences(paragraph["context"], language)
        for answer in (one for question in paragraph["qas"] for one in question["answers"]):
            first = answer["answer_start"]
            last = first + len(answer["text"])
            crossing += not any(start <= first and last <= end for start, end in spans)
    # One annotated answer is two sentences long.
    assert crossing == 1
