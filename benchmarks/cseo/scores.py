"""What scoring an engine on a conversational SEO release found, as one file: ``scores.json``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, JsonValue

from ..json_files import read_json, write_json
from ..results import ReleaseEntry

if TYPE_CHECKING:
    from pathlib import Path

SCORES_NAME = "scores.json"
OUTCOMES_NAME = "outcomes.parquet"
ADOPTER = "adopter"
BYSTANDER = "bystander"
Role = Literal["adopter", "bystander"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EngineEntry(_Model):
    """What answered."""

    name: str
    parameters: dict[str, JsonValue]
    """Everything that decides an answer."""
    runs: int
    failed: int
    """Answers that are missing, over all runs; what they touch is left out."""
    hallucinated: int | None
    """Citations of documents that were not shown; None where that is not known."""


class Gain(_Model):
    """Gains of the documents of one role by one measure, runs of an episode averaged first."""

    measure: str
    column: str | None
    """``domain`` or ``task``; None for all queries."""
    slice: str | None
    method: str
    adoption: int | None
    """Adopters in each episode; None where recorded responses do not tell."""
    role: Role
    source: str | None = None
    """Model, and who adopted, of recorded responses; None where the engine answered."""
    n: int
    """Documents in episodes."""
    undefined: int
    """Those without a gain, which are left out."""
    mean: float | None
    deviation: float | None
    """Population standard deviation."""
    low: float | None
    """Bounds of the interval of the mean: bootstrap, queries drawn as wholes."""
    high: float | None
    statistic: float | None
    """Wilcoxon's sum of positive ranks, zeros dropped."""
    p_value: float | None
    """One-sided: that gains are not positive."""
    p_adjusted: float | None
    """By Holm's method over the methods of the slice, at this measure, adoption and role."""


class Payoff(_Model):
    """Mean payoffs where so many adopt."""

    adoption: int
    adopters: float | None
    bystanders: float | None
    n_adopters: int
    n_bystanders: int


class SumChange(_Model):
    """Change of the summed payoffs of a context against no adoption; 0 in a zero-sum game."""

    adoption: int
    queries: int
    mean: float | None
    low: float | None
    high: float | None


class Equilibrium(_Model):
    """A number of adopters at which nobody would rather choose otherwise."""

    adoption: int
    price: float | None
    """Mean payoff without adoption less that of all documents here."""


class Game(_Model):
    """The adoption game of one method, see ``benchmarks.cseo.game``."""

    domain: str
    method: str
    documents: int
    payoffs: list[Payoff]
    sums: list[SumChange]
    best_responses: list[Literal["adopt", "stay", "both"] | None]
    """Where 0, 1, … others adopt; None where a payoff was not observed."""
    equilibria: list[Equilibrium]
    undecided: list[int]
    """Adoptions that may be equilibria, as a payoff was not observed."""


class CseoScores(_Model):
    """One scoring. Two of the same release and engine differ in ``environment`` and ``cost``."""

    format: Literal[1] = 1
    release: ReleaseEntry | None
    """None for responses recorded by C-SEO Bench."""
    engine: EngineEntry
    selection: dict[str, JsonValue]
    cutoff: int
    payoff: str | None
    """Of the games; None where there are none."""
    seed: int
    level: float
    queries: int
    episodes: int
    """Those with adopters."""
    left_out: dict[str, dict[str, int]]
    """Method that was tried → reason → documents that it has not rewritten."""
    gains: list[Gain]
    games: list[Game]
    cost: dict[str, JsonValue]
    """Time, and of language models requests, tokens and money."""
    environment: dict[str, JsonValue]

    def gain(
        self,
        measure: str,
        method: str,
        *,
        slice: str | None = None,  # noqa: A002 - the field's name
        adoption: int | None = 1,
        role: Role = ADOPTER,
    ) -> Gain:
        """One row of ``gains``; ``KeyError`` if it was not computed."""
        wanted = (measure, method, slice, adoption, role)
        for found in self.gains:
            if (found.measure, found.method, found.slice, found.adoption, found.role) == wanted:
                return found
        raise KeyError(wanted)

    def write(self, folder: Path) -> Path:
        """Write ``scores.json`` into a folder, whole or not at all."""
        return write_json(self, folder / SCORES_NAME)

    @classmethod
    def read(cls, folder: Path) -> CseoScores:
        """Read ``scores.json`` of a folder.

        Raises:
            DataError: it is missing, damaged or of another format.
        """
        return read_json(
            cls, folder / SCORES_NAME, what="scores", command="domainbench score cseo", version=1
        )
