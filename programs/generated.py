"""Marks of code that a program wrote: nobody's work to be written again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_HEAD = 40
"""Lines at the top that are searched for marks."""
_NAMES = re.compile(r"(_pb2|_pb2_grpc|_grpc_aio|_rc|parsetab|lextab|yacctab)\.pyi?$")
_COMMENT = re.compile(
    r"""\b(?:auto(?:matically)?[-\ ]?generated|machine[-\ ]generated)\b
    |@generated\b
    |\bgenerated\ (?:by|from|using|with)\b
    |\bdo\ not\ edit\b
    |\bdo\ not\ modify\ (?:this|the)\ file\b
    |\bdo\ not\ make\ changes\ (?:to|in)\ this\ file\b""",
    re.IGNORECASE | re.VERBOSE,
)
_DOCSTRING = re.compile(
    r"""\b(?:auto(?:matically)?[-\ ]?generated\ (?:by|from|using|with)\b|do\ not\ edit\b)
    |\bgenerated\ from\ \S+\ (?:by|with)\b
    |\bfile\ (?:is|was)\ (?:auto(?:matically)?[-\ ]?)?generated\b""",
    re.IGNORECASE | re.VERBOSE,
)


def is_generated(path: str, lines: Sequence[str], docstring: str | None) -> bool:
    """Whether a file says that a program wrote it: by its name, at its top, in its docstring."""
    if _NAMES.search(path):
        return True
    head = [line.strip() for line in lines[:_HEAD]]
    if any(line.startswith("#") and _COMMENT.search(line) for line in head):
        return True
    return docstring is not None and bool(_DOCSTRING.search(docstring[:500]))
