"""Putting choice questions to a language model."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ...retrieval.language_models.models import open_model, recording_path, response_parameters
from ...retrieval.language_models.recording import Recording, answer_all
from ...retrieval.language_models.requests import (
    GENERATION,
    LOGLIKELIHOOD,
    Request,
    Response,
    total_of,
)
from ...schemas.errors import UsageError
from .answers import FAILED, Choice, parse_answer
from .prompts import continuations, generation_prompt, loglikelihood_prompt
from .scores import AnswerSource
from .verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ...retrieval.language_models.spec import ModelSpec
    from ...schemas.progress import Progress

PROTOCOLS = (LOGLIKELIHOOD, GENERATION)


def ask(
    spec: ModelSpec,
    protocol: str,
    questions: Any,
    *,
    folder: Path | None,
    recompute: bool,
    progress: Progress,
) -> tuple[list[Verdict], AnswerSource]:
    """Answers of a model, and what they cost.

    Args:
        spec: the model.
        protocol: of PROTOCOLS.
        questions: ``pyarrow.Table`` of choice questions.
        folder: where the recording stands; None keeps none.
        recompute: ask again what is recorded.
        progress: shown while it works.

    Raises:
        UsageError: an unknown protocol; or as ``Model.respond``.
        DataError: as ``Model.respond``, or the recording is damaged.
    """
    if protocol not in PROTOCOLS:
        raise UsageError.from_unknown_name("protocol", protocol, PROTOCOLS)
    rows = questions.select(["question", "options", "context", "language"]).to_pylist()
    asked = [_requests(row, protocol) for row in rows]
    flat = [request for requests in asked for request in requests]
    path = None if folder is None else recording_path(folder, spec, protocol)
    parameters = response_parameters(spec, protocol, None if recompute else path)
    with (
        Recording(path, spec.model, parameters, fresh=recompute) as recording,
        progress.step("asking the model", len(set(flat))) as done,
    ):
        responses = answer_all(lambda: open_model(spec), flat, recording, done)
    read = iter(responses)
    verdicts = [
        _verdict(row["options"], protocol, [next(read) for _ in requests])
        for row, requests in zip(rows, asked, strict=True)
    ]
    source = AnswerSource(
        name=spec.text,
        protocol=LOGLIKELIHOOD if protocol == LOGLIKELIHOOD else GENERATION,
        parameters=parameters,
        requests=len(responses),
        failed=sum(response.error is not None for response in responses),
        prompt_tokens=total_of([response.prompt_tokens for response in responses]),
        completion_tokens=total_of([response.completion_tokens for response in responses]),
    )
    return verdicts, source


def _requests(row: Mapping[str, Any], protocol: str) -> list[Request]:
    question, options, context = row["question"], row["options"], row["context"]
    if protocol == GENERATION:
        return [Request(generation_prompt(question, options, context, row["language"]))]
    prompt = loglikelihood_prompt(question, options, context)
    return [Request(prompt, text) for text in continuations(len(options))]


def _verdict(options: Sequence[str], protocol: str, responses: Sequence[Response]) -> Verdict:
    """What the responses to one question say."""
    error = next((response.error for response in responses if response.error is not None), None)
    if error is not None:
        return Verdict(choice=Choice(None, FAILED), answer=None, error=error)
    if protocol == GENERATION:
        text = responses[0].text or ""
        return Verdict(choice=parse_answer(text, options), answer=text)
    logs = np.array([response.logprob for response in responses], np.float64)
    if not np.isfinite(logs).any():
        return Verdict(choice=Choice(None, FAILED), answer=None, error="no finite likelihood")
    # Of equal choices the first is taken, as by the harness.
    shares = np.exp(logs - logs.max())
    return Verdict(
        choice=Choice(int(np.argmax(logs)), None),
        answer=None,
        logprobs=logs.tolist(),
        probabilities=(shares / math.fsum(shares)).tolist(),
    )
