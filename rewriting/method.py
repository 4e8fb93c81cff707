"""What every method of rewriting offers, and a base for those that follow a rule."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Protocol

from ..schemas.errors import DataError
from ..schemas.progress import SILENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import JsonValue

    from ..schemas.progress import Progress


@dataclass(frozen=True, slots=True)
class Subject:
    """A document to rewrite."""

    domain: str
    task: str
    """What is asked in its domain, of ``schemas.cseo.TASKS``."""
    title: str
    """Empty where it has none."""
    text: str
    query: str = ""
    """Empty for a method that does not see it."""


@dataclass(frozen=True, slots=True)
class Rewriting:
    """A document as a method left it."""

    title: str
    text: str


class Method(Protocol):
    """Something that rewrites documents."""

    @property
    def name(self) -> str:
        """Small letters, digits and underscores; stands in tables."""
        ...

    @property
    def sees_query(self) -> bool:
        """Whether it reads ``Subject.query``."""
        ...

    @property
    def may_invent(self) -> bool:
        """Whether it may add what is not so."""
        ...

    @property
    def model(self) -> str | None:
        """Language model that writes, None for a rule."""
        ...

    @property
    def parameters(self) -> dict[str, JsonValue]:
        """What decides a rewriting, beside the subject and the model."""
        ...

    def rewrite(
        self, subjects: Sequence[Subject], progress: Progress = SILENT
    ) -> list[Rewriting | str]:
        """Rewrite documents.

        Args:
            subjects: n documents.
            progress: shown while it works.

        Returns:
            n rewritings in the same order, or the reason why there is none.

        Raises:
            UsageError: the model cannot be asked.
            DataError: the model answers nothing.
        """
        ...


class RuleMethod(ABC):
    """A method that rewrites one document at a time, without a language model.

    A subclass sets ``name`` and ``about`` and writes ``rewrite_one``. To have options, it is a
    frozen dataclass: each field is one, its default says of which type, and ``__post_init__``
    checks it.
    """

    name: str
    about: str
    """What it does, in a few words."""
    sees_query: bool = False
    may_invent: bool = False
    model: str | None = None

    @property
    def parameters(self) -> dict[str, JsonValue]:
        """Every option with the value in force."""
        if not is_dataclass(self):
            return {}
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @abstractmethod
    def rewrite_one(self, subject: Subject) -> Rewriting:
        """Rewrite a document.

        Raises:
            DataError: the rule does not fit the document; told as the reason.
        """

    def rewrite(
        self, subjects: Sequence[Subject], progress: Progress = SILENT
    ) -> list[Rewriting | str]:
        """Rewrite documents; see ``Method.rewrite``."""
        found: list[Rewriting | str] = []
        with progress.step(f"rewriting by {self.name}", len(subjects)) as done:
            for subject in subjects:
                try:
                    found.append(self.rewrite_one(subject))
                except DataError as error:
                    found.append(str(error))
                done(1)
        return found
