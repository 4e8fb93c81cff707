from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domainbench.retrieval.bm25.characters import split_words
from domainbench.rewriting.method import Rewriting, Subject
from domainbench.rewriting.registry import METHODS, open_method
from domainbench.rewriting.texts import stop_words, word_lists
from domainbench.rewriting.written import kinds
from domainbench.schemas.cseo import RECOMMENDATION, shown_text
from domainbench.schemas.errors import UsageError

RULES = sorted(set(METHODS) - set(kinds()))
BARE_NUMBERS = re.compile(r"[\[【][\d^,;、 \t\xa0\u202f\u2013\uff0c\uff1b-]+[\]】]")


def subject(text: str, title: str = "", query: str = "") -> Subject:
    return Subject("retail", RECOMMENDATION, title, text, query)


def rewritten(spec: str, one: Subject) -> Rewriting:
    (found,) = open_method(spec).rewrite([one])
    assert isinstance(found, Rewriting)
    return found


def text_by(spec: str, text: str, **more: str) -> str:
    return rewritten(spec, subject(text, **more)).text


def test_keyword_insertion_adds_the_words_that_title_and_text_lack() -> None:
    one = subject("It charges.", "USB cable", "the USB-C cable for Fast charging, fast")
    assert rewritten("keyword_insertion", one) == Rewriting(
        "USB cable", "It charges.\nC, Fast, charging"
    )
    assert rewritten("keyword_insertion:count=1", one).text == "It charges.\nC"
    assert rewritten("keyword_insertion:where=start,count=2", one).text == "C, Fast\nIt charges."
    assert rewritten("keyword_insertion:where=title", one) == Rewriting(
        "USB cable | C, Fast, charging", "It charges."
    )


def test_keyword_insertion_writes_into_what_is_empty() -> None:
    one = subject("", "", "red lamp")
    assert rewritten("keyword_insertion", one).text == "red, lamp"
    assert rewritten("keyword_insertion:where=start", one).text == "red, lamp"
    assert rewritten("keyword_insertion:where=title", one) == Rewriting("red, lamp", "")
    assert text_by("keyword_insertion", "A\n", query="lamp") == "A\nlamp"


def test_keyword_insertion_leaves_a_document_alone_that_lacks_nothing_or_has_no_query() -> None:
    assert text_by("keyword_insertion", "A red lamp.", query="the lamp, RED") == "A red lamp."
    assert text_by("keyword_insertion", "A red lamp.") == "A red lamp."


TWO_LONG = (
    "Short one. This sentence has exactly seven words here. Tiny. And that one is just as long."
)


@pytest.mark.parametrize(
    ("spec", "mark"),
    [
        ("statistics_scaffold", "[STATISTIC: a figure that supports this, with its source]"),
        ("quotation_scaffold", "[QUOTATION: a quotation that supports this, with its speaker]"),
        ("citation_scaffold", "[CITATION: a source that supports this]"),
    ],
)
def test_scaffolds_follow_sentences_that_are_long_enough(spec: str, mark: str) -> None:
    first, second = "This sentence has exactly seven words here.", "And that one is just as long."
    assert text_by(spec, TWO_LONG) == f"Short one. {first} {mark} Tiny. {second} {mark}"
    # One place for both: they are equally long, and the first one wins.
    assert text_by(f"{spec}:count=1", TWO_LONG) == f"Short one. {first} {mark} Tiny. {second}"
    # Without a long one, the longest of the short ones.
    assert text_by(f"{spec}:count=1", "Oh. So it is. No.") == f"Oh. So it is. {mark} No."
    assert text_by(spec, "\n - \n") == "\n - \n"


def test_scaffolds_spread_over_the_text() -> None:
    sentences = [f"Sentence {name} has at least six words." for name in "abcdef"]
    sentences[3] = "Sentence d has a few more words than six."
    found = text_by("citation_scaffold:count=2", " ".join(sentences))
    marked = [i for i, part in enumerate(found.split("Sentence ")[1:]) if "[CITATION" in part]
    assert marked == [0, 3]


def test_simplification_exchanges_phrases_whatever_their_case_and_breaks() -> None:
    assert text_by("simplification", "Utilize it in  order\nto FACILITATE reuse.") == (
        "Use it to EASE reuse."
    )
    assert text_by("simplification", "Prior to that, numerous re-purchased ones.") == (
        "Before that, many re-purchased ones."
    )
    assert rewritten("simplification", subject("", "Approximately 3 m")).title == "About 3 m"


def test_simplification_leaves_longer_words_alone() -> None:
    assert text_by("simplification", "utilizers étutilize unutilized") == (
        "utilizers étutilize unutilized"
    )


def test_simplification_splits_long_sentences_at_joints() -> None:
    spec = "simplification:max_words=10"
    assert text_by(
        spec, "One two three four five; six seven eight nine ten, but there are more words here."
    ) == ("One two three four five. Six seven eight nine ten. But there are more words here.")
    assert text_by(spec, "We like the small red cable, and they like the small blue cable.") == (
        "We like the small red cable. They like the small blue cable."
    )


@pytest.mark.parametrize(
    "whole",
    [
        "It has one two three four; yes and much else.",
        "It is the right gift for all of them, and makes for a wonderful home.",
        "They keep him in prison for years, so that nobody can ever find him.",
        "First the law of the land; then the law of the town; then the judge.",
        "It takes red lamps, blue lamps, old green lamps, and all of the other lamps.",
        "It is made (of one two three; of four five six seven) for you and me.",
        'He said "one two three four five; six seven eight nine ten" to all of us.',
        "One two three four five &amp; six seven eight nine ten eleven twelve thirteen.",
    ],
)
def test_simplification_splits_nothing_that_would_not_stand_alone(whole: str) -> None:
    assert text_by("simplification:max_words=8", whole) == whole


