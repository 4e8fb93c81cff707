"""Docstrings in two parts: what a function does, and what its arguments and results are.

Three styles are read: fields of reStructuredText (``:param x: …``, PEP 287), Google's sections and
numpydoc's. What shows or annotates, as examples and version notes, is neither part.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

REST, GOOGLE, NUMPY, PLAIN = "rest", "google", "numpy", "plain"

_ARGUMENTS = {
    "args", "arguments", "parameters", "params", "other parameters", "keyword args",
    "keyword arguments", "kwargs", "attributes",
}  # fmt: skip
_RESULTS = {"returns": "return", "return": "return", "yields": "yield", "yield": "yield"}
_RAISES = {"raises", "raise", "except", "exceptions"}
_LEFT_OUT = {
    "example", "examples", "note", "notes", "references", "reference", "see also", "warning",
    "warnings", "todo", "changelog", "version", "usage", "warns", "methods",
}  # fmt: skip
_SECTIONS = {*_ARGUMENTS, *_RESULTS, *_RAISES, *_LEFT_OUT}
_FIELD = re.compile(r"^:([a-zA-Z]+)(?:[ \t]+([^:\n]*[^:\s]))?[ \t]*:[ \t]*(.*)$")
_DIRECTIVE = re.compile(r"^\.\. ?[\w-]+(?:::|:)")
_GOOGLE_HEAD = re.compile(r"^([A-Za-z][A-Za-z ]*):[ \t]*$")
_RULE = re.compile(r"^[-=~]{3,}[ \t]*$")
_GOOGLE_ITEM = re.compile(
    r"^(\*{0,2}[\w.\[\], ]+?)[ \t]*(?:\(([^)]*(?:\([^)]*\)[^)]*)*)\))?[ \t]*:(?:[ \t]+(.*)|$)"
)
_NUMPY_ITEM = re.compile(r"^(\*{0,2}\w[\w, *]*?)[ \t]*(?::[ \t]*(.*))?$")
_PARAM_FIELDS = {"param", "parameter", "arg", "argument", "key", "keyword", "kwarg", "ivar", "var"}


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a docstring says that a function must do."""

    functionality: str
    arguments: str
    """``:param x: T, text``, ``:return: T, text`` and ``:raises E: text``, one a line; may be
    empty."""
    style: str
    """rest, google, numpy or plain."""


@dataclass(slots=True)
class _Item:
    kind: str
    name: str = ""
    type: str = ""
    text: str = ""

    def line(self) -> str:
        head = f":{self.kind} {self.name}:" if self.name else f":{self.kind}:"
        body = ", ".join(part for part in (self.type, self.text) if part)
        return f"{head} {body}".rstrip()


def split_docstring(text: str) -> Requirement | None:
    """Part a docstring; None if it says nothing of what the function does.

    Args:
        text: the docstring, indented as in its file or not.
    """
    lines = [line.rstrip() for line in inspect.cleandoc(text.expandtabs()).splitlines()]
    blocks = list(_blocks(lines))
    style = next((style for style, name, _ in blocks if name), PLAIN)
    prose = [line for _, name, body in blocks if not name for line in body]
    items = [item for block in blocks for item in _items(*block)]
    functionality = _prose(prose)
    if not any(character.isalpha() for character in functionality):
        return None
    return Requirement(functionality, "\n".join(item.line() for item in items), style)


def _blocks(lines: Sequence[str]) -> Iterator[tuple[str, str, list[str]]]:
    """Style, name and lines of each section; prose has no name, fields are a section ``fields``."""
    style, name, body = PLAIN, "", list[str]()
    place = 0
    while place < len(lines):
        line = lines[place]
        after = lines[place + 1] if place + 1 < len(lines) else ""
        head = _GOOGLE_HEAD.match(line)
        if line.lower().strip() in _SECTIONS and _RULE.match(after):
            yield style, name, body
            style, name, body = NUMPY, line.strip().lower(), []
            place += 2
            continue
        if head and head.group(1).lower() in _SECTIONS and (not after.strip() or after[:1] == " "):
            yield style, name, body
            style, name, body = GOOGLE, head.group(1).lower(), []
        elif _is_field(line):
            if name != "fields":
                yield style, name, body
                style, name, body = REST, "fields", []
            body.append(line)
        elif _ends(style, name, line):
            yield style, name, body
            style, name, body = PLAIN, "", [line]
        else:
            body.append(line)
        place += 1
    yield style, name, body


