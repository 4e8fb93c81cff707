"""Putting yes-or-no questions to a language model, without context and with it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from ...retrieval.language_models.models import recording_path, response_parameters
from ...retrieval.language_models.recording import Recording, answer_all
from ...retrieval.language_models.requests import GENERATION, Request, Response, total_of
from ..qa.scores import AnswerSource
from .answers import CONDITIONS, RETRIEVED, Answer, Condition
from .prompts import question_prompt
from .usage import UsageLog, open_measured
from .yes_no import FAILED, YesNo, parse_yes_no

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ...retrieval.language_models.requests import Model
    from ...retrieval.language_models.spec import ModelSpec
    from ...schemas.progress import Progress

Groups = dict[Request, tuple[str, str]]


def ask(
    spec: ModelSpec,
    questions: Sequence[Mapping[str, Any]],
    contexts: Mapping[str, Sequence[str]],
    *,
    folder: Path | None,
    recompute: bool,
    progress: Progress,
) -> tuple[dict[Condition, list[Answer]], AnswerSource]:
    """Answers of a model under each condition, and what they cost.

    All questions are asked without context before any is asked with it, and those of one domain
    and reasoning together, so that what is measured belongs to them. The likeliest token is taken
    at each step.

    Args:
        spec: the model.
        questions: rows of ``questions``.
        contexts: question → texts that it is answered with.
        folder: where recordings stand; None keeps none.
        recompute: ask again what is recorded.
        progress: shown while it works.

    Raises:
        UsageError: as ``Model.respond``.
        DataError: as ``Model.respond``, or the recording is damaged.
    """
    path = None if folder is None else recording_path(folder, spec, GENERATION)
    parameters = response_parameters(spec, GENERATION, None if recompute else path)
    usage_path = None if path is None else path.with_suffix(".usage.jsonl")
    asked: dict[Condition, list[Request]] = {}
    groups: Groups = {}
    for condition in CONDITIONS:
        asked[condition] = [_request(row, condition, contexts) for row in questions]
        for row, request in zip(questions, asked[condition], strict=True):
            groups.setdefault(request, (row["pool"], row["reasoning"]))
    answers: dict[Condition, list[Answer]] = {}
    responses: dict[Request, Response] = {}
    with (
        Recording(path, spec.model, parameters, fresh=recompute) as recording,
        UsageLog(usage_path, fresh=recompute) as log,
        progress.step("asking the model", sum(len(set(asked[c])) for c in CONDITIONS)) as done,
    ):

        @cache
        def model() -> Model:
            return open_measured(spec, groups, recording.digest, log)

        for condition in CONDITIONS:
            found = answer_all(model, asked[condition], recording, done)
            responses |= zip(asked[condition], found, strict=True)
            answers[condition] = [
                _answer(response, log, recording.digest(request))
                for request, response in zip(asked[condition], found, strict=True)
            ]
    return answers, AnswerSource(
        name=spec.text,
        protocol=GENERATION,
        parameters=parameters,
        requests=len(responses),
        failed=sum(response.error is not None for response in responses.values()),
        prompt_tokens=total_of([response.prompt_tokens for response in responses.values()]),
        completion_tokens=total_of([response.completion_tokens for response in responses.values()]),
    )


def _request(
    row: Mapping[str, Any], condition: Condition, contexts: Mapping[str, Sequence[str]]
) -> Request:
    shown = contexts[row["_id"]] if condition == RETRIEVED else ()
    return Request(question_prompt(row["question"], shown))


def _answer(response: Response, log: UsageLog, key: str) -> Answer:
    if response.error is not None:
        return Answer(YesNo(None, FAILED), None, error=response.error)
    text = response.text or ""
    return Answer(parse_yes_no(text), text, sample=log.get(key))
