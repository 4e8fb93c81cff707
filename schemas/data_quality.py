"""The quality report of a release, ``data-quality.json``: what is odd in its texts and labels."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from .errors import DataError
from .findings import Finding

if TYPE_CHECKING:
    from .release import Release

QUALITY_NAME = "data-quality.json"
FORMAT = 1


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Check(_Model):
    """One thing that was looked for, found or not."""

    check: str
    """Short name, as ``near duplicates``."""
    place: str
    """Table, or table and split."""
    message: str
    """What the rows counted are."""
    count: int
    of: int
    """Rows looked at."""
    examples: list[str] = Field(default_factory=list[str])
    """Up to five ids, or ids joined by ``=``."""

    def finding(self) -> Finding:
        """As a note."""
        message = f"{self.count} of {self.of} {self.message}"
        return Finding("note", self.check, self.place, message, self.count, list(self.examples))


class Note(_Model):
    """A note of ``verify`` about the release when it was made."""

    check: str
    place: str
    message: str
    count: int
    examples: list[str] = Field(default_factory=list[str])

    def finding(self) -> Finding:
        """The note itself."""
        return Finding(
            "note", self.check, self.place, self.message, self.count, list(self.examples)
        )


class Quantiles(_Model):
    """Of numbers of words."""

    least: int
    lower_quartile: int
    median: int
    upper_quartile: int
    largest: int


class TextEntry(_Model):
    """The texts of one table."""

    rows: int
    words: Quantiles | None
    """Words between blanks; None where there are no rows."""
    compared: int
    """Rows compared for near duplicates: the first ones, where a limit was met."""
    languages: dict[str, int] | None
    """Language → texts of a sample, the most frequent first; None of programs."""
    sampled: int


class LabelCount(_Model):
    """A label and how often it is given."""

    label: str
    count: int


class LabelEntry(_Model):
    """How rows spread over the labels of one column."""

    rows: int
    unlabelled: int
    """Rows without a label."""
    labels: int
    """Different labels."""
    largest: LabelCount | None
    smallest: LabelCount | None
    evenness: float | None
    """Pielou's (1966): entropy by its maximum, 1 if all are equally frequent; None below two."""


class DataQuality(_Model):
    """Everything that was looked for, with counts and up to five examples each."""

    format: int = FORMAT
    parameters: dict[str, JsonValue]
    """Limits and thresholds, and the seed of the samples."""
    texts: dict[str, TextEntry]
    labels: dict[str, LabelEntry]
    """``table.column`` → its labels."""
    checks: list[Check]
    notes: list[Note]

    def findings(self) -> list[Finding]:
        """What was found."""
        return [check.finding() for check in self.checks if check.count]

    def to_json(self) -> str:
        """The file's text: two spaces, a newline at the end."""
        payload = self.model_dump(mode="json")
        return json.dumps(payload, indent=2, ensure_ascii=False) + "\n"


def read_data_quality(release: Release) -> DataQuality | None:
    """The report that a release holds; None of a release made without one.

    Raises:
        DataError: the file is missing, damaged or of another format.
    """
    if QUALITY_NAME not in release.manifest.documents:
        return None
    path = release.path / QUALITY_NAME
    try:
        payload = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(
            "a file of the release is missing", place=path, hint="run `domainbench verify`"
        ) from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise DataError("the quality report is not JSON", place=path, found=error) from None
    found = payload.get("format") if isinstance(payload, dict) else None
    if found != FORMAT:
        raise DataError(
            "the quality report has another format", place=path, found=found, expected=FORMAT
        )
    try:
        return DataQuality.model_validate(payload)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise DataError(
            f"the quality report's {where} is wrong", place=path, expected=first["msg"]
        ) from None
