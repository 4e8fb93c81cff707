"""Recall@k of dependencies: how much of what the reference uses of its repository is used too."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet


def recall_at_k(
    reference: AbstractSet[str], generated: Sequence[AbstractSet[str] | None], k: int
) -> float | None:
    """Largest share of the reference's dependencies that one of the first k completions has.

    EvoCodeBench's measure (arXiv 2410.22821): ``max over i <= k of |R ∩ P_i| / |R|``. Unlike pass@k
    it is no estimate over all subsets: the order of the completions decides.

    Args:
        reference: dependencies of the reference, R: names of all kinds together.
        generated: those of each completion, P_i; empty where it does not parse, None where
            nobody looked.
        k: completions tried.

    Returns:
        A share; None where R is empty, or where fewer than k completions are there or looked at.
    """
    first = generated[:k]
    if not reference or len(first) < k:
        return None
    hits = [None if names is None else len(reference & names) for names in first]
    known = [count for count in hits if count is not None]
    return max(known) / len(reference) if len(known) == k else None
