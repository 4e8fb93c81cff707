"""What an answer takes: seconds, memory and GPU memory of batches, measured where a model runs.

Of a model in this process each batch is measured by itself: wall seconds, the resident set before
and behind it and its peak, and the peak of CUDA's allocated memory. Batches hold requests of one
group, as one domain, so that what is measured belongs to it. Before the first one the model answers
a short text and freed memory is given back, as a library's first call takes what no later one does.
Of an endpoint the seconds of each request are known alone, those of the try that was answered.

Measurements are kept beside the recording of responses, under the same digests: what is replayed
has them too.
"""

from __future__ import annotations

import ctypes
import gc
import json
import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

from ...retrieval.language_models.endpoint import EndpointModel
from ...retrieval.language_models.local import LocalModel
from ...retrieval.language_models.requests import Request
from ...retrieval.language_models.spec import ENDPOINT
from ..memory import PeakMemory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import TracebackType

    from ...retrieval.language_models.requests import Model, Response
    from ...retrieval.language_models.spec import ModelSpec

_STATUS = Path("/proc/self/status")
_WARM_UP = "Question: Is this a question?\nAnswer:"
_MIB = 1 << 20


@dataclass(frozen=True)
class Sample:
    """What one batch took, or one request of an endpoint; None where it is not known."""

    number: int
    """Which measurement it is: answers of one batch share theirs."""
    seconds: float
    """Of one answer: those of the batch over its answers."""
    peak_mib: float | None = None
    """Largest resident set in the batch above that before the first one of its condition."""
    delta_mib: float | None = None
    """Resident set behind the batch minus that before it; below 0 where memory was freed."""
    gpu_mib: float | None = None
    """Largest CUDA memory allocated in the batch above that before the first one."""


class UsageLog:
    """Measurements by digest of a request, as JSON lines; a context manager."""

    def __init__(self, path: Path | None, *, fresh: bool = False) -> None:
        """Read what a file holds.

        Args:
            path: the file, made where it is not; None keeps the measurements in memory alone.
            fresh: forget what the file holds, as soon as there is a measurement.
        """
        self._path = path
        self._mode = "w" if fresh else "a"
        self._found: dict[str, Sample] = {}
        self._number = 0
        self._file: IO[str] | None = None
        self._torn = False
        if path is not None and path.is_file() and not fresh:
            self._read(path)

    def get(self, key: str) -> Sample | None:
        """What answering the request of that digest took; None where it was not measured."""
        return self._found.get(key)

    def add(self, keys: Sequence[str], seconds: float, **measured: float | None) -> None:
        """Keep what answering some requests together took.

        Args:
            keys: their digests.
            seconds: for all of them together.
            measured: ``peak_mib``, ``delta_mib`` and ``gpu_mib`` of ``Sample``.
        """
        known = {name: value for name, value in measured.items() if value is not None}
        line = {"keys": list(keys), "seconds": seconds, **known}
        self._take(line)
        if self._path is None:
            return
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open(self._mode, encoding="ascii", newline="\n")
            # The last line of a run that was killed may lack its end.
            self._file.write("\n" if self._torn else "")
        self._file.write(json.dumps(line) + "\n")
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

    def _read(self, path: Path) -> None:
        """Read the lines; one that is damaged measures nothing, and is passed over."""
        data = path.read_bytes()
        self._torn = bool(data) and not data.endswith(b"\n")
        for text in data.split(b"\n"):
            try:
                self._take(json.loads(text))
            except (ValueError, KeyError, TypeError):
                continue

    def _take(self, line: Mapping[str, Any]) -> None:
        keys = line["keys"]
        values = [line.get(name) for name in ("peak_mib", "delta_mib", "gpu_mib")]
        sample = Sample(self._number, line["seconds"] / len(keys), *values)
        self._found |= dict.fromkeys(keys, sample)
        self._number += 1


