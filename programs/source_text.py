"""The text of a Python file as Python itself takes it: its encoding and its lines."""

from __future__ import annotations

import io
import tokenize
from typing import NamedTuple


def source_encoding(data: bytes) -> str:
    """Encoding of a Python file, by its byte order mark or the comment that declares it.

    What ``decode_source`` reads is written back with it byte for byte.

    Raises:
        SyntaxError: the encoding declared is unknown, or at odds with the byte order mark.
    """
    head = data[: data.find(b"\n", data.find(b"\n") + 1)]
    if head.isascii() and b"coding" not in head:
        return "utf-8"
    return tokenize.detect_encoding(io.BytesIO(data).readline)[0]


def decode_source(data: bytes) -> str:
    """The text of a Python file (PEP 263), without a byte order mark and with its line ends.

    Raises:
        SyntaxError: the encoding declared is unknown, no text encoding, or the wrong one.
        UnicodeDecodeError: bytes that the encoding has no meaning for.
    """
    encoding = source_encoding(data)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise
    except (LookupError, ValueError) as error:
        raise SyntaxError(f"encoding problem: {encoding}") from error


def source_lines(text: str) -> list[str]:
    r"""Lines as Python counts them, with their ends: only ``\n``, ``\r\n`` and ``\r`` end one."""
    return io.StringIO(text, newline="").readlines()


def line_end(line: str) -> str:
    r"""What ends a line: ``\n``, ``\r\n``, ``\r``, or nothing."""
    return line[len(line.rstrip("\r\n")) :]


def character_column(line: str, column: int) -> int:
    """Characters before a column that a syntax tree counts in bytes of UTF-8."""
    if line.isascii():
        return column
    return len(line.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "replace"))


class Place(NamedTuple):
    """Between two characters of a text."""

    line: int
    """From 1."""
    column: int
    """Characters before it in its line."""


def clip(lines: list[str], start: int, end: Place, indent: int) -> str:
    r"""Lines from ``start`` to a place, less an indentation, with ``\n`` between them."""
    if start == end.line:
        return dedented(lines[start - 1][: end.column], indent)
    taken = lines[start - 1 : end.line]
    taken[-1] = taken[-1][: end.column]
    return "\n".join([dedented(line, indent).rstrip("\r\n") for line in taken])


def dedented(line: str, indent: int) -> str:
    """A line less up to ``indent`` characters of white space before it."""
    return line[indent:] if line[:indent].isspace() else line
