"""Runs of words shared with a collection."""

from hypothesis import given
from hypothesis import strategies as st

from domainbench.builders.qa.contamination import contaminated

WORDS = [f"word{n}" for n in range(40)]


def text(start, stop):
    return " ".join(WORDS[start:stop])


def test_runs_of_thirteen_words_are_counted_once_each():
    found = contaminated(
        [text(0, 15), text(20, 40), text(2, 12)[::-1]], ["x " + text(0, 14) + " y"]
    )
    assert found.count == [2, 0, 0]
    assert found.first == [text(0, 13), None, None]
    assert found.text == [0, None, None]


def test_case_and_punctuation_do_not_count():
    question = "Which, of the THREE rivers of the plain, flows past the old town wall?"
    told = "... which of the three rivers of the plain flows past the old town wall and so on"
    assert contaminated([question], ["other", told]).text == [1]


def test_a_short_question_is_searched_whole_and_a_very_short_one_not_at_all():
    found = contaminated([text(0, 8), text(0, 7)], [text(0, 20)])
    assert found.count == [1, None]


def test_hindi_words_are_kept_whole():
    question = "गंगा नदी हिमालय से निकलकर बंगाल की खाड़ी में गिरती है और यह सबसे पवित्र मानी जाती है"
    assert contaminated([question], [question + " ऐसा कहा जाता है"]).count == [6]


@given(st.lists(st.sampled_from("abc"), max_size=20), st.lists(st.sampled_from("abc"), max_size=20))
def test_against_a_plain_search(ours, theirs):
    question, given_text = " ".join(ours), " ".join(theirs)
    found = contaminated([question], [given_text], n=8)
    runs = {tuple(ours[i : i + 8]) for i in range(len(ours) - 7)}
    there = {tuple(theirs[i : i + 8]) for i in range(len(theirs) - 7)}
    assert found.count == [len(runs & there) if len(ours) >= 8 else None]


@given(st.lists(st.lists(st.sampled_from("abcd"), max_size=14).map(" ".join), max_size=5))
def test_many_texts_are_searched_apart(texts):
    questions = ["a b c d a b c d", "a b a b a b a b a b"]
    found = contaminated(questions, texts, n=9)
    for question, first in zip(questions, found.text, strict=True):
        words = question.split()
        runs = [question] if len(words) < 9 else [" ".join(words[i : i + 9]) for i in range(2)]
        holding = [n for n, text in enumerate(texts) if any(f" {r} " in f" {text} " for r in runs)]
        assert first == min(holding, default=None)
