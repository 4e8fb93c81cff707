"""What an answer to one question says, before and after it is judged, and a table of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .accuracy import Judged
    from .answers import Choice

_SCHEMA = pa.schema(
    [
        ("question_id", pa.string()),
        ("answer", pa.string()),
        ("given", pa.int32()),
        ("right", pa.int32()),
        ("outcome", pa.string()),
        ("reason", pa.string()),
        ("error", pa.string()),
        ("probabilities", pa.list_(pa.float64())),
        ("logprobs", pa.list_(pa.float64())),
    ]
)


@dataclass(frozen=True)
class Verdict:
    """What an answer says."""

    choice: Choice
    answer: str | None
    """Text as it was given or written."""
    probabilities: Sequence[float] | None = None
    """Of the choices; they add up to 1."""
    logprobs: Sequence[float] | None = None
    """Log-likelihoods of the choices' letters."""
    error: str | None = None
    """What kept the model from answering."""


def write_verdicts(
    path: Path, verdicts: Sequence[Verdict], outcomes: Sequence[str], answers: Judged
) -> None:
    """Write a Parquet table of one row a question.

    Args:
        path: the file.
        verdicts: (n) what the answers say.
        outcomes: (n) right, wrong, unparsed or missing.
        answers: the same, judged.
    """
    columns: dict[str, Any] = {
        "question_id": answers.questions.column("_id").combine_chunks(),
        "answer": [verdict.answer for verdict in verdicts],
        "given": [verdict.choice.index for verdict in verdicts],
        "right": answers.right,
        "outcome": list(outcomes),
        "reason": [verdict.choice.reason for verdict in verdicts],
        "error": [verdict.error for verdict in verdicts],
        "probabilities": [verdict.probabilities for verdict in verdicts],
        "logprobs": [verdict.logprobs for verdict in verdicts],
    }
    arrays = [pa.array(columns[field.name], type=field.type) for field in _SCHEMA]
    stage = path.with_name(f".{path.name}.partial")
    pq.write_table(pa.Table.from_arrays(arrays, schema=_SCHEMA), stage, compression="zstd")
    stage.replace(path)
