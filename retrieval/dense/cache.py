"""Rows computed from texts once: kept on disk, taken up after an interruption, shared by corpora.

A folder stands for a model with one way of using it; it holds a ``Table`` for every list of texts.
A corpus that shares texts with an earlier one takes their rows from there.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc

from .table import KEY_BYTES, Table, first_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    Groups = Iterable[tuple[NDArray[np.int64], NDArray[np.float32]]]

WINDOW = 16_384
"""Rows asked of a computation at once, which may take them in the order that suits it."""
WINDOW_BYTES = 1 << 24
"""Text asked at once: its tokens take about fifty times as much while they are made."""


@dataclass(frozen=True)
class Filled:
    """Rows for a list of texts."""

    values: NDArray[np.float32]
    """(n, width); where a cache is used a mapped file that cannot be written."""
    computed: int
    """Distinct texts that were computed."""
    reused: int
    """Distinct texts whose rows were there."""


def text_bytes(texts: Any) -> NDArray[np.int64]:
    """Bytes of each of n texts (``pyarrow.LargeStringArray``)."""
    return pc.call_function("binary_length", [texts]).to_numpy(zero_copy_only=False)


def text_keys(texts: Any, rows: NDArray[np.int64] | None = None) -> NDArray[np.uint8]:
    """Digests (n, 16) of texts, read from Arrow's buffers without making strings.

    Args:
        texts: ``pyarrow.LargeStringArray`` without nulls.
        rows: the texts meant, in this order; all by default.
    """
    _, offsets, data = texts.buffers()
    count = len(texts)
    starts = np.frombuffer(offsets, np.int64, texts.offset + count + 1)[texts.offset :]
    content = memoryview(data) if data is not None else memoryview(b"")
    chosen = np.arange(count) if rows is None else rows
    keys = bytearray()
    spans = zip(starts[chosen].tolist(), starts[chosen + 1].tolist(), strict=True)
    for first, last in spans:
        keys += hashlib.sha256(content[first:last]).digest()[:KEY_BYTES]
    return np.frombuffer(keys, np.uint8).reshape(-1, KEY_BYTES)


def fill(
    folder: Path | None,
    keys: NDArray[np.uint8],
    width: int,
    compute: Callable[[NDArray[np.int64]], Groups],
    sizes: NDArray[np.int64] | None = None,
) -> Filled:
    """Rows for n keys, computed where the folder has none.

    Args:
        folder: of the cache; None computes everything in memory.
        keys: (n, 16) digests of what the rows are computed from.
        width: numbers of a row.
        compute: from the row numbers of a window to groups of them with their rows (m, width); a
            group is kept as soon as it is given.
        sizes: n bytes of text, by which a window is bounded besides the number of its rows.

    Raises:
        UsageError: the folder cannot be written.
    """
    first = first_rows(keys)
    distinct = first == np.arange(len(keys))
    if folder is None or not len(keys):
        values = np.empty((len(keys), width), np.float32)
        for window in windows(np.flatnonzero(distinct), sizes):
            for rows, found in compute(window):
                values[rows] = found
        return Filled(values[first] if not distinct.all() else values, int(distinct.sum()), 0)
    table = Table(folder, keys, width)
    table.take(distinct)
    todo = np.flatnonzero(distinct & ~table.done)
    for window in windows(todo, sizes):
        for rows, found in compute(window):
            table.put(rows, found)
    table.repeat(first)
    return Filled(table.values(), len(todo), int(distinct.sum()) - len(todo))


def windows(
    rows: NDArray[np.int64], sizes: NDArray[np.int64] | None
) -> Iterator[NDArray[np.int64]]:
    """Rows in runs of at most ``WINDOW`` rows and ``WINDOW_BYTES`` bytes, one row at least."""
    before = np.zeros(len(rows) + 1, np.int64)
    if sizes is not None:
        np.cumsum(sizes[rows], out=before[1:])
    start = 0
    while start < len(rows):
        most = int(np.searchsorted(before, before[start] + WINDOW_BYTES, "right")) - 1
        end = max(start + 1, min(start + WINDOW, most))
        yield rows[start:end]
        start = end
