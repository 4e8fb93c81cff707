"""Near duplicates among texts: MinHash with banding finds candidates, exact Jaccard decides.

Signatures are those of Broder (1997), candidates come by locality-sensitive hashing in bands
(Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, section 3.4). Every pair reported has
the stated similarity; pairs may be missed with the probability that ``miss_rate`` gives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numba
import numpy as np
import pyarrow as pa

from ..schemas.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_MISSED = 1e-3
"""Share of the pairs at the threshold itself that banding may miss; above it far fewer are."""
_DEVIATIONS = 6.0
"""Standard deviations below the expected agreement from which a candidate is not compared."""
_PIECES = 64
_FEW = 4_096
"""Texts below which waking threads takes longer than the work."""


@dataclass(frozen=True)
class Duplicates:
    """Pairs of texts at least as similar as the threshold.

    Of texts that are equal, each is paired with the first of them only; other pairs are between
    firsts.
    """

    left: NDArray[np.int64]
    """The earlier text of each pair; pairs ascend by left, then right."""
    right: NDArray[np.int64]
    similarity: NDArray[np.float64]
    """Jaccard similarity of their sets of shingles; 1 for equal texts."""
    cluster: NDArray[np.int64]
    """Shape (texts,): the least text that a text is connected to by pairs."""


def near_duplicates(
    texts: Sequence[str] | Any,
    *,
    threshold: float = 0.8,
    shingle: int = 5,
    permutations: int = 128,
    seed: int = 0,
    threads: int | None = None,
) -> Duplicates:
    """Find all pairs of texts whose sets of shingles have a Jaccard similarity of ``threshold``.

    Memory: 4 bytes a permutation and 8 bytes a band for each different text. Time grows with the
    square of the number of texts that share a band, so texts that are mostly one phrase cost.

    Args:
        texts: n texts (sequence of str or Arrow array of strings).
        threshold: least similarity, above 0, at most 1.
        shingle: code points of a shingle.
        permutations: values of a signature.
        seed: of the permutations; which pairs are found hardly depends on it.
        threads: what suits the number of texts where None; the result is the same for any.

    Raises:
        UsageError: a parameter is out of its range.
    """
    _check(threshold, shingle, permutations)
    first, ordinal = _first_of_equal(texts)
    data, offsets = _buffers(texts, first)
    longest = int(np.diff(offsets).max(initial=1)) or 1
    before = numba.get_num_threads()
    wanted = threads or (before if len(first) >= _FEW else 1)
    numba.set_num_threads(min(wanted, before))
    try:
        pairs = _candidate_pairs(data, offsets, threshold, shingle, permutations, seed, longest)
        similarity = np.empty(len(pairs), np.float64)
        _kernels().similarities(data, offsets, shingle, pairs, longest, _PIECES, similarity)
    finally:
        numba.set_num_threads(before)
    kept = similarity >= threshold
    return _result(pairs[kept], similarity[kept], first, ordinal)


def miss_rate(similarity: float, bands: int, rows: int) -> float:
    """Probability that no band joins two texts of a similarity: ``(1 - s^rows)^bands``."""
    return (1 - similarity**rows) ** bands


def banding(threshold: float, permutations: int) -> tuple[int, int]:
    """Bands and rows: the most rows that miss at most 1 in 1,000 pairs at the threshold."""
    fitting = [
        (permutations // rows, rows)
        for rows in range(1, permutations + 1)
        if miss_rate(threshold, permutations // rows, rows) <= _MISSED
    ]
    return fitting[-1] if fitting else (permutations, 1)


def _kernels() -> Any:
    from . import minhash_kernels

    return minhash_kernels


def _check(threshold: float, shingle: int, permutations: int) -> None:
    if not 0 < threshold <= 1:
        raise UsageError("the threshold is out of range", found=threshold, expected="0 < t <= 1")
    if shingle < 1 or permutations < 1:
        raise UsageError(
            "shingle and permutations must be positive", found=f"{shingle} and {permutations}"
        )


def _first_of_equal(texts: Any) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places of the different texts, and for each text the number of its own among them."""
    array = _array(texts)
    encoded = array.dictionary_encode()
    ordinal = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    first = np.full(len(encoded.dictionary), len(array), np.int64)
    np.minimum.at(first, ordinal, np.arange(len(array)))
    return first, ordinal


