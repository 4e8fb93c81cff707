"""Models of sentence-transformers: what a name stands for, and loading it with a clear word."""

from __future__ import annotations

import hashlib
import logging
import math
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...schemas.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

_HUB_SECONDS = 15
_ORGANIZATION = "sentence-transformers"
"""Where the library looks for a name without an owner."""
_PROMPT_NAMES = {"query": ("query",), "document": ("document", "passage", "corpus")}
"""Prompts of a model that are meant for a task, as ``encode_query`` and ``encode_document``."""
_INDEX_FILES = ("modules.json", "config.json")
"""Files of which every model on the Hub has one."""


def load_encoder(
    name: str,
    *,
    device: str | None = None,
    dtype: str = "float32",
    max_length: int | None = None,
    truncate_dim: int | None = None,
    trust_remote_code: bool = False,
) -> Any:
    """Load a ``SentenceTransformer`` from a folder, the local cache or the Hub.

    Args:
        name: folder, or name on the Hub; the network is asked only if it is not cached.
        device: ``cpu``, ``cuda`` …; None takes what there is.
        dtype: ``float32``, ``float16`` or ``bfloat16``.
        max_length: tokens of a text that are read; None keeps the model's own limit.
        truncate_dim: leading dimensions kept; None keeps all.
        trust_remote_code: run code that the model brings along.

    Raises:
        UsageError: there is no such model, it cannot be loaded, or it has no such length or
            dimensions.
    """
    from sentence_transformers import SentenceTransformer

    hint = "`dense` alone needs no model: it is fitted on the corpus"
    model = load_model(
        SentenceTransformer,
        name,
        device=device,
        dtype=dtype,
        trust_remote_code=trust_remote_code,
        hint=hint,
    )
    if truncate_dim is not None:
        _check("truncate_dim", truncate_dim, name, 1, model.get_embedding_dimension())
        model.truncate_dim = truncate_dim
    if max_length is not None:
        set_max_length(model, name, max_length)
    return model


def load_model(
    kind: Callable[..., Any],
    name: str,
    *,
    device: str | None,
    dtype: str,
    trust_remote_code: bool = False,
    hint: str | None = None,
) -> Any:
    """Load a model of a class of sentence-transformers, ready to be used.

    Args:
        kind: the class.
        name: as ``load_encoder``.
        device: the same.
        dtype: the same.
        trust_remote_code: the same.
        hint: said where a name of the Hub cannot be loaded.

    Raises:
        UsageError: there is no such model, or it cannot be loaded.
    """
    import torch

    folder = model_folder(name)
    options: dict[str, Any] = {
        "device": device,
        "model_kwargs": {"dtype": getattr(torch, dtype)},
        "trust_remote_code": trust_remote_code,
    }
    try:
        with _quiet():
            model = _load(kind, str(folder or name), options, local=folder is not None)
    except Exception as error:  # noqa: BLE001 - the libraries below raise a dozen kinds
        raise UsageError(
            f"the model {name!r} cannot be loaded",
            found=first_line(error),
            expected="a sentence-transformers folder, or a model name that this machine can reach",
            hint=None if folder else hint,
        ) from None
    model.eval()
    return model


def first_line(error: Exception) -> str:
    """What an error of a library says, in a line."""
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__


def model_folder(name: str) -> Path | None:
    """The folder that is named, None if the name is one of the Hub.

    Raises:
        UsageError: the name is a path, and no folder is there.
    """
    path = Path(name).expanduser()
    if path.is_dir():
        return path
    if path.is_absolute() or name.startswith((".", "~")) or name.count("/") > 1:
        raise UsageError(f"there is no folder {name!r}", expected="a sentence-transformers folder")
    return None


def _load(kind: Callable[..., Any], name: str, options: dict[str, Any], *, local: bool) -> Any:
    try:
        return kind(name, local_files_only=True, **options)
    except Exception:
        if local:
            raise
    _ask_hub(name)
    return kind(name, **options)


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


def set_max_length(model: Any, name: str, max_length: int, *, texts: int = 1) -> None:
    """Let a model read so many tokens, special ones included.

    Args:
        model: of sentence-transformers.
        name: its name, for errors.
        max_length: tokens.
        texts: texts of an input, 2 for a cross-encoder.

    Raises:
        UsageError: the model reads texts of any length, or has no such length.
    """
    if math.isinf(model.max_seq_length or 0):
        raise UsageError(f"the model {name!r} reads texts of any length, and takes no max_length")
    config = getattr(model[0], "config", None)
    # The tokeniser's own limit is the present length, which a longer one may replace.
    most = getattr(config, "max_position_embeddings", None)
    least = special_tokens(model, texts=texts) + 1
    _check("max_length", max_length, name, least, most if most and most > 0 else None)
    model.max_seq_length = max_length


def special_tokens(model: Any, *, texts: int = 1) -> int:
    """Tokens that a model's tokenizer adds to one text, or to a pair of them."""
    count = getattr(model.tokenizer, "num_special_tokens_to_add", None)
    return int(count(texts > 1)) if count is not None else 0


def _check(option: str, value: int, name: str, least: int, most: int | None) -> None:
    if value < least or (most is not None and value > most):
        raise UsageError(
            f"the model {name!r} has no such {option}",
            found=value,
            expected=f"{least} or more" if most is None else f"{least} to {most}",
        )


def largest_window(model: Any, prompt: str) -> int | None:
    """Most tokens of a text that a model reads behind a prompt; None if it reads all."""
    limit = model.max_seq_length
    if limit is None or math.isinf(limit):
        return None
    spent = special_tokens(model)
    if prompt:
        spent += len(model.tokenizer(prompt, add_special_tokens=False)["input_ids"])
    return int(limit) - spent


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
    folder = model_folder(name)
    if folder is not None:
        return f"sha256:{folder_digest(folder)}"
    from huggingface_hub import try_to_load_from_cache

    for hub_name in _hub_names(name):
        for file in _INDEX_FILES:
            try:
                found = try_to_load_from_cache(hub_name, file)
            except ValueError:  # no name that the Hub can have
                continue
            if isinstance(found, str):
                return f"commit:{Path(found).parent.name}"
    return None


_DIGESTS: dict[tuple[tuple[str, int, int], ...], str] = {}
"""Digests of folders by their files' paths, sizes and times of change."""


def folder_digest(folder: Path) -> str:
    """SHA-256 over the names and bytes of a folder's files, hidden ones and texts on it left out.

    Within a process a folder whose files have kept their sizes and times is not read again.
    """
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and path.suffix.lower() != ".md"
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
    stats = [path.stat() for path in files]
    state = tuple(
        (str(path.absolute()), stat.st_size, stat.st_mtime_ns)
        for path, stat in zip(files, stats, strict=True)
    )
    if state not in _DIGESTS:
        digest = hashlib.sha256()
        for path in files:
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
            digest.update(f"{path.relative_to(folder).as_posix()}\n{content}\n".encode())
        _DIGESTS[state] = digest.hexdigest()
    return _DIGESTS[state]
