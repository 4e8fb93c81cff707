"""A completion in the place of a function's body; all else of the file stays as it is.

A completion may be a bare body at any indentation, one that goes on in the middle of its first
line, a whole function, or either in a fenced block of Markdown with words around it.
"""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .functions import source_lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .functions import Function

MUTANT = "raise NotImplementedError"
_FENCE = re.compile(
    r"^[ \t]*(`{3,}|~{3,})[ \t]*([\w+-]*)[^\n]*\n(.*?)(?:^[ \t]*\1[ \t]*$|\Z)", re.M | re.S
)


class SpliceError(Exception):
    """A completion that cannot be put in place."""


@dataclass(frozen=True, slots=True)
class Span:
    """Where a function stands in its file; lines count from 1, and ranges hold their last line."""

    qualname: str
    signature_start: int
    signature_end: int
    body_start: int
    body_end: int
    indent: int

    @property
    def name(self) -> str:
        """The function's own name."""
        return self.qualname.rpartition(".")[2]

    @classmethod
    def of(cls, function: Function) -> Span:
        """The place of a function."""
        return cls(
            function.qualname,
            function.signature_start,
            function.signature_end,
            function.body_start,
            function.body_end,
            function.indent,
        )

    @classmethod
    def of_row(cls, row: Mapping[str, Any], qualname: str) -> Span:
        """The place of a sample, by its row."""
        return cls(
            qualname,
            row["signature_start"],
            row["signature_end"],
            row["body_start"],
            row["body_end"],
            row["indent"],
        )


def body_text(source: str, span: Span) -> str:
    """The body as its file has it, with the comments in front of it."""
    return "".join(source_lines(source)[span.body_start - 1 : span.body_end])


def splice(source: str, span: Span, completion: str) -> str:
    """Put a completion in place of a function's body.

    Args:
        source: text of the file.
        span: where the function stands in it.
        completion: what a model wrote.

    Returns:
        The file's text; lines in front of the body and behind it are those that were there.

    Raises:
        SpliceError: the completion holds no code, or the file is shorter than the span says.
    """
    lines = source_lines(source)
    if span.body_end > len(lines) or span.body_start <= span.signature_end:
        raise SpliceError("the function's place is not in the file")
    margin = _margin(lines, span)
    if completion == body_text(source, span):
        return source
    body = _body(completion, span, margin)
    end = "\r\n" if lines[span.signature_end - 1].endswith("\r\n") else "\n"
    text = end.join(body.splitlines()) + end
    if span.body_end == len(lines) and not lines[-1].endswith(("\n", "\r")):
        text = text[: -len(end)]
    return "".join([*lines[: span.body_start - 1], text, *lines[span.body_end :]])


def _margin(lines: Sequence[str], span: Span) -> str:
    """The blanks that the body is indented by, as its file writes them."""
    for line in lines[span.body_start - 1 : span.body_end]:
        found = line[: len(line) - len(line.lstrip(" \t"))]
        if line.strip() and len(found) == span.indent:
            return found
    return " " * span.indent


def _body(completion: str, span: Span, margin: str) -> str:
    """The completion's body at the function's indentation."""
    code = _unfenced(completion.replace("\r\n", "\n").replace("\r", "\n"))
    if not code.strip():
        raise SpliceError("the completion is empty")
    own = _own_body(code, span)
    return _indented(code if own is None else own, margin)


def _unfenced(text: str) -> str:
    """What stands in the first fenced block of Python, or else of anything; the text if none."""
    blocks = [(found.group(2).lower(), found.group(3)) for found in _FENCE.finditer(text)]
    if not blocks:
        return text
    python = [code for language, code in blocks if language in {"python", "py", "python3"}]
    return (python or [code for _, code in blocks])[0]


def _own_body(code: str, span: Span) -> str | None:
    """The body of the function of that name if the code defines it; None if it does not."""
    if not re.search(rf"^[ \t]*(?:async[ \t]+)?def[ \t]+{re.escape(span.name)}\b", code, re.M):
        return None
    for text in (textwrap.dedent(code), _from_definition(code, span.name)):
        node = _definition(text, span.name)
        if node is not None:
            return _text_of(text, node)
    return None


def _from_definition(code: str, name: str) -> str:
    """The code from the line that defines the function, as far as it goes on indented."""
    lines = code.split("\n")
    pattern = re.compile(rf"^[ \t]*(?:async[ \t]+)?def[ \t]+{re.escape(name)}\b")
    first = next(place for place, line in enumerate(lines) if pattern.match(line))
    indent = len(lines[first]) - len(lines[first].lstrip())
    last = first + 1
    depth = lines[first].count("(") - lines[first].count(")")
    while last < len(lines):
        line = lines[last]
        inside = not line.strip() or len(line) - len(line.lstrip()) > indent or depth > 0
        if not inside and not line.lstrip().startswith((")", "]")):
            break
        depth += line.count("(") - line.count(")") if depth > 0 else 0
        last += 1
    return textwrap.dedent("\n".join(lines[first:last]))


def _definition(text: str, name: str) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name
    ]
    return found[0] if found else None


def _text_of(text: str, node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """Lines of a definition's body behind its docstring."""
    lines = text.split("\n")
    body = node.body
    if ast.get_docstring(node, clean=False) is not None:
        if len(body) == 1:
            raise SpliceError("the completion has a docstring and no body")
        body = body[1:]
    first, last = body[0], body[-1]
    decorators = getattr(first, "decorator_list", None)
    start = decorators[0].lineno if decorators else first.lineno
    if start <= node.body[0].lineno and start == node.lineno:
        return lines[start - 1].encode()[first.col_offset :].decode()
    return "\n".join(lines[start - 1 : last.end_lineno])


def _indented(code: str, margin: str) -> str:
    """Code at an indentation; a first line without one is taken to begin in its middle."""
    lines = code.strip("\n").rstrip().split("\n")
    lines = lines[next(i for i, line in enumerate(lines) if line.strip()) :]
    rest = [line for line in lines[1:] if line.strip()]
    least = min((_indentation(line) for line in rest), default=0)
    first = _indentation(lines[0])
    if lines[0].startswith(margin) and first == len(margin) > 0:
        return "\n".join(lines)  # in place already; strings of several lines stay as they are
    if first < least and first == 0 and not lines[0].rstrip().endswith(":"):
        # The prompt ended behind the margin, so only the first line lacks it.
        lines[0] = " " * least + lines[0]
    elif first < least and first == 0 and _opens_at_margin(lines, margin):
        lines[0] = margin + lines[0]
    text = _dedented(lines)
    return "\n".join(margin + line if line.strip() else "" for line in text)


def _opens_at_margin(lines: Sequence[str], margin: str) -> bool:
    """Whether the lines below a first one that opens a block are indented by the margin and more."""
    return all(_indentation(line) >= len(margin) for line in lines[1:] if line.strip()) and any(
        _indentation(line) > len(margin) for line in lines[1:2]
    )


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def _dedented(lines: Sequence[str]) -> list[str]:
    return textwrap.dedent("\n".join(lines)).split("\n")
