"""Figures of OmniBench-RAG's own runs, worked out again from the summary of their logs.

A row is a run of one model on one domain: accuracy without and with retrieval, and means of
seconds, memory and use of the GPU of either. Improvement and Transformation are worked out from
those columns and held against the row's own, to the digits they are given with. Runs of a domain
are put together as the project does: with the numbers of their questions as weights, of accuracies
and of the three ratios; Transformation is that of the mean ratios. A run whose ratio is undefined
is left out of that ratio's mean, where the project counts it as it stands in its file.
"""

from __future__ import annotations

import json
import math
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict

from ...schemas.errors import DataError, UsageError
from ...schemas.fingerprint import file_sha256
from ..json_files import write_json
from .transformation import Ratios, normalised_transformation, ratio, transformation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

LOGS_NAME = "log_scores.json"
DIGITS = 4
"""Decimals of a row's numbers."""
_HALF = 0.5 * 10**-DIGITS
_SLACK = 1e-9
"""What floating point may add to half a unit of the last digit."""
_TEXTS = ("domain", "model")
_NUMBERS = (
    "basic_accuracy", "rag_accuracy", "base_time", "base_mem", "base_gpu",
    "rag_time", "rag_mem", "rag_gpu",
)  # fmt: skip
_FIGURES = ("improvement", "transformation")

