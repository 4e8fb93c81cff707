"""Embeddings kept on disk, so that an interrupted encoding goes on where it stopped.

A folder for each encoder (model, prompt, length, dimensions, type) holds segments: NumPy archives
with the texts' digests and their vectors. A segment appears whole or not at all, and one that does
not read is passed over, so that a damaged cache costs time and never gives a wrong vector.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_WIDTH = 16
"""Bytes of SHA-256 that name a text."""


def cache_folder() -> Path:
    """``DOMAINBENCH_CACHE``, or ``domainbench`` in the user's cache folder."""
    named = os.environ.get("DOMAINBENCH_CACHE")
    if named:
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "domainbench"


def text_keys(texts: Sequence[str]) -> list[bytes]:
    """The digest that each text is kept under."""
    return [hashlib.sha256(text.encode()).digest()[:_WIDTH] for text in texts]


class EmbeddingCache:
    """Vectors by text, of one encoder."""

    def __init__(self, folder: Path, dimensions: int) -> None:
        self._folder = folder
        self._dimensions = dimensions
        self._places: dict[bytes, tuple[int, int]] = {}
        self._vectors: list[NDArray[np.float32]] = []
        folder.mkdir(parents=True, exist_ok=True)
        for path in sorted(folder.glob("*.npz")):
            self._read(path)

    def _read(self, path: Path) -> None:
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
                keys, vectors = archive["keys"], archive["vectors"]
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return
        if vectors.shape != (len(keys), self._dimensions) or keys.shape[1:] != (_WIDTH,):
            return
        self._add([key.tobytes() for key in keys], vectors)

    def _add(self, keys: Sequence[bytes], vectors: NDArray[np.float32]) -> None:
        for row, key in enumerate(keys):
            self._places[key] = (len(self._vectors), row)
        self._vectors.append(vectors)

    def __contains__(self, key: bytes) -> bool:
        return key in self._places

    def get(self, key: bytes) -> NDArray[np.float32]:
        """(dimensions) the vector of a text; ``KeyError`` if it is not kept."""
        segment, row = self._places[key]
        return self._vectors[segment][row]

    def put(self, keys: Sequence[bytes], vectors: NDArray[np.float32]) -> None:
        """Keep (n, dimensions) vectors under n keys, on disk before it returns."""
        name = hashlib.sha256(b"".join(keys)).hexdigest()[:32]
        stage = self._folder / f".{name}.{os.getpid()}"
        with stage.open("wb") as handle:
            packed = np.frombuffer(b"".join(keys), np.uint8).reshape(-1, _WIDTH)
            np.savez(handle, keys=packed, vectors=vectors)
        stage.replace(self._folder / f"{name}.npz")
        self._add(keys, vectors)
