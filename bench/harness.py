"""What every benchmark here shares: alternating runs, medians, peak memory, one table format.

Machines drift while they measure, so competitors run in turn (A B C A B C …) and the figure to
quote is the ratio of medians of one run. Peak memory is the growth of the resident set of a fresh
process that does only that work.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import platform
import time
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


@dataclass(frozen=True)
class Timing:
    """Seconds of one competitor over the counted rounds."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.seconds)

    def __str__(self) -> str:
        return f"{self.median:.3g} ({min(self.seconds):.3g}-{max(self.seconds):.3g})"


def alternate(
    cases: Mapping[str, Callable[[], object]], *, rounds: int = 5, warmup: int = 1
) -> dict[str, Timing]:
    """Time the cases in turn; ``warmup`` rounds of each are not counted."""
    for _ in range(warmup):
        for call in cases.values():
            call()
    seconds: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, call in cases.items():
            start = time.perf_counter()
            call()
            seconds[name].append(time.perf_counter() - start)
    return {name: Timing(tuple(values)) for name, values in seconds.items()}


def _high_water() -> float:
    """Peak resident set of this process in MiB; ru_maxrss would start at the parent's."""
    with open("/proc/self/status", encoding="ascii") as handle:
        return next(int(line.split()[1]) for line in handle if line.startswith("VmHWM")) / 1024


def _peak(call: Callable[[], object], out: Any) -> None:
    before = _high_water()
    call()
    out.send(_high_water() - before)


def peak_mib(call: Callable[[], object]) -> float:
    """MiB that the peak resident set grows by while a fresh process runs a module-level call."""
    context = multiprocessing.get_context("spawn")
    receive, send = context.Pipe(duplex=False)
    process = context.Process(target=_peak, args=(call, send))
    process.start()
    send.close()
    value = receive.recv()
    process.join()
    return float(value)


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def machine(*packages: str) -> str:
    """One line: processor, cores, Python, and the versions of the packages that are there."""
    model = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as handle:
            model = next(line.split(":", 1)[1].strip() for line in handle if "model name" in line)
    except (OSError, StopIteration):
        pass
    versions = ", ".join(filter(None, map(_version, packages)))
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}; {versions}"


def _version(name: str) -> str | None:
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return None


def save(path: str | None, payload: dict[str, Any]) -> None:
    """Write the figures as JSON where a path is given."""
    if path:
        with open(path, "w", encoding="utf-8") as handle:
            json.dump(payload, handle, indent=2, sort_keys=True)
            handle.write("\n")
