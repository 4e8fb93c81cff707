"""The answer to a question under one condition, judged, with what it took; and a table of them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .usage import Sample
    from .yes_no import YesNo

Condition = Literal["none", "retrieved"]
NONE: Condition = "none"
RETRIEVED: Condition = "retrieved"
CONDITIONS: tuple[Condition, ...] = (NONE, RETRIEVED)
"""Answering without context, and with it."""

_SCHEMA = pa.schema(
    [
        ("question_id", pa.string()),
        ("domain", pa.string()),
        ("reasoning", pa.string()),
        ("condition", pa.string()),
        ("context", pa.list_(pa.string())),
        ("answer", pa.string()),
        ("given", pa.string()),
        ("right", pa.string()),
        ("outcome", pa.string()),
        ("reason", pa.string()),
        ("error", pa.string()),
        ("seconds", pa.float64()),
        ("memory_mib", pa.float64()),
        ("gpu", pa.float64()),
    ]
)


@dataclass(frozen=True)
class Answer:
    """What was answered, before it is judged."""

    said: YesNo
    text: str | None
    """As it was given or written."""
    error: str | None = None
    """What kept the model from answering."""
    sample: Sample | None = None
    """What a measured model took."""
    seconds: float | None = None
    """As a file of answers tells them; so are the next two."""
    memory_mib: float | None = None
    gpu: float | None = None


@dataclass(frozen=True)
class Judged:
    """An answer to a question under a condition."""

    question: str
    domain: str
    reasoning: str
    condition: Condition
    right: str
    """``yes`` or ``no``."""
    outcome: str
    """Of ``yes_no.OUTCOMES``."""
    answer: Answer
    context: tuple[str, ...] | None = None
    """Documents that were shown; None where it is not known."""

    @property
    def seconds(self) -> float | None:
        """Seconds of the answer alone."""
        return self.answer.sample.seconds if self.answer.sample else self.answer.seconds


def write_answers(path: Path, answers: Sequence[Judged]) -> None:
    """Write a Parquet table of one row an answer; the file appears whole or not at all.

    Memory is the peak of the answer's batch above the start of its condition, of a file what it
    tells; the GPU's likewise.
    """
    samples = [one.answer.sample for one in answers]
    columns: dict[str, Any] = {
        "question_id": [one.question for one in answers],
        "domain": [one.domain for one in answers],
        "reasoning": [one.reasoning for one in answers],
        "condition": [one.condition for one in answers],
        "context": [one.context for one in answers],
        "answer": [one.answer.text for one in answers],
        "given": [one.answer.said.value for one in answers],
        "right": [one.right for one in answers],
        "outcome": [one.outcome for one in answers],
        "reason": [one.answer.said.reason for one in answers],
        "error": [one.answer.error for one in answers],
        "seconds": [one.seconds for one in answers],
        "memory_mib": [
            sample.peak_mib if sample else one.answer.memory_mib
            for one, sample in zip(answers, samples, strict=True)
        ],
        "gpu": [
            sample.gpu_mib if sample else one.answer.gpu
            for one, sample in zip(answers, samples, strict=True)
        ],
    }
    arrays = [pa.array(columns[field.name], type=field.type) for field in _SCHEMA]
    stage = path.with_name(f".{path.name}.{os.getpid()}")
    pq.write_table(pa.Table.from_arrays(arrays, schema=_SCHEMA), stage, compression="zstd")
    stage.replace(path)
