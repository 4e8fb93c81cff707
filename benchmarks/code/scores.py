"""What scoring completions of code found, as one file: ``scores.json``.

Two scorings of the same outcomes differ in ``environment`` only. Shares run from 0 to 1, DSI is in
percent; what is undefined is null.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from ..json_files import read_json, write_json
from ..results import ReleaseEntry
from ..specialization import Verdict

if TYPE_CHECKING:
    from pathlib import Path

SCORES_NAME = "scores.json"
OUTCOMES_NAME = "outcomes.parquet"
FORMAT = 1

IntervalKind = Literal["repository", "task"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Model):
    """Where outcomes or rates come from."""

    name: str
    """File, or what wrote the completions."""
    parameters: dict[str, JsonValue] = Field(default_factory=dict[str, JsonValue])
    """Everything that decides them: digest of the file, or settings of the generation."""


class ModelEntry(_Model):
    """A model whose completions were run."""

    name: str
    source: Source
    tasks: int
    """Tasks with completions."""
    without: int
    """Tasks without any; no figure counts them."""
    completions: int
    distinct: int | None
    """Texts among them that differ within their task; None where the record does not tell."""
    samples_per_task: dict[int, int]
    """Completions of a task → how many tasks have so many."""
    outcomes: dict[str, int]
    """Class → completions; just passed and failed where the record has no classes."""


class Figure(_Model):
    """A mean over tasks."""

    model: str
    column: str | None = None
    """Column that slices the tasks; None for all of them."""
    slice: str | None = None
    """The tasks' label in that column."""
    measure: str
    """``pass@k``, ``recall@k``; of memorisation: ``contaminated``, ``peak``."""
    n: int
    """Tasks over which the mean is taken."""
    undefined: int
    """Tasks for which it is not defined: they have fewer than k completions."""
    left_out: int
    """Tasks that it does not apply to: standalone ones have no recall."""
    value: float | None
    """None where n is 0."""
    low: float | None
    """Bounds of the interval; None where there are fewer than two clusters."""
    high: float | None


class Improvement(_Model):
    """Domain-Specific Improvement of one model in one domain."""

    domain: str | None
    """None for all tasks."""
    model: str
    n: int | None
    """Tasks with completions of every model; None where rates were given."""
    rate: float | None
    """Its pass@1 on them, or the rate as given."""
    value: float | None
    """Percent; None where the rate is 0, unless ``undefined`` of the table says otherwise."""
    low: float | None
    """Bounds of the interval; the lower one alone is None where DSI may fall without bound."""
    high: float | None
    verdict: Verdict | None
    """Whether the domain is the model's comfort domain, a strange one, or neither."""


class CellDifference(_Model):
    """A published figure that is not the one worked out."""

    domain: str
    model: str
    published: float | None
    computed: float | None
    tolerance: float
    """How far off it may be."""


class ExchangedColumns(_Model):
    """Two models whose published figures agree once they are exchanged."""

    left: str
    right: str
    domains: list[str]
    """Rows in which they are."""


class TableComparison(_Model):
    """Figures worked out against published ones."""

    published: str
    cells: int
    """Figures that both have."""
    agreeing: int
    largest: float | None
    """Largest difference among those that agree."""
    exchanged: list[ExchangedColumns]
    differences: list[CellDifference]
    """Those that differ, but for exchanged columns."""
    undefined: list[CellDifference]
    """Numbers published where the formula has no value, or the other way round."""
    not_published: list[str]
    """Domains that the published table lacks."""
    not_computed: list[str]
    """Domains that only the published table has."""


class ImprovementTable(_Model):
    """DSI of several models in several domains."""

    source: Source | None
    """Table of rates; None for DSI of the outcomes."""
    models: list[str]
    domains: list[str | None]
    threshold: float
    undefined: float | None
    """What stands for DSI where the rate is 0; None: it is undefined."""
    cells: list[Improvement]
    comparison: TableComparison | None = None

    def cell(self, domain: str | None, model: str) -> Improvement:
        """One figure; ``KeyError`` if there is none."""
        for found in self.cells:
            if (found.domain, found.model) == (domain, model):
                return found
        raise KeyError((domain, model))


class Memorization(_Model):
    """CDD: whether sampled completions crowd around the greedy one."""

    alpha: float
    """Share of the longest completion within which an edit distance counts as near."""
    xi: float
    """Share of near completions above which a task counts as contaminated."""
    tokens: int
    """Tokens of a completion that are compared."""
    tokenizer: str
    samples_per_task: dict[str, dict[int, int]]
    """Model → sampled completions of a task → how many tasks have so many."""
    figures: list[Figure]
    """``contaminated`` and ``peak`` of each model."""


class CodeScores(_Model):
    """One scoring."""

    format: Literal[1] = FORMAT
    release: ReleaseEntry | None
    """None where tasks come from a file of metadata, or rates from a table."""
    tasks: int
    """Tasks that completions may answer."""
    repositories: int
    models: list[ModelEntry]
    seed: int
    interval: IntervalKind
    """What the bootstrap draws: repositories with all their tasks, or single tasks."""
    level: float
    ks: list[int]
    by: list[str]
    figures: list[Figure]
    improvements: list[ImprovementTable]
    memorization: Memorization | None
    isolation: dict[str, JsonValue] | None
    """What kept running completions apart; None where outcomes were recorded elsewhere."""
    limits: dict[str, JsonValue] | None
    environment: dict[str, JsonValue]

    def figure(
        self, measure: str, *, model: str | None = None, column: str | None = None, label: str = ""
    ) -> Figure:
        """One figure; ``KeyError`` if it was not computed.

        Args:
            measure: as ``pass@1``.
            model: whose; None: the first.
            column: None for all tasks.
            label: slice of the column.
        """
        wanted = (model or (self.models[0].name if self.models else ""), column, measure)
        for found in self.figures:
            if (found.model, found.column, found.measure) == wanted and (
                column is None or found.slice == label
            ):
                return found
        raise KeyError((*wanted, label))

    def write(self, folder: Path) -> Path:
        """Write ``scores.json`` into a folder, whole or not at all."""
        return write_json(self, folder / SCORES_NAME)

    @classmethod
    def read(cls, folder: Path) -> CodeScores:
        """Read ``scores.json`` of a folder.

        Raises:
            DataError: it is missing, damaged or of another format.
        """
        return read_json(
            cls,
            folder / SCORES_NAME,
            what="scores",
            command="domainbench score code",
            version=FORMAT,
        )
