"""Methods whose rewritings a language model writes, each response recorded."""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from ..retrieval.language_models.models import open_model, recording_path, response_parameters
from ..retrieval.language_models.recording import Recording, answer_all
from ..retrieval.language_models.requests import GENERATION, Request
from ..schemas.progress import SILENT
from .answers import clean_answer
from .method import Rewriting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pydantic import JsonValue

    from ..retrieval.language_models.requests import Response
    from ..retrieval.language_models.spec import ModelSpec
    from ..schemas.progress import Progress
    from .method import Subject

_CUT = "length"
"""What a model says that stopped because it had written as much as it may."""


@dataclass(frozen=True)
class Kind:
    """What a model is asked to do to a document."""

    name: str
    about: str
    task: str
    may_invent: bool = False
    sees_query: bool = False


class WrittenMethod:
    """Rewrites by asking a language model; the title stays, and is shown to it."""

    def __init__(self, kind: Kind, spec: ModelSpec, recordings: Path | None = None) -> None:
        """Take a kind and a model; the model is opened when it is first needed.

        Args:
            kind: of ``kinds``.
            spec: the model.
            recordings: folder of the responses, so that a run goes on where it stopped and is
                replayed without the model; methods share a model's file. None keeps none.

        Raises:
            UsageError: a local model is gone, and no recording knows it.
        """
        self._kind = kind
        self._spec = spec
        self._path: Path | None = None
        if recordings is not None:
            self._path = recordings / recording_path(recordings, spec, GENERATION).name
        self._asked_with = response_parameters(spec, GENERATION, self._path)

    @property
    def name(self) -> str:
        """Name of the kind."""
        return self._kind.name

    @property
    def sees_query(self) -> bool:
        """Whether the model is told the query."""
        return self._kind.sees_query

    @property
    def may_invent(self) -> bool:
        """Whether the model is told that it may make things up."""
        return self._kind.may_invent

    @property
    def model(self) -> str:
        """Name of the model, without where it runs."""
        return self._spec.model

    @property
    def parameters(self) -> dict[str, JsonValue]:
        """Settings of the model but for its address, and a digest of what it is asked."""
        text = json.dumps([asdict(self._kind), _parts()], sort_keys=True, ensure_ascii=True)
        digest = hashlib.sha256(text.encode("ascii")).hexdigest()
        settings = {name: value for name, value in self._asked_with.items() if name != "url"}
        return {**settings, "prompt": f"sha256:{digest}"}

    def rewrite(
        self, subjects: Sequence[Subject], progress: Progress = SILENT
    ) -> list[Rewriting | str]:
        """Rewrite documents; equal ones are asked for once.

        Args:
            subjects: n documents.
            progress: shown while the model answers.

        Returns:
            n rewritings in the same order; or why there is none: nothing to rewrite, no answer,
            an empty or a truncated one.

        Raises:
            UsageError: the model cannot be asked.
            DataError: it answers nothing, or the recording is damaged.
        """
        problems = [self._problem(subject) for subject in subjects]
        asked = [
            Request(prompt(self._kind, subject))
            for subject, problem in zip(subjects, problems, strict=True)
            if problem is None
        ]
        with (
            Recording(self._path, self._spec.model, self._asked_with) as recording,
            progress.step(f"rewriting by {self.name}", len(set(asked))) as done,
        ):
            answers = iter(answer_all(lambda: open_model(self._spec), asked, recording, done))
        return [
            _rewriting(subject, next(answers)) if problem is None else problem
            for subject, problem in zip(subjects, problems, strict=True)
        ]

    def _problem(self, subject: Subject) -> str | None:
        """Why a document is not asked for."""
        if not subject.text.strip():
            return "there is no text to rewrite"
        if self.sees_query and not subject.query.strip():
            return f"{self.name} needs a query, and there is none"
        return None


def kinds() -> Mapping[str, Kind]:
    """What a model can be asked to do, by name."""
    return {name: Kind(name, **facts) for name, facts in _read()["kinds"].items()}


def prompt(kind: Kind, subject: Subject) -> str:
    """What a model is asked: the task, what it may add, the form of the answer, the document.

    Markers stand around the document that do not occur in it.
    """
    parts = _parts()
    paragraphs = [kind.task, parts["invent" if kind.may_invent else "keep"], parts["rules"]]
    facts: list[str] = []
    if subject.title.strip():
        paragraphs.append(parts["titled"])
        facts.append(f"Title: {' '.join(subject.title.split())}")
    if kind.sees_query:
        facts.append(f"Search query: {' '.join(subject.query.split())}")
    told = "\n\n".join(paragraph.strip() for paragraph in paragraphs)
    marker = "document"
    while f"<{marker}>" in subject.text or f"</{marker}>" in subject.text:
        marker += "-"
    shown = [*facts, f"<{marker}>", subject.text, f"</{marker}>"]
    return told + "\n\n" + "\n".join(shown)


def _rewriting(subject: Subject, response: Response) -> Rewriting | str:
    """What a response makes of a document."""
    if response.error is not None:
        return f"the model gave no answer: {response.error}"
    if response.finish == _CUT:
        return "the answer was cut off: the model needs a larger max_tokens"
    text = clean_answer(response.text or "", title=subject.title, text=subject.text)
    return Rewriting(subject.title, text) if text else "the model's answer is empty"


@cache
def _read() -> dict[str, Any]:
    return tomllib.loads(
        files(__package__ or "domainbench.rewriting")
        .joinpath("prompts.toml")
        .read_text(encoding="utf-8")
    )


def _parts() -> dict[str, str]:
    """What is said beside the task, by name."""
    return {name: part for name, part in _read().items() if isinstance(part, str)}
