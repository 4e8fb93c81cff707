"""What a model is asked: a function without its body, and as much around it as a setting shows.

Settings are EvoCodeBench's (arXiv 2410.22821), and one with definitions that a retrieval system
found:

- ``no_context``: signature and requirement;
- ``local_completion``: and the code of the file above the function;
- ``local_infilling``: and the code below it;
- ``retrieved``: signature, requirement, and definitions of the same repository.

The requirement stands in the function as its docstring, once; the original docstring and the body
are in no prompt. ``chat`` is a message that asks for the function in a fenced block. ``completion``
is code that ends behind the docstring, for a model that continues with the body; in
``local_infilling`` it is a prefix and a suffix, joined by a template of the model's family.

Context beyond a budget is cut at the borders of lines: the end of what is above and the start of
what is below are kept, in proportion to their lengths. Definitions are kept in the order of their
ranks, each whole, as long as they fit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ...schemas.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .excerpts import Excerpt

NO_CONTEXT = "no_context"
LOCAL_COMPLETION = "local_completion"
LOCAL_INFILLING = "local_infilling"
RETRIEVED = "retrieved"
SETTINGS = (NO_CONTEXT, LOCAL_COMPLETION, LOCAL_INFILLING, RETRIEVED)
LOCAL = (LOCAL_COMPLETION, LOCAL_INFILLING)
"""Settings that show the function's file."""

CHAT = "chat"
COMPLETION = "completion"
FORMATS = (CHAT, COMPLETION)

PREFIX, SUFFIX = "{prefix}", "{suffix}"
"""Where the template of a model's family takes the code before and behind the gap."""

_TASK = "Complete the Python function `{name}` of `{path}` so that it does what its docstring says."
_ABOVE = "Above it, the file reads:"
_BELOW = "Below it, the file goes on:"
_DEFINITIONS = "These definitions of the same repository may be of use:"
_FUNCTION = "This is the function; its body is missing:"
_ANSWER = "Answer with the whole function in one fenced block of Python, and with nothing else."
_FENCE = re.compile(r"`{3,}")

Count = Callable[[Sequence[str]], list[int]]
"""Sizes of texts in the unit of a budget."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition of the repository that a system found."""

    id: str
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is asked for one sample."""

    text: str | None
    """None where prefix and suffix are not joined."""
    prefix: str | None = None
    suffix: str | None = None
    stop: tuple[str, ...] = ()
    """Where a model that continues the text has left the function."""
    documents: tuple[str, ...] = ()
    """Definitions that it shows."""
    cut: int = 0
    """Lines of context, or definitions, that the budget left out."""


@dataclass(frozen=True)
class Form:
    """How prompts are made."""

    setting: str = NO_CONTEXT
    format: str = CHAT
    max_context: int | None = None
    """Size of what is around the function; None sets no limit."""
    fim: str | None = None
    """Template of a model's family with {prefix} and {suffix}, for raw infilling."""

    def __post_init__(self) -> None:
        """Raise ``UsageError`` where the values do not go together."""
        for what, value, known in (
            ("setting", self.setting, SETTINGS),
            ("format", self.format, FORMATS),
        ):
            if value not in known:
                raise UsageError.from_unknown_name(what, value, known)
        if self.max_context is not None and self.max_context < 1:
            raise UsageError(
                "max_context is too small", found=self.max_context, expected="1 or more"
            )
        if self.fim is None:
            return
        if not (self.setting == LOCAL_INFILLING and self.format == COMPLETION):
            raise UsageError(
                "fim is for another kind of prompt",
                found=f"setting {self.setting}, format {self.format}",
                expected=f"setting {LOCAL_INFILLING}, format {COMPLETION}",
            )
        if self.fim.count(PREFIX) != 1 or self.fim.count(SUFFIX) != 1:
            raise UsageError(
                "the template fim is incomplete",
                found=repr(self.fim),
                expected=f"{PREFIX} and {SUFFIX} once each, among tokens of the model's family",
            )


def make_prompt(
    excerpt: Excerpt,
    form: Form,
    *,
    definitions: Sequence[Definition] = (),
    count: Count = lambda texts: [len(text) for text in texts],
) -> Prompt:
    """Write the prompt for one function.

    Args:
        excerpt: the function; with the lines around it for the local settings.
        form: how prompts are made.
        definitions: what was retrieved, best first; only shown in that setting.
        count: sizes of texts; characters by default.
    """
    above, below, cut = _around(excerpt, form, count)
    shown: list[Definition] = []
    if form.setting == RETRIEVED:
        shown = _fit_definitions(definitions, form.max_context, count)
        cut = len(definitions) - len(shown)
    write = _chat if form.format == CHAT else _raw
    prompt = write(excerpt, form, above, below, shown)
    return replace(prompt, documents=tuple(definition.id for definition in shown), cut=cut)