def open_measured(
    spec: ModelSpec,
    groups: Mapping[Request, Any],
    digest: Callable[[Request], str],
    log: UsageLog,
) -> Model:
    """The model that is named, every answer of which is measured.

    Args:
        spec: the model.
        groups: request → what it is measured with; groups can be ordered.
        digest: names a request in the log.
        log: where measurements are put.

    Raises:
        UsageError: there is no such model, or it cannot be loaded.
    """
    if spec.kind == ENDPOINT:
        return _MeasuredEndpoint(spec, digest, log)
    return _MeasuredLocal(spec, groups, digest, log)


class _MeasuredEndpoint:
    """An endpoint whose requests are timed one by one."""

    def __init__(self, spec: ModelSpec, digest: Callable[[Request], str], log: UsageLog) -> None:
        self._seconds: dict[Request, float] = {}
        self._model = EndpointModel(spec, took=self._seconds.__setitem__)
        self._digest = digest
        self._log = log

    def respond(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        """Responses as they come."""
        for place, response in self._model.respond(requests):
            seconds = self._seconds.pop(requests[place], None)
            if seconds is not None and response.error is None:
                self._log.add([self._digest(requests[place])], seconds)
            yield place, response


class _MeasuredLocal:
    """A model of this process, asked batch by batch."""

    def __init__(
        self,
        spec: ModelSpec,
        groups: Mapping[Request, Any],
        digest: Callable[[Request], str],
        log: UsageLog,
    ) -> None:
        self._model = LocalModel(spec)
        self._groups = groups
        self._digest = digest
        self._log = log
        self._size = int(spec.options["batch"])
        self._gpu = _Gpu(spec.options["device"])

    def respond(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        """Responses, group by group and the longest prompts of each first."""
        list(self._model.respond([Request(_WARM_UP)]))
        _give_back()
        start, gpu_start = resident_mib(), self._gpu.allocated()
        for places in self._batches(requests):
            before, memory = resident_mib(), PeakMemory()
            self._gpu.reset()
            began = time.perf_counter()
            found = list(self._model.respond([requests[place] for place in places]))
            seconds = time.perf_counter() - began
            answered = [
                self._digest(requests[places[row]]) for row, one in found if one.error is None
            ]
            if answered:
                self._log.add(
                    answered,
                    seconds,
                    peak_mib=_above(memory.mib(), start),
                    delta_mib=_above(resident_mib(), before),
                    gpu_mib=_above(self._gpu.peak(), gpu_start),
                )
            yield from ((places[row], response) for row, response in found)

    def _batches(self, requests: Sequence[Request]) -> Iterator[list[int]]:
        """Places of requests that are answered together."""
        groups: dict[Any, list[int]] = {}
        for place, request in enumerate(requests):
            groups.setdefault(self._groups[request], []).append(place)
        for name in sorted(groups):
            places = sorted(groups[name], key=lambda place: -len(requests[place].prompt))
            for first in range(0, len(places), self._size):
                yield places[first : first + self._size]


class _Gpu:
    """CUDA's allocated memory in MiB; None where the model does not run there."""

    def __init__(self, device: str) -> None:
        import torch

        used = device.startswith("cuda") or (not device and torch.cuda.is_available())
        self._cuda: Any = torch.cuda if used else None
        self._device = device or None

    def reset(self) -> None:
        """Begin to look for a peak."""
        if self._cuda is not None:
            self._cuda.reset_peak_memory_stats(self._device)

    def allocated(self) -> float | None:
        """Now."""
        if self._cuda is None:
            return None
        return self._cuda.memory_allocated(self._device) / _MIB

    def peak(self) -> float | None:
        """The largest since ``reset``."""
        if self._cuda is None:
            return None
        return self._cuda.max_memory_allocated(self._device) / _MIB


def resident_mib() -> float | None:
    """The resident set of this process in MiB; None where the platform does not tell (Linux)."""
    try:
        lines = _STATUS.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), None)


def mean(values: Sequence[float | None]) -> float | None:
    """Mean of the known values; None where there is none."""
    known = [value for value in values if value is not None]
    return math.fsum(known) / len(known) if known else None


def _above(value: float | None, base: float | None) -> float | None:
    return None if value is None or base is None else value - base


def _give_back() -> None:
    """Give freed memory back to the system, so that what is measured is not hidden in it."""
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError, TypeError):  # other C libraries keep what they have
        return
