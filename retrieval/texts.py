"""Identified texts: what a system indexes and what it searches with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from ..schemas.errors import DataError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Texts:
    """Ids with their texts, sorted by id.

    Build one with ``from_arrays``, which sorts and checks.
    """

    ids: Any
    """``pyarrow.LargeStringArray`` of n ids, unique, ascending by UTF-8 bytes."""
    texts: Any
    """``pyarrow.LargeStringArray`` of n texts; empty where there is none, never null."""

    @classmethod
    def from_arrays(cls, ids: Any, texts: Any, *, what: str = "texts") -> Texts:
        """Sort texts by id.

        Args:
            ids: n ids (Arrow array or sequence of str).
            texts: n texts; a null counts as an empty text.
            what: named in errors.

        Raises:
            DataError: a null or repeated id, or lengths that differ.
        """
        keys, values = _strings(ids), _strings(texts)
        if len(keys) != len(values):
            raise DataError(
                f"{what}: ids and texts differ in number", found=f"{len(keys)} and {len(values)}"
            )
        if keys.null_count:
            raise DataError(f"{what}: {keys.null_count} id(s) are null", expected="an id each")
        order = pc.call_function("array_sort_indices", [keys])
        keys = keys.take(order)
        repeated = keys.slice(1).filter(pc.call_function("equal", [keys.slice(1), keys[:-1]]))
        if len(repeated):
            raise DataError(f"{what}: an id stands more than once", found=repeated[0].as_py())
        return cls(keys, values.take(order).fill_null(""))

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Passages:
    """Documents cut into passages, which stand document by document in the documents' order."""

    doc_ids: Any
    """``pyarrow.LargeStringArray`` of m ids, unique, ascending by UTF-8 bytes."""
    starts: NDArray[np.int64]
    """(m + 1): passages ``starts[d]:starts[d + 1]`` are document d's; it may have none."""
    texts: Any
    """``pyarrow.LargeStringArray`` of the passages, never null."""

    def __len__(self) -> int:
        return len(self.texts)


def _strings(values: Any) -> Any:
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if isinstance(values, pa.Array):
        return values.cast(pa.large_string())
    return pa.array(values, pa.large_string())
