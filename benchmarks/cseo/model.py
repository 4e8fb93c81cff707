"""Language models as engines: asked for every episode, every answer recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...retrieval.language_models.models import open_model, recording_path, response_parameters
from ...retrieval.language_models.recording import Recording, answer_all
from ...retrieval.language_models.requests import GENERATION, Request, Sampling, total_of
from ...retrieval.language_models.spec import parse_model
from ...retrieval.systems import parse_system
from ...schemas.errors import UsageError
from .answers import AnswerTable, widest_context
from .citations import cites
from .prompts import citing_prompt
from .scenes import scenes_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pydantic import JsonValue

    from ...retrieval.language_models.requests import Response
    from ...schemas.progress import Progress
    from .answers import Answers
    from .scenario import Scenario
    from .scenes import Scene

_MILLION = 1_000_000


@dataclass(frozen=True)
class ModelOptions:
    """How a model is asked.

    Raises:
        UsageError: a value is out of its range.
    """

    runs: int = 1
    """Answers to each episode."""
    temperature: float = 0.0
    """0 takes the likeliest token at each step; then all runs of one order are one."""
    shuffle: bool = False
    """Whether the order of the context is drawn anew for each query and run: equal for all episodes
    of a query, so that positions differ between runs and not between versions of a document."""
    longest: int | None = None
    """Characters of a document; the rest is cut off, and counted."""
    price_prompt: float | None = None
    """Money for a million tokens that are read; None leaves costs undefined."""
    price_completion: float | None = None
    """Money for a million tokens that are written."""
    seed: int = 0

    def __post_init__(self) -> None:
        bounds = {
            "runs": (self.runs, 1), "temperature": (self.temperature, 0),
            "longest": (self.longest, 1), "price_prompt": (self.price_prompt, 0),
            "price_completion": (self.price_completion, 0), "seed": (self.seed, 0),
        }  # fmt: skip
        for name, (value, low) in bounds.items():
            if value is not None and not low <= value < float("inf"):
                raise UsageError(f"{name} is out of range", found=value, expected=f"{low} or more")


class ModelEngine:
    """A language model behind an endpoint, or one that runs here.

    Args:
        spec: ``local:PATH_OR_NAME`` or ``endpoint:NAME@URL``, with options.
        options: how it is asked.
        folder: where responses are recorded, so that a run that was stopped goes on; None keeps
            them in memory.
        first_stage: as for the surrogate.
        recompute: ask again what is recorded.
    """

    reads_order = True

    def __init__(
        self,
        spec: str,
        options: ModelOptions,
        *,
        folder: Path | None = None,
        first_stage: str | None = None,
        recompute: bool = False,
    ) -> None:
        if first_stage is not None and options.shuffle:
            raise UsageError("what a first stage has ranked is not shuffled")
        self._spec = parse_model(spec)
        self._options = options
        self._folder = folder
        self._first = None if first_stage is None else parse_system(first_stage)
        self._recompute = recompute
        self._stats: dict[str, Any] = {}
        self._settings: dict[str, JsonValue] | None = None

    @property
    def name(self) -> str:
        """The model's specification, and what stands before it."""
        return self._spec.text + (f" over {self._first.spec}" if self._first else "")

    @property
    def parameters(self) -> dict[str, JsonValue]:
        """Settings of the model that decide a response, and how it is asked."""
        o = self._options
        return {
            "kind": "model",
            "first_stage": None if self._first is None else self._first.spec,
            "model": self._model_settings(),
            "runs": o.runs,
            "temperature": o.temperature,
            "shuffle": o.shuffle,
            "longest": o.longest,
            "seed": o.seed,
        }

    @property
    def runs(self) -> int:
        """Answers to each episode."""
        return self._options.runs

    def answer(self, scenario: Scenario, progress: Progress) -> list[Answers]:
        """Ask for every episode what is not recorded; equal requests are asked once.

        Raises:
            UsageError: the model cannot be reached or loaded.
            DataError: it answers no request, or fails again and again.
        """
        asked = self._asked(scenario, progress)
        flat = [request for _, requests in asked for request in requests]
        path = self._path
        with (
            Recording(
                path, self._spec.model, self._model_settings(), fresh=self._recompute
            ) as recording,
            progress.step("asking the model", len(set(flat))) as done,
        ):
            responses = answer_all(lambda: open_model(self._spec), flat, recording, done)
        found: list[Answers] = []
        read = iter(responses)
        for scenes, _ in asked:
            table = AnswerTable(len(scenario.episodes), widest_context(scenario))
            for row, scene in enumerate(scenes):
                response = next(read)
                table.add(row, scene.places, None if response.error is not None else response.text)
            found.append(table.finish())
        self._account(flat, responses, scenario, asked)
        return found

    def stats(self) -> dict[str, Any]:
        """Requests, failures, tokens and costs, those of recorded responses included."""
        return dict(self._stats)

    def _asked(
        self, scenario: Scenario, progress: Progress
    ) -> list[tuple[list[Scene], list[Request]]]:
        """Scenes and requests of each run."""
        found: list[tuple[list[Scene], list[Request]]] = []
        scenes: list[Scene] | None = None
        for run in range(self._options.runs):
            if scenes is None or self._options.shuffle:
                scenes = scenes_of(
                    scenario,
                    first=self._first,
                    shuffle=self._options.shuffle,
                    seed=self._options.seed,
                    run=run,
                    progress=progress,
                )
            requests: list[Request] = []
            for episode, scene in zip(scenario.episodes, scenes, strict=True):
                query = scenario.queries[episode.query]
                prompt = citing_prompt(
                    query.text, query.domain, query.task, scene.texts, self._options.longest
                )
                requests.append(Request(prompt, sampling=self._sampling(run)))
            found.append((scenes, requests))
        return found

    def _sampling(self, run: int) -> Sampling | None:
        if self._options.temperature == 0:
            return None
        return Sampling(self._options.temperature, seed=self._options.seed, sample=run)

    @property
    def _path(self) -> Path | None:
        if self._folder is None:
            return None
        return recording_path(self._folder, self._spec, GENERATION)

    def _model_settings(self) -> dict[str, JsonValue]:
        if self._settings is None:
            path = None if self._recompute else self._path
            self._settings = response_parameters(self._spec, GENERATION, path)
        return self._settings

    def _account(
        self,
        requests: Sequence[Request],
        responses: Sequence[Response],
        scenario: Scenario,
        asked: Sequence[tuple[list[Scene], list[Request]]],
    ) -> None:
        """Count each distinct request once, as it is paid for."""
        paid = dict(zip(requests, responses, strict=True))
        prompt = total_of([response.prompt_tokens for response in paid.values()])
        completion = total_of([response.completion_tokens for response in paid.values()])
        longest = self._options.longest
        shown = {text for scenes, _ in asked for scene in scenes for text in scene.texts}
        self._stats = {
            "requests": len(paid),
            "failed": sum(response.error is not None for response in paid.values()),
            "truncated": sum(response.finish == "length" for response in paid.values()),
            "without_citation": sum(
                response.error is None and not cites(response.text or "")
                for response in paid.values()
            ),
            "documents_cut": 0 if longest is None else sum(len(text) > longest for text in shown),
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "cost": self._cost(prompt, completion),
            "episodes": len(scenario.episodes),
        }

    def _cost(self, prompt: int | None, completion: int | None) -> float | None:
        o = self._options
        if None in (o.price_prompt, o.price_completion, prompt, completion):
            return None
        read, wrote = float(prompt or 0), float(completion or 0)
        return (read * (o.price_prompt or 0) + wrote * (o.price_completion or 0)) / _MILLION
