"""Gains of a document between two answers: how much earlier the second one cites it.

Orders of citation hold every document once, by first citation; ranks count from 0, unless a
formula says otherwise. Positive gains are better.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...schemas.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

CUTOFF = 5
"""Citations that C-SEO Bench looks at."""


def citation_rank_gain(
    before: Sequence[Hashable],
    after: Sequence[Hashable],
    document: Hashable,
    document_after: Hashable = None,
    cutoff: int = CUTOFF,
) -> int:
    """Gain of C-SEO Bench, as its evaluation works it out (Puerto et al. 2025).

    Both orders are cut; a document that one of them lacks has the length of that very order as
    its rank, so that not being cited costs less in an answer that cites few.

    Args:
        before: order of the first answer.
        after: order of the second.
        document: the document.
        document_after: its name in the second order if it has another one there.
        cutoff: citations looked at.

    Returns:
        Rank before minus rank after, 0 where neither cites it.
    """
    moved = document if document_after is None else document_after
    first, second = list(before[:cutoff]), list(after[:cutoff])
    if document not in first and moved not in second:
        return 0
    return _rank(first, document, len(first)) - _rank(second, moved, len(second))


def fixed_cutoff_gain(
    before: Sequence[Hashable],
    after: Sequence[Hashable],
    document: Hashable,
    document_after: Hashable = None,
    cutoff: int = CUTOFF,
) -> int:
    """As ``citation_rank_gain``, but the rank of what is not cited is the cutoff in any answer."""
    moved = document if document_after is None else document_after
    return _rank(before[:cutoff], document, cutoff) - _rank(after[:cutoff], moved, cutoff)


def reciprocal_rank(order: Sequence[Hashable], document: Hashable) -> float:
    """1 by the rank from 1; 0 where it is not cited."""
    return 1 / (order.index(document) + 1) if document in order else 0.0


def normalised_rank_gain(
    before: Sequence[Hashable],
    after: Sequence[Hashable],
    document: Hashable,
    document_after: Hashable = None,
    *,
    documents: int,
) -> float | None:
    """Gain as a share of the largest one, comparable over contexts (NRG, arXiv 2605.29107).

    ``(r_before - r_after) / (N - 1)`` within -1 and 1, ranks from 1 and N + 1 where it is not
    cited.

    Args:
        before: order of the first answer.
        after: order of the second.
        document: the document.
        document_after: its name in the second order if it has another one there.
        documents: N, those of the context.

    Returns:
        The gain; None where the context has fewer than two documents.
    """
    if documents < 2:
        return None
    moved = document if document_after is None else document_after
    gain = _rank(before, document, documents) - _rank(after, moved, documents)
    return max(-1.0, min(1.0, gain / (documents - 1)))


def positional_ranks(
    orders: Sequence[Sequence[Hashable]],
    positions: Sequence[Mapping[Hashable, int]],
    cutoff: int = CUTOFF,
) -> dict[int, float]:
    """Mean rank that a position in the context brings, m(p), of answers without any rewriting.

    Args:
        orders: order of each answer.
        positions: document → position in the context of the same answer.
        cutoff: citations looked at, and the rank of what is not cited.

    Returns:
        Position → mean rank, by position; those that no document stands at are absent.

    Raises:
        UsageError: as many orders as contexts are needed.
    """
    if len(orders) != len(positions):
        raise UsageError(
            "orders and contexts differ in number", found=f"{len(orders)} and {len(positions)}"
        )
    ranks: dict[int, list[int]] = {}
    for order, places in zip(orders, positions, strict=True):
        cited = order[:cutoff]
        for document, place in places.items():
            ranks.setdefault(place, []).append(_rank(cited, document, cutoff))
    return {place: sum(ranks[place]) / len(ranks[place]) for place in sorted(ranks)}


def position_controlled(
    gain: float, before_position: int, after_position: int, means: Mapping[int, float]
) -> float | None:
    """Gain less what the move alone brings: ``gain - (m(before) - m(after))``.

    Args:
        gain: of fixed cutoff, as the means are.
        before_position: place of the document in the first context.
        after_position: its place in the second.
        means: m(p), see ``positional_ranks``.

    Returns:
        The rest; None where a mean is missing.
    """
    if before_position not in means or after_position not in means:
        return None
    return gain - (means[before_position] - means[after_position])


def _rank(order: Sequence[Hashable], document: Hashable, otherwise: int) -> int:
    return order.index(document) if document in order else otherwise