def _chat(
    excerpt: Excerpt, form: Form, above: str, below: str, definitions: Sequence[Definition]
) -> Prompt:
    function = excerpt.function() if form.setting in LOCAL else excerpt.alone()
    found = [f"`{one.path}`:\n\n{_fenced(one.text)}" for one in definitions]
    parts = [
        _TASK.format(name=excerpt.name, path=excerpt.path),
        *([_DEFINITIONS, *found] if found else []),
        *([_ABOVE, _fenced(above)] if above.strip() else []),
        _FUNCTION,
        _fenced(function),
        *([_BELOW, _fenced(below)] if below.strip() else []),
        _ANSWER,
    ]
    return Prompt("\n\n".join(parts) + "\n")


def _raw(
    excerpt: Excerpt, form: Form, above: str, below: str, definitions: Sequence[Definition]
) -> Prompt:
    if form.setting not in LOCAL:
        found = [f"# {one.path}\n{one.text.strip()}\n\n\n" for one in definitions]
        return Prompt("".join(found) + excerpt.alone(), stop=_stops(excerpt.outer_alone))
    prefix, stop = above + excerpt.function(), _stops(excerpt.outer)
    if form.setting == LOCAL_COMPLETION:
        return Prompt(prefix, stop=stop)
    text = None if form.fim is None else _joined(form.fim, prefix, below)
    return Prompt(text, prefix, below, stop)


def _joined(template: str, prefix: str, suffix: str) -> str:
    """The template with the code in its places, whatever braces the code has."""
    parts = re.split(f"({re.escape(PREFIX)}|{re.escape(SUFFIX)})", template)
    return "".join({PREFIX: prefix, SUFFIX: suffix}.get(part, part) for part in parts)


def _stops(outer: str) -> tuple[str, ...]:
    """Where something else than the body begins; OpenAI's interface takes at most four."""
    if not outer:
        return ("\ndef ", "\nclass ", "\n@", "\nif __name__")
    return (f"\n{outer}def ", f"\n{outer}@", "\ndef ", "\nclass ")


def _fenced(code: str) -> str:
    """Code between fences that are longer than any in it."""
    longest = max((len(run) for run in _FENCE.findall(code)), default=2)
    fence = "`" * (longest + 1)
    ended = code if code.endswith("\n") else code + "\n"
    return f"{fence}python\n{ended}{fence}"


def _around(excerpt: Excerpt, form: Form, count: Count) -> tuple[str, str, int]:
    """What is shown of the file above and below the function, and how many lines are not."""
    above = excerpt.above if form.setting in LOCAL else ()
    below = excerpt.below if form.setting == LOCAL_INFILLING else ()
    kept_above, kept_below = len(above), len(below)
    if form.max_context is not None:
        sizes = count([*above, *below])
        before, after, total = sizes[: len(above)][::-1], sizes[len(above) :], sum(sizes)
        if total > form.max_context:
            kept_above = _fitting(before, form.max_context * sum(before) // total)
            kept_below = _fitting(after, form.max_context * sum(after) // total)
    first = len(above) - kept_above
    cut = first + len(below) - kept_below
    return "".join(above[first:]), "".join(below[:kept_below]), cut


def _fitting(sizes: Sequence[int], budget: int) -> int:
    """How many of the first sizes add up to the budget at most."""
    for place, size in enumerate(sizes):
        budget -= size
        if budget < 0:
            return place
    return len(sizes)


def _fit_definitions(
    definitions: Sequence[Definition], budget: int | None, count: Count
) -> list[Definition]:
    if budget is None:
        return list(definitions)
    kept: list[Definition] = []
    for definition, size in zip(definitions, count([d.text for d in definitions]), strict=True):
        if size <= budget:
            kept.append(definition)
            budget -= size
    return kept


def prompt_row(sample: Mapping[str, Any], form: Form, prompt: Prompt) -> dict[str, Any]:
    """A prompt as a row of an exported file.

    Args:
        sample: row of the table samples.
        form: how the prompt was made.
        prompt: the prompt.
    """
    row: dict[str, Any] = {
        "task": sample["_id"],
        "namespace": sample["namespace"],
        "setting": form.setting,
        "format": form.format,
        "prompt": prompt.text,
    }
    if prompt.prefix is not None:
        row |= {"prefix": prompt.prefix, "suffix": prompt.suffix}
    if form.format == COMPLETION:
        row["stop"] = list(prompt.stop)
    if form.setting == RETRIEVED:
        row["documents"] = list(prompt.documents)
    return row | {
        "indent": sample["indent"],
        "completion_path": sample["completion_path"],
        "cut": prompt.cut,
    }
