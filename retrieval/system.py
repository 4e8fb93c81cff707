"""What every system offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from .run import Run
    from .texts import Texts


class System(Protocol):
    """Something that ranks documents for queries."""

    @property
    def spec(self) -> str:
        """The specification in its canonical form."""
        ...

    @property
    def parameters(self) -> dict[str, Any]:
        """Every parameter with the value in force, as JSON values."""
        ...

    def index(self, corpus: Texts) -> None:
        """Take in the documents; an earlier corpus is forgotten."""
        ...

    def search(self, queries: Texts, k: int) -> Run:
        """Rank the documents for each query, at most k each."""
        ...

    def stats(self) -> dict[str, Any]:
        """What indexing and searching took and used, as JSON values."""
        ...
