"""Processes that tell what functions depend on: jedi changes itself, hangs and breaks in there.

They are started as programs of their own, with a fixed hash seed, so that they are the same whoever
starts them and can be ended at any moment.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from threading import Lock, Timer
from typing import IO, TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TIME_LIMIT = "time limit"
CRASH = "the process broke down"
SECONDS: Final = 900.0
"""Time for one function. The steps that it may take are done in a fraction of it, so that only a
fault of jedi reaches it, or a machine that does nothing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one function depends on, without the names of modules."""

    found: tuple[tuple[str, str, str, int], ...] | None
    """Path below root, name below the module, kind, line; None if it cannot be told."""
    problem: str | None = None
    names: int = 0
    """Names that were left to infer."""
    failed: int = 0
    """Names among them that inference broke off at."""

    @classmethod
    def from_json(cls, read: Mapping[str, Any]) -> Answer:
        """An answer as JSON has it, which knows no tuples."""
        found = read["found"]
        return cls(
            None if found is None else tuple((*item[:3], item[3]) for item in found),
            read["problem"],
            read["names"],
            read["failed"],
        )


def answer_all(
    setup: Mapping[str, Any],
    requests: Sequence[Mapping[str, Any]],
    chunks: Sequence[Sequence[int]],
    jobs: int,
    seconds: float = SECONDS,
) -> list[Answer]:
    """Answer requests about one repository.

    Args:
        setup: Arguments of the analyser.
        requests: Arguments of its answers.
        chunks: Places of requests that one process answers in turn.
        jobs: Processes at a time.
        seconds: Time for one request.
    """
    count = max(1, min(jobs, len(chunks)))
    pool = _Pool(setup, requests, _shares(chunks, count), seconds)
    with ThreadPoolExecutor(count) as threads:
        try:
            for served in [threads.submit(pool.serve, share) for share in pool.shares]:
                served.result()
        except BaseException:
            pool.stop()
            raise
    return [pool.answers[place] for place in range(len(requests))]


def _shares(chunks: Sequence[Sequence[int]], count: int) -> list[deque[Sequence[int]]]:
    """Neighbouring chunks go to one process: their files use much the same modules."""
    ends = [len(chunks) * place // count for place in range(count + 1)]
    return [deque(chunks[start:end]) for start, end in pairwise(ends)]


class _Pool:
    def __init__(
        self,
        setup: Mapping[str, Any],
        requests: Sequence[Mapping[str, Any]],
        shares: Sequence[deque[Sequence[int]]],
        seconds: float,
    ) -> None:
        self.shares = shares
        self.answers: dict[int, Answer] = {}
        self._setup = json.dumps(setup)
        self._requests = requests
        self._seconds = seconds
        self._stopped = False
        self._workers: list[_Worker] = []
        self._lock = Lock()

    def serve(self, share: deque[Sequence[int]]) -> None:
        """Work off a share in a process, or several if they break down; then help with others."""
        worker: _Worker | None = None
        try:
            while (chunk := self._next(share)) is not None:
                for place in chunk:
                    if self._stopped:
                        return
                    if worker is None or worker.is_gone:
                        worker = self._start(worker)
                    self.answers[place] = worker.ask(self._requests[place], self._seconds)
        finally:
            if worker is not None:
                worker.close()

    def _next(self, share: deque[Sequence[int]]) -> Sequence[int] | None:
        with self._lock:
            if share:
                return share.popleft()
            longest = max(self.shares, key=len)
            return longest.pop() if longest else None

    def _start(self, previous: _Worker | None) -> _Worker:
        if previous is not None:
            previous.close()
        worker = _Worker(self._setup)
        self._workers.append(worker)
        if self._stopped:
            worker.kill()
        return worker

    def stop(self) -> None:
        """End all processes and begin nothing more."""
        self._stopped = True
        for worker in self._workers:
            worker.kill()


class _Worker:
    def __init__(self, setup: str) -> None:
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-P", "-W", "ignore", "-m", f"{__package__}.dependency_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env={**os.environ, "PYTHONHASHSEED": "0"},
            text=True,
            encoding="ascii",
        )
        self._input = cast("IO[str]", self._process.stdin)
        self._output = cast("IO[str]", self._process.stdout)
        self.is_gone = False
        self._is_late = False
        self._send(setup)

    def _send(self, line: str) -> None:
        with suppress(BrokenPipeError):  # what became of it shows when its answer is read
            self._input.write(line + "\n")
            self._input.flush()

    def ask(self, request: Mapping[str, Any], seconds: float) -> Answer:
        """Answer one request."""
        timer = Timer(seconds, self._give_up)
        timer.daemon = True
        timer.start()
        self._send(json.dumps(request))
        line = self._output.readline()
        timer.cancel()
        self.is_gone = self._is_late
        if not line.endswith("\n"):
            return self._broken()
        return Answer.from_json(json.loads(line))

    def _give_up(self) -> None:
        self._is_late = True
        self.kill()

    def _broken(self) -> Answer:
        self.is_gone = True
        code = self._process.wait()
        if self._is_late:
            return Answer(None, TIME_LIMIT)
        if code < 0:
            return Answer(None, CRASH)
        self._errors.seek(0)
        text = self._errors.read().decode("utf-8", "replace")
        raise RuntimeError(f"a process that finds dependencies ended with {code}:\n{text}")

    def kill(self) -> None:
        """End the process now."""
        self._process.kill()

    def close(self) -> None:
        """Let the process end by itself, as its input does."""
        with suppress(BrokenPipeError), self._process:
            pass
        self._errors.close()
