"""Encoders: named sentence-transformers models, loaded with a clear word where that fails."""

from __future__ import annotations

import hashlib
import json
import logging
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...schemas.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Generator

_HUB_SECONDS = 15


def load_model(
    name: str, *, device: str | None, truncate_dim: int | None, dtype: str, max_length: int | None
) -> Any:
    """Load a sentence-transformers model from a folder, the local cache or the Hub.

    Args:
        name: folder, or name on the Hub; the network is asked only if it is not cached.
        device: ``cpu``, ``cuda`` …; None takes what there is.
        truncate_dim: leading dimensions kept; None keeps all.
        dtype: ``float32``, ``float16`` or ``bfloat16``.
        max_length: tokens of a text that are read; None keeps the model's own limit.

    Raises:
        UsageError: there is no such model, or it cannot be loaded.
    """
    import torch
    from sentence_transformers import SentenceTransformer

    options: dict[str, Any] = {"device": device, "truncate_dim": truncate_dim}
    if dtype != "float32":
        options["model_kwargs"] = {"torch_dtype": getattr(torch, dtype)}
    local = Path(name).is_dir()
    try:
        with _quiet():
            try:
                model = SentenceTransformer(name, local_files_only=True, **options)
            except Exception:
                if local:
                    raise
                _ask_hub(name)
                model = SentenceTransformer(name, **options)
    except Exception as error:  # noqa: BLE001 - the libraries below raise a dozen kinds
        raise UsageError(
            f"the model {name!r} cannot be loaded",
            found=str(error).splitlines()[0][:200] if str(error) else type(error).__name__,
            expected="a sentence-transformers folder, or a model name that this machine can reach",
            hint=None if local else "`dense` alone needs no model: it is fitted on the corpus",
        ) from None
    if max_length is not None:
        model.max_seq_length = max_length
    return model


def _ask_hub(name: str) -> None:
    """Raise what the Hub says of a model, at once: loading would try for over a minute."""
    from huggingface_hub import HfApi

    HfApi().model_info(name, timeout=_HUB_SECONDS)


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
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        if shown:
            bars.enable_progress_bar()
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def model_fingerprint(model: Any) -> str:
    """SHA-256 over a model's weights, tokenizer and module settings.

    It names what encodes, whatever folder or revision it came from.
    """
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        values = tensor.detach().cpu().contiguous()
        digest.update(f"{name} {values.dtype} {tuple(values.shape)}\n".encode())
        digest.update(values.flatten().view(dtype=_bytes_type()).numpy().tobytes())
    for module in model:
        config = module.get_config_dict() if hasattr(module, "get_config_dict") else {}
        digest.update(json.dumps(config, sort_keys=True, default=str).encode())
    tokenizer = getattr(model, "tokenizer", None)
    backend: Any = getattr(tokenizer, "backend_tokenizer", tokenizer)
    if hasattr(backend, "to_str"):
        digest.update(backend.to_str().encode())
    return digest.hexdigest()


def _bytes_type() -> Any:
    import torch

    return torch.uint8
