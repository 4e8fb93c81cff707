"""What a person sees while work goes on: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from domainbench.schemas.progress import SILENT

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from rich.progress import Progress as RichProgress

    from domainbench.schemas.progress import Progress

WORTH_SAYING_SECONDS = 2.0
WORTH_REPEATING_SECONDS = 30.0


def progress_for(*, quiet: bool) -> Progress:
    """The progress display that suits standard error."""
    if quiet:
        return SILENT
    return Bars() if sys.stderr.isatty() else Lines()


class Lines:
    """One plain line behind each step that took over two seconds.

    A long step of known length has one every half minute too, with the time it has left.
    """

    @contextmanager
    def step(self, label: str, total: int | None = None) -> Generator[Callable[[int], None]]:
        """Time a step; its line is printed at its end."""
        start = said = time.monotonic()
        done = 0

        def advance(units: int) -> None:
            nonlocal said, done
            done += units
            now = time.monotonic()
            if total and done and now - said >= WORTH_REPEATING_SECONDS:
                said = now
                left = (now - start) / done * max(total - done, 0)
                _say(f"{label}: {done} of {total}, about {_duration(left)} left")

        yield advance
        seconds = time.monotonic() - start
        if seconds >= WORTH_SAYING_SECONDS:
            _say(f"{label}: {seconds:.1f} s")


class Bars:
    """A bar with the time left for each step, gone when the step is."""

    def __init__(self) -> None:
        self._shown: RichProgress | None = None

    @contextmanager
    def step(self, label: str, total: int | None = None) -> Generator[Callable[[int], None]]:
        """Show a bar while the step lasts, below that of a step which this one is part of."""
        with self._display() as bars:
            task = bars.add_task(label, total=total)
            try:
                yield lambda units: bars.advance(task, units)
            finally:
                bars.remove_task(task)

    @contextmanager
    def _display(self) -> Generator[RichProgress]:
        """The display that all open steps share: a terminal has one at a time."""
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        if self._shown is not None:
            yield self._shown
            return
        columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
        console = Console(stderr=True)
        # Units may take minutes each: the rate is that of the whole step, not of its last seconds.
        with Progress(
            *columns, console=console, transient=True, speed_estimate_period=86_400.0
        ) as bars:
            self._shown = bars
            try:
                yield bars
            finally:
                self._shown = None


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
