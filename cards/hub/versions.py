"""Versions of releases and the tags that name them: version 2026.11 has the tag v2026.11."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...schemas.errors import UsageError
from ...schemas.manifest import check_version

if TYPE_CHECKING:
    from collections.abc import Iterable

_MARK = "v"


def tag_of(version: str) -> str:
    """The tag of a version."""
    return _MARK + version


def version_of(tag: str) -> str | None:
    """The version that a tag names; None if the tag names none."""
    version = tag.removeprefix(_MARK)
    if version == tag:
        return None
    try:
        return check_version(version)
    except UsageError:
        return None


def order(tag: str) -> tuple[bool, tuple[int, ...], str]:
    """Key that sorts tags: those of versions last, from the earliest version to the latest."""
    version = version_of(tag)
    if version is None:
        return (False, (), tag)
    return (True, tuple(int(part) for part in version.split(".")), tag)


def newest(tags: Iterable[str]) -> str | None:
    """The tag of the latest version; None if no tag names one."""
    named = [tag for tag in tags if version_of(tag)]
    return max(named, key=order, default=None)
