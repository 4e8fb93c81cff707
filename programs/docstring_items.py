"""Entries of docstrings: one argument, result or error each, in the notation of each style."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PARAM, RETURN, YIELD, RAISES, WARNS = "param", "return", "yield", "raises", "warns"
KINDS = (PARAM, RETURN, YIELD, RAISES, WARNS)
"""In the order that they are told in."""
_NAME = r"(?:'\w+'|`{0,2}\\?\*{0,2}\w[\w.]*`{0,2}|\[`[^`\]]+`\](?:\([^()\s]*\))?|:\w+:`[^`]+`)"
_NAMES = re.compile(rf"{_NAME}(?:\s*,\s*{_NAME})*")
_BULLET = re.compile(r"[-*•]\s+")
_MARKUP = re.compile(r":\w+:(?=`)|(?<=\])\([^()\s]*\)|[`'\\\[\]~]")
_INDEX = r"\[(?:[^\[\]]|\[(?:[^\[\]]|\[(?:[^\[\]]|\[[^\[\]]*\])*\])*\])*\]"
_ONE_TYPE = rf"(?:[\w.]+|:\w+:`[^`]+`|`+[^`]+`+)(?:{_INDEX})?"
_TYPE = re.compile(rf"{_ONE_TYPE}(?:\s*(?:,|\||\bor\b|\bof\b)\s*{_ONE_TYPE})*")
_ERROR = re.compile(rf"({_NAME})\s+((?:if|when|on|in case|for|is raised)\b.*)", re.DOTALL)
_NOTHING = {"", "none", "none.", "n/a", "nothing", "nothing.", "-"}


@dataclass
class Entry:
    """An argument, a result or an error."""

    kind: str
    name: str = ""
    type: str = ""
    text: str = ""

    def add(self, line: str) -> None:
        """Go on with its text."""
        self.text = f"{self.text} {line.strip()}".strip()

    def __str__(self) -> str:
        name = f" {self.name}" if self.name else ""
        told = ", ".join(part for part in (self.type, self.text) if part)
        return f":{self.kind}{name}: {told}".rstrip()

    @property
    def says_something(self) -> bool:
        """Whether it has more to tell than that there is nothing."""
        return bool(self.name) or f"{self.type}{self.text}".lower() not in _NOTHING


def indent_of(line: str) -> int:
    """Characters of white space before a line."""
    return len(line) - len(line.lstrip())


def google_entries(kind: str, lines: Sequence[str]) -> Iterator[Entry]:
    """Entries of a section whose items are ``name (type): text``, one below the other."""
    if kind in {RETURN, YIELD}:
        text = " ".join(line.strip() for line in lines if line.strip())
        yield _result(kind, text)
        return
    items = min((indent_of(line) for line in lines if line.strip()), default=0)
    entry: Entry | None = None
    for line in lines:
        found = _google_item(kind, line.strip()) if indent_of(line) == items else None
        if found is None and entry is not None:
            entry.add(line)
            continue
        if entry is not None:
            yield entry
        entry = found or _free(kind, line.strip())
    if entry is not None:
        yield entry


def numpy_entries(kind: str, lines: Sequence[str]) -> Iterator[Entry]:
    """Entries of a section with ``name : type`` and, further right below it, their text."""
    items = min((indent_of(line) for line in lines if line.strip()), default=0)
    entry: Entry | None = None
    for line in lines:
        if not line.strip():
            continue
        if indent_of(line) > items and entry is not None:
            entry.add(line)
            continue
        if entry is not None:
            yield _settled(entry)
        entry = _numpy_item(kind, line.strip())
    if entry is not None:
        yield _settled(entry)


def _google_item(kind: str, line: str) -> Entry | None:
    line = _BULLET.sub("", line, count=1) if _BULLET.match(line) else line
    names = _NAMES.match(line)
    if names is None:
        return None
    rest, given = line[names.end() :].lstrip(), ""
    if rest.startswith("("):
        end = _closing(rest)
        given, rest = rest[1:end].strip(), rest[end + 1 :].lstrip()
    for mark in (":", "-- ", "- "):
        if rest.startswith(mark):
            return Entry(kind, _plain(names[0]), given, rest[len(mark) :].strip())
    return _free(kind, line) if kind in {RAISES, WARNS} and _ERROR.match(line) else None


def _numpy_item(kind: str, line: str) -> Entry:
    name, colon, given = (part.strip() for part in line.partition(" : "))
    if not colon:
        name, colon, given = (part.strip() for part in line.partition(":"))
    if kind in {RETURN, YIELD}:
        named = bool(colon) and _NAMES.fullmatch(name) is not None
        return Entry(kind, name if named else "", given if named else line)
    if _NAMES.fullmatch(name):
        return Entry(kind, _plain(name), given)
    return _free(kind, line)


def _settled(entry: Entry) -> Entry:
    """An entry read in full: a result's name goes into its text, a lone text is no type."""
    if entry.kind not in {RETURN, YIELD}:
        return entry
    if not entry.text and not entry.name and not _TYPE.fullmatch(entry.type):
        return _result(entry.kind, entry.type)
    if entry.name:
        entry.text = f"{entry.name}: {entry.text}" if entry.text else entry.name
        entry.name = ""
    return entry


def _result(kind: str, text: str) -> Entry:
    """A result told as ``type: text``, or as a text alone."""
    given, colon, rest = text.partition(": ")
    if colon and _TYPE.fullmatch(given):
        return Entry(kind, "", given, rest.strip())
    return Entry(kind, "", "", text)


def _free(kind: str, text: str) -> Entry:
    """An entry that is a text alone; an error is named at its start."""
    error = _ERROR.fullmatch(text) if kind in {RAISES, WARNS} else None
    return Entry(kind, _plain(error[1]), "", error[2]) if error else Entry(kind, "", "", text)


def _plain(names: str) -> str:
    return _MARKUP.sub("", names)


def _closing(text: str) -> int:
    """Place of the bracket that closes the one at the start; the end where none does."""
    depth = 0
    for place, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        if not depth:
            return place
    return len(text)
