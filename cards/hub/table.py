"""Pushes, pulls and lists of releases in words, for people at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...schemas.release import Release
    from .listing import ListedRelease
    from .push import PushResult

SHORT = 12
"""Digits of digests that are shown."""
_UNITS = ("kB", "MB", "GB", "TB")


def push_lines(result: PushResult) -> list[str]:
    """What a push did, a line each."""
    visible = "private" if result.private else "public"
    where = f"{result.repository} ({visible}, {result.url})"
    if result.status == "unchanged" and result.tag:
        lines = [f"{result.tag} is in {where} already"]
        if result.changes:
            lines.append("but other files of the folder differ; they need a version of their own:")
    elif result.status == "planned":
        lines = [f"would push version {result.version} to {where}"]
    elif result.status == "tagged":
        lines = [f"the files were in {where} already; {result.tag} now names them"]
    else:
        lines = [f"version {result.version} is in {where}"]
    lines += [f"  {c.kind:<8} {size(c.bytes):>9}  {c.path}" for c in result.changes]
    if result.status != "planned":
        lines.append(f"  revision {result.revision}")
    return [*lines, f"  fingerprint {result.fingerprint}"]


def print_push(result: PushResult) -> None:
    """Print ``push_lines``."""
    _print(push_lines(result))


def pull_lines(release: Release) -> list[str]:
    """What was pulled, a line each."""
    manifest, origin = release.manifest, release.origin
    lines = [f"{manifest.name} {manifest.version} -> {release.path}"]
    if origin is not None:
        lines.append(f"  from {origin.repository}, revision {origin.revision}")
        if not origin.checked:
            lines.append("  by the cache: the Hub could not be asked what the version is now")
    return [*lines, f"  fingerprint {manifest.fingerprint}"]


def print_pull(release: Release) -> None:
    """Print ``pull_lines``."""
    _print(pull_lines(release))


def print_listing(found: Sequence[ListedRelease]) -> None:
    """Print releases as a table."""
    console = Console(highlight=False)
    if not found:
        console.print("no release")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("release", "version", "family", "date", "fingerprint", "revision"):
        table.add_column(heading, overflow="fold")
    for release in found:
        values = (
            release.place,
            release.version,
            release.family,
            release.date,
            (release.fingerprint or "")[:SHORT],
            (release.revision or "")[:SHORT],
        )
        table.add_row(*(value or "-" for value in values))
    console.print(table)


def _print(lines: Sequence[str]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for line in lines:
        console.print(line, markup=False)


def size(count: int) -> str:
    """A number of bytes with three digits and a decimal unit."""
    if count < 1_000:
        return f"{count} B"
    scale = 0
    while scale + 1 < len(_UNITS) and count / 1_000 ** (scale + 1) >= 999.5:
        scale += 1
    return f"{count / 1_000 ** (scale + 1):.3g} {_UNITS[scale]}"
