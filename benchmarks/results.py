"""What an evaluation found, as one file: ``results.json``.

Two evaluations of the same release, systems and seed differ in ``environment`` and ``costs`` only.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from ..schemas.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

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
        path = folder / RESULTS_NAME
        stage = path.with_name(f".{path.name}.{os.getpid()}")
        text = json.dumps(self.model_dump(mode="json"), indent=2, ensure_ascii=False)
        stage.write_text(text + "\n", encoding="utf-8")
        stage.replace(path)
        return path

    @classmethod
    def read(cls, folder: Path) -> Results:
        """Read ``results.json`` of a folder.

        Raises:
            DataError: it is missing, damaged or of another format.
        """
        path = folder / RESULTS_NAME
        try:
            payload = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise DataError(
                "there are no results here", place=path, hint="`domainbench evaluate` makes them"
            ) from None
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise DataError("the results are not JSON", place=path, found=error) from None
        if not isinstance(payload, dict) or payload.get("format") != FORMAT:
            found = payload.get("format") if isinstance(payload, dict) else type(payload).__name__
            raise DataError(
                "the results have another format", place=path, found=found, expected=FORMAT
            )
        try:
            return cls.model_validate(payload)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise DataError(
                f"the results' {where} is wrong", place=path, expected=first["msg"]
            ) from None
