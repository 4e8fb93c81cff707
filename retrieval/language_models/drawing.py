"""Drawing tokens: each row of a batch by a generator of its own.

What a row draws depends on its prompt, its seed and its number alone, not on the rows beside it
or on the order they come in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .requests import Request, Sampling


class Draws:
    """Leaves greedy decoding one choice: the token that is drawn.

    A logits processor of transformers: called at each step with the tokens so far and the scores
    of the next one, both a row for each request. Rows that are not drawn pass unchanged.
    """

    def __init__(self, requests: Sequence[Request]) -> None:
        """Seed a generator for each request that is drawn."""
        self._rows = [
            (row, request.sampling, _generator(request.sampling.draw_seed(request.prompt)))
            for row, request in enumerate(requests)
            if request.sampling is not None
        ]

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        """Scores that are 0 at the token drawn and minus infinity elsewhere."""
        import torch

        del input_ids
        if not self._rows:
            return scores
        rows = [row for row, _, _ in self._rows]
        shares = [float(torch.rand((), generator=g, dtype=torch.float64)) for *_, g in self._rows]
        tokens = draw(scores[rows], [sampling for _, sampling, _ in self._rows], shares)
        scores = scores.clone()
        scores[rows] = -torch.inf
        scores[rows, tokens] = 0.0
        return scores


def draw(scores: Any, samplings: Sequence[Sampling], shares: Sequence[float]) -> Any:
    """The token of each row at which the summed probabilities pass a share of their total.

    Tokens add up in the order of their numbers, and those as likely as the last of the nucleus
    are all in it: no order among equals decides.

    Args:
        scores: (n, vocabulary) logits.
        samplings: how each row is drawn.
        shares: n numbers from 0 up to, not including, 1.

    Returns:
        (n) numbers of tokens.
    """
    import torch

    def column(values: Sequence[float]) -> Any:
        return torch.tensor(values, dtype=torch.float64, device=scores.device)[:, None]

    heat = column([sampling.temperature for sampling in samplings])
    # In double precision: what rounds otherwise in another batch hardly moves a border.
    chances = (scores.double() / heat).softmax(-1)
    if any(sampling.top_p < 1 for sampling in samplings):
        ordered = chances.sort(dim=-1, descending=True).values
        before = ordered.cumsum(-1) - ordered
        inside = before < column([sampling.top_p for sampling in samplings])
        least = ordered.masked_fill(~inside, torch.inf).amin(-1, keepdim=True)
        chances = chances.masked_fill(chances < least, 0.0)
    sums = chances.cumsum(-1)
    found = torch.searchsorted(sums, column(shares) * sums[:, -1:], right=True).squeeze(-1)
    # A share of the total may round up to the total, which nothing passes.
    return torch.where(found < sums.shape[-1], found, chances.argmax(-1))


def _generator(seed: int) -> Any:
    import torch

    return torch.Generator().manual_seed(seed)
