"""Identified texts: what a system indexes and what it searches with."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..schemas.errors import DataError, UsageError
from .identifiers import as_ids

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

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

    @classmethod
    def spool(cls, folder: Path, batches: Iterable[tuple[Any, Any]]) -> Texts:
        """Write texts to a folder and open them from there, so that they may outgrow memory.

        Args:
            folder: a folder that is not there yet; it appears when all is written.
            batches: pairs of ids and texts (Arrow arrays or sequences of str). Ids ascend by UTF-8
                bytes within and over all batches; a null text counts as an empty one.

        Raises:
            DataError: an id is null, repeated or not above the one before, or lengths differ.
            UsageError: the folder is there.
        """
        if folder.exists():
            raise UsageError("the folder is there", place=folder, hint="name a new one")
        stage = folder.with_name(f".{folder.name}.{os.getpid()}")
        stage.mkdir(parents=True)
        try:
            with _Spool(stage / "ids") as ids, _Spool(stage / "texts") as texts:
                for keys, values in _checked(batches):
                    ids.append(keys)
                    texts.append(values)
            stage.rename(folder)
        finally:
            shutil.rmtree(stage, ignore_errors=True)
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path) -> Texts:
        """Memory-map the texts that ``spool`` wrote to a folder.

        Raises:
            DataError: the folder holds no whole texts.
        """
        ids, texts = (_open_spool(folder / name) for name in ("ids", "texts"))
        if len(ids) != len(texts):
            raise DataError(
                "ids and texts differ in number",
                place=folder,
                found=f"{len(ids)} and {len(texts)}",
            )
        return cls(ids, texts)


def _checked(batches: Iterable[tuple[Any, Any]]) -> Iterator[tuple[Any, Any]]:
    """Batches as Arrow arrays; ``DataError`` where ids and texts do not fit, or do not ascend."""
    last: str | None = None
    for some_ids, some_texts in batches:
        keys, values = as_ids(_strings(some_ids)), _strings(some_texts)
        if len(keys) != len(values):
            raise DataError(
                "ids and texts differ in number", found=f"{len(keys)} and {len(values)}"
            )
        if not len(keys):
            continue
        if last is not None:
            as_ids([last, keys[0].as_py()])
        last = keys[len(keys) - 1].as_py()
        yield keys, values.fill_null("")


class _Spool:
    """Two files that strings are appended to: their bounds, from 0, and their bytes."""

    def __init__(self, path: Path) -> None:
        self._offsets = path.with_suffix(".offsets").open("wb")
        self._data = path.with_suffix(".bytes").open("wb")
        self._end = 0
        self._offsets.write(bytes(8))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._offsets.close()
        self._data.close()

    def append(self, strings: Any) -> None:
        """Write the strings of an Arrow array without nulls."""
        _, offsets, data = strings.buffers()
        bounds = np.frombuffer(offsets, np.int64)
        bounds = bounds[strings.offset : strings.offset + len(strings) + 1]
        if data is not None:
            self._data.write(data[int(bounds[0]) : int(bounds[-1])])
        bounds = bounds[1:] - bounds[0] + self._end
        self._offsets.write(bounds.astype("<i8").data)
        self._end = int(bounds[-1])


def _open_spool(path: Path) -> Any:
    """The strings of two files as a ``pyarrow.LargeStringArray`` over their memory maps."""
    try:
        offsets, data = (_mapped(path.with_suffix(end)) for end in (".offsets", ".bytes"))
    except OSError as error:
        raise DataError("the texts cannot be read", place=path.parent, found=error) from None
    bounds = np.frombuffer(offsets, np.int64, offsets.size // 8)
    whole = offsets.size and offsets.size % 8 == 0 and bounds[0] == 0 and bounds[-1] == data.size
    if not whole or (np.diff(bounds) < 0).any():
        raise DataError(
            "the texts are damaged", place=path, hint="spool them again to another folder"
        )
    return pa.LargeStringArray.from_buffers(len(bounds) - 1, offsets, data)


def _mapped(path: Path) -> Any:
    # An empty file cannot be mapped.
    return pa.memory_map(str(path)).read_buffer() if path.stat().st_size else pa.py_buffer(b"")


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