def test_simplification_leaves_short_sentences_whole() -> None:
    short = "One two three four five; six seven eight nine ten."
    assert text_by("simplification", short) == short


def test_simplification_only_shortens() -> None:
    for long, short in word_lists()["simple"].items():
        assert len(short) < len(long), long
        assert long == long.lower()
        assert short not in word_lists()["simple"], long


def test_outline_orders_title_summary_and_details() -> None:
    text = "A cable for Dr. No.  It is\nlong.\n\n* Braided\n## Black [1]\n---\n"
    assert text_by("outline", text, title="The\ncable") == (
        "# The | cable\n\n> A cable for Dr. No.\n\n## Details\n\n"
        "- It is\n- long.\n- Braided\n- Black [1]"
    )
    assert rewritten("outline", subject(text, "T")).title == "T"


def test_outline_makes_do_with_what_there_is() -> None:
    assert text_by("outline", "One. Two. Three.") == "# One.\n\n> Two.\n\n## Details\n\n- Three."
    assert text_by("outline", "One.") == "# One."
    assert text_by("outline", "", title="Title") == "# Title"
    assert text_by("outline", " -- ") == " -- "
    assert text_by("outline", "") == ""


def test_title_boost_adds_frequent_terms_as_the_text_first_writes_them() -> None:
    text = "Lamps and Bulbs: bulbs for lamps, 2020 2020 2020, lamps of oak. The the the it it."
    assert rewritten("title_boost:count=2", subject(text, "Oak")) == Rewriting(
        "Oak | Lamps, Bulbs", text
    )
    assert rewritten("title_boost:count=2", subject(text)).title == "Lamps, Bulbs"
    assert rewritten("title_boost", subject("in oak", "Oak")).title == "Oak"
    assert rewritten("title_boost", subject("", "")).title == ""


def test_rules_work_on_other_languages() -> None:
    hindi = "यह तार बहुत लंबा है और मजबूत भी है। यह तार सस्ता है।"
    found = text_by("citation_scaffold:count=1", hindi)
    assert found.startswith("यह तार बहुत लंबा है और मजबूत भी है। [CITATION")
    assert text_by("outline", "很好。不错。") == "# 很好。\n\n> 不错。"
    assert rewritten("title_boost:count=1", subject(hindi)).title == "तार"
    assert text_by("keyword_insertion", hindi, query="लाल तार") == f"{hindi}\nलाल"


documents = st.builds(
    subject,
    text=st.text() | st.lists(st.sampled_from(
        ["[", "]", "1", " ", "\v", "[1]", "; ", ", and ", "word ", "Utilize ", ". ", "\n", "\u017f"]
    )).map("".join),
    title=st.text(max_size=20) | st.sampled_from(["[", "[1"]),
    query=st.text(max_size=20) | st.sampled_from(["1]", "1 2", "[1] lamp"]),
)  # fmt: skip


@pytest.mark.parametrize("name", RULES)
@given(one=documents)
@example(one=subject("]", "[", "1"))
def test_rules_take_any_text_and_add_no_citation(name: str, one: Subject) -> None:
    method = open_method(name)
    (found,) = method.rewrite([one])
    assert isinstance(found, Rewriting)
    assert method.rewrite([one]) == [found]
    before = Counter(BARE_NUMBERS.findall(shown_text(one.title, one.text)))
    before.update(BARE_NUMBERS.findall(one.title))  # an outline says the title again
    assert Counter(BARE_NUMBERS.findall(shown_text(found.title, found.text))) <= before
    if not method.sees_query:
        assert method.rewrite([replace(one, query="other")]) == [found]


@given(one=documents)
def test_all_words_of_the_query_stand_in_the_document_after_keyword_insertion(one: Subject) -> None:
    for where in ("start", "end", "title"):
        found = rewritten(f"keyword_insertion:where={where}", one)
        held = split_words(shown_text(found.title, found.text))
        assert set(split_words(one.query)) <= {*held, *stop_words()}
        again = replace(one, title=found.title, text=found.text)
        assert rewritten(f"keyword_insertion:where={where}", again) == found


@given(one=documents)
def test_an_outline_keeps_every_word(one: Subject) -> None:
    if not split_words(one.title):
        found = Counter(split_words(rewritten("outline", one).text))
        kept = Counter(split_words(one.text))
        assert found - Counter(["details"]) in (kept, kept - Counter(["details"]))


@given(one=documents, count=st.integers(1, 5))
def test_scaffolds_only_add_placeholders(one: Subject, count: int) -> None:
    found = rewritten(f"citation_scaffold:count={count}", one)
    mark = " [CITATION: a source that supports this]"
    assert found.text.count(mark) <= count
    assert found.text.replace(mark, "") == one.text.replace(mark, "")
    assert found.title == one.title


@pytest.mark.parametrize("name", RULES)
def test_a_rule_says_what_it_is(name: str) -> None:
    method = open_method(name)
    assert method.name == name
    assert method.sees_query == (name == "keyword_insertion")
    assert method.model is None
    assert not method.may_invent


@pytest.mark.parametrize(
    "spec",
    [
        "keyword_insertion:count=-1",
        "keyword_insertion:where=middle",
        "title_boost:count=0",
        "statistics_scaffold:count=0",
        "simplification:max_words=0",
    ],
)
def test_values_out_of_range_are_refused(spec: str) -> None:
    with pytest.raises(UsageError):
        open_method(spec)
