"""A citation model without a language model: relevance, and what is known of positions.

Each document has an *effective place*: its place in the context, less ``weight`` places for every
standard deviation by which its relevance to the query exceeds that of the others. It is cited with
the probability of that place, and those cited are mentioned in the order of effective places with
normal noise. The probabilities of the ten places are the shares of 8,844 recorded answers of
GPT-4o mini to queries of C-SEO Bench's retail domain in which the document there was cited; their
logits are interpolated linearly, and go on beyond them with the slope of all ten.
"""

from __future__ import annotations

import math
import re
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ...retrieval.systems import parse_system
from ...schemas.errors import UsageError
from .answers import AnswerTable, widest_context
from .relevance import standard_scores
from .scenario import hashed
from .scenes import scenes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pydantic import JsonValue

    from ...schemas.progress import Progress
    from .answers import Answers
    from .scenario import Scenario
    from .scenes import Scene

CITED = (8595, 8066, 7277, 6113, 5027, 3642, 3343, 2889, 2496, 2190)
"""Answers that cite the document at each place of the context."""
ANSWERS = 8844
SPREAD = 1.25
"""Standard deviation of the noise, in places, at which moving a random document to the top gains on
average what C-SEO Bench reports for it, 2.77. Gains scatter less than there (1.8 against 2.31), as
the two answers differ by the move alone."""
_LOGITS = np.array([math.log(count / (ANSWERS - count)) for count in CITED])
_SLOPE = float(np.polyfit(np.arange(len(CITED)), _LOGITS, 1)[0])
_SAID = 12
"""Words of a document that a sentence about it repeats."""
_MARKS = re.compile(r"[\[\]【】^.!?\n]+")


@dataclass(frozen=True)
class SurrogateOptions:
    """What decides an answer of the surrogate.

    Raises:
        UsageError: a value is out of its range.
    """

    relevance: str = "bm25"
    """The system that says how relevant a text is."""
    weight: float = 0.5
    """Places that a standard deviation of relevance is worth; 0 leaves content out."""
    spread: float = SPREAD
    """Standard deviation of the noise in the order of mentioning, in places."""
    runs: int = 1
    """Answers to each episode."""
    shuffle: bool = False
    """Whether the order of the context is drawn anew for each query and run."""
    seed: int = 0

    def __post_init__(self) -> None:
        for name, low in (("weight", 0), ("spread", 0), ("runs", 1), ("seed", 0)):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= low):
                raise UsageError(f"{name} is out of range", found=value, expected=f"{low} or more")


class SurrogateEngine:
    """The surrogate, after a first stage or on the contexts of the release.

    Args:
        options: what decides an answer.
        first_stage: a system whose ten best documents become the context; None takes the release's
            contexts in their order.
    """

    reads_order = True

    def __init__(self, options: SurrogateOptions, first_stage: str | None = None) -> None:
        if first_stage is not None and options.shuffle:
            raise UsageError("what a first stage has ranked is not shuffled")
        self._options = options
        self._relevance = parse_system(options.relevance)
        self._first = None if first_stage is None else parse_system(first_stage)
        self._seconds = 0.0

    @property
    def name(self) -> str:
        """``surrogate``, and what stands before it."""
        return "surrogate" + (f" over {self._first.spec}" if self._first else "")

    @property
    def parameters(self) -> dict[str, JsonValue]:
        """Every option, and the first stage."""
        first = None if self._first is None else self._first.spec
        return {"kind": "surrogate", "first_stage": first, **asdict(self._options)}

    @property
    def runs(self) -> int:
        """Answers to each episode."""
        return self._options.runs

    def answer(self, scenario: Scenario, progress: Progress) -> list[Answers]:
        """Draw the answers of each run.

        Raises:
            UsageError: a system cannot rank or score what its corpus does not hold.
        """
        start = time.perf_counter()
        found: list[Answers] = []
        kept: tuple[list[Scene], list[NDArray[np.float64]]] | None = None
        for run in range(self._options.runs):
            if kept is None or self._options.shuffle:
                scenes = scenes_of(
                    scenario,
                    first=self._first,
                    shuffle=self._options.shuffle,
                    seed=self._options.seed,
                    run=run,
                    progress=progress,
                )
                with progress.step("measuring relevance"):
                    kept = scenes, standard_scores(scenario, scenes, self._relevance)
            with progress.step(f"answering, run {run + 1}", len(scenario.episodes)) as done:
                table = AnswerTable(len(scenario.episodes), widest_context(scenario))
                drawn = _Noise(scenario, self._options.seed, run)
                for row, (scene, scores) in enumerate(zip(*kept, strict=True)):
                    noise = drawn.of(scenario.episodes[row].query, scene)
                    table.add(row, scene.places, written(scene, self._cited(scores, noise)))
                    done(1)
            found.append(table.finish())
        self._seconds = time.perf_counter() - start
        return found

    def stats(self) -> dict[str, Any]:
        """Seconds that the last answering took."""
        return {"seconds": self._seconds}

    def _cited(self, scores: NDArray[np.float64], noise: NDArray[np.float64]) -> list[int]:
        """Documents that are cited, in the order of their mention; ``noise`` is (2, documents)."""
        places = np.arange(len(scores)) - self._options.weight * scores
        cited = noise[0] < citation_probability(places)
        order = np.argsort(places + self._options.spread * noise[1], kind="stable")
        return [place for place in order.tolist() if cited[place]]


class _Noise:
    """What is drawn for a document in a query and run: the same in all episodes.

    So two episodes differ by what was done to the documents, and by no other draw.
    """

    def __init__(self, scenario: Scenario, seed: int, run: int) -> None:
        self._scenario = scenario
        self._seed = seed
        self._run = run
        self._drawn: dict[tuple[int, int], tuple[float, float]] = {}

    def of(self, query: int, scene: Scene) -> NDArray[np.float64]:
        """(2, documents): evenly drawn from 0 to 1, and normally."""
        return np.array([self._of(query, row) for row in scene.documents]).reshape(-1, 2).T

    def _of(self, query: int, document: int) -> tuple[float, float]:
        key = query, document
        if key not in self._drawn:
            names = self._scenario.queries[query].id, self._scenario.document_ids[document]
            bits = np.random.PCG64(hashed(self._seed, "surrogate", self._run, *names))
            generator = np.random.Generator(bits)
            self._drawn[key] = float(generator.random()), float(generator.standard_normal())
        return self._drawn[key]


def citation_probability(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probability that the document at a place is cited; places count from 0 and may be broken."""
    from scipy.special import expit

    last = len(CITED) - 1
    logits = np.interp(places, np.arange(len(CITED)), _LOGITS)
    logits += _SLOPE * (np.minimum(places, 0) + np.maximum(places - last, 0))
    return expit(logits)


def written(scene: Scene, order: Sequence[int]) -> str:
    """An answer with a sentence for each document, as a language model would cite them."""
    said = []
    for number in order:
        words = _MARKS.sub(" ", scene.texts[number]).split()[:_SAID]
        said.append(f"{' '.join(words) or 'This one'} [{number + 1}].")
    return " ".join(said)
