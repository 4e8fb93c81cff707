"""Scoring engines on a conversational SEO release: answers, outcomes, gains, games."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from math import fsum
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pyarrow.parquet as pq

from ...schemas.cseo import POSITION
from ...schemas.errors import UsageError
from ...schemas.progress import SILENT, Progress
from ..environment import environment
from ..results import ReleaseEntry
from ..statistics import LEVEL
from .answers import IMPRESSIONS
from .gain_summaries import summarise_frame
from .gains import CUTOFF
from .game import adoption_games
from .outcomes import GAINS, PAYOFFS, outcome_table
from .scores import (
    ADOPTER,
    BYSTANDER,
    OUTCOMES_NAME,
    CseoScores,
    EngineEntry,
    Equilibrium,
    Gain,
    Game,
    Payoff,
    SumChange,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pydantic import JsonValue

    from ...schemas.release import Release
    from .answers import Answers, Engine
    from .scenario import Scenario, Selection

_SLICES = (None, "task", "domain")
_EVERYTHING = "everything"
"""A column of one label."""


@dataclass(frozen=True)
class Measuring:
    """How answers are measured.

    Raises:
        UsageError: the payoff is unknown, or a number is out of its range.
    """

    cutoff: int = CUTOFF
    """Citations that rank gains look at."""
    payoff: str = "reciprocal_rank"
    """What players of the adoption game want, one of ``outcomes.PAYOFFS``."""
    seed: int = 0
    """Seed of the intervals."""
    measures: tuple[str, ...] = field(default=GAINS)

    def __post_init__(self) -> None:
        if self.payoff not in PAYOFFS:
            raise UsageError.from_unknown_name("payoff", self.payoff, PAYOFFS)
        for name in self.measures:
            if name not in GAINS:
                raise UsageError.from_unknown_name("measure of gains", name, GAINS)
        if self.cutoff < 1:
            raise UsageError("the cutoff is below 1", found=self.cutoff, expected="1 or more")
        if self.seed < 0:
            raise UsageError("the seed is negative", found=self.seed, expected="0 or more")


def score_scenario(
    scenario: Scenario,
    engine: Engine,
    release: Release,
    selection: Selection,
    measuring: Measuring,
    *,
    left_out: Mapping[str, Mapping[str, int]] | None = None,
    output: Path | None = None,
    progress: Progress = SILENT,
) -> CseoScores:
    """Let an engine answer every episode of a scenario, and measure who gained.

    Args:
        scenario: what is answered, read of a release and perhaps added to.
        engine: what answers.
        release: the release.
        selection: the part of it that was read.
        measuring: how answers are measured.
        left_out: method → reason → documents that a method which was tried has not rewritten.
        output: folder for ``scores.json`` and ``outcomes.parquet``, a row for each document in each
            episode; None writes nothing.
        progress: shown while it works.

    Raises:
        UsageError: as ``Engine.answer``; or the payoff is a share of a text, and the engine writes
            none.
        DataError: as that; or the engine reads no order, and adopters do nothing but move.
    """
    if not engine.reads_order:
        scenario = scenario.without_moves()
    answers = engine.answer(scenario, progress)
    if measuring.payoff in IMPRESSIONS and not any(given.impressions for given in answers):
        raise UsageError(
            "the payoff is a share of an answer's text, and the engine writes none",
            found=measuring.payoff,
            expected=" or ".join(name for name in PAYOFFS if name not in IMPRESSIONS),
        )
    with progress.step("measuring gains"):
        outcomes = outcome_table(scenario, answers, measuring.cutoff)
        scores = CseoScores(
            release=ReleaseEntry.of(release),
            engine=_engine(engine, answers),
            selection=_as_json(selection),
            cutoff=measuring.cutoff,
            payoff=measuring.payoff,
            seed=measuring.seed,
            level=LEVEL,
            queries=len(scenario.queries),
            episodes=len(scenario.episodes) - scenario.baselines,
            left_out={name: dict(reasons) for name, reasons in (left_out or {}).items()},
            gains=gains_of(outcomes, measuring),
            games=games_of(outcomes, measuring),
            cost=engine.stats(),
            environment=environment(),
        )
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)
        pq.write_table(outcomes, output / OUTCOMES_NAME, compression="zstd")
        scores.write(output)
    return scores


def gains_of(outcomes: Any, measuring: Measuring) -> list[Gain]:
    """Gains of every measure that has any, by slice, method, adoption and role.

    Args:
        outcomes: see ``outcome_table``.
        measuring: measures and seed.
    """
    frame: Any = pl.from_arrow(outcomes)
    measures = [name for name in measuring.measures if frame[name].null_count() < len(frame)]
    keys = [
        "task",
        "domain",
        "query_id",
        "method",
        "adoption",
        "adopter",
        "episode_id",
        "corpus_id",
    ]
    averaged = frame.select(*keys, *measures)
    if frame["run"].n_unique() > 1:
        # Runs of an episode are not independent: their mean is one gain. Sorted, as threads meet
        # the rows of a group in any order, and sums depend on it.
        means = (pl.col(name).sort().mean() for name in measures)
        averaged = frame.group_by(keys, maintain_order=True).agg(means)
    averaged = averaged.sort(keys).with_columns(
        pl.col("query_id").rank("dense").cast(pl.Int64).alias("query"),
        pl.lit("").alias(_EVERYTHING),
    )
    found: list[Gain] = []
    for (adoption, adopter), part in sorted(averaged.group_by("adoption", "adopter")):
        for column in _SLICES:
            tall = part.unpivot(
                measures, index=[column or _EVERYTHING, "method", "query"], value_name="gain"
            )
            summaries = summarise_frame(
                tall, ["variable", column or _EVERYTHING], seed=measuring.seed
            )
            found += [
                Gain(
                    measure=measure,
                    column=column,
                    slice=label if column else None,
                    adoption=adoption,
                    role=ADOPTER if adopter else BYSTANDER,
                    **{name: value for name, value in asdict(one).items() if name != "domain"},
                )
                for (measure, label), one in sorted(
                    summaries, key=lambda row: (measures.index(row[0][0]), row[0][1], row[1].method)
                )
            ]
    return found


def games_of(outcomes: Any, measuring: Measuring) -> list[Game]:
    """The adoption game of every domain, method and size of context.

    Those who adopt first are not like those who adopt last, so a payoff is what a document gains by
    the episode, above the mean payoff of all documents when nobody adopts.
    """
    frame: Any = pl.from_arrow(outcomes)
    frame = frame.filter(~pl.col("method").str.starts_with(f"{POSITION}:"))  # one may stand there
    payoff = measuring.payoff
    group = ["domain", "documents"]
    # A document's baseline is null in the rows of episodes that failed themselves.
    known = frame.filter(pl.col(f"{payoff}_before").is_not_null())
    alone = known.unique(["query_id", "corpus_id", "run"], keep="first", maintain_order=True)
    levels = [
        {**dict(zip(group, key, strict=True)), "level": fsum(values) / len(values)}
        for key, part in alone.group_by(group, maintain_order=True)
        if (values := part[f"{payoff}_before"].to_list())
    ]
    schema = {name: frame.schema[name] for name in group} | {"level": pl.Float64}
    means = pl.DataFrame(levels, schema=schema)
    played = frame.join(means, on=group, how="left", maintain_order="left").select(
        *group, "method", "adoption", "adopter",
        query="query_id", value=pl.col("level") + pl.col(f"{payoff}_gain"),
    )  # fmt: skip
    start = alone.join(means, on=group, how="left", maintain_order="left").select(
        *group, pl.lit(None, pl.String).alias("method"),
        pl.lit(0, played.schema["adoption"]).alias("adoption"),
        pl.lit(value=False).alias("adopter"), query="query_id", value="level",
    )  # fmt: skip
    games = adoption_games(pl.concat([played, start]).to_arrow(), seed=measuring.seed)
    return [
        Game(
            domain=game.domain,
            method=game.method,
            documents=game.documents,
            payoffs=[Payoff(**asdict(one)) for one in game.payoffs],
            sums=[
                SumChange(
                    adoption=one.adoption,
                    queries=one.queries,
                    mean=one.mean,
                    low=one.interval[0] if one.interval else None,
                    high=one.interval[1] if one.interval else None,
                )
                for one in game.sums
            ],
            best_responses=list(game.best_responses),
            equilibria=[Equilibrium(**asdict(one)) for one in game.equilibria],
            undecided=list(game.undecided),
        )
        for game in games
    ]


def _as_json(selection: Selection) -> dict[str, JsonValue]:
    found = asdict(selection)
    return {name: list(v) if isinstance(v, tuple) else v for name, v in found.items()}


def _engine(engine: Engine, answers: Sequence[Answers]) -> EngineEntry:
    return EngineEntry(
        name=engine.name,
        parameters=engine.parameters,
        runs=engine.runs,
        failed=int(sum(np.count_nonzero(given.failed) for given in answers)),
        hallucinated=int(sum(given.hallucinated.sum() for given in answers)),
    )
