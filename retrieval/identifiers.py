"""Ids as sorted Arrow arrays, and rows of pairs as matrices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..schemas.errors import DataError


def as_ids(values: Any) -> Any:
    """Ids as a ``pyarrow.LargeStringArray``; they must be unique and ascending.

    Raises:
        DataError: they are not, or one is null.
    """
    ids = as_strings(values)
    if len(ids) > 1:
        below = pc.call_function("less", [ids.slice(0, len(ids) - 1), ids.slice(1)])
        if below.false_count:
            at = below.index(False).as_py()
            raise DataError(
                "ids are not unique and ascending",
                found=f"{ids[at + 1].as_py()!r} behind {ids[at].as_py()!r}",
            )
    return ids


def as_strings(values: Any) -> Any:
    """Any sequence or Arrow array of strings as one ``pyarrow.LargeStringArray``.

    Raises:
        DataError: one is null.
    """
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    strings = values if isinstance(values, pa.Array) else pa.array(values, pa.large_string())
    if strings.null_count:
        raise DataError("an id is null", found=f"{strings.null_count} of {len(strings)}")
    return strings.cast(pa.large_string())


def locate(ids: Any, values: Any) -> np.ndarray[Any, np.dtype[np.int32]]:
    """Ordinal of each value among ``ids``; -1 where it is not there."""
    found = pc.call_function("index_in", [as_strings(values)], pc.SetLookupOptions(value_set=ids))
    return found.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)


def dense_rows(
    rows: np.ndarray[Any, Any], count: int, docs: np.ndarray[Any, Any], scores: np.ndarray[Any, Any]
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Triples (row, document, score) as matrices, padded with -1 and 0.

    Returns:
        Two arrays of (count, most documents of a row).
    """
    order = np.argsort(rows, kind="stable")
    sizes = np.bincount(rows, minlength=count)
    depth = int(sizes.max(initial=0))
    starts = np.cumsum(sizes) - sizes
    column = np.arange(len(rows)) - np.repeat(starts, sizes)
    row = rows[order]
    found = np.full((count, depth), -1, np.int32)
    values = np.zeros((count, depth), np.float32)
    found[row, column] = docs[order]
    values[row, column] = scores[order]
    return found, values
