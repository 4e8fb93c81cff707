"""Requirements that a language model writes for functions without a docstring.

A build asks for them only if it is told to. Every response is recorded in a file that the build
names: with that file the same build gives the same release, and asks nobody.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...retrieval.language_models.models import open_model, response_parameters
from ...retrieval.language_models.recording import Recording, answer_all
from ...retrieval.language_models.requests import GENERATION, Request
from ...retrieval.language_models.spec import parse_model
from ...schemas.errors import UsageError
from ...schemas.progress import SILENT, Progress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

FAILED = "requirement that the model did not write"
UNPARSED = "requirement that the model wrote in another form"

_PROMPT = """\
Below is a Python function. Say what it is required to do, for a programmer who is to write it
anew and will not see this code.

Answer with one JSON object and nothing else. It has two keys:
- "functionality": one to three sentences about what the function does, not how it does it,
  without code;
- "arguments": a text with one line for each parameter, ":param NAME: TYPE, MEANING", and one
  line ":return: TYPE, MEANING" if the function returns something. Leave out self and cls. The
  text is empty if there is no such line.

The function `{name}`:

{fence}python
{code}
{fence}
"""
_THOUGHTS = re.compile(r"\A.*</think>", re.DOTALL)
_FENCED = re.compile(r"\A```(?:json)?[ \t]*\n(.*)\n```\Z", re.DOTALL)
_LABELLED = re.compile(
    r"\A[*_#\s]*functionality[*_]*:[*_]*\s(.*?)^[*_#\s]*arguments[*_]*:[*_]*\s(.*)\Z",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
_FIELD = re.compile(r":(?:param [^:]+|returns?|raises [^:]+|yields?): ?\S")
_PLURAL = re.compile(r"^:(return|yield)s:")
_FENCE = re.compile(r"`{3,}")


@dataclass(frozen=True, slots=True)
class FunctionCode:
    """A function that a requirement is wanted for."""

    name: str
    """Dotted."""
    code: str
    """Without a docstring."""


@dataclass(frozen=True, slots=True)
class WrittenRequirement:
    """What a model says that a function is to do."""

    functionality: str
    arguments: str | None
    """``:param x: …`` lines; None if there are none."""


@dataclass(frozen=True)
class Written:
    """What a model wrote for some functions."""

    model: str
    """What wrote them, as the column ``requirement_from`` says it."""
    requirements: Sequence[WrittenRequirement | None]
    """One for each function, in their order."""
    lost: Mapping[str, int]
    """Reason → functions that have none."""


def write_requirements(
    functions: Sequence[FunctionCode],
    model: str,
    recording: Path | None,
    progress: Progress = SILENT,
) -> Written:
    """Let a model write the requirements of functions.

    Args:
        functions: what it reads.
        model: its specification, as ``endpoint:MODEL@URL``.
        recording: file of its responses; those that are there are taken from it.
        progress: shown while it works.

    Raises:
        UsageError: the specification is wrong, there is no recording, or the model cannot be
            reached.
        DataError: the model answers nothing, or the recording is damaged.
    """
    spec = parse_model(model)
    if recording is None:
        raise UsageError(
            "what a model writes must be recorded, so that the release can be built again",
            expected="a file as requirement_recording",
        )
    requests = [Request(_prompt(function)) for function in functions]
    parameters = response_parameters(spec, GENERATION, recording)
    with (
        Recording(recording, spec.model, parameters) as recorded,
        progress.step("asking for requirements", len(set(requests))) as done,
    ):
        responses = answer_all(lambda: open_model(spec), requests, recorded, done)
    lost: Counter[str] = Counter()
    found: list[WrittenRequirement | None] = []
    for response in responses:
        read = None if response.error is not None else parse_requirement(response.text or "")
        if read is None:
            lost[FAILED if response.error is not None else UNPARSED] += 1
        found.append(read)
    return Written(spec.model, found, dict(sorted(lost.items())))


def _prompt(function: FunctionCode) -> str:
    runs = [len(run) for run in _FENCE.findall(function.code)]
    fence = "`" * (max(runs, default=2) + 1)
    return _PROMPT.format(name=function.name, code=function.code.strip("\n"), fence=fence)


def parse_requirement(answer: str) -> WrittenRequirement | None:
    """Read an answer: the JSON object that is asked for, or two parts under their names.

    Nothing is guessed: what has another form, a fenced block in it, or arguments that are no field
    lines, is None.
    """
    text = _THOUGHTS.sub("", answer).strip()
    fenced = _FENCED.match(text)
    parts = _json_parts(fenced.group(1) if fenced else text) or _labelled_parts(text)
    if parts is None:
        return None
    functionality, arguments = (_normal(part) for part in parts)
    lines = _field_lines(arguments)
    if not functionality or lines is None or _FENCE.search(functionality):
        return None
    return WrittenRequirement(functionality, "\n".join(lines) or None)


def _json_parts(text: str) -> tuple[str, str] | None:
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or found.keys() != {"functionality", "arguments"}:
        return None
    functionality, arguments = found["functionality"], found["arguments"]
    arguments = "" if arguments is None else arguments
    fits = isinstance(functionality, str) and isinstance(arguments, str)
    return (functionality, arguments) if fits else None


def _labelled_parts(text: str) -> tuple[str, str] | None:
    found = _LABELLED.match(text)
    return None if found is None else (found.group(1), found.group(2))


def _field_lines(text: str) -> list[str] | None:
    """Lines of fields, each with what continues it; None if there is anything else."""
    lines: list[str] = []
    given = [] if text.casefold().strip(".") == "none" else text.split("\n")
    for line in filter(None, map(str.strip, given)):
        if _FIELD.match(line):
            lines.append(_PLURAL.sub(r":\1:", line))
        elif lines and not line.startswith(":"):
            lines[-1] += f" {line}"
        else:
            return None
    return None if any(_FENCE.search(line) for line in lines) else lines


def _normal(text: str) -> str:
    # Halves of characters, which JSON can write, fit in no table.
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return unicodedata.normalize("NFC", "\n".join(map(str.rstrip, whole.split("\n")))).strip()
