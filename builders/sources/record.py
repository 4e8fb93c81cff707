"""What a patent source reader yields: publications, and records it had to reject."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


@dataclass(slots=True)
class Citation:
    """One citation, seen from the publication that states it."""

    publication_id: str
    """The other publication, normalised: US-8672134-B2, or US-8672134 if no kind is given."""
    forward: bool = False
    """Whether the other publication cites this one (a "cited by" entry)."""
    category: str | None = None
    """examiner, applicant, third_party, other, or relevance letters such as X, Y, A, XY."""
    phase: str | None = None
    """Procedure, in the source's own upper-case code (SEA, ISR, APP, EXA, OPP …)."""


@dataclass(slots=True)
class Publication:
    """One published document in canonical form; texts are in the wanted language."""

    country: str
    number: str
    kind: str
    publication_date: date | None = None
    filing_date: date | None = None
    priority_date: date | None = None
    family_id: str | None = None
    """The source's own family id with its scheme: docdb:19768124. None where it has none."""
    members: list[str] = field(default_factory=list[str])
    """Members of the simple family that the source names (publication ids, this one included)."""
    priorities: list[str] = field(default_factory=list[str])
    """Priority applications, normalised by ``application_ids.application_id``."""
    language: str | None = None
    title: str | None = None
    abstract: str | None = None
    claims: str | None = None
    description: str | None = None
    ipc: list[str] = field(default_factory=list[str])
    cpc: list[str] = field(default_factory=list[str])
    citations: list[Citation] = field(default_factory=list[Citation])
    line: int | None = None
    """Line of the record, from 1, in line-based formats."""
    offset: int | None = None
    """Byte offset of the record in the unpacked file."""

    @property
    def number_key(self) -> str:
        """COUNTRY-NUMBER."""
        return f"{self.country}-{self.number}"

    @property
    def publication_id(self) -> str:
        """COUNTRY-NUMBER-KIND, or COUNTRY-NUMBER where the kind is unknown."""
        return f"{self.number_key}-{self.kind}" if self.kind else self.number_key


@dataclass(slots=True)
class Reject:
    """A record that could not be read; the reader goes on behind it."""

    reason: str
    """A short fixed phrase, so that rejects can be counted by it."""
    detail: str
    """What exactly was found, and what was expected."""
    line: int | None = None
    offset: int | None = None
    record_id: str | None = None


@dataclass(slots=True)
class Skip:
    """A record that is well-formed but is no publication of interest (a sequence listing, say)."""

    reason: str
