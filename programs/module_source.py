"""What is told of a Python file: its functions, its classes and variables, what it imports."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from . import normal_form, syntax
from .splice import Span

FUNCTION = "function"
METHOD = "method"
CLASS = "class"
VARIABLE = "variable"


@dataclass(frozen=True, slots=True)
class Function:
    """A function or method; those inside other functions are parts of these."""

    qualname: str
    kind: str
    """function or method."""
    class_name: str | None
    """Dotted name of the class around it."""
    start: int
    """First line, decorators included. All lines count from 1, and the last is inclusive."""
    signature_start: int
    signature_end: int
    body_start: int
    """First line of text behind the docstring; that of the docstring if nothing follows it."""
    body_end: int
    indent: int
    """Characters before the first statement of the body, a tab being one."""
    docstring: str | None
    """As ``inspect.cleandoc`` leaves it."""
    decorators: tuple[str, ...]
    """Their source, without the @."""
    statements: int
    """Statements of the body, nested ones too, the docstring not."""
    trivial: str | None
    """Why it is no material for a sample."""
    source: str
    """Its lines from the signature on; empty where the file does not parse."""
    known_digest: str | None = field(default=None, repr=False)
    """Its digest, if that was made while it was read."""

    @property
    def name(self) -> str:
        """The last part of its qualified name."""
        return self.qualname.rpartition(".")[2]

    @property
    def digest(self) -> str:
        """SHA-256 of its normal form.

        That of a function which may become a sample is made while its file is read: its tree is
        at hand then, but making all of them would cost a fifth of what parsing does. Empty where
        the file does not parse.
        """
        if self.known_digest is not None:
            return self.known_digest
        return _digest(self.source) if self.source else ""

    @property
    def span(self) -> Span:
        """Where completions go."""
        return Span(
            signature_start=self.signature_start,
            signature_end=self.signature_end,
            body_start=self.body_start,
            body_end=self.body_end,
            indent=self.indent,
            qualname=self.qualname,
        )


@dataclass(frozen=True, slots=True)
class Definition:
    """A class, or a variable of a module."""

    qualname: str
    kind: str
    """class or variable."""
    start: int
    end: int
    outline: str
    """A class without its docstring, its methods as signatures; the statement of a variable."""


@dataclass(frozen=True, slots=True)
class ModuleSource:
    """A Python file as far as it is told."""

    functions: tuple[Function, ...]
    definitions: tuple[Definition, ...]
    imports: tuple[str, ...]
    """Top-level packages imported anywhere in it, sorted; its own by relative imports are not."""
    generated: bool
    """Whether it says that a program wrote it."""
    lines: int
    tolerant: bool
    """Whether it does not parse: functions then have spans and names only, and are no material."""
    fault: str | None = None
    """Why it does not parse."""


@lru_cache(maxsize=1 << 12)
def _digest(source: str) -> str:
    try:
        node = syntax.parse_function(source)
    except SyntaxError:  # nested just too deeply to be parsed by itself
        return normal_form.digest(source)
    body, _ = syntax.split_body(node.body)
    return normal_form.digest(normal_form.normal_form(node, body))
