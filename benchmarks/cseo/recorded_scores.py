"""Scores of recorded responses, in the form of all scores of the family."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from ..environment import environment
from ..statistics import LEVEL
from .gains import CUTOFF
from .responses import original_scores
from .scores import ADOPTER, CseoScores, EngineEntry, Gain

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import JsonValue

_ALONE = "unilateral"


def score_recorded(folder: Path, *, seed: int = 0) -> CseoScores:
    """Score responses as C-SEO Bench's evaluation does, see ``original_scores``.

    Raises:
        DataError: as ``original_scores``.
    """
    found = original_scores(folder, seed=seed)
    parameters: dict[str, JsonValue] = {
        "kind": "recorded",
        "folder": str(folder),
        "unpaired": sum(one.unpaired_before + one.unpaired_after for one in found),
        "disagreements": sum(one.disagreements for one in found),
    }
    gains = [
        Gain(
            measure="citation_rank_gain",
            column="domain",
            slice=one.summary.domain,
            adoption=1 if one.adoption in {None, _ALONE} else None,
            role=ADOPTER,
            source=" ".join(name for name in (one.model, one.adoption) if name) or None,
            **{name: value for name, value in asdict(one.summary).items() if name != "domain"},
        )
        for one in found
    ]
    return CseoScores(
        release=None,
        engine=EngineEntry(
            name=f"responses of {folder.name}",
            parameters=parameters,
            runs=1,
            failed=sum(one.missing for one in found),
            hallucinated=None,
        ),
        selection={},
        cutoff=CUTOFF,
        payoff=None,
        seed=seed,
        level=LEVEL,
        queries=sum(one.pairs for one in found),
        episodes=sum(one.pairs for one in found),
        left_out={},
        gains=gains,
        games=[],
        cost={},
        environment=environment(),
    )
