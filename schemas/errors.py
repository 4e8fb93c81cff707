"""Errors that a user can act on.

    DomainbenchError
    ├── DataError      the data is at fault                      exit code 1
    └── UsageError     the call is at fault                      exit code 2
        └── MissingDependencyError   an optional package is not installed

Every message says where the fault is, what was found, what was expected and what to do, as far as
each is known.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, ClassVar, Self

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class DomainbenchError(Exception):
    """Base of every error this package raises for a foreseeable fault."""

    exit_code: ClassVar[int] = 1

    def __init__(
        self,
        problem: str,
        *,
        place: str | Path | None = None,
        line: int | None = None,
        found: object = None,
        expected: object = None,
        hint: str | None = None,
    ) -> None:
        self.problem = problem
        self.place = None if place is None else str(place)
        self.line = line
        self.found = found
        self.expected = expected
        self.hint = hint
        super().__init__(problem)

    def __str__(self) -> str:
        where = ""
        if self.place is not None:
            where = self.place if self.line is None else f"{self.place}, line {self.line}"
            where += ": "
        parts = [where + self.problem]
        if self.found is not None:
            parts.append(f"  found:    {self.found}")
        if self.expected is not None:
            parts.append(f"  expected: {self.expected}")
        if self.hint is not None:
            parts.append(f"  hint:     {self.hint}")
        return "\n".join(parts)


class DataError(DomainbenchError):
    """A file, a table or a release does not hold what it must."""

    exit_code = 1


class UsageError(DomainbenchError):
    """An argument, an option or a name in the call is wrong."""

    exit_code = 2

    @classmethod
    def from_unknown_name(cls, what: str, name: str, known: Iterable[str]) -> Self:
        """Name a value that is not one of a closed set, with the nearest known ones."""
        names = list(known)
        folded = {known_name.lower(): known_name for known_name in names}
        near = [folded[match] for match in get_close_matches(name.lower(), folded, n=3, cutoff=0.5)]
        hint = f"did you mean {' or '.join(near)}?" if near else None
        return cls(f"unknown {what} {name!r}", expected="one of " + ", ".join(names), hint=hint)


class MissingDependencyError(UsageError):
    """An optional package is needed for what was asked."""

    @classmethod
    def from_package(cls, package: str, extra: str, purpose: str) -> Self:
        """Name the package, what it is for, and the command that installs it."""
        return cls(
            f"{purpose} needs the package {package}, which is not installed",
            hint=f"pip install 'domainbench[{extra}]'",
        )
