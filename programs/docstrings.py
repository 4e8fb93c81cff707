"""Docstrings as requirements: what a function does, apart from its arguments and results.

Sections of the Google style, of the NumPy style and fields of reST are told apart wherever they
stand, so that mixtures are read too. Arguments, results and errors become lines in the notation of
reST. Examples, notes, references and notes on versions are left out: they are no requirement, and
examples give the tests away.
"""

from __future__ import annotations

import inspect
import re
import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .docstring_examples import without_examples
from .docstring_items import (
    KINDS,
    PARAM,
    RAISES,
    RETURN,
    WARNS,
    YIELD,
    Entry,
    google_entries,
    indent_of,
    numpy_entries,
)
from .syntax import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

REST, GOOGLE, NUMPY, PLAIN = "rest", "google", "numpy", "plain"
_LEFT_OUT = "left out"
_TITLES = {
    PARAM: (
        *("arg", "args", "argument", "arguments", "parameter", "parameters", "params"),
        *("keyword args", "keyword arguments"),
        *("keyword parameters", "kwargs", "other parameters", "receives", "input", "inputs"),
    ),
    RETURN: ("returns", "return", "output", "outputs"),
    YIELD: ("yields", "yield"),
    RAISES: ("raises", "raise", "exceptions", "throws"),
    WARNS: ("warns",),
    _LEFT_OUT: (
        *("example", "examples", "example usage", "usage example", "usage examples", "usage"),
        *("sample usage", "note", "notes", "reference", "references", "see also", "todo"),
        *("todos", "attributes", "methods", "warning", "warnings", "caution", "danger", "error"),
        *("hint", "important", "tip", "attention", "changelog", "author", "authors", "doctest"),
    ),
}
_KIND_OF_TITLE = {title: kind for kind, titles in _TITLES.items() for title in titles}
_FIELDS = {
    **dict.fromkeys(("param", "parameter", "arg", "argument", "key", "keyword", "kwarg"), PARAM),
    **dict.fromkeys(("return", "returns"), RETURN),
    **dict.fromkeys(("yield", "yields"), YIELD),
    **dict.fromkeys(("raise", "raises", "except", "exception", "throws"), RAISES),
    **dict.fromkeys(("warns",), WARNS),
    **dict.fromkeys(("type", "rtype", "ytype"), "type"),
    **dict.fromkeys(("var", "ivar", "cvar", "vartype", "meta", "note", "since", "see"), _LEFT_OUT),
    **dict.fromkeys(("author", "example", "todo", "version", "deprecated"), _LEFT_OUT),
}
_FIELD = re.compile(
    rf"[:@]({'|'.join(_FIELDS)})(?:\s+([^:\[\]]*(?:\[[^\]]*\][^:\[\]]*)?))?:(?!`)\s*(.*)"
)
_GOOGLE = re.compile(r"([A-Z][A-Za-z]*(?: [A-Za-z]+)?)\s*:{1,2}\s*")
_GOOGLE_INLINE = re.compile(r"(Returns?|Yields?|Raises):\s+(\S.*)")
_ITEM = re.compile(r"[-*]?\s*['\"`*]{0,2}\w[\w'\", ]*`{0,2}\s*(?:\([^()]*\))?\s*(?::|--)\s")
_UNDERLINE = re.compile(r"[-=~]{3,}\s*")


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a docstring asks for."""

    functionality: str
    """What the function does, in the docstring's own lines."""
    arguments: str
    """``:param x: T, text``, ``:return: T, text``, ``:raises E: text``, a line each."""
    style: str
    """rest, google, numpy or plain."""


def split_docstring(text: str) -> Requirement | None:
    """Split a docstring into what its function does and what it takes and gives.

    Args:
        text: the docstring, cleaned or not.

    Returns:
        The two, or None where the docstring does not say what the function does.
    """
    entries: list[Entry] = []
    styles: list[str] = []
    told = _tidy(inspect.cleandoc(text).split("\n"))
    while True:  # what is left when sections are gone may make up another one
        reader = _Reader(without_examples(told.split("\n")))
        reader.read()
        entries += reader.entries
        styles += reader.styles
        left = _tidy(reader.prose)
        if left == told:
            break
        told = left
    if not any(character.isalpha() for character in told):
        return None
    entries = [entry for entry in entries if entry.says_something]
    entries.sort(key=lambda entry: KINDS.index(entry.kind))
    return Requirement(
        functionality=told,
        arguments="\n".join(str(entry) for entry in entries),
        style=styles[0] if styles else PLAIN,
    )


def _tidy(lines: Sequence[str]) -> str:
    """Lines without white space at their ends, and without blank lines but one between others."""
    text = "\n".join(line.rstrip() for line in lines)
    return inspect.cleandoc(re.sub(r"\n{3,}", "\n\n", text)).strip()


