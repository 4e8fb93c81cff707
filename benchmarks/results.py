"""What an evaluation found, as one file: ``results.json``.

Two evaluations of the same release, systems and seed differ in ``environment`` and ``costs`` only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from .json_files import read_json, write_json

if TYPE_CHECKING:
    from pathlib import Path

    from ..schemas.release import Release

FORMAT = 1
RESULTS_NAME = "results.json"
ALL = "ALL"
"""The partition of every pair."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ReleaseEntry(_Model):
    """The release that was measured."""

    name: str
    family: str
    version: str
    fingerprint: str
    repository: str | None = None
    """``OWNER/NAME`` on the Hub, of a release that was pulled."""
    revision: str | None = None
    """SHA of the commit there."""

    @classmethod
    def of(cls, release: Release) -> Self:
        """That release."""
        manifest, origin = release.manifest, release.origin
        return cls(
            name=manifest.name,
            family=manifest.family,
            version=manifest.version,
            fingerprint=manifest.fingerprint,
            repository=None if origin is None else origin.repository,
            revision=None if origin is None else origin.revision,
        )


class SystemEntry(_Model):
    """One system, with every parameter in force."""

    spec: str
    parameters: dict[str, JsonValue]


class Figure(_Model):
    """A mean over queries."""

    system: str
    partition: str
    """ALL, or the label that a pair must have to count as relevant."""
    column: str | None = None
    """Column that slices the queries; None for all of them."""
    slice: str | None = None
    """The queries' label in that column."""
    measure: str
    n: int
    """Queries with a relevant document, over which the mean is taken."""
    value: float | None
    """None where n is 0."""
    low: float | None = None
    """Bounds of the bootstrap interval; None where n is below 2."""
    high: float | None = None


class Comparison(_Model):
    """A paired test of two systems on the same queries."""

    partition: str
    measure: str
    left: str
    right: str
    n: int
    difference: float | None
    """Mean of left minus mean of right."""
    p_value: float | None
    """Two-sided paired randomisation test."""
    p_adjusted: float | None
    """By Holm's method over all comparisons of these results."""


class Gap(_Model):
    """How much a system's means of two partitions differ, over the same queries."""

    system: str
    measure: str
    left: str
    """The partition that is easier where there is a gap, such as IN."""
    right: str
    left_n: int
    right_n: int
    difference: float | None
    """Mean of left minus mean of right."""
    difference_low: float | None
    """Bounds of the bootstrap interval, queries resampled as wholes."""
    difference_high: float | None
    ratio: float | None
    """Mean of right over mean of left; None where that of left is 0."""
    ratio_low: float | None
    ratio_high: float | None


class Cost(_Model):
    """What a system's ranking took."""

    system: str
    reused: bool
    """Whether a finished ranking was taken from the output folder."""
    index_seconds: float | None = None
    search_seconds: float | None = None
    peak_mib: float | None = None
    """Largest resident set while indexing and searching; None where the platform tells none."""
    stats: dict[str, JsonValue] = Field(default_factory=dict)


class Results(_Model):
    """One evaluation."""

    format: int = FORMAT
    release: ReleaseEntry
    task: str
    split: str
    query_view: str
    corpus_view: str
    depth: int
    """Documents ranked for each query."""
    self_match_rule: str
    seed: int
    interval: dict[str, float]
    """``level`` and ``resamples`` of the bootstrap."""
    partitions: list[str]
    by: list[str]
    measures: list[str]
    primary: str
    queries: int
    documents: int
    relevant_outside_corpus: int
    """Relevant pairs whose document the corpus lacks; they count as missed."""
    systems: list[SystemEntry]
    figures: list[Figure]
    comparisons: list[Comparison]
    gaps: list[Gap] = Field(default_factory=list[Gap])
    environment: dict[str, JsonValue]
    costs: list[Cost]

    def figure(
        self,
        system: str,
        measure: str,
        partition: str = ALL,
        column: str | None = None,
        label: str | None = None,
    ) -> Figure:
        """One figure; ``KeyError`` if it was not computed."""
        wanted = (system, measure, partition, column, label)
        for f in self.figures:
            if (f.system, f.measure, f.partition, f.column, f.slice) == wanted:
                return f
        raise KeyError(wanted)

    def reproducible(self) -> dict[str, Any]:
        """Everything but ``environment`` and ``costs``, as JSON values."""
        return self.model_dump(mode="json", exclude={"environment", "costs"})

    def write(self, folder: Path) -> Path:
        """Write ``results.json`` into a folder, whole or not at all."""
        return write_json(self, folder / RESULTS_NAME)

    @classmethod
    def read(cls, folder: Path) -> Results:
        """Read ``results.json`` of a folder.

        Raises:
            DataError: it is missing, damaged or of another format.
        """
        return read_json(
            cls,
            folder / RESULTS_NAME,
            what="results",
            command="domainbench evaluate",
            version=FORMAT,
        )
