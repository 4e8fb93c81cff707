"""Ids as sorted Arrow arrays, and rows of pairs as matrices."""

# numba infers the types of a kernel's arguments:
# ruff: noqa: ANN001, ANN202
# pyright: reportMissingParameterType=false
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from ..schemas.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray


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


def locate_ordered(ids: Any, values: Any) -> NDArray[np.int32]:
    """As ``locate``, for values that ascend as the ids do: one walk along both.

    Args:
        ids: ``pyarrow.LargeStringArray``, unique, ascending.
        values: the same.
    """
    if ids.equals(values):
        return np.arange(len(ids), dtype=np.int32)
    places = np.empty(len(values), np.int32)
    _merge(*_bytes(ids), *_bytes(values), places)
    return places


def _bytes(ids: Any) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Offsets (n + 1) and bytes of strings, read-only both."""
    _, offsets, data = ids.buffers()
    bounds = np.frombuffer(offsets, np.int64)[ids.offset : ids.offset + len(ids) + 1]
    view = np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8)
    bounds.flags.writeable = view.flags.writeable = False  # one signature of the kernel
    return bounds, view


@njit(cache=True, nogil=True)
def _merge(ends, data, other_ends, other, places):
    """Place of each of the other strings among the first ones, -1 where it is not there."""
    at = 0
    for value in range(places.size):
        places[value] = -1
        first, last = other_ends[value], other_ends[value + 1]
        while at < ends.size - 1:
            start = ends[at]
            size = ends[at + 1] - start
            shared = min(size, last - first)
            byte = 0
            while byte < shared and data[start + byte] == other[first + byte]:
                byte += 1
            if byte == shared:
                order = size - (last - first)
            else:
                order = np.int64(data[start + byte]) - np.int64(other[first + byte])
            if order >= 0:
                if order == 0:
                    places[value] = at
                break
            at += 1


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