@dataclass
class _Reader:
    """Takes a docstring apart, from its first line on."""

    lines: list[str]
    at: int = 0
    prose: list[str] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)

    ended: int = -1
    """Where the last section ended."""

    def read(self) -> None:
        """Go through all lines."""
        forms = (self._numpy, self._google, self._field)
        while self.at < len(self.lines):
            if any(form() for form in forms):
                self.ended = self.at
                self.prose.append("")
            else:
                self.prose.append(self.lines[self.at])
                self.at += 1

    def _numpy(self) -> bool:
        if not self._is_underlined(self.at):
            return False
        kind = _KIND_OF_TITLE.get(self.lines[self.at].strip().rstrip(":").lower())
        if kind is None:
            return False
        indent = indent_of(self.lines[self.at])
        start = self.at = self.at + 2
        while self.at < len(self.lines) and not self._is_underlined(self.at):
            line = self.lines[self.at]
            after_blank = self.at > start and not self.lines[self.at - 1].strip()
            left = line.strip() and indent_of(line) <= indent
            if kind != _LEFT_OUT and after_blank and left and _is_sentence(line):
                break
            self.at += 1
        self._add(NUMPY, kind, self.lines[start : self.at], numpy_entries)
        return True

    def _is_underlined(self, at: int) -> bool:
        if at + 1 >= len(self.lines) or not self.lines[at].strip():
            return False
        return _UNDERLINE.fullmatch(self.lines[at + 1].strip()) is not None

    def _google(self) -> bool:
        line = self.lines[self.at]
        title = _GOOGLE.fullmatch(line.strip())
        kind = _KIND_OF_TITLE.get(title[1].lower()) if title else None
        if kind is None:
            return self._google_inline()
        content = self._google_content(kind, indent_of(line))
        if content is None:
            return False
        self._add(GOOGLE, kind, content, google_entries)
        return True

    def _google_content(self, kind: str, indent: int) -> list[str] | None:
        """What belongs to a title: what is indented more, or else what is no running text."""
        below = self.lines[self.at + 1 :]
        first = next((line for line in below if line.strip()), "")
        if indent_of(first) > indent:
            return self._take(lambda line: not line.strip() or indent_of(line) > indent)
        if not first:
            return None
        if kind == _LEFT_OUT:
            code = _leading_code(below)
            self.at += code
            return self._take(lambda _: False) if code else None
        if kind in {RETURN, YIELD} and below[0].strip():
            return self._take(lambda line: bool(line.strip()))
        if _ITEM.match(below[0].strip()):
            return self._take(lambda line: _ITEM.match(line.strip()) or indent_of(line) > indent)
        return None

    def _google_inline(self) -> bool:
        """``Returns: text`` at the start of a paragraph that is not the first."""
        found = _GOOGLE_INLINE.fullmatch(self.lines[self.at].strip())
        first = self.ended == self.at or (self.at > 0 and not self.lines[self.at - 1].strip())
        if not found or not first:
            return False
        rest = self._take(lambda line: bool(line.strip()) and not self._begins_section(line))
        kind = _KIND_OF_TITLE[found[1].lower()]
        self._add(GOOGLE, kind, [" ".join([found[2], *map(str.strip, rest)])], google_entries)
        return True

    def _field(self) -> bool:
        line = self.lines[self.at]
        found = _FIELD.match(line.lstrip())
        if found is None:
            return False
        indent = indent_of(line)
        blank = False

        def goes_on(line: str) -> bool:
            nonlocal blank
            if not line.strip():
                blank = True
                return True
            return indent_of(line) > indent or not (blank or self._begins_section(line))

        rest = self._take(goes_on)
        text = " ".join([found[3], *(line.strip() for line in rest if line.strip())]).strip()
        self.styles.append(REST)
        self._add_field(found[1], (found[2] or "").strip(), text)
        return True

    def _add_field(self, name: str, argument: str, text: str) -> None:
        kind = _FIELDS[name]
        if kind == "type":
            of = {"rtype": RETURN, "ytype": YIELD}.get(name, PARAM)
            self._entry(of, argument if of == PARAM else "").type = text
        elif kind == PARAM:
            given, _, named = argument.rpartition(" ")
            entry = self._entry(kind, named)
            entry.type = given or entry.type
            entry.add(text)
        elif kind in {RETURN, YIELD}:
            entry = self._entry(kind, "")
            entry.type = argument or entry.type
            entry.add(text)
        elif kind != _LEFT_OUT:
            self.entries.append(Entry(kind, argument, "", text))

    def _entry(self, kind: str, name: str) -> Entry:
        """The entry of that name, which may be a new one."""
        for entry in self.entries:
            if (entry.kind, entry.name) == (kind, name):
                return entry
        self.entries.append(Entry(kind, name))
        return self.entries[-1]

    def _begins_section(self, line: str) -> bool:
        told = line.strip()
        title = _GOOGLE.fullmatch(told)
        return (
            _FIELD.match(told) is not None
            or _GOOGLE_INLINE.fullmatch(told) is not None
            or (title is not None and title[1].lower() in _KIND_OF_TITLE)
        )

    def _add(
        self,
        style: str,
        kind: str,
        lines: Sequence[str],
        read: Callable[[str, Sequence[str]], Iterator[Entry]],
    ) -> None:
        self.styles.append(style)
        if kind != _LEFT_OUT:
            self.entries += read(kind, lines)

    def _take(self, goes_on: Callable[[str], object]) -> list[str]:
        """Pass the line here and those behind it that it goes on with; return the latter."""
        start = self.at = self.at + 1
        while self.at < len(self.lines) and goes_on(self.lines[self.at]):
            self.at += 1
        return self.lines[start : self.at]


def _leading_code(lines: Sequence[str]) -> int:
    """How many lines from the first on are paragraphs of Python code."""
    code = at = 0
    while at < len(lines):
        end = next((n for n in range(at, len(lines)) if not lines[n].strip()), len(lines))
        try:
            parse(textwrap.dedent("\n".join(lines[at:end])))
        except SyntaxError:
            break
        code, at = (end if end > at else code), end + 1
    return code


def _is_sentence(line: str) -> bool:
    """Whether a line is running text and no item."""
    return len(line.split()) > 3 and " : " not in line
