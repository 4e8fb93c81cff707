"""What is asked of a language model and what it responds, whatever kind of model it is."""

from __future__ import annotations

import hashlib
import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

from ...schemas.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

LOGLIKELIHOOD = "loglikelihood"
GENERATION = "generation"


@dataclass(frozen=True)
class Sampling:
    """How a text is drawn, where it is not the likeliest at each step.

    Raises:
        UsageError: a value is out of its range.
    """

    temperature: float
    top_p: float = 1.0
    """Of the likeliest tokens, those are drawn from that have this probability together."""
    seed: int = 0
    sample: int = 0
    """Which of the texts that are drawn for one prompt, from 0."""

    def __post_init__(self) -> None:
        faults = {
            ("temperature", "a number above 0"): 0 < self.temperature < math.inf,
            ("top_p", "a number above 0, at most 1"): 0 < self.top_p <= 1,
            ("seed", "0 or more"): self.seed >= 0,
            ("sample", "0 or more"): self.sample >= 0,
        }
        for (name, expected), sound in faults.items():
            if not sound:
                raise UsageError(
                    f"{name} has no such value", found=getattr(self, name), expected=expected
                )

    def draw_seed(self, text: str = "") -> int:
        """A seed below 2^31 for one text, the same wherever and beside whatever it is drawn."""
        name = f"{self.seed}:{self.sample}:{text}".encode("utf-8", "surrogatepass")
        return int.from_bytes(hashlib.sha256(name).digest()[:4], "big") >> 1


@dataclass(frozen=True)
class Request:
    """A text that a model continues, freely or with a text that is given."""

    prompt: str
    continuation: str | None = None
    """Text whose log-likelihood is asked for; None lets the model write."""
    sampling: Sampling | None = None
    """How it is drawn; None takes the likeliest token at each step."""
    stop: tuple[str, ...] | None = None
    """Texts that end what the model writes; None leaves that to the model."""
    raw: bool = False
    """Whether the prompt is continued as it stands, and is no message in a chat."""

    def facts(self) -> dict[str, Any]:
        """What decides the response, as JSON; what is as usual is left out.

        Recordings are found again by these, so a new field must not show where it is as before.
        """
        found: dict[str, Any] = {"prompt": self.prompt, "continuation": self.continuation}
        if self.sampling is not None:
            found["sampling"] = asdict(self.sampling)
        if self.stop is not None:
            found["stop"] = list(self.stop)
        return found | ({"raw": True} if self.raw else {})

    @property
    def protocol(self) -> str:
        """``loglikelihood`` or ``generation``."""
        return GENERATION if self.continuation is None else LOGLIKELIHOOD


@dataclass(frozen=True)
class Response:
    """What a model responds to one request."""

    text: str | None = None
    """What it wrote, up to a stop string; None for a log-likelihood."""
    logprob: float | None = None
    """Summed natural logarithms of the probabilities of the continuation's tokens."""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    """Tokens written, or of the continuation."""
    finish: str | None = None
    """Why it stopped writing: ``stop``, ``length`` or the endpoint's own word."""
    error: str | None = None
    """What went wrong, with nothing else set."""

    def per_byte(self, continuation: str) -> float | None:
        """Log-likelihood for each byte of the continuation's UTF-8 text."""
        size = len(continuation.encode("utf-8"))
        return None if self.logprob is None or not size else self.logprob / size


def total_of(counts: Iterable[int | None]) -> int | None:
    """Sum of the counts that are known, None where none is."""
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


class Model(Protocol):
    """A language model that can be asked."""

    def respond(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        """Responses as they come, each with the place of its request.

        Raises:
            UsageError: the model cannot be reached or cannot do what is asked.
            DataError: it fails again and again.
        """
        ...
