"""What a retrieval task is: which texts are matched, which pairs count, which figures matter."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from ..schemas.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DEPTH = 100
"""Documents ranked for each query unless told; DAPFAM's."""


@dataclass(frozen=True)
class Pools:
    """Parts of the documents that are ranked apart from each other."""

    column: str
    """Column of ``corpus`` that says which part a document belongs to."""
    across: bool = False
    """False: a query is asked in its own pool, that of the same value in this column of
    ``queries``, and all rankings together are one. True: a query is asked in every pool that holds
    a document relevant to it, and each partition of the pairs is a ranking of one pool."""


@dataclass(frozen=True)
class Task:
    """A retrieval task over the tables ``corpus``, ``queries`` and ``qrels`` of a release."""

    name: str
    description: str
    query_views: Mapping[str, tuple[str, ...]]
    """View → columns of ``queries`` whose texts are joined, in order."""
    corpus_views: Mapping[str, tuple[str, ...]]
    """View → columns of ``corpus``."""
    query_view: str
    """The view that is used unless another is asked for."""
    corpus_view: str
    partition_column: str
    """Column of ``qrels`` that labels pairs."""
    partitions: tuple[str, ...]
    """Labels that are always reported, in this order; others follow where a release has them."""
    measures: tuple[str, ...]
    primary: str
    """The measure that systems are compared by."""
    drop_self: bool
    """Whether a document whose id is the query's own is taken out of its ranking."""
    gap: tuple[str, str] | None = None
    """Two partitions whose difference is reported, the easier one first."""
    documents: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Column of ``corpus`` → its values in the documents that are ranked; all if empty."""
    pairs: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Column of ``qrels`` → its values in the pairs that count; all pairs if empty. Queries that
    no pair of these has are left out."""
    pools: Pools | None = None
    """Parts that are ranked apart; None for one ranking of all documents."""
    unions: Mapping[str, Callable[[str], bool]] = field(
        default_factory=dict[str, "Callable[[str], bool]"]
    )
    """Partition → which labels its pairs have; reported behind ALL."""
    same_column: tuple[str, int] | None = None
    """Column of ``queries`` and ``corpus``, and k: the share of the first k documents that have the
    query's value in it is reported with the measures."""
    chooses: bool = False
    """Whether one of a question's options is chosen; what that takes is in ``choices``."""
    depth: int = DEPTH
    """Documents ranked for each query unless told."""

    @property
    def self_match_rule(self) -> str:
        """The rule about self matches, as results state it."""
        if self.drop_self:
            return "a document whose id is the query's is removed from its ranking, ranks closed"
        return "documents are ranked whatever their id"


def columns_of(views: Mapping[str, tuple[str, ...]], view: str) -> tuple[str, ...]:
    """Columns of a view; ``UsageError`` if there is no such view."""
    if view not in views:
        raise UsageError.from_unknown_name("view", view, views)
    return views[view]


def compose(table: Any, views: Mapping[str, tuple[str, ...]], view: str) -> Any:
    """Texts of a view: the non-empty columns of each row, joined by line feeds.

    A column of lists gives the list's strings, joined by blanks.

    Args:
        table: ``pyarrow.Table`` with the views' columns.
        views: the known views.
        view: one of them.

    Returns:
        ``pyarrow.LargeStringArray`` with a text for each row, empty where it has none.

    Raises:
        UsageError: there is no such view.
    """
    texts = [_without_empty(table.column(name)) for name in columns_of(views, view)]
    # An empty text leads each row: pyarrow 26 leaves out rows of which every part is null.
    lead = pa.array([""] * len(table), pa.large_string())
    joined = pc.call_function(
        "binary_join_element_wise",
        [lead, *texts, pa.scalar("\n", pa.large_string())],
        pc.JoinOptions(null_handling="skip"),
    )
    return pc.call_function("utf8_slice_codeunits", [joined], pc.SliceOptions(start=1))


def _without_empty(column: Any) -> Any:
    """The column as one array with nulls for empty texts, which joining skips."""
    array = column.combine_chunks()
    if pa.types.is_list(array.type):
        # The function knows no lists whose items cannot be null, as those of a release.
        array = pc.call_function("binary_join", [array.cast(pa.list_(pa.string())), " "])
    array = array.cast(pa.large_string())
    empty = pc.call_function("equal", [array, pa.scalar("", pa.large_string())])
    return pc.call_function("if_else", [empty, pa.scalar(None, pa.large_string()), array])
