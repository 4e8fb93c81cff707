"""What is asked of a language model and what it responds, whatever kind of model it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LOGLIKELIHOOD = "loglikelihood"
GENERATION = "generation"


@dataclass(frozen=True)
class Request:
    """A text that a model continues, freely or with a text that is given."""

    prompt: str
    continuation: str | None = None
    """Text whose log-likelihood is asked for; None lets the model write."""

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


class Model(Protocol):
    """A language model that can be asked."""

    def respond(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        """Responses as they come, each with the place of its request.

        Raises:
            UsageError: the model cannot be reached or cannot do what is asked.
            DataError: it fails again and again.
        """
        ...
