"""Bodies of functions brought to the indentation of their file, whatever they come with."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .source_text import source_lines
from .syntax import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_HEADER = "def _():\n"


def fit(text: str, indent: str) -> str | None:
    """Bring a body to an indentation, and cut off what follows the function.

    Readings that take all of the text win over those that take a part of it.

    Args:
        text: a body: indented in whatever way, perhaps but for its first line.
        indent: white space before the statements of the body.

    Returns:
        The body; None where no reading of it parses.
    """
    readings = list(dict.fromkeys(_readings(text, indent)))
    for reading in readings:
        if _is_whole(reading):
            return reading
    for reading in readings:
        lines = source_lines(reading)
        kept = _kept_lines(reading) or _parsing_head(lines, indent)
        if kept:
            return "".join(lines[:kept])
    return None


def fits(text: str, indent: str) -> bool:
    """Whether a reading of a whole text as a body parses."""
    return bool(text) and any(_is_whole(reading) for reading in _readings(text, indent))


def fit_broken(text: str, indent: str) -> str:
    """Bring a body that does not parse to an indentation as well as can be."""
    lines = source_lines(text)
    later = [_blank(line) for line in lines[1:] if is_code(line)]
    if lines and len(_blank(lines[0])) < len(indent) and indent in later:
        return "".join([indent + lines[0].lstrip(), *lines[1:]])
    return _shifted(lines, _first_blank(lines), indent)


def trimmed(text: str) -> str:
    """A text without the blank lines at its start and end; spaces in other lines stay."""
    lines = source_lines(text)
    while lines and not lines[0].strip():
        del lines[0]
    while lines and not lines[-1].strip():
        del lines[-1]
    return "".join(lines).rstrip("\r\n")


def _readings(text: str, indent: str) -> Iterator[str]:
    lines = source_lines(text)
    blank = _first_blank(lines)
    if blank == indent:
        yield text
        return
    shifted = _shifted(lines, blank, indent)
    if len(_blank(lines[0])) >= len(indent):
        yield shifted
        return
    begun = "".join([indent + lines[0].lstrip(), *lines[1:]])
    later = [_blank(line) for line in lines[1:] if is_code(line)]
    least = min(later, key=len, default="")
    deeper = len(least) > len(indent)  # a statement of several lines as its file has it
    yield from (begun, shifted) if deeper else (shifted, begun)
    if least and least != indent:
        yield _shifted([least + lines[0].lstrip(), *lines[1:]], least, indent)


def _is_whole(reading: str) -> bool:
    return _kept_lines(reading) == len(source_lines(reading))


def _kept_lines(reading: str) -> int:
    """Lines of a reading that belong to the body; 0 where it does not parse."""
    try:
        module = parse(_HEADER + reading)
    except SyntaxError:
        return 0
    if len(module.body) == 1:
        return len(source_lines(reading))
    return (module.body[0].end_lineno or 1) - 1


def _parsing_head(lines: Sequence[str], indent: str) -> int:
    """Lines before code that stands further left, if these parse by themselves."""
    for number, line in enumerate(lines):
        further_left = number and is_code(line) and len(_blank(line)) < len(indent)
        if further_left and _kept_lines("".join(lines[:number])) == number:
            return number
    return 0


def _shifted(lines: Sequence[str], blank: str, indent: str) -> str:
    """Lines with one indentation in place of another; the insides of strings stay."""
    inside = _inside_strings(lines, blank)
    shifted: list[str] = []
    for number, line in enumerate(lines, 1):
        if number in inside or not line.strip() or not line.startswith(blank):
            shifted.append(line)
        else:
            shifted.append(indent + line[len(blank) :])
    return "".join(shifted)


def _inside_strings(lines: Sequence[str], blank: str) -> set[int]:
    """Numbers of the lines that begin inside a string; none where the text does not parse."""
    header = "if 1:\n" if blank else ""
    try:
        module = parse(header + "".join(lines))
    except SyntaxError:
        return set()
    found: set[int] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.JoinedStr) or (
            isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
        ):
            found.update(range(node.lineno + 1, (node.end_lineno or node.lineno) + 1))
    return {number - len(source_lines(header)) for number in found}


def _first_blank(lines: Sequence[str]) -> str:
    return next((_blank(line) for line in lines if is_code(line)), "")


def is_code(line: str) -> bool:
    """Whether a line is neither blank nor a comment."""
    return line.strip()[:1] not in {"", "#"}


def _blank(line: str) -> str:
    """White space that a line begins with."""
    return line[: len(line) - len(line.lstrip(" \t\f"))]
