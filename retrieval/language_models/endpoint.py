"""Models behind an OpenAI-compatible HTTP endpoint: vLLM, llama.cpp, hosted ones."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from ...schemas.errors import DataError, UsageError
from .requests import GENERATION, Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pydantic import JsonValue

    from .spec import ModelSpec

_RETRIED = (408, 409, 425, 429)
"""Statuses below 500 that a later try may change."""
_FATAL = (401, 403, 404)
"""Statuses that every request would get."""
_PATIENCE = 8
"""Requests in a row that may fail before the endpoint is given up."""
_FIRST_WAIT = 0.5
"""Seconds before the second try; each further one waits twice as long."""
_LONGEST_WAIT = 60.0


class _FailedError(Exception):
    """A request that the endpoint did not answer; the message is recorded."""

    def __init__(self, problem: str, *, lasting: bool = False) -> None:
        super().__init__(problem)
        self.lasting = lasting
        """Whether it is the request that is at fault, and not the endpoint."""


class EndpointModel:
    """A model that a server runs.

    Generation asks ``/chat/completions``, or ``/completions`` for a raw prompt: at temperature 0,
    or as the request is to be drawn, each draw by a request of its own. Log-likelihoods ask
    ``/completions`` to echo prompt and continuation with their log-probabilities, and add up those
    of the tokens that reach into the continuation.

    The key is read from the environment at each request and stands in no message or recording.
    """

    def __init__(
        self,
        spec: ModelSpec,
        *,
        first_wait: float = _FIRST_WAIT,
        took: Callable[[Request, float], None] = lambda _request, _seconds: None,
    ) -> None:
        """Take a specification of an endpoint.

        Args:
            spec: of kind ``endpoint``.
            first_wait: seconds before the second try of a request.
            took: called with each request that was answered and the seconds of the try that was,
                from several threads.
        """
        self._spec = spec
        self._first_wait = first_wait
        self._took = took

    def respond(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        """Responses as they come, each with the place of its request.

        A request that fails for good becomes a response with an error.

        Raises:
            UsageError: the endpoint refuses the key or knows no such model, or gives no
                log-probabilities of a prompt.
            DataError: many requests in a row got no answer.
        """
        import httpx

        options = self._spec.options
        failures = 0
        stop = threading.Event()
        pending: dict[Future[tuple[Response, bool]], int] = {}
        places = iter(range(len(requests)))
        with (
            httpx.Client(timeout=options["timeout"]) as client,
            ThreadPoolExecutor(options["concurrency"]) as pool,
        ):
            try:
                while True:
                    while len(pending) < 2 * options["concurrency"]:
                        place = next(places, None)
                        if place is None:
                            break
                        pending[pool.submit(self._respond, client, requests[place], stop)] = place
                    if not pending:
                        return
                    ready, _ = wait(pending, return_when=FIRST_COMPLETED)
                    for future in sorted(ready, key=lambda done: pending[done]):
                        response, failed = future.result()
                        failures = failures + 1 if failed else 0
                        yield pending.pop(future), response
                        if failures >= _PATIENCE:
                            raise DataError(
                                f"the endpoint failed {failures} requests in a row",
                                place=self._spec.url,
                                found=response.error,
                                hint="with an output folder, a later run goes on from here",
                            )
            finally:
                stop.set()
                pool.shutdown(wait=False, cancel_futures=True)

    def _respond(
        self, client: Any, request: Request, stop: threading.Event
    ) -> tuple[Response, bool]:
        """The response, and whether the endpoint failed."""
        try:
            if request.protocol == GENERATION:
                path = "/completions" if request.raw else "/chat/completions"
                answer, seconds = self._post(client, path, self._generation(request), stop)
                response = _written(answer, raw=request.raw)
            else:
                answer, seconds = self._post(client, "/completions", self._echo(request), stop)
                response = _likelihood(answer, request)
        except _FailedError as error:
            return Response(error=str(error)), not error.lasting
        self._took(request, seconds)
        return response, False

    def _generation(self, request: Request) -> dict[str, Any]:
        message = {"role": "user", "content": request.prompt}
        asked: dict[str, Any] = {
            "model": self._spec.model,
            **({"prompt": request.prompt} if request.raw else {"messages": [message]}),
            "temperature": 0,
            "max_tokens": self._spec.options["max_tokens"],
        }
        if request.sampling is not None:
            asked["temperature"] = request.sampling.temperature
            asked["top_p"] = request.sampling.top_p
            asked["seed"] = request.sampling.draw_seed()
        return asked | ({"stop": list(request.stop)} if request.stop else {})

    def _echo(self, request: Request) -> dict[str, Any]:
        # Servers differ in whether they take 0 tokens to write, so one is, and is left out.
        return {
            "model": self._spec.model,
            "prompt": request.prompt + str(request.continuation),
            "temperature": 0,
            "max_tokens": 1,
            "logprobs": 1,
            "echo": True,
        }

    def _post(
        self, client: Any, path: str, payload: Mapping[str, Any], stop: threading.Event
    ) -> tuple[Any, float]:
        """The JSON answer to a request, tried again where that may help, and its seconds."""
        tries = int(self._spec.options["retries"]) + 1
        for attempt in range(tries):
            start = time.perf_counter()
            problem, pause = self._try(client, path, payload)
            if not isinstance(problem, str):
                return problem, time.perf_counter() - start
            if pause is None or attempt + 1 == tries:
                raise _FailedError(problem, lasting=pause is None)
            stop.wait(max(pause, min(self._first_wait * 2**attempt, _LONGEST_WAIT)))
            if stop.is_set():
                break
        raise _FailedError("the run was stopped")

    def _try(
        self, client: Any, path: str, payload: Mapping[str, Any]
    ) -> tuple[dict[str, Any] | str, float | None]:
        """One try: the answer; or what went wrong and the least pause, None if it stays wrong."""
        import httpx

        variable = self._spec.options["key"]
        key = os.environ.get(variable, "").strip()
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        try:
            answer = client.post(f"{self._spec.url}{path}", json=payload, headers=headers)
        except httpx.InvalidURL as error:
            raise UsageError("the endpoint's URL is wrong", found=error) from None
        except httpx.HTTPError as error:
            return f"{type(error).__name__}: {error}".rstrip(": "), 0.0
        status = answer.status_code
        if status in _FATAL:
            raise UsageError(
                "the endpoint refuses the request",
                place=f"{self._spec.url}{path}",
                found=f"status {status}: {_excerpt(answer.text, key)}",
                hint=f"check the URL, the model's name and the key in the variable {variable}",
            )
        if status in _RETRIED or status >= 500:
            wait_for = _retry_after(answer.headers.get("Retry-After"))
            return f"status {status}: {_excerpt(answer.text, key)}", wait_for
        if status >= 300:
            return f"status {status}: {_excerpt(answer.text, key)}", None
        try:
            found = answer.json()
        except (json.JSONDecodeError, UnicodeDecodeError):
            found = None
        if not isinstance(found, dict):
            return f"no JSON object: {_excerpt(answer.text, key)}", 0.0
        return found, None


def endpoint_parameters(spec: ModelSpec, protocol: str) -> dict[str, JsonValue]:
    """Settings of an endpoint's model that decide a response."""
    found: dict[str, JsonValue] = {"url": spec.url, "temperature": 0}
    return found | ({"max_tokens": spec.options["max_tokens"]} if protocol == GENERATION else {})


