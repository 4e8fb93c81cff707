"""How long work reports its progress, without knowing who watches."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from contextlib import AbstractContextManager


class Progress(Protocol):
    """Shows steps of work; the command line has one for terminals and one for plain lines."""

    def step(
        self, label: str, total: int | None = None
    ) -> AbstractContextManager[Callable[[int], None]]:
        """Open a step of ``total`` units; the value given is called with units just done."""
        ...


class Silent:
    """A ``Progress`` that shows nothing."""

    @contextmanager
    def step(self, label: str, total: int | None = None) -> Generator[Callable[[int], None]]:
        """Open a step that nobody watches."""
        del label, total
        yield lambda _units: None


SILENT: Progress = Silent()
