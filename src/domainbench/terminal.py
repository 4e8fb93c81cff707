"""What a person sees while work goes on: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from domainbench.schemas.progress import SILENT

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from domainbench.schemas.progress import Progress

WORTH_SAYING_SECONDS = 2.0


def progress_for(*, quiet: bool) -> Progress:
    """The progress display that suits standard error."""
    if quiet:
        return SILENT
    return Bars() if sys.stderr.isatty() else Lines()


class Lines:
    """One plain line behind each step that took over two seconds."""

    @contextmanager
    def step(self, label: str, total: int | None = None) -> Generator[Callable[[int], None]]:
        """Time a step; its line is printed at its end."""
        del total
        start = time.monotonic()
        yield lambda _units: None
        seconds = time.monotonic() - start
        if seconds >= WORTH_SAYING_SECONDS:
            print(f"{label}: {seconds:.1f} s", file=sys.stderr, flush=True)


class Bars:
    """A bar with the time left for each step, gone when the step is."""

    @contextmanager
    def step(self, label: str, total: int | None = None) -> Generator[Callable[[int], None]]:
        """Show a bar while the step lasts."""
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
            task = bars.add_task(label, total=total)
            yield lambda units: bars.advance(task, units)
