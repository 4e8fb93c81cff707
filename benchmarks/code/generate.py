"""Completions of a release's functions by a language model, every response recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, JsonValue

from ...retrieval.language_models.models import open_model, recording_path, response_parameters
from ...retrieval.language_models.recording import Recording, answer_all
from ...retrieval.language_models.requests import GENERATION, Request, Sampling, total_of
from ...retrieval.language_models.spec import ModelSpec, parse_model
from ...schemas.errors import UsageError
from ...schemas.fingerprint import file_sha256
from ...schemas.progress import SILENT, Progress
from ..json_files import write_json
from ..results import ReleaseEntry
from .completions import NAME, Completion, write_completions
from .prompt_export import PromptOptions, PromptSet, make_prompts
from .prompts import CHAT, COMPLETION, LOCAL_INFILLING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ...retrieval.language_models.requests import Response
    from ...schemas.release import Release
    from .prompts import Prompt

GENERATION_NAME = "generation.json"


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class GenerationRecord(_Model):
    """Where completions come from, as one file: ``generation.json``."""

    format: Literal[1] = 1
    release: ReleaseEntry
    model: str
    """Its specification."""
    parameters: dict[str, JsonValue]
    """Everything else that decides a response: settings of the model, prompts and draws."""
    tasks: int
    """Samples that were asked for."""
    without_requirement: int
    """Samples that cannot be asked for."""
    not_executable: int
    """Samples that were left out because their tests tell nothing."""
    cut: int
    """Prompts that lack some context, as it was too long."""
    requests: int
    failed: int
    """Requests that the model did not answer; they have no completion."""
    truncated: int
    """Completions that ended because max_tokens were written."""
    prompt_tokens: int | None
    """As counted by the model, recorded responses included; None where it does not count."""
    completion_tokens: int | None


@dataclass(frozen=True)
class Generated:
    """What a model wrote."""

    completions: Sequence[Completion]
    """By task and number, a greedy one first."""
    record: GenerationRecord


@dataclass(frozen=True)
class Drawing:
    """How many completions of each function are written, and how.

    At temperature 0 there is one, the likeliest at each step. Above it there are samples, and with
    ``greedy`` that one beside them.

    Raises:
        UsageError: values out of range, or that do not go together.
    """

    samples: int = 1
    temperature: float = 0.0
    top_p: float = 0.95
    """Of no effect at temperature 0."""
    seed: int = 0
    greedy: bool = False

    def __post_init__(self) -> None:
        if self.samples < 1:
            raise UsageError("samples is too small", found=self.samples, expected="1 or more")
        if self.temperature == 0 and self.samples > 1:
            raise UsageError(
                "samples at temperature 0 are all the same",
                found=f"{self.samples} samples",
                expected="a temperature above 0",
            )
        if self.temperature != 0:
            Sampling(self.temperature, self.top_p, self.seed)

    def draws(self) -> list[Sampling | None]:
        """One for each completion of a function; None for the greedy one."""
        if self.temperature == 0:
            return [None]
        drawn = [
            Sampling(self.temperature, self.top_p, self.seed, sample)
            for sample in range(self.samples)
        ]
        return [None, *drawn] if self.greedy else [*drawn]


def generate(
    release: Release,
    model: str | ModelSpec,
    options: PromptOptions,
    *,
    drawing: Drawing | None = None,
    output: Path | None = None,
    recompute: bool = False,
    progress: Progress = SILENT,
) -> Generated:
    """Let a model write functions of a release.

    Args:
        release: of the family ``code``.
        model: specification, as ``local:FOLDER`` or ``endpoint:MODEL@URL``.
        options: which functions, and what the model is shown.
        drawing: how many completions of each; the greedy one by default.
        output: folder for ``completions.jsonl``, ``generation.json``, ``recordings/`` and
            ``runs/``; what is recorded in it is not asked again. None keeps nothing.
        recompute: ask again even so, and forget all that is recorded of the model there.
        progress: shown while it works.

    Raises:
        UsageError: as ``make_prompts``, or the model is unknown or cannot be reached.
        DataError: as ``make_prompts``, or the model answers nothing, or the recording is damaged.
    """
    spec = model if isinstance(model, ModelSpec) else parse_model(model)
    chosen = drawing or Drawing()
    if options.format == COMPLETION and options.setting == LOCAL_INFILLING and options.fim is None:
        raise UsageError(
            "raw infilling needs the template of the model's family",
            expected="fim, as <PRE>{prefix}<SUF>{suffix}<MID> with its tokens",
            hint="or use the format chat",
        )
    made = make_prompts(release, options, folder=output, progress=progress)
    draws = chosen.draws()
    requests = [_request(prompt, options.format, draw) for prompt in made.prompts for draw in draws]
    path = None if output is None else recording_path(output, spec, GENERATION)
    parameters = response_parameters(spec, GENERATION, None if recompute else path)
    with (
        Recording(path, spec.model, parameters, fresh=recompute) as recording,
        progress.step("asking the model", len(set(requests))) as done,
    ):
        responses = answer_all(lambda: open_model(spec), requests, recording, done)
    completions = _completions(made, draws, responses)
    record = GenerationRecord(
        release=ReleaseEntry.of(release),
        model=spec.text,
        parameters=parameters | _settings(options, chosen),
        tasks=len(made.samples),
        without_requirement=made.without_requirement,
        not_executable=made.not_executable,
        cut=made.cut,
        requests=len(requests),
        failed=sum(response.error is not None for response in responses),
        truncated=sum(response.finish == "length" for response in responses),
        prompt_tokens=total_of([response.prompt_tokens for response in responses]),
        completion_tokens=total_of([response.completion_tokens for response in responses]),
    )
    if output is not None:
        write_completions(output / NAME, completions)
        write_json(record, output / GENERATION_NAME)
    return Generated(completions, record)


def _request(prompt: Prompt, form: str, draw: Sampling | None) -> Request:
    # A chat ends by itself; what stops an answer to a question must not stop code.
    if form == CHAT:
        return Request(str(prompt.text), sampling=draw, stop=())
    return Request(str(prompt.text), sampling=draw, stop=prompt.stop, raw=True)


def _completions(
    made: PromptSet, draws: Sequence[Sampling | None], responses: Sequence[Response]
) -> list[Completion]:
    """The texts of the responses that are no errors, as the model wrote them.

    They are counted through: a draw that failed leaves no gap, which no scoring would take.
    """
    found: list[Completion] = []
    read = iter(responses)
    for sample in made.samples:
        drawn = 0
        for draw in draws:
            response = next(read)
            if response.error is None:
                number = 0 if draw is None else drawn
                found.append(Completion(sample["_id"], number, response.text or "", draw is None))
                drawn += draw is not None
    return found


def _settings(options: PromptOptions, drawing: Drawing) -> dict[str, JsonValue]:
    """What decides the requests besides the model's own settings."""
    drawn = drawing.temperature != 0
    return {
        "setting": options.setting,
        "format": options.format,
        "max_context": options.max_context,
        "tokenizer": options.tokenizer,
        "fim": options.fim,
        "split": options.split,
        "executable_only": options.executable_only,
        "system": options.system,
        "run": None if options.run is None else options.run.name,
        "run_sha256": None if options.run is None else file_sha256(options.run),
        "definitions": options.definitions,
        "samples": drawing.samples,
        "temperature": drawing.temperature,
        "top_p": drawing.top_p if drawn else None,
        "seed": drawing.seed if drawn else None,
        "greedy": drawing.greedy or not drawn,
    }
