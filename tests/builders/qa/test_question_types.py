"""Kinds and levels of questions, from wording and from labels."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.builders.qa.question_types import detect_level, detect_type
from domainbench.schemas.qa import LEVELS, QUESTION_TYPES

OPTIONS = ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("question", "kind", "evidence"),
    [
        pytest.param(
            "Assertion (A): Neem repels insects. Reason (R): It is bitter.",
            "assertion_reason",
            "text: Assertion (A), Reason (R)",
            id="assertion",
        ),
        pytest.param(
            "अभिकथन (A): नीम कड़वा है। कारण (R): कीट भागते हैं।",
            "assertion_reason",
            "text: अभिकथन (A), कारण (R)",
            id="assertion-hi",
        ),
        pytest.param(
            "कथन (A): नीम कड़वा है। तर्क (R): कीट भागते हैं।",
            "assertion_reason",
            "text: कथन (A), तर्क (R)",
            id="statement-hi",
        ),
        pytest.param(
            "What was the reason for the revolt?", "single_choice", "no rule", id="reason-alone"
        ),
        pytest.param(
            "Match List-I with List-II", "match_columns", "text: Match List", id="match-lists"
        ),
        pytest.param(
            "Match the following:\nA. rice 1. rabi",
            "match_columns",
            "text: Match the following",
            id="match-following",
        ),
        pytest.param(
            "सूची-I को सूची-II से सुमेलित कीजिए",
            "match_columns",
            "text: सुमेलित कीजिए",
            id="match-hi",
        ),
        pytest.param(
            "स्तंभ-I और स्तंभ-II में",
            "match_columns",
            "text: स्तंभ-I, स्तंभ-II",
            id="columns-hi",
        ),
        pytest.param(
            "Which of the following is correctly matched?", "single_choice", "no rule", id="pair"
        ),
        pytest.param("कौन सा युग्म सही सुमेलित है?", "single_choice", "no rule", id="pair-hi"),
        pytest.param(
            "Match the crop with its season:",
            "match_columns",
            "text: Match the crop with",
            id="with",
        ),
        pytest.param("If set A = {1} and set B = {2}", "single_choice", "no rule", id="sets"),
        pytest.param("सही जोड़े बनाइए", "match_columns", "text: जोड़े बनाइए", id="pairs-hi"),
        pytest.param("A match with Pakistan was won by", "single_choice", "no rule", id="game"),
        pytest.param("The capital is ____.", "fill_blank", "text: ____", id="underscores"),
        pytest.param("The capital is ......", "fill_blank", "text: ......", id="dots"),
        pytest.param("It is called … by farmers", "fill_blank", "text: …", id="ellipsis"),
        pytest.param("रिक्त स्थान भरिए: जल", "fill_blank", "text: रिक्त स्थान", id="blank-hi"),
        pytest.param("Wait... NPK 10-26-26", "single_choice", "no rule", id="no-blank"),
        pytest.param(
            "Read the following passage and answer.",
            "comprehension",
            "text: Read the following passage",
            id="passage",
        ),
        pytest.param("गद्यांश पढ़कर उत्तर दें", "comprehension", "text: गद्यांश", id="passage-hi"),
        pytest.param("अनुच्छेद 21 में क्या है?", "single_choice", "no rule", id="article-hi"),
    ],
)
def test_wording(question: str, kind: str, evidence: str) -> None:
    assert detect_type(question, OPTIONS, None, None) == (kind, evidence)


@pytest.mark.parametrize(
    ("options", "kind", "evidence"),
    [
        pytest.param(
            ["A-1, B-2, C-3", "A-2, B-1, C-3"],
            "match_columns",
            "options: A-1, B-2, C-3",
            id="codes",
        ),
        pytest.param(
            ["(a)-(iii), (b)-(i), (c)-(ii)", "(a)-(i), (b)-(iii), (c)-(ii)"],
            "match_columns",
            "options: (a)-(iii), (b)-(i), (c)-(ii)",
            id="roman-codes",
        ),
        pytest.param(
            ["Both are true and R is the correct explanation of A", "A is false"],
            "assertion_reason",
            "options: R is the correct explanation",
            id="explanation",
        ),
        pytest.param(
            ["A और R सही हैं, R, A की सही व्याख्या है", "A गलत है"],
            "assertion_reason",
            "options: R सही हैं, R, A की सही व्याख्या",
            id="explanation-hi",
        ),
        pytest.param(
            ["Statement II is the correct explanation of Statement I", "Neither is true"],
            "assertion_reason",
            "options: correct explanation of Statement",
            id="statements",
        ),
        pytest.param(["यह सही व्याख्या है", "यह नहीं है"], "single_choice", "no rule", id="any-hi"),
        pytest.param(["A-1", "B-2"], "single_choice", "no rule", id="single-pairs"),
    ],
)
def test_options_tell_too(options: list[str], kind: str, evidence: str) -> None:
    assert detect_type("Choose the right answer", options, None, None) == (kind, evidence)


@pytest.mark.parametrize(
    ("claimed", "kind"),
    [
        pytest.param("Assertion or Reasoning", "assertion_reason", id="assertion"),
        pytest.param("Assertion/Reason", "assertion_reason", id="slash"),
        pytest.param("MATCH_THE_COLUMNS", "match_columns", id="match"),
        pytest.param("Fill in the blanks", "fill_blank", id="blank"),
        pytest.param("Reading Comprehension", "comprehension", id="comprehension"),
        pytest.param("MCQ", "single_choice", id="mcq"),
        pytest.param("unheard of", "single_choice", id="unknown"),
    ],
)
def test_labels_of_sources(claimed: str, kind: str) -> None:
    found, evidence = detect_type("What is it?", OPTIONS, None, claimed)
    assert found == kind
    assert evidence == ("no rule" if kind == "single_choice" else f"source: {claimed}")


def test_a_general_label_gives_way_to_the_wording() -> None:
    assert detect_type("It is ____", OPTIONS, None, "MCQ")[0] == "fill_blank"


def test_contexts() -> None:
    assert detect_type("It is ____", OPTIONS, "A passage.", None) == ("comprehension", "context")
    assert detect_type("What is it?", [], "A passage.", "MCQ") == ("extractive", "no options")


def test_long_evidence_is_cut() -> None:
    kind, evidence = detect_type("It is " + "_" * 90, OPTIONS, None, None)
    assert (kind, evidence) == ("fill_blank", "text: " + "_" * 39 + "…")


@given(st.text(max_size=60), st.lists(st.text(max_size=20), max_size=4))
def test_kinds_are_of_the_closed_set(question: str, options: list[str]) -> None:
    assert detect_type(question, options, None, None)[0] in QUESTION_TYPES


@pytest.mark.parametrize(
    ("claimed", "level"),
    [
        pytest.param("Easy", "easy", id="easy"),
        pytest.param("MEDIUM ", "medium", id="medium"),
        pytest.param("Level: Hard", "hard", id="hard"),
        pytest.param("difficult", "hard", id="difficult"),
        pytest.param("सरल", "easy", id="easy-hi"),
        pytest.param("मध्यम स्तर", "medium", id="medium-hi"),
        pytest.param("कठिन", "hard", id="hard-hi"),
        pytest.param("1", "easy", id="number"),
        pytest.param("2.0", "medium", id="spreadsheet-number"),
        pytest.param("३", "hard", id="devanagari-number"),
        pytest.param("4", None, id="beyond"),
        pytest.param("very hard", None, id="other-words"),
        pytest.param("", None, id="empty"),
        pytest.param(None, None, id="none"),
    ],
)
def test_levels(claimed: str | None, level: str | None) -> None:
    assert detect_level(claimed) == level
    assert level is None or level in LEVELS
