"""Running completions: each distinct one once, what came of it recorded as soon as it is known."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from ...programs.splice import Span
from ...programs.trials import Trial, run_trials
from ...schemas.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ...programs.pytest_runs import TestRun
    from ...programs.trials import Arena
    from ...schemas.progress import Progress
    from .repositories import Repositories

NAME = "trials.jsonl"


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of one completion."""

    outcome: str
    """One of programs.verdicts.OUTCOMES."""
    detail: str
    seconds: float
    peak_mib: float | None


class TrialRecord:
    """Finished trials, in a file; an interrupted scoring goes on behind them.

    A line is found again by the task, the completion, and what else decides outcomes: the release,
    the limits, the isolation and the environment.
    """

    def __init__(self, path: Path | None, head: Mapping[str, Any], *, fresh: bool = False) -> None:
        """Open a record.

        Args:
            path: the file; None keeps nothing.
            head: what decides outcomes besides task and completion.
            fresh: forget what the file holds.

        Raises:
            DataError: a line other than the last is damaged.
        """
        self._path = path
        self._head = json.dumps(head, sort_keys=True)
        self._found: dict[str, Ran] = {}
        if path is not None and path.is_file():
            if fresh:
                path.unlink()
            else:
                self._read(path)

    def get(self, task: str, completion: str) -> Ran | None:
        """What came of a completion, None if it did not run yet."""
        return self._found.get(self._key(task, completion))

    def add(self, task: str, completion: str, ran: Ran) -> None:
        """Record what came of a completion."""
        key = self._key(task, completion)
        self._found[key] = ran
        if self._path is not None:
            line = {"key": key, "task": task, "completion": completion, **asdict(ran)}
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")

    def _key(self, task: str, completion: str) -> str:
        text = json.dumps([self._head, task, completion])
        return hashlib.sha256(text.encode("utf-8")).hexdigest()

    def _read(self, path: Path) -> None:
        lines = path.read_bytes().splitlines(keepends=True)
        whole = 0
        for number, line in enumerate(lines, 1):
            try:
                row = json.loads(line)
                ran = Ran(row["outcome"], row["detail"], row["seconds"], row["peak_mib"])
                key = str(row["key"])
            except (ValueError, KeyError, TypeError) as error:
                if number < len(lines):
                    raise DataError(
                        "a line of the recorded trials is damaged",
                        place=path,
                        line=number,
                        found=error,
                        hint="take the line out, or run all again with --recompute",
                    ) from None
                break
            if not line.endswith(b"\n"):
                break
            self._found[key] = ran
            whole += len(line)
        if whole < path.stat().st_size:
            with path.open("r+b") as file:
                file.truncate(whole)


def execute(
    samples: Mapping[str, Mapping[str, Any]],
    completions: Mapping[tuple[str, str], str],
    repositories: Repositories,
    arena: Arena,
    record: TrialRecord,
    progress: Progress,
) -> dict[tuple[str, str], Ran]:
    """Run each completion that has not run yet.

    Args:
        samples: task → its row of ``samples``.
        completions: task and digest → text.
        repositories: where snapshots are laid out.
        arena: limits and isolation.
        record: of finished trials.
        progress: shown while it works.

    Returns:
        Task and digest → what came of it.
    """
    found = {key: ran for key in completions if (ran := record.get(*key)) is not None}
    missing: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for task, digest in completions:
        if (task, digest) not in found:
            missing[samples[task]["snapshot"]].append((task, digest))
    total = sum(map(len, missing.values()))
    with progress.step("running completions", total) as done:
        for snapshot in sorted(missing):
            keys = sorted(missing[snapshot])
            trials = _trials(keys, samples, completions, repositories, snapshot)
            for key, run in zip(keys, run_trials(trials, arena, done), strict=True):
                found[key] = _ran(run)
                record.add(*key, found[key])
    return found


def _trials(
    keys: Sequence[tuple[str, str]],
    samples: Mapping[str, Mapping[str, Any]],
    completions: Mapping[tuple[str, str], str],
    repositories: Repositories,
    snapshot: str,
) -> Sequence[Trial]:
    repository = repositories.open(snapshot)
    return [
        Trial(
            tree=repository.tree,
            path=samples[task]["completion_path"],
            span=Span.of_sample(samples[task]),
            completion=completions[task, digest],
            tests=tuple(samples[task]["tests"]),
            environment=repository.environment,
            import_roots=repository.import_roots,
        )
        for task, digest in keys
    ]


def _ran(run: TestRun) -> Ran:
    return Ran(run.outcome, run.detail, round(run.seconds, 3), run.peak_mib)
