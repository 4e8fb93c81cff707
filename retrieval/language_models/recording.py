"""Every request to a model and its response, as one JSON line each.

A line is flushed as soon as its response is there, so that a run that was killed goes on where it
stopped, and a finished one is replayed without its model. A line is found again by the digest of
the model's name, its parameters and the facts of the request; one that is drawn says itself how,
and which of the draws it is, whatever the parameters say. Errors are lines too, and are asked
again. Of several lines of one digest the last counts.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import IO, TYPE_CHECKING, Any, Self

from ...schemas.errors import DataError, UsageError
from .requests import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from pydantic import JsonValue

    from .requests import Model


class Recording:
    """The responses of one model under one set of parameters; a context manager."""

    def __init__(
        self,
        path: Path | None,
        name: str,
        parameters: Mapping[str, JsonValue],
        *,
        fresh: bool = False,
    ) -> None:
        """Open a recording, and read what it holds.

        Args:
            path: the file, made where it is not; None keeps the responses in memory alone.
            name: name of the model.
            parameters: settings that decide a response.
            fresh: forget what the file holds, as soon as there is a response.

        Raises:
            DataError: a line other than the last one is damaged.
        """
        self._path = path
        self._mode = "w" if fresh else "a"
        self._head = {"model": name, "parameters": dict(parameters)}
        self._found: dict[str, Response] = {}
        self._file: IO[str] | None = None
        if path is not None and path.is_file() and not fresh:
            self._read(path)

    def digest(self, request: Request) -> str:
        """SHA-256 of the model, its parameters and a request, as hexadecimal digits."""
        payload = {**self._head, **request.facts()}
        text = json.dumps(payload, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(text.encode("ascii")).hexdigest()

    def get(self, request: Request) -> Response | None:
        """The recorded response, None where there is none or an error."""
        return self._found.get(self.digest(request))

    def add(self, request: Request, response: Response) -> None:
        """Record a response, or an error.

        Raises:
            UsageError: the file cannot be written.
        """
        key = self.digest(request)
        if response.error is None:
            self._found[key] = response
        if self._path is None:
            return
        self._file = self._file or self._open(self._path)
        given = {name: value for name, value in asdict(response).items() if value is not None}
        line = {"key": key, **self._head, "request": request.facts(), "response": given}
        self._file.write(json.dumps(line, ensure_ascii=True) + "\n")
        self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()

    def _open(self, path: Path) -> IO[str]:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            return path.open(self._mode, encoding="utf-8", newline="\n")
        except OSError as error:
            raise UsageError(
                "the recording cannot be written", place=path, found=error.strerror
            ) from None

    def _read(self, path: Path) -> None:
        """Read the lines; a last one that is damaged is taken out of the file."""
        whole = 0
        size = path.stat().st_size
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                row = _parsed(line)
                if row is None and whole + len(line) < size:
                    raise DataError(
                        "a line of the recording is damaged",
                        place=path,
                        line=number,
                        expected="key, request and response as JSON",
                        hint="take the line out, or ask the model anew with --recompute",
                    )
                if row is None:
                    break
                whole += len(line)
                key, response = row
                if response.error is None:
                    self._found[key] = response
        if whole < size:
            with path.open("r+b") as file:
                file.truncate(whole)


def recorded_parameters(path: Path) -> dict[str, Any] | None:
    """The model's parameters in a recording's first line, None where there is none."""
    try:
        with path.open("rb") as file:
            row = json.loads(file.readline())
        return dict(row["parameters"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _parsed(line: bytes) -> tuple[str, Response] | None:
    """Key and response of a line, None if it is damaged."""
    if not line.endswith(b"\n"):
        return None
    try:
        row: dict[str, Any] = json.loads(line)
        return str(row["key"]), Response(**row["response"])
    except (ValueError, KeyError, TypeError):
        return None


def answer_all(
    model: Callable[[], Model],
    requests: Sequence[Request],
    recording: Recording,
    done: Callable[[int], None] = lambda _: None,
) -> list[Response]:
    """Responses in the order of the requests: recorded ones, then those the model gives now.

    Args:
        model: makes the model; called only if a response is missing.
        requests: what is asked; equal ones are asked once.
        recording: where responses are found and put.
        done: called with numbers of requests that just got their response.

    Raises:
        UsageError: as ``Model.respond``.
        DataError: the same; or no request got a response.
    """
    found = {request: recording.get(request) for request in requests}
    missing = [request for request, response in found.items() if response is None]
    done(len(found) - len(missing))
    if missing:
        for place, response in model().respond(missing):
            recording.add(missing[place], response)
            found[missing[place]] = response
            done(1)
    lost = Response(error="the model gave no response")
    responses = [found[request] or lost for request in requests]
    if responses and all(response.error is not None for response in responses):
        raise DataError(
            "the model answered no request",
            found=responses[0].error,
            hint="run again to ask once more",
        )
    return responses
