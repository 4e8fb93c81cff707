"""A question with everything that was found out by looking at all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...schemas.qa import pool_name

if TYPE_CHECKING:
    from .labels import Labels
    from .question import Question


@dataclass(frozen=True)
class Described:
    """A question with everything that was found out by looking at all of them."""

    question: Question
    labels: Labels
    parallel_id: str | None
    parallel_from: str | None
    cluster: str
    split: str

    @property
    def domains(self) -> list[str]:
        """Its domain as the tables hold it."""
        return [self.labels.domain.value] if self.labels.domain.value else []

    @property
    def pool(self) -> str:
        """Its main domain and language."""
        return pool_name(self.domains, self.question.language)
