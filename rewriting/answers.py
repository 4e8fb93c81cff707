"""The document in a language model's answer, without what models put around it."""

from __future__ import annotations

import re

_THOUGHT = "</think>"
_MARKERS = re.compile(r"\A<(document-*)>\n?(.*?)\n?</\1>\Z", re.DOTALL)
_FENCE = re.compile(r"\A(`{3,}|~{3,})[\w+-]*[ \t]*\n(?:(.*)\n)?\1\Z", re.DOTALL)
_QUOTES = ('""', "''", "“”", "\u2018\u2019", "«»", "„“", "「」")
_THING = r"(?:document|text|version|article|passage|description|content|output|answer|result)"
_CHANGED = (
    r"(?:re-?written|rephrased|revised|improved|updated|optimi[sz]ed|enhanced|edited|simplified|"
    r"final|new)"
)
_LABEL = re.compile(
    r"\A[#*_\s]*(?:"
    r"(?:sure|certainly|of course)[,!.](?:[^\n]*:)?"
    rf"|here(?:['\u2019]s| is)\b[^\n]*\b(?:{_CHANGED}|{_THING})\b[^\n]*:"
    r"|(?:the\s+)?(?:document|text|output|answer|result)\s*:"
    rf"|(?:the\s+)?{_CHANGED}\s+{_THING}\s*:?"
    r")[*_\s]*\Z",
    re.IGNORECASE,
)
_INLINE = re.compile(rf"\A[*_]*{_CHANGED}\s+{_THING}:[*_]*[ \t]+", re.IGNORECASE)
_LISTED = r"[\d^,;\uff0c\uff1b、 \t\xa0\u202f\u2013-]"
_CITATION = re.compile(rf"[\[【](?=[^\]】]*\d)({_LISTED}++)[\]】]")


def clean_answer(answer: str, *, title: str, text: str) -> str:
    """The rewritten text in an answer, empty if there is none.

    What stands before ``</think>``, a first line that is a label or repeats the title, and markers,
    a code fence or quotes around all of it go, unless the document had the same. Numbers alone in
    square brackets that the document does not hold get round ones: they would read as citations.

    Args:
        answer: what the model wrote.
        title: of the document, empty where it has none.
        text: of the document before.
    """
    # Some servers leave out the mark that thoughts begin with.
    _, mark, rest = answer.partition(_THOUGHT)
    found = (rest if mark and _THOUGHT not in text else answer).strip()
    before = text.strip()
    while True:
        bare = _unwrapped(_without_label(found, title, before), before)
        if bare == found:
            break
        found = bare
    held = {one[0] for one in _CITATION.finditer(text)}
    return _CITATION.sub(lambda one: one[0] if one[0] in held else f"({one[1]})", found)


def _without_label(found: str, title: str, before: str) -> str:
    """An answer without a first line that is no part of the document."""
    first, _, rest = found.partition("\n")
    if _folded(first) == _folded(before.partition("\n")[0]):
        return found
    names = {_folded(title), _folded(f"Title: {title}")} if title.strip() else set[str]()
    if _LABEL.match(first) or _folded(first) in names:
        return rest.strip()
    return found if _INLINE.match(before) else _INLINE.sub("", found)


def _unwrapped(found: str, before: str) -> str:
    """An answer without what surrounds all of it."""
    for pattern in (_MARKERS, _FENCE):
        match = pattern.match(found)
        if match and not pattern.match(before):
            inner = match[2] or ""
            if pattern is _MARKERS or match[1] not in inner:
                return inner.strip()
    for left, right in _QUOTES:
        inner = found[1:-1]
        if len(found) < 2 or found[0] != left or found[-1] != right:
            continue
        if left not in inner and right not in inner and before[:1] != left:
            return inner.strip()
    return found


def _folded(line: str) -> str:
    """A line for comparing: without emphasis around it, with single blanks and small letters."""
    return " ".join(line.strip(" \t*_").split()).casefold()
