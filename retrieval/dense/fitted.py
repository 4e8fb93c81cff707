"""The encoder fitted on a corpus, kept in the cache under the corpus and the parameters."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from ..cache import cache_folder
from .cache import text_keys
from .models import folder_digest, load_encoder
from .static_encoder import METHOD, fit_static_encoder, save_encoder
from .table import unwritable

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CHECKSUM = ".sha256"
"""File beside the encoder's own; a hidden name is not part of the digest."""


def fitted_revision(texts: Any, *, dimensions: int, seed: int) -> str:
    """What the encoder fitted on texts depends on, as a digest."""
    keys: NDArray[Any] = text_keys(texts)
    digest = hashlib.sha256(f"{METHOD} {dimensions} {seed} {len(keys)}\n".encode())
    digest.update(keys.tobytes())
    return f"fitted:{digest.hexdigest()[:32]}"


def fitted_encoder(texts: Any, revision: str, *, dimensions: int, seed: int, cache: bool) -> Any:
    """The encoder of a corpus, a ``SentenceTransformer``.

    Args:
        texts: of the corpus, a ``pyarrow.LargeStringArray``.
        revision: ``fitted_revision`` of the same arguments.
        dimensions: as ``fit_static_encoder``.
        seed: the same.
        cache: take it from the cache, or keep it there.

    Raises:
        DataError: the texts hold no word.
        UsageError: the cache cannot be written.
    """
    folder = cache_folder() / "fitted" / revision.partition(":")[2]
    if cache and folder.is_dir():
        if _is_whole(folder):
            return load_encoder(str(folder), device="cpu")
        shutil.rmtree(folder, ignore_errors=True)
    model = fit_static_encoder(texts, dimensions=dimensions, seed=seed)
    if cache:
        _keep(model, folder)
    return model


def _is_whole(folder: Path) -> bool:
    try:
        return (folder / _CHECKSUM).read_text() == folder_digest(folder)
    except OSError:
        return False


def _keep(model: Any, folder: Path) -> None:
    """Write the encoder so that its folder is there whole or not at all."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        stage = Path(mkdtemp(dir=folder.parent, prefix="."))
        save_encoder(model, stage)
        (stage / _CHECKSUM).write_text(folder_digest(stage))
        try:
            stage.rename(folder)
        except OSError:  # another process was first
            shutil.rmtree(stage)
    except OSError as error:
        raise unwritable(folder.parent, error) from None
