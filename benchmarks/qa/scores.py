"""What scoring the answers to a release found, as one file: ``scores.json``.

Two scorings of the same release and answers differ in ``environment`` only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, JsonValue

from ..json_files import read_json, write_json
from ..results import ReleaseEntry

if TYPE_CHECKING:
    from pathlib import Path

SCORES_NAME = "scores.json"
ANSWERS_NAME = "answers.parquet"

Protocol = Literal["given", "loglikelihood", "generation"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AnswerSource(_Model):
    """Where the answers come from."""

    name: str
    """File of answers, or specification of the model."""
    protocol: Protocol
    parameters: dict[str, JsonValue]
    """Everything that decides an answer: columns of the file, or settings of the model."""
    requests: int | None = None
    """Texts put to the model; None for a file."""
    failed: int | None = None
    """Requests that the model did not answer; their questions count as missing."""
    prompt_tokens: int | None = None
    """As counted by the model, recorded answers included; None where it does not count."""
    completion_tokens: int | None = None


class Accuracy(_Model):
    """Share of right answers among some questions."""

    column: str | None = None
    """Column that slices the questions; None for all of them."""
    slice: str | None = None
    """The questions' label in that column."""
    n: int
    """Questions: right + wrong + unparsed + missing."""
    right: int
    wrong: int
    unparsed: int
    """An answer is there and names no choice, or several."""
    missing: int
    """There is no answer."""
    value: float | None
    """right / n: what is unparsed or missing counts as wrong."""
    low: float | None
    """Bounds of the interval of ``value``."""
    high: float | None
    answered: float | None
    """right / (right + wrong)."""
    answered_low: float | None
    """Bounds of the Wilson interval of ``answered``."""
    answered_high: float | None
    chance: float | None
    """What guessing reaches: the mean of 1 / number of choices."""
    majority: float | None
    """What always choosing the position that is right most often among these reaches."""


class LanguageGap(_Model):
    """Accuracy in two languages on the same parallel questions."""

    column: str | None = None
    slice: str | None = None
    left: str
    right: str
    n: int
    """Parallel groups with one question in either language."""
    left_value: float | None
    right_value: float | None
    difference: float | None
    """left_value minus right_value."""
    low: float | None
    """Bounds of Newcombe's interval for paired proportions."""
    high: float | None
    left_only: int
    """Groups answered right in the left language alone."""
    right_only: int
    p_value: float | None
    """Exact McNemar test, two-sided; None where n is 0."""
    p_adjusted: float | None
    """By Holm's method over all gaps of these scores."""


class Positions(_Model):
    """Which positions are chosen, and which are right, among the answered questions."""

    language: str | None = None
    """Questions of one language; None for all."""
    n: int
    """Answered questions."""
    given: list[int]
    """Answers at each position."""
    right: list[int]
    """Right answers at each position."""
    accuracy: list[float | None]
    """Share answered right of the questions whose right answer stands at the position."""
    statistic: float | None
    """Stuart-Maxwell chi-squared of given against right positions; None where they agree in all."""
    freedom: int
    p_value: float | None
    p_adjusted: float | None
    """By Holm's method over all tests of positions of these scores."""


class ReliabilityBin(_Model):
    """Answers whose confidence lies between two bounds."""

    low: float
    high: float
    n: int
    confidence: float | None
    """Mean probability of the choice that is most probable."""
    accuracy: float | None
    """Share of these choices that are right."""


class Calibration(_Model):
    """How well the probabilities of the choices fit the outcomes."""

    n: int
    """Questions with probabilities."""
    bins: int
    ece: float | None
    """Expected calibration error over bins of equal width."""
    adaptive_ece: float | None
    """The same over bins of equal numbers."""
    brier: float | None
    """Mean over questions of the summed squared errors of all choices, from 0 to 2."""
    log_loss: float | None
    """Mean of minus the natural logarithm of the right choice's probability."""
    reliability: list[ReliabilityBin]


class QaScores(_Model):
    """One scoring."""

    format: Literal[1] = 1
    release: ReleaseEntry
    split: str
    source: AnswerSource
    seed: int
    interval: Literal["wilson", "cluster"]
    """Interval of ``Accuracy.value``: Wilson's, or the bootstrap over clusters."""
    level: float
    questions: int
    """Choice questions scored."""
    not_choice: int
    """Questions of the split without choices, which are not scored."""
    left_out: int
    """Choice questions beyond the limit."""
    by: list[str]
    accuracies: list[Accuracy]
    gaps: list[LanguageGap]
    positions: list[Positions]
    calibration: Calibration | None
    """None where no answer has probabilities."""
    environment: dict[str, JsonValue]

    def accuracy(self, column: str | None = None, label: str | None = None) -> Accuracy:
        """Accuracy over all questions or one slice; ``KeyError`` if it was not computed."""
        for found in self.accuracies:
            if (found.column, found.slice) == (column, label):
                return found
        raise KeyError((column, label))

    def write(self, folder: Path) -> Path:
        """Write ``scores.json`` into a folder, whole or not at all."""
        return write_json(self, folder / SCORES_NAME)

    @classmethod
    def read(cls, folder: Path) -> QaScores:
        """Read ``scores.json`` of a folder.

        Raises:
            DataError: it is missing, damaged or of another format.
        """
        return read_json(
            cls, folder / SCORES_NAME, what="scores", command="domainbench score qa", version=1
        )