def _is_field(line: str) -> bool:
    found = _FIELD.match(line)
    if found is None:
        return False
    kind = found.group(1).lower()
    return kind in {*_PARAM_FIELDS, *_RESULTS, *_RAISES, "type", "rtype", "meta", "cvar"}


def _ends(style: str, name: str, line: str) -> bool:
    """Whether a line that is not indented is prose again."""
    return bool(name) and style in {GOOGLE, REST} and line[:1] not in {"", " "}


def _prose(lines: Sequence[str]) -> str:
    """Prose without doctests, directives and what stands indented below them."""
    kept: list[str] = []
    hidden: int | None = None
    doctest = False
    for line in lines:
        indent = len(line) - len(line.lstrip())
        if line and hidden is not None and indent <= hidden:
            hidden = None
        if _DIRECTIVE.match(line.strip()):
            hidden = indent
            continue
        doctest = bool(line) and (doctest or line.lstrip().startswith(">>>"))
        if hidden is None and not doctest:
            kept.append(line)
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
    return re.sub(r"(?i)\n*(for example|examples?|usage)\s*::?\Z", "", text).strip()


def _items(style: str, name: str, body: Sequence[str]) -> list[_Item]:
    if name == "fields":
        return _field_items(body)
    if name in _ARGUMENTS:
        return _listed(style, body, "param")
    if name in _RAISES:
        return _listed(style, body, "raises")
    if name in _RESULTS:
        return _results(style, body, _RESULTS[name])
    return []


def _field_items(body: Sequence[str]) -> list[_Item]:
    items: list[_Item] = []
    types: dict[str, str] = {}
    for line in body:
        found = _FIELD.match(line)
        if found is None or not _is_field(line):
            if items and line.strip():
                items[-1].text = f"{items[-1].text} {line.strip()}".strip()
            continue
        kind, name, text = found.group(1).lower(), found.group(2) or "", found.group(3).strip()
        if kind in {"type", "rtype"}:
            types[name if kind == "type" else ""] = text
            items.append(_Item("type"))  # what continues it is no part of another field
            continue
        if kind in {"meta", "cvar"}:
            items.append(_Item("type"))
        elif kind in _PARAM_FIELDS:
            *before, last = name.split() or [""]
            items.append(_Item("param", last, " ".join(before), text))
        elif kind in _RAISES:
            items.append(_Item("raises", name, "", text))
        else:
            items.append(_Item(_RESULTS[kind], "", "", text))
    found_items = [item for item in items if item.kind != "type"]
    for item in found_items:
        key = item.name if item.kind == "param" else ""
        if item.kind != "raises" and not item.type and key in types:
            item.type = types.pop(key)
    if types.get("") and not any(item.kind == "return" for item in found_items):
        found_items.append(_Item("return", "", types[""]))
    return found_items


def _entries(body: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Lines at the least indentation, each with what is indented below it."""
    filled = [line for line in body if line.strip()]
    least = min((len(line) - len(line.lstrip()) for line in filled), default=0)
    head: str | None = None
    below: list[str] = []
    for line in filled:
        if len(line) - len(line.lstrip()) == least:
            if head is not None:
                yield head, below
            head, below = line.strip(), []
        else:
            below.append(line.strip())
    if head is not None:
        yield head, below


def _listed(style: str, body: Sequence[str], kind: str) -> list[_Item]:
    items: list[_Item] = []
    for head, below in _entries(body):
        found = (_NUMPY_ITEM if style == NUMPY else _GOOGLE_ITEM).match(head)
        if found is None:
            if items:
                items[-1].text = " ".join([items[-1].text, head, *below]).strip()
            continue
        if style == NUMPY:
            items.append(
                _Item(kind, found.group(1), (found.group(2) or "").strip(), " ".join(below))
            )
        else:
            words = [(found.group(3) or "").strip(), *below]
            text = " ".join(word for word in words if word)
            items.append(_Item(kind, found.group(1).strip(), (found.group(2) or "").strip(), text))
    return items


def _results(style: str, body: Sequence[str], kind: str) -> list[_Item]:
    entries = list(_entries(body))
    if style == NUMPY:
        items: list[_Item] = []
        for head, below in entries:
            name, colon, found = head.partition(" : ")
            items.append(_Item(kind, "", found.strip() if colon else name, " ".join(below)))
        return items
    text = " ".join(" ".join([head, *below]) for head, below in entries)
    found = re.match(r"^([\w.\[\], |]+?):[ \t]+(.*)$", text)
    if found is None:
        return [_Item(kind, "", "", text)] if text else []
    return [_Item(kind, "", found.group(1).strip(), found.group(2).strip())]