def _excerpt(text: str, key: str) -> str:
    """The start of an answer; a key that the server repeats is hidden."""
    return (text.replace(key, "***") if key else text)[:200].strip()


def _retry_after(header: str | None) -> float:
    """Seconds that a Retry-After header asks to wait, as a number or a date; 0 without one."""
    if header is None:
        return 0.0
    try:
        seconds = float(header)
    except ValueError:
        try:
            then = parsedate_to_datetime(header)
        except ValueError:
            return 0.0
        then = then if then.tzinfo else then.replace(tzinfo=UTC)
        seconds = (then - datetime.now(UTC)).total_seconds()
    # A comparison with NaN is false.
    return min(seconds, _LONGEST_WAIT) if seconds > 0 else 0.0


def _written(answer: Mapping[str, Any], *, raw: bool) -> Response:
    try:
        choice = answer["choices"][0]
        text = choice["text"] if raw else choice["message"]["content"]
    except (KeyError, IndexError, TypeError):
        raise _FailedError(f"no message in the answer: {json.dumps(answer)[:200]}") from None
    if text is not None and not isinstance(text, str):
        raise _FailedError("the message's content is no text")
    finish = choice.get("finish_reason")
    return Response(
        text=text or "",
        finish=None if finish is None else str(finish),
        prompt_tokens=_count(answer, "prompt_tokens"),
        completion_tokens=_count(answer, "completion_tokens"),
    )


def _count(answer: Mapping[str, Any], name: str) -> int | None:
    usage = answer.get("usage")
    value = usage.get(name) if isinstance(usage, Mapping) else None
    return value if isinstance(value, int) else None


def _likelihood(answer: Mapping[str, Any], request: Request) -> Response:
    """Summed log-probabilities of the tokens that reach into the continuation."""
    try:
        found = answer["choices"][0]["logprobs"]
        offsets = [int(offset) for offset in found["text_offset"]]
        values = list(found["token_logprobs"])
    except (KeyError, IndexError, TypeError, ValueError):
        offsets, values = [], []
    start = len(request.prompt)
    end = start + len(str(request.continuation))
    ends = [*offsets[1:], end] if offsets else []
    chosen = [
        value
        for first, last, value in zip(offsets, ends, values, strict=False)
        if first < end and last > start
    ]
    numbers = [float(value) for value in chosen if isinstance(value, int | float)]
    if not numbers or len(numbers) < len(chosen) or len(offsets) != len(values):
        raise UsageError(
            "the endpoint gives no log-probabilities of a prompt",
            found=json.dumps(answer, ensure_ascii=False)[:200],
            expected="choices[0].logprobs with token_logprobs and text_offset, as `echo` asks",
            hint="score its generations instead",
        )
    return Response(
        logprob=sum(numbers),
        prompt_tokens=sum(offset < start for offset in offsets),
        completion_tokens=len(numbers),
    )
