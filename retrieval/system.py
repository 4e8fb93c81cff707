"""What every system offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    """A system that can rank documents by the scores of all their passages, exactly.

    One that cannot with some of its options has ``ranks_passages``, which is then false.
    """

    def cut(self, corpus: Texts, window: int, stride: int) -> Passages:
        """Cut each document into windows of the system's own tokens."""
        ...

    def index_passages(self, passages: Passages) -> None:
        """Take in the passages; an earlier corpus is forgotten."""
        ...

    def search_passages(self, queries: Texts, k: int, aggregation: Aggregation) -> Run:
        """Rank the documents for each query by their aggregated passages, at most k each."""
        ...


@runtime_checkable
class OutsideRanker(System, Protocol):
    """A system that can also rank texts that its corpus does not hold."""

    def search_others(self, queries: Texts, others: Texts, k: int) -> Run:
        """Rank other texts, each with the score that it would have beside the corpus."""
        ...


@runtime_checkable
class CombinedSystem(System, Protocol):
    """A system that makes its ranking of other systems' rankings."""

    members: list[System]
    """The systems whose rankings it takes."""
    reads_texts: bool
    """Whether combining reads the documents' texts: then ``index`` keeps them, and no more."""

    def member_depth(self, k: int) -> int:
        """How deep the members must rank for k documents."""
        ...

    def combine(self, queries: Texts, runs: Sequence[Run], k: int) -> Run:
        """Make the ranking of the members' rankings, given in their order; at most k documents."""
        ...


def as_member(spec: str) -> str:
    """A specification as it stands inside another: its arguments in parentheses."""
    name, colon, arguments = spec.partition(":")
    return f"{name}({arguments})" if colon else name
