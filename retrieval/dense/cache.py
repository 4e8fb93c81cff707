"""Embeddings kept on disk, so that an interrupted encoding goes on where it stopped.

A folder for each encoder (model, prompt, length, dimensions, type) holds segments: the texts'
digests and their vectors behind a checksum. A segment appears whole or not at all, and one whose
checksum fails is passed over, so that a damaged cache costs time and never gives a wrong vector.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

import numpy as np

from ...schemas.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_WIDTH = 16
"""Bytes of SHA-256 that name a text."""
_CHECKSUM = 32
_SUFFIX = ".vectors"


def cache_folder() -> Path:
    """``DOMAINBENCH_CACHE``, or ``domainbench`` in the user's cache folder."""
    named = os.environ.get("DOMAINBENCH_CACHE")
    if named:
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "domainbench"


def make_folder(folder: Path) -> None:
    """Make a folder of the cache; ``UsageError`` where none can be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from None


def unwritable(place: Path, error: OSError) -> UsageError:
    """The error of a cache that cannot be written."""
    return UsageError(
        "the cache cannot be written",
        place=place,
        found=error.strerror,
        hint="set DOMAINBENCH_CACHE to a folder of yours, or say cache=off",
    )


def text_keys(texts: Sequence[str]) -> list[bytes]:
    """The digest that each text is kept under."""
    return [hashlib.sha256(text.encode()).digest()[:_WIDTH] for text in texts]


class EmbeddingCache:
    """Vectors by text, of one encoder."""

    def __init__(self, folder: Path, dimensions: int) -> None:
        self._folder = folder
        self._dimensions = dimensions
        make_folder(folder)

    def load(self, wanted: Sequence[bytes]) -> dict[bytes, NDArray[np.float32]]:
        """The vectors (dimensions) that are kept, of those wanted."""
        missing = set(wanted)
        found: dict[bytes, NDArray[np.float32]] = {}
        for path in sorted(self._folder.glob("*" + _SUFFIX)):
            keys, vectors = self._read(path)
            rows = [row for row, key in enumerate(keys) if key in missing]
            # A copy of the rows, so that the rest of the segment does not stay in memory.
            found.update(zip([keys[row] for row in rows], vectors[rows], strict=True))
            missing.difference_update(keys)
        return found

    def _read(self, path: Path) -> tuple[list[bytes], NDArray[np.float32]]:
        """Keys and vectors of a segment, both empty if it is damaged."""
        try:
            stored = path.read_bytes()
        except OSError:
            stored = b""
        checksum, content = stored[:_CHECKSUM], memoryview(stored)[_CHECKSUM:]
        row = _WIDTH + 4 * self._dimensions
        if hashlib.sha256(content).digest() != checksum or len(content) % row:
            return [], np.empty((0, self._dimensions), np.float32)
        split = len(content) // row * _WIDTH
        keys = [bytes(content[at : at + _WIDTH]) for at in range(0, split, _WIDTH)]
        vectors = np.frombuffer(content[split:], "<f4").reshape(-1, self._dimensions)
        return keys, vectors.astype(np.float32, copy=False)

    def put(self, keys: Sequence[bytes], vectors: NDArray[np.float32]) -> None:
        """Keep (n, dimensions) vectors under n keys, on disk before it returns.

        Raises:
            UsageError: the folder cannot be written.
        """
        joined = b"".join(keys)
        content = joined + vectors.astype("<f4", copy=False).tobytes()
        path = self._folder / f"{hashlib.sha256(joined).hexdigest()[:32]}{_SUFFIX}"
        try:
            with NamedTemporaryFile(dir=self._folder, prefix=".", delete=False) as stage:
                stage.write(hashlib.sha256(content).digest() + content)
            Path(stage.name).replace(path)
        except OSError as error:
            raise unwritable(self._folder, error) from None
