"""A function cut out of its file for a prompt: what stands around its body, never the body."""

from __future__ import annotations

import io
import tokenize
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...programs.functions import decode_source, source_lines
from ...schemas.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_STEP = "    "
"""Indentation of a body below a signature that shows none."""
_OPENING, _CLOSING = "([{", ")]}"


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A function without its body."""

    name: str
    """Its qualified name in the module, as ``Class.method``."""
    path: str
    """Of its file, below the snapshot's root."""
    header: tuple[str, ...]
    """Lines of decorators and signature as the file has them, each with its line end."""
    docstring: str
    """Its requirement, dedented."""
    outer: str
    """White space before the signature."""
    inner: str
    """White space before the body."""
    body: tuple[str, ...]
    """Lines of the body without the white space around them and without blank ones: what must be
    in no prompt."""
    above: tuple[str, ...] = ()
    """Lines of the file before the decorators."""
    below: tuple[str, ...] = ()
    """Lines behind the body."""

    @property
    def outer_alone(self) -> str:
        """White space before the signature where ``alone`` shows it."""
        return _STEP * self.name.count(".")

    def function(self) -> str:
        """Header and docstring as they stand in the file; the body would follow."""
        return "".join(self.header) + docstring_block(self.docstring, self.inner)

    def alone(self) -> str:
        """The same taken out of the file: below the names of its classes, all else dedented."""
        *classes, _ = self.name.split(".")
        outer = self.outer_alone
        inner = outer + (self.inner.removeprefix(self.outer) or _STEP)
        heads = [f"{_STEP * depth}class {name}:\n" for depth, name in enumerate(classes)]
        lines = [_moved(line, self.outer, outer) for line in self.header]
        return "".join([*heads, *lines]) + docstring_block(self.docstring, inner)


def cut_out(sample: Mapping[str, Any], content: bytes | None) -> Excerpt:
    """Cut a function out of its file.

    Args:
        sample: row of the table samples, with a functionality.
        content: the file; None leaves what is around the function out.

    Raises:
        DataError: the positions do not fit the texts.
    """
    code = _lines(sample["code_original"])
    signature = sample["signature_start"] - sample["start"]
    end = sample["signature_end"] - sample["start"] + 1
    body = sample["body_start"] - sample["start"]
    if not (0 <= signature < end <= len(code) and end - 1 <= body < len(code)):
        raise _misfit(sample, "code_original")
    head, rest = _split(code[signature:end])
    outer = _blank(code[signature])
    inner = _inner(code[max(body, end) :], sample["indent"], outer)
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    if content is not None:
        try:
            lines = _lines(decode_source(content))
        except (SyntaxError, UnicodeDecodeError, ValueError):
            lines = ()
        if sample["body_end"] > len(lines):
            raise _misfit(sample, "the table files")
        above, below = lines[: sample["start"] - 1], lines[sample["body_end"] :]
    return Excerpt(
        name=qualname_of(sample),
        path=sample["completion_path"],
        header=(*code[:signature], *_lines(head)),
        docstring="\n\n".join(filter(None, (sample["functionality"], sample["arguments"]))),
        outer=outer,
        inner=inner,
        body=bare_lines(code[body:] if body >= end else [rest]),
        above=above,
        below=below,
    )


def bare_lines(lines: Sequence[str]) -> tuple[str, ...]:
    """The lines that are not blank, without the white space around them."""
    return tuple(bare for line in lines if (bare := line.strip()))


def docstring_block(text: str, indent: str) -> str:
    """A text as the lines of a docstring, indented; Python reads the very text from it."""
    raw = "\\" in text
    quotes = next((q for q in ('"""', "'''") if q not in text and not text.endswith(q[0])), None)
    if quotes is None or (raw and text.endswith("\\")):
        text = text.replace("\\", "\\\\").replace('"', '\\"')
        raw, quotes = False, '"""'
    first, *others = text.split("\n")
    opening = ("r" if raw else "") + quotes + first
    shown = [opening, *others, quotes] if others else [opening + quotes]
    return "".join(f"{indent}{line}\n" if line else "\n" for line in shown)


def _lines(text: str) -> tuple[str, ...]:
    """Lines as Python counts them, each ending in a line feed."""
    return tuple(line.rstrip("\r\n") + "\n" for line in source_lines(text))


def _blank(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t\f"))]


def _inner(lines: Sequence[str], indent: int, outer: str) -> str:
    """White space before a body: that of its first line with as many columns."""
    blanks = (_blank(line) for line in lines if line.strip())
    return next((blank for blank in blanks if len(blank) == indent), outer + _STEP)


def _moved(line: str, old: str, new: str) -> str:
    """A line with another indentation; a blank one, or one with less, stays."""
    return new + line.removeprefix(old) if line.strip() and line.startswith(old) else line


def _split(lines: Sequence[str]) -> tuple[str, str]:
    """A signature up to its colon and a comment behind it, and what else is on the line: a body."""
    text = "".join(lines)
    depth, end = 0, None
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if end is not None:
                end = token.end if token.type == tokenize.COMMENT else end
                break
            if token.type == tokenize.OP:
                depth += (token.string in _OPENING) - (token.string in _CLOSING)
                end = token.end if token.string == ":" and not depth else None
    except (tokenize.TokenError, SyntaxError):
        pass  # behind the colon the text may end anywhere
    if end is None:
        return text, ""
    row, column = end
    length = len("".join(lines[: row - 1])) + column
    return text[:length], text[length:]


def qualname_of(sample: Mapping[str, Any]) -> str:
    """The part of a dotted name behind its module, which is the path's end."""
    names = sample["namespace"].split(".")
    parts = sample["completion_path"].removesuffix(".py").split("/")
    parts = parts[:-1] if parts[-1] == "__init__" else parts
    for first in range(len(parts)):
        module = parts[first:]
        if names[: len(module)] == module and len(names) > len(module):
            return ".".join(names[len(module) :])
    return ".".join(names[-2:] if sample["type"] == "method" else names[-1:])


def _misfit(sample: Mapping[str, Any], where: str) -> DataError:
    return DataError(
        "the positions of a sample do not fit its code",
        place=sample["_id"],
        found=f"lines {sample['start']} to {sample['body_end']}",
        expected=f"lines of {where}",
        hint="run `domainbench verify` on the release",
    )