def _array(texts: Any) -> Any:
    array = (
        texts
        if isinstance(texts, pa.Array | pa.ChunkedArray)
        else pa.array(texts, pa.large_string())
    )
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    return array.cast(pa.large_string()).fill_null("")


def _buffers(texts: Any, first: NDArray[np.int64]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """UTF-8 bytes and offsets of the different texts."""
    array = _array(texts).take(pa.array(first))
    _, offsets, data = array.buffers()
    bounds = np.frombuffer(offsets, np.int64)[: len(array) + 1]
    content = np.frombuffer(data, np.uint8) if data and data.size else np.zeros(1, np.uint8)
    return content, bounds


def _candidate_pairs(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    threshold: float,
    shingle: int,
    permutations: int,
    seed: int,
    longest: int,
) -> NDArray[np.int64]:
    """Pairs of different texts whose signatures agree about as often as the threshold asks."""
    kernels = _kernels()
    texts = len(offsets) - 1
    draw = np.random.Generator(np.random.PCG64(seed))
    multipliers = draw.integers(0, 1 << 31, permutations, np.uint32) * np.uint32(2) + np.uint32(1)
    shifts = draw.integers(0, 1 << 32, permutations, np.uint32)
    signature = np.empty((texts, permutations), np.uint32)
    kernels.signatures(data, offsets, shingle, multipliers, shifts, longest, _PIECES, signature)
    bands, rows = banding(threshold, permutations)
    keys = np.empty((bands, texts), np.uint64)
    kernels.band_keys(signature, rows, keys)
    spread = np.sqrt(permutations * threshold * (1 - threshold))
    least = max(1, int(permutations * threshold - _DEVIATIONS * spread))
    found = [_pairs_of_band(kernels, keys, signature, band, least) for band in range(bands)]
    pairs = np.concatenate([*found, np.empty((0, 2), np.int64)])
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]


def _pairs_of_band(
    kernels: Any, keys: NDArray[np.uint64], signature: NDArray[np.uint32], band: int, least: int
) -> NDArray[np.int64]:
    order = np.argsort(keys[band], kind="stable")
    ordered = keys[band][order]
    edges = np.flatnonzero(np.diff(ordered)) + 1
    starts = np.concatenate([[0], edges, [len(order)]]).astype(np.int64)
    # Only runs of two and more hold pairs.
    long = np.flatnonzero(np.diff(starts) > 1)
    members = np.concatenate([np.arange(starts[i], starts[i + 1]) for i in long] or [[]])
    order = order[members.astype(np.int64)]
    starts = np.concatenate([[0], np.cumsum(np.diff(starts)[long])]).astype(np.int64)
    counts = np.zeros(len(order), np.int64)
    nothing = np.empty((0, 2), np.int64)
    kernels.candidates(keys, signature, band, order, starts, least, counts, nothing)
    total = int(counts.sum())
    if not total:
        return nothing
    pairs = np.empty((total, 2), np.int64)
    places = np.cumsum(counts) - counts
    kernels.candidates(keys, signature, band, order, starts, least, places, pairs)
    return pairs


def _result(
    pairs: NDArray[np.int64],
    similarity: NDArray[np.float64],
    first: NDArray[np.int64],
    ordinal: NDArray[np.int64],
) -> Duplicates:
    """Pairs of the different texts, and of equal texts with their first, by their places."""
    repeats = np.flatnonzero(first[ordinal] != np.arange(len(ordinal)))
    ends = np.sort(first[pairs], axis=1)
    left = np.concatenate([ends[:, 0], first[ordinal[repeats]]])
    right = np.concatenate([ends[:, 1], repeats])
    both = np.concatenate([similarity, np.ones(len(repeats))])
    order = np.lexsort((right, left))
    left, right = left[order], right[order]
    return Duplicates(left, right, both[order], _components(len(ordinal), left, right))


def _components(count: int, left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.int64]:
    """The least member of each connected part, by scipy's search."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not count:
        return np.empty(0, np.int64)
    graph = coo_array((np.ones(len(left), np.int8), (left, right)), shape=(count, count))
    _, label = connected_components(graph, directed=False)
    least = np.full(int(label.max()) + 1, count, np.int64)
    np.minimum.at(least, label, np.arange(count))
    return least[label]
