"""pass@k: how likely one of k completions passes all tests."""

from __future__ import annotations

from math import comb


def pass_at_k(n: int, right: int, k: int) -> float | None:
    """Unbiased estimate of pass@k from n completions of one task.

    Chen et al., arXiv 2107.03374: ``1 - C(n - c, k) / C(n, k)``, the share of the subsets of k
    completions that hold one that passes. Worked out in whole numbers, so that nothing is lost
    before the one division. Identical completions count as often as they occur.

    Args:
        n: completions.
        right: those that pass, c.
        k: completions tried.

    Returns:
        A share; None where there are fewer than k completions, which leave it undefined.
    """
    if n < k:
        return None
    every = comb(n, k)
    return (every - comb(n - right, k)) / every
