"""Names of what can be wrong with a question, and which of it leads to rejection."""

from __future__ import annotations

NO_QUESTION = "no_question"
TOO_LONG = "too_long"
FEW_OPTIONS = "few_options"
MISSING_OPTION = "missing_option"
EQUAL_OPTIONS = "equal_options"
NO_ANSWER = "no_answer"
UNREADABLE_ANSWER = "unreadable_answer"
ANSWER_OUTSIDE = "answer_outside"
SEVERAL_ANSWERS = "several_answers"
UNKNOWN_LANGUAGE = "unknown_language"
STRUCTURAL = {
    NO_QUESTION: "there is no question text",
    TOO_LONG: "question, options and passage have more than a million characters",
    FEW_OPTIONS: "there are fewer than two options",
    MISSING_OPTION: "an option between others is empty",
    EQUAL_OPTIONS: "two options are equal",
    NO_ANSWER: "the answer is missing",
    UNREADABLE_ANSWER: "the answer is neither a letter, a number nor an option's text",
    ANSWER_OUTSIDE: "the answer is outside the options or the passage",
    SEVERAL_ANSWERS: "there are several right answers",
    UNKNOWN_LANGUAGE: "no language is claimed and none can be told",
}
"""Faults that leave no question to keep: always rejected."""

WRONG_LANGUAGE = "wrong_language"
BROKEN_UNICODE = "broken_unicode"
TRUNCATED = "truncated"
IMAGE = "image"
EXACT_DUPLICATE = "exact_duplicate"
NEAR_DUPLICATE = "near_duplicate"
CONTAMINATED = "contaminated"
REFERS_TO_OPTIONS = "refers_to_options"
CONFLICTING_ANSWERS = "conflicting_answers"
CHOOSABLE = {
    WRONG_LANGUAGE: "the text is in another language than claimed",
    BROKEN_UNICODE: "the text has broken characters",
    TRUNCATED: "the text is cut short",
    IMAGE: "it refers to an image, which is not there",
    EXACT_DUPLICATE: "it repeats an earlier question with its options",
    NEAR_DUPLICATE: "it is nearly an earlier question with its options",
    CONTAMINATED: "13 words of it stand in a given collection",
    REFERS_TO_OPTIONS: "an option refers to others by their place",
    CONFLICTING_ANSWERS: "a duplicate of it has another answer",
}
"""Faults that the option ``reject`` chooses from; the others found are flags."""

REJECTED = (WRONG_LANGUAGE, BROKEN_UNICODE, TRUNCATED, IMAGE, EXACT_DUPLICATE, NEAR_DUPLICATE)
"""What is rejected unless told."""
