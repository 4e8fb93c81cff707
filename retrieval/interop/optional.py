"""Packages that are needed for one tool only."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from ...schemas.errors import MissingDependencyError


def load(module: str, extra: str, purpose: str) -> Any:
    """Import a module of an optional package.

    Raises:
        MissingDependencyError: it is not installed; the message names the extra that has it.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError:
        package = module.partition(".")[0]
        raise MissingDependencyError.from_package(package, extra, purpose) from None
