"""What every system offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from .aggregation import Aggregation
    from .run import Run
    from .texts import Passages, Texts


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


class PassageRanker(System, Protocol):
    """A system that can rank documents by the scores of all their passages, exactly."""

    def cut(self, corpus: Texts, window: int, stride: int) -> Passages:
        """Cut each document into windows of the system's own tokens."""
        ...

    def index_passages(self, passages: Passages) -> None:
        """Take in the passages; an earlier corpus is forgotten."""
        ...

    def search_passages(self, queries: Texts, k: int, aggregation: Aggregation) -> Run:
        """Rank the documents for each query by their aggregated passages, at most k each."""
        ...
