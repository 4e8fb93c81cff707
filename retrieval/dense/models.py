"""Encoders: named sentence-transformers models, loaded with a clear word where that fails."""

from __future__ import annotations

import hashlib
import logging
import math
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...schemas.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Generator

_HUB_SECONDS = 15
_ORGANIZATION = "sentence-transformers"
"""Where the library looks for a name without an owner."""
_PROMPT_NAMES = {"query": ("query",), "document": ("document", "passage", "corpus")}
"""Prompts of a model that are meant for a task, as ``encode_query`` and ``encode_document``."""


def load_model(
    name: str,
    *,
    device: str | None = None,
    truncate_dim: int | None = None,
    dtype: str = "float32",
    max_length: int | None = None,
) -> Any:
    """Load a sentence-transformers model from a folder, the local cache or the Hub.

    Args:
        name: folder, or name on the Hub; the network is asked only if it is not cached.
        device: ``cpu``, ``cuda`` …; None takes what there is.
        truncate_dim: leading dimensions kept; None keeps all.
        dtype: ``float32``, ``float16`` or ``bfloat16``.
        max_length: tokens of a text that are read; None keeps the model's own limit.

    Raises:
        UsageError: there is no such model, it cannot be loaded, or it has no such length or
            dimensions.
    """
    folder = _folder(name)
    try:
        with _quiet():
            model = _load(str(folder or name), local=folder is not None, device=device, dtype=dtype)
    except Exception as error:  # noqa: BLE001 - the libraries below raise a dozen kinds
        raise UsageError(
            f"the model {name!r} cannot be loaded",
            found=first_line(error),
            expected="a sentence-transformers folder, or a model name that this machine can reach",
            hint=None if folder else "`dense` alone needs no model: it is fitted on the corpus",
        ) from None
    if truncate_dim is not None:
        _check("truncate_dim", truncate_dim, name, 1, model.get_embedding_dimension())
        model.truncate_dim = truncate_dim
    if max_length is not None:
        _set_max_length(model, name, max_length)
    return model


def first_line(error: Exception) -> str:
    """What an error of a library says, in a line."""
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__


def _folder(name: str) -> Path | None:
    """The folder that is named, None if the name is one of the Hub."""
    path = Path(name).expanduser()
    if path.is_dir():
        return path
    if path.is_absolute() or name.startswith((".", "~")) or name.count("/") > 1:
        raise UsageError(f"there is no folder {name!r}", expected="a sentence-transformers folder")
    return None


def _load(name: str, *, local: bool, device: str | None, dtype: str) -> Any:
    import torch
    from sentence_transformers import SentenceTransformer

    options: dict[str, Any] = {"device": device, "model_kwargs": {"dtype": getattr(torch, dtype)}}
    try:
        return SentenceTransformer(name, local_files_only=True, **options)
    except Exception:
        if local:
            raise
    _ask_hub(name)
    return SentenceTransformer(name, **options)


def _hub_names(name: str) -> list[str]:
    """Names on the Hub that the library may mean, in its order."""
    return [name] if "/" in name else [f"{_ORGANIZATION}/{name}", name]


def _ask_hub(name: str) -> None:
    """Raise what the Hub says of a model, at once: loading would try for over a minute."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import RepositoryNotFoundError

    *others, last = _hub_names(name)
    for other in others:
        try:
            HfApi().model_info(other, timeout=_HUB_SECONDS)
        except RepositoryNotFoundError:
            continue
        return
    HfApi().model_info(last, timeout=_HUB_SECONDS)


@contextmanager
def _quiet() -> Generator[None]:
    """Keep the libraries' remarks and bars off the terminal: errors say what matters."""
    from transformers.utils import logging as bars

    loggers = [logging.getLogger(n) for n in ("sentence_transformers", "transformers")]
    levels = [logger.level for logger in loggers]
    shown = bars.is_progress_bar_enabled()
    try:
        bars.disable_progress_bar()
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        yield
    finally:
        if shown:
            bars.enable_progress_bar()
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _set_max_length(model: Any, name: str, max_length: int) -> None:
    if math.isinf(model.max_seq_length or 0):
        raise UsageError(f"the model {name!r} reads texts of any length, and takes no max_length")
    tokenizer = getattr(model, "tokenizer", None)
    config = getattr(getattr(model[0], "auto_model", None), "config", None)
    limits = [
        getattr(tokenizer, "model_max_length", None),
        getattr(config, "max_position_embeddings", None),
    ]
    marks = getattr(tokenizer, "num_special_tokens_to_add", lambda: 0)()
    _check("max_length", max_length, name, marks + 1, min((n for n in limits if n), default=None))
    model.max_seq_length = max_length


def _check(option: str, value: int, name: str, least: int, most: int | None) -> None:
    if value < least or (most is not None and value > most):
        raise UsageError(
            f"the model {name!r} has no such {option}",
            found=value,
            expected=f"{least} or more" if most is None else f"{least} to {most}",
        )


def resolve_prompt(model: Any, task: str, wanted: str | None) -> str:
    """The text put before every text of a task.

    Args:
        model: a ``SentenceTransformer``.
        task: ``query`` or ``document``.
        wanted: a prompt, or the name of one of the model's; None for the one that the model has
            for the task, if any.
    """
    if wanted is not None:
        return str(model.prompts.get(wanted, wanted))
    return next((p for p in map(model.prompts.get, _PROMPT_NAMES[task]) if p), "")


def model_revision(name: str) -> str | None:
    """What exactly a name stands for on this machine.

    Returns:
        ``sha256:`` and the digest of a folder's files, or ``commit:`` and the Hub's commit that is
        cached here; None if nothing is.

    Raises:
        UsageError: the name is a path, and no folder is there.
    """
    folder = _folder(name)
    if folder is not None:
        return f"sha256:{folder_digest(folder)}"
    from huggingface_hub import try_to_load_from_cache

    for hub_name in _hub_names(name):
        try:
            found = try_to_load_from_cache(hub_name, "config.json")
        except ValueError:  # no name that the Hub can have
            continue
        if isinstance(found, str):
            return f"commit:{Path(found).parent.name}"
    return None


def folder_digest(folder: Path) -> str:
    """SHA-256 over the names and contents of a folder's files, hidden ones and its card left out."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if not path.is_file() or name.name == "README.md" or str(name).startswith("."):
            continue
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        digest.update(f"{name.as_posix()}\n{content}\n".encode())
    return digest.hexdigest()
