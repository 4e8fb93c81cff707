"""Who rewrites in which answering of a query: adopters drawn by seed, the fewer among the more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...schemas.cseo import MIXED, POSITION, TOP, episode_id
from ..draws import pick
from .material import adopter_order

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .material import StoredQuery
    from .options import CseoOptions
    from .variants import Variants


def plan_episodes(
    queries: Mapping[str, StoredQuery], variants: Variants, options: CseoOptions
) -> list[dict[str, Any]]:
    """Rows of the table of episodes, by id.

    Adopters of a method are the first of the drawn order that it has rewritten; where it has
    rewritten fewer than an adoption asks for, that episode is left out.
    """
    rows = [
        row for key, query in queries.items() for row in _of_query(key, query, variants, options)
    ]
    return sorted(rows, key=lambda row: row["_id"])


def _of_query(
    key: str, query: StoredQuery, variants: Variants, options: CseoOptions
) -> Iterator[dict[str, Any]]:
    order = adopter_order(key, query, options.seed)
    adoptions = options.adoptions(len(order))

    def row(method: str, methods: Mapping[str, str]) -> dict[str, Any]:
        adopters = [document for document in query.context if document in methods]
        return {
            "_id": episode_id(key, method, len(adopters)),
            "query_id": key,
            "method": method,
            "adopters": adopters,
            "methods": [methods[document] for document in adopters],
            "adoption": len(adopters),
            "rate": len(adopters) / len(query.context),
            "seed": options.seed,
        }

    for place in options.places(len(order)):
        method = f"{POSITION}:{place}"
        yield row(method, {order[0]: method})
    for count in adoptions:
        yield row(TOP, dict.fromkeys(order[:count], TOP))
    written = {
        method: [document for document in order if variants.has(document, method, key)]
        for method in variants.methods
    }
    for method, able in written.items():
        for count in adoptions:
            if count <= len(able):
                yield row(method, dict.fromkeys(able[:count], method))
    if options.mixed:
        chosen = _own_methods(key, order, written, options.seed)
        for count in adoptions:
            # A single adopter's episode is one of its method's own.
            if 2 <= count <= len(chosen):
                yield row(MIXED, dict(list(chosen.items())[:count]))


def _own_methods(
    key: str, order: Sequence[str], written: Mapping[str, Sequence[str]], seed: int
) -> dict[str, str]:
    """Document → one of the methods that rewrote it, in the order of adopters."""
    chosen: dict[str, str] = {}
    for document in order:
        able = [method for method, documents in written.items() if document in documents]
        if able:
            chosen[document] = pick(able, seed, key, document, MIXED)
    return chosen
