"""An index as a folder: plain ``.npy`` arrays and one JSON that says what they are.

A folder appears whole or not at all: it is written under another name and renamed. Opening checks
the format, the sizes of all files, and that bounds and numbers fit together; the postings
themselves are not read.
"""

from __future__ import annotations

import json
import os
import shutil
from threading import get_ident
from typing import TYPE_CHECKING, Any

import numpy as np

from ...schemas.errors import DataError, UsageError
from .index import SHARD, Index

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    import numpy.typing as npt

FORMAT = 2
"""Goes up with any change to the arrays, to what a word is or to a formula: kept indexes are then
built again."""
_NAME = "index.json"
_TYPES: dict[str, str] = {
    "hashes": "<u8",
    "numbers": "<i4",
    "base": "<f8",
    "lengths": "<i4",
    "shards": "<i8",
    "entries": "<i8",
    "terms": "<i4",
    "starts": "<i8",
    "texts": "<u2",
    "impacts": "<f4",
    "passages": "<i8",
}


class ArrayFile:
    """A ``.npy`` file of one dimension that grows at its end.

    Args:
        folder: where it stands.
        name: array of ``Index``.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._path = folder / f"{name}.npy"
        self._type = np.dtype(_TYPES[name])
        self._count = 0
        self._file = self._path.open("wb")
        self._write_header()

    def _write_header(self) -> None:
        # NumPy pads the header so that a larger count still fits: it is written again at the end.
        header = {"descr": self._type.str, "fortran_order": False, "shape": (self._count,)}
        np.lib.format.write_array_header_1_0(self._file, header)

    def append(self, array: npt.NDArray[Any]) -> None:
        """Write further values."""
        np.ascontiguousarray(array, self._type).tofile(self._file)
        self._count += len(array)

    def finish(self) -> npt.NDArray[Any]:
        """Close the file; the array, memory-mapped."""
        self._file.flush()
        self._file.seek(0)
        self._write_header()
        self._file.close()
        return _map(self._path)


def save_index(index: Index, folder: Path) -> None:
    """See ``Index.save``."""
    if folder.exists() and not (folder / _NAME).is_file():
        raise UsageError("the folder is there and holds no index", place=folder)
    stage = staging_folder(folder)
    try:
        write_index(index, stage)
        place_folder(stage, folder)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def staging_folder(folder: Path) -> Path:
    """A new folder beside another, which it is to become."""
    stage = folder.parent / f".{folder.name}.{os.getpid()}.{get_ident()}"
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(parents=True)
    return stage


def place_folder(stage: Path, folder: Path) -> None:
    """Rename a folder; what stands there goes (whoever has it open keeps what is mapped)."""
    shutil.rmtree(folder, ignore_errors=True)
    stage.rename(folder)


def write_index(index: Index, folder: Path, *, written: Collection[str] = ()) -> None:
    """Write an index to a folder, but for the arrays that stand there already."""
    for name in _TYPES:
        if name not in written:
            file = ArrayFile(folder, name)
            file.append(getattr(index, name))
            file.finish()
    described = {
        "format": FORMAT,
        "frequent": index.frequent,
        "positive": index.positive,
        "sizes": {name: len(getattr(index, name)) for name in _TYPES},
        "about": dict(index.about),
    }
    text = json.dumps(described, indent=2, sort_keys=True, ensure_ascii=False)
    (folder / _NAME).write_text(text + "\n", encoding="utf-8")


def open_index(folder: Path, about: Mapping[str, Any] | None = None) -> Index:
    """See ``Index.open``."""
    try:
        described = json.loads((folder / _NAME).read_text("utf-8"))
        if described["format"] != FORMAT:
            raise DataError(
                "the index has another format",
                place=folder,
                found=described["format"],
                expected=FORMAT,
                hint="build it again",
            )
        arrays = {name: _map(folder / f"{name}.npy") for name in _TYPES}
        for name, array in arrays.items():
            _check(
                folder,
                array.dtype.str == _TYPES[name] and array.shape == (described["sizes"][name],),
                f"{name}.npy holds {array.shape} values of type {array.dtype}",
            )
        index = Index(
            **arrays,
            frequent=int(described["frequent"]),
            positive=bool(described["positive"]),
            about=dict(described["about"]),
        )
    except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
        raise _damaged(folder, error) from None
    _check_bounds(folder, index)
    if about is not None and index.about != about:
        raise DataError(
            "the index is about other texts or parameters",
            place=folder,
            found=dict(index.about),
            expected=dict(about),
        )
    return index


def _map(path: Path) -> npt.NDArray[Any]:
    """The array of a file; memory-mapped, as a plain array, for which the kernels are compiled."""
    array = np.load(path, mmap_mode="r", allow_pickle=False)
    return array.view(np.ndarray)


def _check_bounds(folder: Path, index: Index) -> None:
    """Check that the small arrays fit together, so that no search reads beyond an array."""
    n, passages = len(index.lengths), index.passages
    sizes = np.diff(index.shards)
    _check(folder, _spans(index.shards, n) and bool((sizes <= SHARD).all()), "shards")
    _check(folder, len(index.entries) == len(index.shards), "entries")
    _check(folder, _spans(index.entries, len(index.terms)), "entries")
    _check(folder, len(index.starts) == len(index.terms) + 1, "starts")
    _check(folder, _spans(index.starts, len(index.texts)), "starts")
    _check(folder, len(index.impacts) == len(index.texts), "impacts")
    terms = len(index.hashes)
    _check(folder, len(index.numbers) == len(index.base) == terms, "numbers")
    _check(folder, 0 <= index.frequent <= terms, "frequent")
    _check(folder, len(passages) == 0 or _spans(passages, n), "passages")


def _spans(bounds: npt.NDArray[np.int64], last: int) -> bool:
    """Whether bounds rise from 0 to the last."""
    return bool(
        len(bounds) and bounds[0] == 0 and bounds[-1] == last and (np.diff(bounds) >= 0).all()
    )


def _check(folder: Path, holds: bool, what: str) -> None:  # noqa: FBT001 -- reads as an assertion
    if not holds:
        raise _damaged(folder, what)


def _damaged(folder: Path, what: object) -> DataError:
    return DataError(
        "the folder holds no whole index", place=folder, found=what, hint="build it again"
    )
