"""Kinds of exam questions, told by their wording in English and Hindi.

Rules are tried from the most to the least particular; each names what it saw. A label of the
source that names a particular kind stands above them; one that only says "multiple choice" does
not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from .normalise import match_key

if TYPE_CHECKING:
    from collections.abc import Sequence

_CLAIMS: Final = {
    "assertion_reason": (
        "assertion reason",
        "assertion reasoning",
        "assertion or reasoning",
        "assertion or reason",
        "assertion and reason",
        "assertion and reasoning",
        "assertion reason type",
        "statement reason",
        "ar",
        "अभिकथन कारण",
        "अभिकथन और कारण",
        "कथन कारण",
        "कथन और कारण",
    ),
    "match_columns": (
        "match the columns",
        "match the column",
        "match columns",
        "match the following",
        "match the lists",
        "match the list",
        "match list",
        "match following",
        "match the pairs",
        "matching",
        "match",
        "matrix match",
        "मिलान",
        "मिलान करें",
        "मिलान कीजिए",
        "सही मिलान कीजिए",
        "सुमेलित करें",
        "सुमेलित कीजिए",
        "सुमेलन",
    ),
    "fill_blank": (
        "fill in the blanks",
        "fill in the blank",
        "fill in blanks",
        "fill blank",
        "fill blanks",
        "fill ups",
        "cloze",
        "fib",
        "रिक्त स्थान",
        "रिक्त स्थान भरें",
        "रिक्त स्थान की पूर्ति",
        "रिक्त स्थानों की पूर्ति",
    ),
    "comprehension": (
        "comprehension",
        "reading comprehension",
        "passage",
        "passage based",
        "paragraph based",
        "गद्यांश",
        "अपठित गद्यांश",
        "बोध",
    ),
}
_CLAIMED: Final = {label: kind for kind, labels in _CLAIMS.items() for label in labels}

_LEVELS: Final = {
    "easy": "easy simple basic beginner low elementary e l1 level1 1 सरल आसान प्राथमिक",
    "medium": "medium moderate intermediate average normal mid m l2 level2 2 मध्यम सामान्य औसत",
    "hard": "hard difficult advanced tough high expert h l3 level3 3 कठिन मुश्किल जटिल उच्च",
}
_LEVEL: Final = {word: level for level, words in _LEVELS.items() for word in words.split()}

_A, _R = r"[(\[]?\s*(?:A|I|1|क|अ)\s*[)\]]?", r"[(\[]?\s*(?:R|II|2|ख|ब|र|आर)\s*[)\]]?"
_ASSERTION = re.compile(
    rf"\bassertion\b(?:\s*{_A}\s*(?=[:.\-\u2013\u2014\u2212=]|$|\s))?"
    rf"|अभिकथन(?:\s*{_A})?|(?:प्रकथन|कथन|दावा)\s*[(\[]\s*(?:A|ए|अ|क)\s*[)\]]",
    re.IGNORECASE,
)
_REASON = re.compile(
    rf"\breason(?:ing)?\b(?:\s*{_R}(?![A-Za-z]))?|(?:कारण|तर्क|हेतु)(?:\s*[(\[]\s*(?:R|आर|र|ब|ख)\s*[)\]])?",
    re.IGNORECASE,
)
_EXPLAINS = re.compile(
    r"\b(?:R|reason)\)?\s*(?:is|are)\s*(?:not\s*)?(?:the|a)?\s*(?:correct|right|true)\s+explanation"
    r"|correct explanation (?:of|for) (?:the )?\(?(?:A\b|assertion|statement)"
    r"|(?:(?<![A-Za-z])R(?![A-Za-z])|कारण|तर्क)[^।]{0,40}(?:सही|उचित)\s*(?:व्याख्या|स्पष्टीकरण)",
    re.IGNORECASE,
)
_MATCH = re.compile(
    r"\bmatch\s+(?:the\s+|each\s+|correctly\s+)*(?:following|lists?|columns?|items?|pairs?|terms?|words?"
    r"|entries|statements?|names?|group)\b"
    r"|(?:^|[.?!:]\s)\s*match\b[^.?!]{0,120}\bwith\b"
    r"|(?:सुमेलित|मिलान|मेल)\s*(?:कीजिए|कीजिये|करें|करो|करिए|करके|करते)"
    r"|जोड़े\s*(?:बनाइए|बनाइये|बनाएं|बनाएँ|बनाओ)",
    re.IGNORECASE | re.DOTALL,
)
_LIST: Final = (
    r"(?:\b(?:list|column)|सूची|स्तंभ|स्तम्भ|कॉलम)\s*[-\u2013\u2014:]?\s*[(\[]?\s*(?:{})"
    r"(?![\u0900-\u0963A-Za-z0-9])"
)
_FIRST_LIST = re.compile(_LIST.format("I|A|1|X|P|१|क|अ"), re.IGNORECASE)
_SECOND_LIST = re.compile(_LIST.format("II|B|2|Y|Q|२|ख|ब"), re.IGNORECASE)
_CODES = re.compile(
    r"^\W*(?:[(\[]?(?:[A-Fa-fP-Sp-s]|[क-ङ]|[अबसद]|iv|i{1,3}|IV|I{1,3}|[1-6])[)\]]?\s*"
    r"(?:[-\u2013\u2014\u2192:]|->)\s*[(\[]?(?:[A-Fa-fP-Sp-s]|iv|v|i{1,3}|IV|V|I{1,3}|[1-6१-६])[)\]]?[\s,;।.]*){3,}$"
)
_PASSAGE = re.compile(
    r"\b(?:read|study|go through)\b[^.?!]{0,40}\b(?:passage|paragraph|extract|poem|stanza)\b"
    r"|\b(?:passage|paragraph)\s*:|\baccording to the (?:passage|paragraph|author of the passage)\b"
    r"|(?:गद्यांश|पद्यांश|काव्यांश|परिच्छेद|अवतरण)(?![\u0900-\u0963])"
    r"|अनुच्छेद\s+(?:को\s+)?(?:ध्यान\s*(?:से|पूर्वक)\s+)?(?:पढ़|पढ)"
    r"|अनुच्छेद के (?:अनुसार|आधार पर)",
    re.IGNORECASE,
)
_BLANK = re.compile(
    r"_(?:\s?_)+|\.(?:\s?\.){3,}|(?<![-\w])-(?:\s?-){2,}|[\u2013\u2014]{2,}|(?<=\s)\u2026+|\u2026{2,}"
    r"|\bfill(?:ing)? in the blanks?\b|\bfill in the\b|[(\[]\s*blank\s*[)\]]|(?:रिक्त|खाली)\s*स्थान",
    re.IGNORECASE,
)


def detect_type(
    question: str, options: Sequence[str], context: str | None, claimed: str | None
) -> tuple[str, str]:
    """The kind of a question, one of ``schemas.qa.QUESTION_TYPES``, and what shows it.

    Args:
        question: text in normal form.
        options: choices in normal form; none if extractive.
        context: the paragraph it is about, if any.
        claimed: label of the source.

    Returns:
        Kind and evidence: ``source: LABEL``, ``text: WORDS``, ``options: WORDS``, ``context`` or
        ``no rule``.
    """
    if not options:
        return "extractive", "no options"
    kind = _CLAIMED.get(match_key(claimed)) if claimed else None
    if kind is not None:
        return kind, f"source: {claimed}"
    if context:
        return "comprehension", "context"
    head = question[:_HEAD]
    for name, rule in _RULES:
        evidence = rule(head, options)
        if evidence is not None:
            return name, evidence
    return "single_choice", "no rule"


def _assertion(question: str, options: Sequence[str]) -> str | None:
    assertion = _ASSERTION.search(question)
    if assertion and (reason := _REASON.search(question)):
        return _text(assertion[0], reason[0])
    explained = next(filter(None, map(_EXPLAINS.search, options)), None)
    return None if explained is None else f"options: {explained[0]}"


def _columns(question: str, options: Sequence[str]) -> str | None:
    if match := _MATCH.search(question):
        return _text(match[0])
    first = _FIRST_LIST.search(question)
    if first and (second := _SECOND_LIST.search(question, first.end())):
        return _text(first[0], second[0])
    codes = [option for option in options if _CODES.match(option)]
    return f"options: {codes[0]}" if len(codes) > 1 else None


def _passage(question: str, _options: Sequence[str]) -> str | None:
    match = _PASSAGE.search(question)
    return _text(match[0]) if match else None


def _blank(question: str, _options: Sequence[str]) -> str | None:
    match = _BLANK.search(question)
    return _text(match[0]) if match else None


_RULES: Final = (
    ("assertion_reason", _assertion),
    ("match_columns", _columns),
    ("comprehension", _passage),
    ("fill_blank", _blank),
)
_HEAD = 20_000
"""Characters of a question that rules look at."""
_LONGEST = 40
"""Characters of each piece of evidence."""


def _text(*found: str) -> str:
    words = [" ".join(part.split()) for part in found]
    return "text: " + ", ".join(
        word if len(word) <= _LONGEST else word[: _LONGEST - 1] + "…" for word in words
    )


def detect_level(claimed: str | None) -> str | None:
    """The level that a source's label stands for, one of ``schemas.qa.LEVELS``, or None."""
    if not claimed:
        return None
    words = [word for word in match_key(claimed).split() if word not in ("level", "स्तर")]
    word = words[0].removesuffix(".0") if len(words) == 1 else ""
    return _LEVEL.get(word)
