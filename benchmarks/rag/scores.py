"""What scoring answers with and without context found, as one file: ``scores.json``.

Two scorings of the same recorded answers differ in ``environment`` only. Shares run from 0 to 1;
what is undefined is null.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, JsonValue

from ..json_files import read_json, write_json
from ..qa.scores import AnswerSource
from ..results import ReleaseEntry
from .answers import Condition

if TYPE_CHECKING:
    from pathlib import Path

SCORES_NAME = "scores.json"
ANSWERS_NAME = "answers.parquet"

Column = Literal["domain", "reasoning"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Slice(_Model):
    column: Column | None = None
    """Column that slices the questions; None for all of them."""
    slice: str | None = None
    """The questions' label in that column."""


class Retrieval(_Model):
    """Where the context of a question comes from."""

    system: str | None
    """None for the paragraphs that are known to help."""
    parameters: dict[str, JsonValue]
    source: str
    """``all``, ``chunks`` or ``gold``."""
    scope: str
    """``corpus``, or the question's ``domain``."""
    k: int
    longest: int | None
    """Characters of a document that are shown."""
    documents_cut: int
    """Documents that are longer."""
    index_seconds: float | None
    """Part of no ratio; of a ranking that was used again what it took then."""
    search_seconds: float | None
    """For all questions together; part of the seconds of the condition ``retrieved``."""


class Accuracy(_Slice):
    """Share of right answers under one condition."""

    condition: Condition
    n: int
    """Questions: right + wrong + unparsed + missing."""
    right: int
    wrong: int
    unparsed: int
    """An answer is there and says neither yes nor no, or both."""
    missing: int
    """There is no answer."""
    said_yes: int
    value: float | None
    """right / n: what is unparsed or missing counts as wrong."""
    low: float | None
    """Bounds of Wilson's interval of ``value``."""
    high: float | None
    majority: float | None
    """What always saying the one that is right more often reaches."""


class Improvement(_Slice):
    """What context adds to accuracy, over the same questions."""

    n: int
    without: float | None
    """Accuracy of the condition ``none``."""
    with_context: float | None
    """Accuracy of the condition ``retrieved``."""
    difference: float | None
    """with_context minus without: OmniBench-RAG's Improvement."""
    low: float | None
    """Bounds of Newcombe's interval for paired proportions."""
    high: float | None
    gained: int
    """Questions answered right with context alone."""
    lost: int
    """Questions answered right without it alone."""
    p_value: float | None
    """Exact McNemar test, two-sided; None where n is 0."""
    p_adjusted: float | None
    """By Holm's method over the labels of the column."""


class Usage(_Slice):
    """What answering took under one condition."""

    condition: Condition
    timed: int
    """Answers whose seconds are known."""
    seconds: float | None
    """Mean of an answer, with the retrieval's share; of an answer from a file as the file tells."""
    answering_seconds: float | None
    """The same without retrieval."""
    memory_mib: float | None
    """Largest resident set above that at the condition's start; of a file the mean of its values.
    """
    memory_delta_mib: float | None
    """Mean over batches of the resident set behind one minus that before it, of either sign."""
    gpu: float | None
    """Largest CUDA memory above that at the start, in MiB; of a file the mean of its values."""


class Transformation(_Slice):
    """What answering takes with context against without."""

    time_ratio: float | None
    memory_ratio: float | None
    gpu_ratio: float | None
    transformation: float | None
    """0.4 / time + 0.3 / gpu + 0.3 / memory, terms without a ratio left out as in OmniBench-RAG."""
    transformation_normalised: float | None
    """The same over the weights of the terms that are known."""


class ContextFigures(_Slice):
    """What the context of the questions holds."""

    n: int
    """Questions."""
    without: int
    """Questions for which nothing was found."""
    documents: float | None
    """Mean number of documents."""
    same_domain: float | None
    """Mean share of documents of the question's domain, over questions with documents."""
    gold_recall: float | None
    """Mean share of the paragraphs on its entities that are among them; over questions with any."""


class RagScores(_Model):
    """One scoring."""

    format: Literal[1] = 1
    release: ReleaseEntry
    split: str
    source: AnswerSource
    retrieval: Retrieval | None
    """None where answers come from a file."""
    conditions: list[Condition]
    """Those that there are answers for."""
    level: float
    questions: int
    """Questions scored."""
    left_out: int
    """Questions beyond the limit or of other domains."""
    seed: int
    """Of the draw of questions."""
    accuracies: list[Accuracy]
    improvements: list[Improvement]
    usages: list[Usage]
    transformations: list[Transformation]
    contexts: list[ContextFigures]
    environment: dict[str, JsonValue]

    def accuracy(
        self, condition: Condition, column: Column | None = None, label: str | None = None
    ) -> Accuracy:
        """Accuracy over all questions or one slice; ``KeyError`` if it was not computed."""
        for found in self.accuracies:
            if (found.condition, found.column, found.slice) == (condition, column, label):
                return found
        raise KeyError((condition, column, label))

    def improvement(self, column: Column | None = None, label: str | None = None) -> Improvement:
        """Improvement over all questions or one slice; ``KeyError`` if it was not computed."""
        for found in self.improvements:
            if (found.column, found.slice) == (column, label):
                return found
        raise KeyError((column, label))

    def write(self, folder: Path) -> Path:
        """Write ``scores.json`` into a folder, whole or not at all."""
        return write_json(self, folder / SCORES_NAME)

    @classmethod
    def read(cls, folder: Path) -> RagScores:
        """Read ``scores.json`` of a folder.

        Raises:
            DataError: it is missing, damaged or of another format.
        """
        return read_json(
            cls, folder / SCORES_NAME, what="scores", command="domainbench score rag", version=1
        )
