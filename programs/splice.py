"""Completions put into files: the body of a function replaced, all else left byte for byte.

What models write comes in several forms: a body as its file would have it, a body whose first
line lacks the indentation that the prompt ended with, a body with another indentation, the whole
function, any of these in a block of Markdown. The first reading under which the body parses is
taken; what follows the function is cut off. Where no reading parses, the completion goes in as it
is, so that running it tells the fault.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from ..schemas.errors import DataError
from .completions import body_of_function, definition_line, fenced_code
from .indentation import fit, fit_broken, fits, is_code, trimmed
from .source_text import decode_source, line_end, source_encoding, source_lines

if TYPE_CHECKING:
    from collections.abc import Mapping

NOT_IMPLEMENTED = "raise NotImplementedError"
"""The body of mutants: no test that enters the function can pass."""


class SpliceError(DataError):
    """A completion holds no body, or the file has no place for one."""


@dataclass(frozen=True, slots=True)
class Span:
    """Lines of a function, from 1 and inclusive; its docstring lies before the body."""

    signature_start: int
    signature_end: int
    body_start: int
    body_end: int
    indent: int
    """Characters that the body is indented by."""
    qualname: str

    @classmethod
    def of_sample(cls, row: Mapping[str, Any]) -> Self:
        """The span that a row of the table ``samples`` tells."""
        return cls(
            signature_start=row["signature_start"],
            signature_end=row["signature_end"],
            body_start=row["body_start"],
            body_end=row["body_end"],
            indent=row["indent"],
            qualname=row["namespace"],
        )

    @property
    def name(self) -> str:
        """Name of the function."""
        return self.qualname.rpartition(".")[2]


def splice(source: str, span: Span, completion: str) -> str:
    """Put a completion in place of a function's body; the docstring stays.

    Args:
        source: text of the file, with its line ends.
        span: the function.
        completion: what a model wrote.

    Raises:
        SpliceError: the completion holds no body, or the span is not one of the file.
    """
    lines = source_lines(source)
    indent = _indent(lines, span)
    return _replaced(lines, span, _body(completion, span, indent))


def splice_file(data: bytes, span: Span, completion: str) -> bytes:
    """The same for the bytes of a file, in its encoding.

    Raises:
        SpliceError: as above, or the file's encoding has no such characters.
        SyntaxError: the file's encoding is unknown.
        UnicodeDecodeError: the file is not in its encoding.
    """
    text = splice(decode_source(data), span, completion)
    encoding = source_encoding(data)
    try:
        return text.encode(encoding)
    except UnicodeEncodeError as error:
        raise SpliceError(
            f"the completion cannot be written in {encoding}",
            found=ascii(error.object[error.start : error.end]),
        ) from error


def _body(completion: str, span: Span, indent: str) -> str:
    """The body that a completion holds, at the indentation of its file."""
    blocks = fenced_code(completion)
    if not blocks or fits(trimmed(completion), indent):
        blocks = [completion]
    blocks.sort(key=lambda block: definition_line(block, span.name) is None)
    bodies: list[str] = []
    for block in blocks:
        body = body_of_function(block, span.name, len(indent))
        bodies.append(trimmed(block if body is None else body))
    bodies = [body for body in bodies if body]
    if not bodies:
        raise SpliceError("the completion holds no code", place=span.qualname)
    fitted = (fit(body, indent) for body in bodies)
    return next((body for body in fitted if body is not None), fit_broken(bodies[0], indent))


def _indent(lines: list[str], span: Span) -> str:
    """White space that the file has before a body.

    Raises:
        SpliceError: the span is not one of the file.
    """
    inside = span.signature_end < span.body_start <= span.body_end <= len(lines)
    if not inside or span.indent < 1:
        raise SpliceError(
            "the file has no such body",
            place=span.qualname,
            found=f"{len(lines)} lines",
            expected=f"lines {span.body_start} to {span.body_end}, below line {span.signature_end}",
        )
    body = lines[span.body_start - 1 : span.body_end]
    first = next((line for line in body if is_code(line)), "")
    indent = first[: span.indent]
    return indent if indent.isspace() else " " * span.indent


def _replaced(lines: list[str], span: Span, body: str) -> str:
    """The text with other lines for a body, the ends of lines being the file's."""
    replaced = lines[span.body_start - 1 : span.body_end]
    newline = line_end(replaced[0]) or line_end(lines[span.body_start - 2])
    body = trimmed(body)
    if "\r" not in body:
        body = body.replace("\n", newline)
    before, after = lines[: span.body_start - 1], lines[span.body_end :]
    return "".join([*before, body, line_end(replaced[-1]), *after])