Agreement = Literal["equal", "rounding", "different", "not_given"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LogFigure(_Model):
    """A figure of one run, as given and as worked out."""

    given: float | None
    computed: float | None
    agreement: Agreement
    """``equal`` to four decimals; ``rounding``: the columns it is worked out from, which are
    rounded themselves, leave room for the difference; ``different``; or ``not_given``."""


class LogRow(_Model):
    """One run."""

    number: int
    """Row of the file, from 1."""
    domain: str
    model: str
    n: int
    time_ratio: float | None
    memory_ratio: float | None
    gpu_ratio: float | None
    improvement: LogFigure
    transformation: LogFigure
    transformation_normalised: float | None


class DomainLogs(_Model):
    """All runs of a domain, weighted by their questions."""

    domain: str | None
    """None for all runs."""
    runs: int
    n: int
    """Questions, those of several runs counted in each."""
    without: float | None
    with_context: float | None
    improvement: float | None
    time_ratio: float | None
    memory_ratio: float | None
    gpu_ratio: float | None
    transformation: float | None
    transformation_normalised: float | None


class LogScores(_Model):
    """A summary of logs, worked out again."""

    format: Literal[1] = 1
    name: str
    sha256: str
    rows: list[LogRow]
    domains: list[DomainLogs]
    """Of each domain, by name, and last of all."""

    @property
    def differing(self) -> list[LogRow]:
        """Rows with a figure that rounding does not explain."""
        return [
            row
            for row in self.rows
            if "different" in (row.improvement.agreement, row.transformation.agreement)
        ]

    def write(self, folder: Path) -> Path:
        """Write ``log_scores.json`` into a folder, whole or not at all."""
        return write_json(self, folder / LOGS_NAME)


def score_rag_logs(path: str | Path, *, model: str | None = None) -> LogScores:
    """Work out the figures of a summary of OmniBench-RAG's logs.

    Args:
        path: JSON list of objects with the fields ``domain``, ``model``, ``n``, ``basic_accuracy``,
            ``rag_accuracy``, ``base_`` and ``rag_`` ``time``, ``mem`` and ``gpu`` and, to compare
            with, ``improvement`` and ``transformation``. A measurement may be null.
        model: only the runs of this one; all by default, put together as the project does.

    Raises:
        UsageError: there is no such file, or it has no run of the model.
        DataError: it is no such list, or a row lacks a field or has one that is no number.
    """
    file = Path(path)
    if not file.is_file():
        raise UsageError("there is no such file", place=file)
    try:
        payload = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise DataError("the summary of logs is not JSON", place=file, found=error) from None
    if not isinstance(payload, list) or not payload:
        raise DataError("the summary of logs is no list of runs", place=file)
    rows = {number: _checked(row, file, number) for number, row in enumerate(payload, 1)}
    models = sorted({row["model"] for row in rows.values()})
    if model is not None and model not in models:
        raise UsageError.from_unknown_name("model of the logs", model, models)
    chosen = {n: row for n, row in rows.items() if model is None or row["model"] == model}
    runs = list(chosen.values())
    names = sorted({run["domain"] for run in runs})
    return LogScores(
        name=file.name,
        sha256=file_sha256(file),
        rows=[_row(run, number) for number, run in chosen.items()],
        domains=[
            *(_domain(name, [run for run in runs if run["domain"] == name]) for name in names),
            _domain(None, runs),
        ],
    )


def _checked(row: Any, path: Path, number: int) -> dict[str, Any]:
    """A row with numbers where numbers belong."""
    if not isinstance(row, dict):
        raise DataError(f"run {number} is no JSON object", place=path)
    for name in _TEXTS:
        if not isinstance(row.get(name), str):
            raise DataError(f"run {number} lacks the text {name}", place=path, found=row.get(name))
    n = row.get("n")
    if isinstance(n, bool) or not isinstance(n, int) or n < 1:
        raise DataError(f"run {number} has no number of questions", place=path, found=n)
    found: dict[str, Any] = {name: row[name] for name in (*_TEXTS, "n")}
    for name in (*_NUMBERS, *_FIGURES):
        value = row.get(name)
        required = name.endswith("_accuracy")
        sound = isinstance(value, int | float) and not isinstance(value, bool)
        if (value is None and required) or (value is not None and not sound):
            raise DataError(f"run {number}: {name} is no number", place=path, found=repr(value))
        found[name] = value if value is None or math.isfinite(value) else None
    return found


def _ratios(run: Mapping[str, Any]) -> Ratios:
    return Ratios(
        time=ratio(run["rag_time"], run["base_time"]),
        memory=ratio(run["rag_mem"], run["base_mem"]),
        gpu=ratio(run["rag_gpu"], run["base_gpu"]),
    )


def _improvement(run: Mapping[str, Any]) -> float:
    return run["rag_accuracy"] - run["basic_accuracy"]


def _row(run: Mapping[str, Any], number: int) -> LogRow:
    ratios = _ratios(run)
    return LogRow(
        number=number,
        domain=run["domain"],
        model=run["model"],
        n=run["n"],
        time_ratio=ratios.time,
        memory_ratio=ratios.memory,
        gpu_ratio=ratios.gpu,
        improvement=_figure(run, "improvement", _improvement, ["basic_accuracy", "rag_accuracy"]),
        transformation=_figure(
            run,
            "transformation",
            lambda values: transformation(_ratios(values)),
            [name for name in _NUMBERS if not name.endswith("_accuracy")],
        ),
        transformation_normalised=normalised_transformation(ratios),
    )


def _figure(
    run: Mapping[str, Any],
    name: str,
    compute: Callable[[Mapping[str, Any]], float | None],
    columns: Sequence[str],
) -> LogFigure:
    given, computed = run[name], compute(run)
    if given is None:
        return LogFigure(given=None, computed=computed, agreement="not_given")
    if computed is None:
        # The project's code adds up no term to 0.
        return LogFigure(
            given=given, computed=None, agreement="equal" if given == 0 else "different"
        )
    agreement: Agreement = "different"
    if abs(given - computed) <= _HALF + _SLACK:
        agreement = "equal"
    elif _within_rounding(run, given, compute, columns):
        agreement = "rounding"
    return LogFigure(given=given, computed=computed, agreement=agreement)


def _within_rounding(
    run: Mapping[str, Any],
    given: float,
    compute: Callable[[Mapping[str, Any]], float | None],
    columns: Sequence[str],
) -> bool:
    """Whether columns that round to those of the row give a figure that rounds to the row's.

    Both figures rise or fall in each column as long as signs stay, so that their ends lie where
    every column is at an end of what rounds to it.
    """
    known = [name for name in columns if run[name] is not None]
    ends = product((-_HALF, _HALF), repeat=len(known))
    values = [
        compute({**run, **{name: run[name] + end for name, end in zip(known, some, strict=True)}})
        for some in ends
    ]
    numbers = [value for value in values if value is not None]
    low, high = min(numbers, default=math.inf), max(numbers, default=-math.inf)
    return low - _HALF - _SLACK <= given <= high + _HALF + _SLACK


def _domain(name: str | None, runs: Sequence[Mapping[str, Any]]) -> DomainLogs:
    weights = [run["n"] for run in runs]
    every = [_ratios(run) for run in runs]
    without = _mean([run["basic_accuracy"] for run in runs], weights)
    with_context = _mean([run["rag_accuracy"] for run in runs], weights)
    ratios = Ratios(
        time=_mean([one.time for one in every], weights),
        memory=_mean([one.memory for one in every], weights),
        gpu=_mean([one.gpu for one in every], weights),
    )
    return DomainLogs(
        domain=name,
        runs=len(runs),
        n=sum(weights),
        without=without,
        with_context=with_context,
        improvement=_mean([_improvement(run) for run in runs], weights),
        time_ratio=ratios.time,
        memory_ratio=ratios.memory,
        gpu_ratio=ratios.gpu,
        transformation=transformation(ratios),
        transformation_normalised=normalised_transformation(ratios),
    )


def _mean(values: Sequence[float | None], weights: Sequence[int]) -> float | None:
    """Weighted mean of the known values; None where there is none."""
    pairs = [(v, w) for v, w in zip(values, weights, strict=True) if v is not None]
    total = sum(weight for _, weight in pairs)
    return math.fsum(value * weight for value, weight in pairs) / total if pairs else None
